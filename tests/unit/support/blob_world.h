/* tests/unit/support/blob_world.h - an environment with an object store, for tests of the engine */
#ifndef MF_BLOB_WORLD_H
#define MF_BLOB_WORLD_H

#include "shared/engine/blob.h"

/* A fresh running environment with one space; everything before it is wiped. */
struct space world_space(struct task *t);
/* A small object with text as its bytes. */
struct blob_object world_object(const char *key, const char *text);

#endif
