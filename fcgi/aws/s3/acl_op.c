/* fcgi/aws/s3/acl_op.c - Get- and PutBucketAcl, Get- and PutObjectAcl; lists of new objects */
#include <string.h>

#include "fcgi/aws/s3/acl.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/version.h"

void
s3_acl_check_public(struct call *c, struct s3_access *a, const struct s3_acl *acl,
    const char *key, const char *action)
{
	if (!s3_acl_public(&acl->list) || !s3_shuts(a, BLOB_SHUT_LISTS))
		return;
	s3_access_look(c, a);
	if (s3_shuts(a, BLOB_SHUT_LISTS))
		s3_deny(c, a, key, action, "because public ACLs are prevented by the BlockPublicAcls "
		    "setting in S3 Block Public Access.");
}

/* Without lists only one is taken: the one that says what is so anyway. */
static void
check_enabled(struct call *c, struct s3_access *a, const struct s3_acl *acl)
{
	if (!s3_acl_disabled(a) || s3_acl_is_full_control(acl, a->docs.owner))
		return;
	s3_access_look(c, a);
	if (s3_acl_disabled(a))
		task_throw(c->task, &S3_ACL_NOT_SUPPORTED, NULL);
}

void
s3_new_object(struct call *c, const char **owner, struct blob_pairs *acl)
{
	struct s3_access *a = s3_access(c, s3_bucket(c));
	struct s3_acl_of  of = { .owner = s3_caller(c), .bucket_owner = a->docs.owner };
	struct s3_acl     asked = s3_acl_headers(c, &of);

	*owner = of.owner;
	*acl = asked.list;
	if (asked.said) {
		check_enabled(c, a, &asked);
		s3_acl_check_public(c, a, &asked, s3_key(c), "s3:PutObject");
	}
	if (s3_acl_disabled(a) ||
	    (a->docs.ownership != NULL && strcmp(a->docs.ownership, "BucketOwnerPreferred") == 0 &&
	     asked.canned != NULL && strcmp(asked.canned, "bucket-owner-full-control") == 0)) {
		*owner = a->docs.owner;
		*acl = (struct blob_pairs){ 0 };
	}
}

void
s3_get_bucket_acl(struct call *c)
{
	struct s3_access        *a = s3_access(c, s3_bucket(c));
	const struct blob_pairs none = { 0 };

	s3_access_look(c, a);
	s3_acl_put(c, a->docs.owner, s3_acl_disabled(a) ? &none : &a->docs.acl);
}

void
s3_put_bucket_acl(struct call *c)
{
	struct s3_access  *a = s3_access(c, s3_bucket(c));
	struct s3_acl_of   of = { a->docs.owner, a->docs.owner, true };
	struct s3_acl      acl = s3_acl_request(c, &of);
	struct blob_access set = { .owner = a->docs.owner, .acl = acl.list };

	s3_access_look(c, a);
	check_enabled(c, a, &acl);
	s3_acl_check_public(c, a, &acl, NULL, "s3:PutBucketAcl");
	s3_access_set(c, a, BLOB_LIST, &set);
}

static struct blob_object
find(struct call *c)
{
	struct blob_object o;

	s3_find_version(c, s3_bucket(c), s3_key(c), false, &o);
	s3_version_header(c, &o);
	return o;
}

static struct blob_object
find_to_write(struct call *c)
{
	struct blob_object o;

	s3_find_unmarked(c, s3_key(c), &o);
	s3_check_object(c, s3_bucket(c), &o);
	s3_version_header(c, &o);
	return o;
}

void
s3_get_object_acl(struct call *c)
{
	struct s3_access        *a = s3_access(c, s3_bucket(c));
	struct blob_object       o = find(c);
	const struct blob_pairs  none = { 0 };

	if (s3_acl_disabled(a))
		s3_acl_put(c, a->docs.owner, &none);
	else
		s3_acl_put(c, o.owner, &o.acl);
}

static bool
same(const struct blob_pairs *a, const struct blob_pairs *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++)
		if (strcmp(a->list[i], b->list[i]) != 0)
			return false;
	return a->n == b->n;
}

void
s3_put_object_acl(struct call *c)
{
	struct s3_access  *a = s3_access(c, s3_bucket(c));
	struct blob_object o = find_to_write(c);
	struct s3_acl_of   of = { .owner = s3_acl_disabled(a) ? a->docs.owner : o.owner,
		  .bucket_owner = a->docs.owner };
	struct s3_acl      acl = s3_acl_request(c, &of);
	enum blob_result   r;

	check_enabled(c, a, &acl);
	s3_acl_check_public(c, a, &acl, o.key, "s3:PutObjectAcl");
	if (s3_acl_disabled(a))
		return;
	s3_event_begin(c, a->bucket);
	r = blob_object_acl_set(c->task, &c->space, a->docs.owner, a->bucket, o.key, o.seq, &acl.list);
	s3_event_object(c, a->bucket, same(&o.acl, &acl.list) ? NULL : "ObjectAcl:Put", r, &o, false);
	if (r == BLOB_NO_KEY) /* it changed meanwhile */
		task_throw(c->task, &FAULT_CONFLICT, NULL);
	if (r != BLOB_OK)
		s3_throw_result(c, r, a->bucket, o.key);
}
