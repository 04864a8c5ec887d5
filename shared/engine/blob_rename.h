/* shared/engine/blob_rename.h - objects get other keys */
#ifndef MF_BLOB_RENAME_H
#define MF_BLOB_RENAME_H

#include "shared/engine/blob.h"

/*
 * The current object `from` of a bucket becomes `to` of the same bucket, over what is there, in one
 * statement and without its bytes being touched: everything of it goes along, owner, list, tags,
 * retention, checksums and encryption too.  Without versioning its time stays what it was.  In a
 * bucket that has or had versioning it becomes a new version of `to`, and `from` gets a delete
 * marker, so what locks keep stays where it is.  A key renamed to itself stays as it is.
 */
enum { BLOB_ANY_SEQ = 0, BLOB_NO_SEQ = -1 };

struct blob_renaming {
	const char *from, *to;
	int64_t     seq;             /* the object as it was looked at; BLOB_ANY_SEQ: whatever is there;
	                                BLOB_NO_SEQ: none is good, only a token may be */
	struct blob_condition when;  /* of what is there under `to`, and besides: */
	const int64_t *since, *not_since; /* it was changed after that, or not; NULL: whatever */
	const char *marker_owner;    /* of delete markers; NULL: the bucket's owner */
	/* A token by which account knows the request again, and a digest of it; NULL: none. */
	const char *account, *token, *asked;
};
struct blob_moved {
	const char *version;   /* of `to`; "": the null version */
	const char *gone;      /* the delete marker over `from`; NULL: none was made */
	bool        versioned; /* the bucket has or had versioning */
	bool        again;     /* it was done before, and nothing now */
	int64_t     size;
	const char *etag;
};

/*
 * BLOB_OK, BLOB_NO_BUCKET, BLOB_FOREIGN, BLOB_NO_KEY: there is no `from`.  BLOB_UNMET: of `to`.
 * BLOB_REUSED: the token came with another request.  A `from` that is not at seq throws
 * FAULT_CONFLICT, run again, or is BLOB_NO_KEY for BLOB_NO_SEQ.
 */
enum blob_result blob_rename(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_renaming *what, struct blob_moved *out);

#endif
