/* shared/engine/blob.h - buckets and objects, as every cloud with an object store means them */
#ifndef MF_BLOB_H
#define MF_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/engine/space.h"

struct store;
struct task;

/*
 * An object's bytes are in its row (small ones) or in the store.  The face decides which, puts
 * what is stored there first (store.h), and then calls blob_put, which is one statement: when it
 * returns BLOB_OK the object is committed.  Every function here but those that say otherwise costs
 * one round trip (blob_put another one when it put nothing), throws FAULT_STALE when the
 * environment is no longer what sp says, and never throws for something that is not there.
 *
 * `who` is the account the caller takes for the bucket's owner: BLOB_FOREIGN when it is another's.
 * Who may do what is the face's to decide (access, below), before or after it calls.
 */
enum blob_result {
	BLOB_OK,
	BLOB_NO_BUCKET,
	BLOB_FOREIGN,   /* the bucket is another account's */
	BLOB_NO_KEY,
	BLOB_UNMET,     /* a condition does not hold: nothing was done */
	BLOB_THERE,     /* blob_bucket_make: it exists, see owner */
	BLOB_NOT_EMPTY,
	BLOB_FULL,      /* blob_config.h */
	BLOB_NO_UPLOAD,      /* blob_upload.h */
	BLOB_OTHER_CHECKSUM,
};

struct blob_bucket {
	int64_t     id;
	const char *name, *owner, *region;
	int64_t     created_at; /* the environment's time */
};

/* name, value, name, value, ...: n counts texts, so it is even. */
struct blob_pairs {
	const char *const *list;
	size_t             n;
};

/* The latest version of an object, or what shall become it. */
struct blob_object {
	const char       *key;
	const char       *version;       /* "": the null version */
	int64_t           seq;           /* another one after every change */
	int64_t           modified_at;   /* the environment's time */
	const char       *owner;         /* account; NULL in what is put: the bucket's owner */
	struct blob_pairs acl;           /* grantee, permission, ...; list NULL: the owner's alone */
	int64_t           size;
	const char       *etag;          /* without quotes */
	struct blob_pairs headers, metadata;
	const char       *storage_class;
	const char       *checksum_algorithm, *checksum_type, *checksum; /* or NULL */
	/* The bytes, or the name of a stored body and the environment whose namespace it is in. */
	const void       *bytes;
	const char       *body;
	int64_t           home;
	const char       *parts; /* or: it is made of parts (blob_upload.h) */
};

/* When a put may happen; all zero: always. At most one of them. */
struct blob_condition {
	bool        absent; /* only where nothing is */
	const char *etag;   /* only over this one; "*": over any */
};

enum blob_result blob_bucket_make(struct task *t, const struct space *sp, const char *who,
    const char *name, const char *region, struct blob_bucket *out);
/* Fills *out also for BLOB_FOREIGN. */
enum blob_result blob_bucket_find(struct task *t, const struct space *sp, const char *who,
    const char *name, struct blob_bucket *out);
/* The first `limit` buckets of `who` after name `after`; region may be NULL. */
size_t blob_bucket_list(struct task *t, const struct space *sp, const char *who, const char *after,
    const char *prefix, const char *region, int64_t limit, struct blob_bucket **out);
/* Three round trips: it waits for those who are putting something into the bucket. */
enum blob_result blob_bucket_remove(struct task *t, const struct space *sp, const char *who,
    const char *name);

/*
 * BLOB_OK, BLOB_NO_BUCKET, BLOB_FOREIGN, BLOB_UNMET, or BLOB_NO_KEY for an etag where nothing is.
 */
enum blob_result blob_put(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_object *o, const struct blob_condition *when);
/*
 * Put `o` (its key, modified_at, headers, metadata, storage class, checksum) with the body of
 * `from` of bucket from_bucket, as blob_get returned it.  BLOB_UNMET also means the target's
 * condition; a source that changed meanwhile throws FAULT_CONFLICT: run again.
 */
enum blob_result blob_copy(struct task *t, const struct space *sp, const char *who,
    const char *bucket,
    const struct blob_object *o, const struct blob_condition *when, const char *from_bucket,
    const struct blob_object *from);
/*
 * with_bytes: fetch them, when they are in the row. BLOB_OK, BLOB_NO_BUCKET, BLOB_FOREIGN,
 * BLOB_NO_KEY.
 */
enum blob_result blob_get(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, bool with_bytes, struct blob_object *out);
/* etag NULL: whatever it is. BLOB_NO_KEY: there was nothing to delete. */
enum blob_result blob_delete(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *etag);
/* n keys, each with its etag or NULL; result[i] is of key i. */
enum blob_result blob_delete_many(struct task *t, const struct space *sp, const char *who,
    const char *bucket,
    const char *const *keys, const char *const *etags, size_t n, enum blob_result *result);

/*
 * A page of a listing, in the order of the keys' bytes.  A key that holds `delimiter` after the
 * prefix is folded into `common`, which ends with it; a page costs what it shows, not what it
 * folds.
 */
struct blob_listing {
	const char *prefix;    /* "" for none */
	const char *delimiter; /* NULL or "" for none */
	const char *after;     /* keys past this one; "": from the start */
	bool        past_fold; /* where `after` itself folds, go on past all that folds with it */
	int64_t     limit;
};
struct blob_entry {
	const char        *common; /* NULL: it is an object */
	struct blob_object object; /* without headers, metadata and bytes */
};
/* *more: there is something past the page. */
enum blob_result blob_list(struct task *t, const struct space *sp, const char *who,
    const char *bucket,
    const struct blob_listing *l, struct blob_entry **out, size_t *n, bool *more);

/* An id for a body, unique to its upload. */
const char *blob_body_id(struct task *t);

/*
 * The collector (blob_collect.c).  Remove up to `limit` stored bodies that no row has named since
 * `before`, and as many that were stored before then and never named; returns how many it dealt
 * with, so call it until 0.
 */
size_t blob_collect(struct task *t, struct store *s, int64_t before, size_t limit);
/*
 * All that an environment had in the store, once its spaces' rows are gone; call it before its
 * rows of core.space go, so that it is tried again when it fails.  False: some row (a fork's)
 * still names a body of it, nothing was done.
 */
bool blob_forget(struct task *t, struct store *s, int64_t environment);

#endif
