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
 * one round trip (blob_put others when it put nothing), throws FAULT_STALE when the
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
	BLOB_DISTURBED,
	BLOB_OTHER_SEAL,
	BLOB_NO_VERSION,     /* the key has no version of that id */
	BLOB_MARKER,         /* that version is a delete marker */
	BLOB_LOCKED,         /* object lock keeps it */
	BLOB_NO_LOCKS,       /* only a bucket with locks takes that */
	BLOB_REUSED,         /* blob_rename.h */
	BLOB_FIXED,          /* locks and versioning do not go together so */
};

/*
 * The kept header by which bodies are known to be sealed with a customer's key, which the face has
 * a way to verify by its value.  Parts of an upload have the same as the upload (blob_upload.h).
 */
#define BLOB_SEAL "seal"

/* name, value, name, value, ...: n counts texts, so it is even. */
struct blob_pairs {
	const char *const *list;
	size_t             n;
};

/* What keeps a version from being deleted. */
struct blob_lock {
	const char *mode;  /* "GOVERNANCE", "COMPLIANCE"; NULL: no retention */
	int64_t     until; /* the environment's time */
	const char *hold;  /* "ON", "OFF"; NULL: never said */
};

struct blob_bucket {
	int64_t           id;
	const char       *name, *owner, *region;
	int64_t           created_at;          /* the environment's time */
	const char       *versioning;          /* "Enabled", "Suspended"; NULL: never had it */
	bool              locks;               /* its versions can be locked */
	const char       *lock_mode;           /* of all new objects; NULL: none */
	int64_t           lock_days, lock_years; /* for how long: one of them */
	struct blob_pairs tags;                /* list NULL: none */
};
struct blob_new_bucket {
	const char       *name, *region;
	bool              locks;
	struct blob_pairs tags;
};

/* A copy of an archived version that can be read for a while (blob_restore.h). */
struct blob_restored {
	int64_t ready_at, until_at; /* the environment's time; 0: there is none */
	int64_t rank;               /* how fast it was to be: the greater the slower */
};

/* A version of an object, or what shall become the current one. */
struct blob_object {
	const char       *key;
	const char       *version;       /* its id; "": the null version */
	bool              versioned;     /* its bucket has or had versioning */
	bool              latest;        /* the newest of its key */
	bool              delete_marker; /* then there is nothing but key, version, owner and time */
	bool              locks;         /* its bucket's */
	const char       *place;         /* the engine's own name of the row */
	int64_t           seq;           /* another one after every change */
	int64_t           modified_at;   /* the environment's time */
	const char       *owner;         /* account; NULL in what is put: the bucket's owner */
	struct blob_pairs acl;           /* grantee, permission, ...; list NULL: the owner's alone */
	int64_t           size;
	const char       *etag;          /* without quotes */
	struct blob_pairs headers, metadata, tags; /* tags.list NULL: none */
	struct blob_lock  lock;
	const char       *storage_class;
	struct blob_restored restored;   /* of archives; read only */
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
    const struct blob_new_bucket *b, struct blob_bucket *out);
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
 * BLOB_OK, BLOB_NO_BUCKET, BLOB_FOREIGN, BLOB_UNMET, BLOB_NO_LOCKS, or BLOB_NO_KEY for an etag
 * where nothing is.  Sets o->version.  In a bucket with versioning what was there stays, as a
 * version.  o->versioned is what the caller takes the bucket for: a wrong guess costs another round
 * trip, and is set right.
 */
enum blob_result blob_put(struct task *t, const struct space *sp, const char *who,
    const char *bucket, struct blob_object *o, const struct blob_condition *when);
/*
 * Put `o` (its key, modified_at, headers, metadata, tags, lock, storage class, checksum, and its
 * etag unless that is NULL) with the body of `from` of bucket from_bucket, as blob_get returned it.
 * BLOB_UNMET also means the target's condition; a source that changed meanwhile throws
 * FAULT_CONFLICT: run again.  Sets o->version and o->versioned.
 */
enum blob_result blob_copy(struct task *t, const struct space *sp, const char *who,
    const char *bucket,
    struct blob_object *o, const struct blob_condition *when, const char *from_bucket,
    const struct blob_object *from);
/*
 * The current object of a bucket that never had versioning, not archived: BLOB_OK, BLOB_NO_KEY, or
 * BLOB_UNMET: blob_get has to say.  Two thirds of the work of that one for the database.
 */
enum blob_result blob_get_plain(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, bool with_bytes, struct blob_object *out);
/*
 * version NULL: the current one; "": the null version.  with_bytes: fetch them, when they are in
 * the row.  BLOB_OK, BLOB_NO_BUCKET, BLOB_FOREIGN, BLOB_NO_KEY, BLOB_NO_VERSION, BLOB_MARKER.  Of
 * the last, and of BLOB_NO_KEY when that is because of a marker, *out says delete_marker and its
 * version.
 */
enum blob_result blob_get(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *version, bool with_bytes,
    struct blob_object *out);

/* What to delete.  Without a version a bucket that has or had versioning gets a delete marker. */
struct blob_removal {
	const char *version; /* as in blob_get */
	const char *etag;    /* only this one; NULL, "*": whatever it is */
};
/* What is true of all that one call deletes. */
struct blob_remover {
	const char *owner;        /* of delete markers; NULL: the bucket's owner */
	bool        passes_asked; /* BLOB_NO_LOCKS where there are none */
	bool        passes;       /* locks of governance */
};
struct blob_removed {
	/* BLOB_OK, BLOB_UNMET, BLOB_LOCKED, BLOB_NO_KEY: nothing was there. */
	enum blob_result result;
	bool             versioned; /* the bucket has or had versioning */
	bool             marker;    /* a delete marker was made, or removed */
	const char      *version;   /* what was made or removed, where versioned */
};
/* Besides out->result, which it returns: BLOB_NO_BUCKET, BLOB_FOREIGN, BLOB_NO_LOCKS. */
enum blob_result blob_delete(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const struct blob_removal *what,
    const struct blob_remover *by, struct blob_removed *out);
/* n keys: what[i] and out[i] are of keys[i]. BLOB_OK, BLOB_NO_BUCKET, BLOB_FOREIGN. */
enum blob_result blob_delete_many(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *const *keys, const struct blob_removal *what, size_t n,
    const struct blob_remover *by, struct blob_removed *out);

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
	struct blob_object object; /* without headers, metadata, tags, lock and bytes */
};
/* *more: there is something past the page. */
enum blob_result blob_list(struct task *t, const struct space *sp, const char *who,
    const char *bucket,
    const struct blob_listing *l, struct blob_entry **out, size_t *n, bool *more);

/* An id for a body, unique to its upload. */
const char *blob_body_id(struct task *t);

/*
 * The collector (blob_collect.c).  Remove up to `limit` stored bodies that no row has named since
 * `before`, or when there are none, that were stored before then and never named; returns how many
 * it dealt with, so call it until 0.
 */
size_t blob_collect(struct task *t, struct store *s, int64_t before, size_t limit);
/*
 * All that an environment had in the store, once its spaces' rows are gone; call it before its
 * rows of core.space go, so that it is tried again when it fails.  False: some row (a fork's)
 * still names a body of it, and nothing was done; or there is more left in the store.
 */
bool blob_forget(struct task *t, struct store *s, int64_t environment);

#endif
