/* shared/engine/blob_config.h - documents kept with buckets */
#ifndef MF_BLOB_CONFIG_H
#define MF_BLOB_CONFIG_H

#include "shared/engine/blob.h"

/*
 * What a cloud lets its users set for a bucket (CORS, a website, inventories, ...) and does not
 * need in every request is a document: validated, written and read by the face, kept here by kind
 * and id ("" for what a bucket has one of).  They go with their bucket.  Functions behave as blob.h
 * says and cost one round trip.
 */
bool blob_remembered(const char *kind); /* one of this kind is part of struct blob_access */

struct blob_config {
	const char *id, *document;
};

/* BLOB_FULL: the bucket has `most` others of that kind. */
enum blob_result blob_config_put(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *kind, const struct blob_config *c, int64_t most);
/* *document NULL: there is none.  It is filled also for BLOB_FOREIGN, for what serves strangers. */
enum blob_result blob_config_find(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *kind, const char *id, const char **document);
/* The first `limit` of that kind past id `after`, in the order of their ids' bytes. */
enum blob_result blob_config_list(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *kind, const char *after, int64_t limit,
    struct blob_config **out, size_t *n);
/* BLOB_NO_KEY: there was none. */
enum blob_result blob_config_remove(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *kind, const char *id);

#endif
