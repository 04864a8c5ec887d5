/* tests/unit/support/blob_world.h - an environment with an object store, for tests of the engine */
#ifndef MF_BLOB_WORLD_H
#define MF_BLOB_WORLD_H

#include "shared/engine/blob.h"

/* A fresh running environment with one space; everything before it is wiped. */
struct space world_space(struct task *t);
/* A small object with text as its bytes. */
struct blob_object world_object(const char *key, const char *text);


/* blob_bucket_make in us-east-1. */
enum blob_result world_bucket(struct task *t, const struct space *sp, const char *who,
    const char *name, bool locks, struct blob_bucket *out);
/* blob_delete and blob_delete_many of what is current; etag: only that one. */
enum blob_result world_delete(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *etag);
enum blob_result world_delete_many(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *const *keys, const char *const *etags, size_t n,
    enum blob_result *result);

#endif
