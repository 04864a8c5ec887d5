/* shared/engine/blob_restore.h - copies of archived objects that can be read for a while */
#ifndef MF_BLOB_RESTORE_H
#define MF_BLOB_RESTORE_H

#include "shared/engine/blob.h"

/*
 * A version whose storage class is an archive's cannot be read, says the face, unless it has a
 * copy: `ready_at` and `until_at` of struct blob_restored, by the environment's time.  What is past
 * counts as none.  The storage class stays what it is.
 */

/* o, as it was just read, is to have such a copy.  FAULT_CONFLICT: it changed meanwhile. */
enum blob_result blob_restore(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_object *o, const struct blob_restored *copy);
/* Fill in what the n objects have of copies. */
void blob_restores(struct task *t, const struct space *sp, struct blob_object **list, size_t n);
/* The collector: tell of up to `limit` copies that came or went; returns of how many. */
size_t blob_restore_turn(struct task *t, size_t limit);

#endif
