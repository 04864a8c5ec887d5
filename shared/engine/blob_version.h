/* shared/engine/blob_version.h - versions of objects, their tags and locks */
#ifndef MF_BLOB_VERSION_H
#define MF_BLOB_VERSION_H

#include "shared/engine/blob.h"

/*
 * A bucket that has versioning keeps what is overwritten or deleted.  Each version has an id; the
 * null version, "", is what was written while the bucket had none, and there is at most one of a
 * key.  A delete marker is a version that says that there is no object.
 *
 * Functions behave as in blob.h says; `version` is as in blob_get.
 */

/*
 * versioning: "Enabled" or "Suspended".  Three round trips: it waits for those who are putting
 * something into the bucket.  BLOB_FIXED: its locks want versioning as it is.
 */
enum blob_result blob_set_versioning(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *versioning);
/*
 * The bucket has locks from now on, and new objects get those of b (lock_mode, lock_days,
 * lock_years).  BLOB_FIXED: versioning is not enabled.
 */
enum blob_result blob_set_locks(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_bucket *b);
/* tags->list NULL: none. */
enum blob_result blob_tag_bucket(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_pairs *tags);

/*
 * The same of a version of an object; *out says which it is (version, versioned, delete_marker,
 * etag).
 * BLOB_NO_KEY, BLOB_NO_VERSION, BLOB_MARKER also when the newest version is one.
 */
enum blob_result blob_tag(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *version, const struct blob_pairs *tags,
    struct blob_object *out);
/*
 * Mode and until of lock; a mode of NULL ends what there is.  BLOB_LOCKED: that would be less than
 * holds now; passes: governance may be passed.  BLOB_NO_LOCKS.
 */
enum blob_result blob_retain(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *version, const struct blob_lock *lock,
    bool passes, struct blob_object *out);
enum blob_result blob_hold(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *version, const char *hold,
    struct blob_object *out);

/*
 * A page of versions and delete markers, by key and then the newest first, past version
 * after_version of key l->after; NULL: past all of that key.
 */
enum blob_result blob_list_versions(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_listing *l, const char *after_version,
    struct blob_entry **out, size_t *n, bool *more);

#endif
