/* fcgi/aws/s3/access.h - who may do what with a bucket and its objects */
#ifndef MF_S3_ACCESS_H
#define MF_S3_ACCESS_H

#include <stdbool.h>

#include "fcgi/auth/policy.h"
#include "fcgi/aws/s3/action.h"
#include "shared/engine/blob_access.h"

struct aws_account;
struct call;
struct xml;

/*
 * Source: "How Amazon S3 authorizes a request", "Access control list (ACL) overview", "Blocking
 * public access" and "Controlling ownership of objects", S3 User Guide.
 *
 * s3_authorise runs before every handler.  It reads what the bucket says (its access documents,
 * remembered by the process) and settles the operation's own action.  Where only the object's own
 * list can allow, it leaves that to s3_check_object, which a handler calls with the object it has
 * read; one that forgets is refused at the end (s3_check_asked).  What a request does besides, each
 * key of DeleteObjects or the source of a copy, a handler asks for itself.
 *
 * Nobody is refused by what is only remembered: then the documents are read once more.
 */
struct s3_access {
	struct s3_access  *next;
	const char        *bucket;
	struct blob_access docs;
	bool               remembered; /* not read in this run */
	struct policy     *policy;     /* of docs; NULL: none */
	const struct xml  *events;     /* docs.notification, read by event.c; NULL: not yet */
	const struct xml  *cycle;      /* docs.lifecycle, read by lifecycle_rule.c; likewise */
	bool               is_public;  /* the policy lets everybody in */
	const char        *tagged;     /* the key last asked for its tags; NULL: none */
	struct blob_pairs  tags;
};

void s3_authorise(struct call *c);
/* Throws what anonymous callers hear where there is no environment. */
void s3_stranger(struct call *c);

/* The documents of a bucket; throws NoSuchBucket. */
struct s3_access *s3_access(struct call *c, const char *bucket);
/* Now as they are, not as they are remembered. */
void s3_access_look(struct call *c, struct s3_access *a);
/* Set one of them, for every process from now on. */
void s3_access_set(struct call *c, struct s3_access *a, enum blob_access_part part,
    struct blob_access *docs);
/* A bucket has just been made with these (NULL: forget what was there before). */
void s3_access_new(struct call *c, const char *bucket, const struct blob_access *docs);
/* Forget them: they are no longer what they were. */
void s3_access_forget(struct call *c, const char *bucket);

/* May the caller do this with the key (NULL: the bucket)?  S3_ASK: the object's list decides. */
enum s3_answer { S3_MAY_NOT, S3_MAY, S3_ASK };
enum s3_answer s3_may(struct call *c, const char *bucket, const char *key, const char *action);
/* May the caller know that there is no such key? Who may not list must not. */
bool s3_may_miss(struct call *c, const char *bucket, const char *key);
/* Throws AccessDenied unless the caller may, or may if the object says so. */
void s3_demand(struct call *c, const char *bucket, const char *key, const char *action);
/* The same of what goes with an object that is put: who may write by the bucket's list may. */
void s3_demand_besides(struct call *c, const char *bucket, const char *key, const char *action);
/* The object is there: throws AccessDenied when its list was to decide and does not allow. */
void s3_check_object(struct call *c, const char *bucket, const struct blob_object *o);
/* After a handler: what was left to s3_check_object has been checked. */
void s3_check_asked(struct call *c);

/* "User: .. is not authorized to perform: .. on resource: ".."" and why, for its own account. */
_Noreturn void s3_deny(struct call *c, const struct s3_access *a, const char *key,
    const char *action, const char *why);
/* What the caller is called where something is owned. */
extern const char S3_ANONYMOUS[];
const char *s3_caller(const struct call *c);
bool s3_is_owner(const struct call *c, const struct s3_access *a);
bool s3_acl_disabled(const struct s3_access *a);
bool s3_shuts(const struct s3_access *a, int64_t bit);

/* The condition keys of a request about that thing (access_key.c). */
struct s3_asking {
	struct call      *c;
	struct s3_access *a;
	const char       *key, *action;
	const char       *prefix; /* instead of the request's, for s3_may_miss */
};
bool s3_condition_values(void *asking, const char *name, struct policy_texts *out);

/* The grants of a list that are the caller's (acl.c). */
enum s3_permission s3_granted(const struct call *c, const struct s3_access *a,
    const struct blob_pairs *acl);

#endif
