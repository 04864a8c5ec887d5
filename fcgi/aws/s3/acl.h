/* fcgi/aws/s3/acl.h - lists of grants, as requests bring them and answers show them */
#ifndef MF_S3_ACL_H
#define MF_S3_ACL_H

#include "fcgi/aws/s3/access.h"

/*
 * Source: "Access control list (ACL) overview", S3 User Guide.  A list is pairs of grantee and
 * permission; a grantee is an account's number or the last part of a group's URI ("AllUsers").
 * A list of NULL is canned "private": its owner's alone.
 */
struct s3_acl {
	bool              said;   /* the request names one */
	const char       *canned; /* NULL: it spells it out */
	struct blob_pairs list;
};

/* Whose thing, and whose bucket it is in; for a bucket they are the same. */
struct s3_acl_of {
	const char *owner, *bucket_owner;
	bool        is_bucket;
};

/* x-amz-acl, or x-amz-grant-*. */
struct s3_acl s3_acl_headers(struct call *c, const struct s3_acl_of *of);
/* The same, or a document; one of them must be there. */
struct s3_acl s3_acl_request(struct call *c, const struct s3_acl_of *of);

/* Somebody besides the owner is granted something; everybody is. */
bool s3_acl_shares(const struct s3_acl *acl, const char *owner);
bool s3_acl_public(const struct blob_pairs *list);
/* Nothing but full control for that account, in whatever form. */
bool s3_acl_is_full_control(const struct s3_acl *acl, const char *account);
/* Throws when the bucket lets no list in that is for everybody, and this one is. */
void s3_acl_check_public(struct call *c, struct s3_access *a, const struct s3_acl *acl,
    const char *key, const char *action);

/* Whoever is named by an address of mail: S3 does not take that since October 2025. */
_Noreturn void s3_acl_refuse_email(struct call *c);

/* The answer <AccessControlPolicy>. */
void s3_acl_put(struct call *c, const char *owner, const struct blob_pairs *list);

/*
 * Who will own a new object of the caller's, and its list: the request's headers, as the bucket's
 * object ownership takes them.  Throws AccessControlListNotSupported.
 */
void s3_new_object(struct call *c, const char **owner, struct blob_pairs *acl);

/*
 * What a new bucket says of access by the request's headers; *special: other than a bucket begins
 * with.
 */
struct blob_access s3_new_bucket_access(struct call *c, bool *special);

#endif
