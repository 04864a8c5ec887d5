/* shared/engine/blob_access.h - what a bucket says of who may do what */
#ifndef MF_BLOB_ACCESS_H
#define MF_BLOB_ACCESS_H

#include "shared/engine/blob.h"

struct mem;

/* What of a bucket is not public, whatever its policy and its lists say. */
enum {
	BLOB_SHUT_LISTS = 1 << 0,   /* lists for everybody are refused when they are put */
	BLOB_SHUT_POLICY = 1 << 1,  /* so are policies */
	BLOB_IGNORE_LISTS = 1 << 2, /* lists for everybody are as if they did not say so */
	BLOB_RESTRICT = 1 << 3,     /* a policy for everybody is for its owner's account alone */
	BLOB_SHUT_ALL = 15,         /* what a new bucket has */
};

/*
 * The documents; the face gives them their meaning and checks them on the way in.  Lists are pairs
 * of grantee and permission.  A bucket begins with BLOB_ENFORCED, BLOB_SHUT_ALL and nothing else.
 *
 * Processes remember these for as long as the environment's generation stands (fcgi/memo.h), so
 * it is raised by blob_access_set, by blob_config_put and blob_config_remove of what is in here,
 * and by blob_bucket_remove of a bucket that has others than it begins with; whoever makes one with
 * others, or outside BLOB_FIRST_REGION, sets them.
 */
#define BLOB_ENFORCED "BucketOwnerEnforced"
#define BLOB_FIRST_REGION "us-east-1"

struct blob_access {
	const char       *owner;     /* account */
	const char       *region;    /* as blob_bucket's; not set by blob_access_set */
	const char       *ownership; /* of objects that others put; NULL: nothing was said */
	int64_t           shut;      /* bits; BLOB_NOT_SAID: nothing was said, none of them */
	const char       *policy;    /* NULL: none */
	struct blob_pairs acl;       /* list NULL: the owner's alone */
	/* Not of access, but needed by every put: documents of blob_config.h (blob_remembered). */
	const char       *encryption, *lifecycle, *notification;
	/* A guess, since it changes without a generation: which statement to try first. */
	bool              versioned;
};
enum { BLOB_NOT_SAID = -1 };

/* BLOB_OK or BLOB_NO_BUCKET. */
enum blob_result blob_access_find(struct task *t, const struct space *sp, const char *bucket,
    struct blob_access *out);
struct blob_access *blob_access_copy(struct mem *m, const struct blob_access *a);

/*
 * Set one of them, or all, from `a`, for a bucket of a->owner: BLOB_OK, BLOB_NO_BUCKET or
 * BLOB_FOREIGN.  One that is replaced as it is looked at is nobody's mistake: the last one stays.
 */
enum blob_access_part { BLOB_OWNERSHIP, BLOB_SHUT, BLOB_POLICY, BLOB_LIST, BLOB_ALL };
enum blob_result blob_access_set(struct task *t, const struct space *sp, const char *bucket,
    enum blob_access_part part, const struct blob_access *a);

/*
 * The access list of the object that seq names, as blob_get returned it; BLOB_NO_KEY: it is not
 * there any more, or changed meanwhile.
 */
enum blob_result blob_object_acl_set(struct task *t, const struct space *sp, const char *owner,
    const char *bucket, const char *key, int64_t seq, const struct blob_pairs *acl);
/* The same with its kept headers. */
enum blob_result blob_object_headers_set(struct task *t, const struct space *sp, const char *owner,
    const char *bucket, const char *key, int64_t seq, const struct blob_pairs *headers);

#endif
