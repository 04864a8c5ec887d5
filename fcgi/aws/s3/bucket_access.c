/* fcgi/aws/s3/bucket_access.c - ownership controls and public access blocks of buckets */
#include <string.h>

#include "fcgi/aws/s3/acl.h"
#include "fcgi/aws/s3/s3.h"
#include "shared/wire/xml.h"

static const char *const ownerships[] = { BLOB_ENFORCED, "BucketOwnerPreferred", "ObjectWriter" };

static const char *
ownership_named(const char *name)
{
	for (size_t i = 0; name != NULL && i < COUNT(ownerships); i++)
		if (strcmp(ownerships[i], name) == 0)
			return ownerships[i];
	return NULL;
}

/* "Blocking public access", S3 User Guide. */
static const struct {
	const char *element;
	int64_t     bit;
} blocks[] = {
	{ "BlockPublicAcls", BLOB_SHUT_LISTS }, { "IgnorePublicAcls", BLOB_IGNORE_LISTS },
	{ "BlockPublicPolicy", BLOB_SHUT_POLICY }, { "RestrictPublicBuckets", BLOB_RESTRICT },
};

struct blob_access
s3_new_bucket_access(struct call *c, bool *special)
{
	const char        *header = s3_header(c, "x-amz-object-ownership");
	const char        *owner = c->who->account_id;
	struct blob_access new = { .owner = owner, .shut = BLOB_SHUT_ALL,
		  .ownership = BLOB_ENFORCED };
	struct s3_acl_of   of = { owner, owner, true };
	struct s3_acl      acl = s3_acl_headers(c, &of);

	if (header == NULL && s3_header_empty(c, "x-amz-object-ownership"))
		header = "";
	if (header != NULL)
		new.ownership = ownership_named(header);
	if (new.ownership == NULL)
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Invalid x-amz-object-ownership header: %s", header), "ArgumentName",
		    "x-amz-object-ownership", NULL);
	if (strcmp(new.ownership, BLOB_ENFORCED) != 0)
		new.acl = acl.list;
	else if (s3_acl_shares(&acl, owner))
		task_throw(c->task, &S3_ACL_OWNERSHIP, NULL);
	if (s3_acl_public(&new.acl)) /* new buckets shut out public lists */
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	*special = new.acl.list != NULL || strcmp(new.ownership, BLOB_ENFORCED) != 0;
	return new;
}

void
s3_get_bucket_ownership_controls(struct call *c)
{
	struct s3_access *a = s3_access(c, s3_bucket(c));

	s3_access_look(c, a);
	if (a->docs.ownership == NULL)
		s3_throw(c, &S3_NO_OWNERSHIP, NULL, "BucketName", a->bucket, NULL);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "OwnershipControls");
	enc_struct(c->out, "Rule");
	enc_text(c->out, "ObjectOwnership", a->docs.ownership);
	enc_end(c->out);
	enc_end(c->out);
}

void
s3_put_bucket_ownership_controls(struct call *c)
{
	struct s3_access  *a = s3_access(c, s3_bucket(c));
	const struct xml  *x = s3_xml(c, "OwnershipControls");
	const struct xml  *rule = x != NULL ? x->first : NULL;
	struct blob_access set = { 0 };
	struct s3_acl      acl = { 0 };

	if (rule == NULL || rule->next != NULL || strcmp(rule->name, "Rule") != 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	set.ownership = ownership_named(xml_child_text(rule, "ObjectOwnership"));
	if (set.ownership == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	s3_access_look(c, a);
	acl.list = a->docs.acl;
	if (strcmp(set.ownership, BLOB_ENFORCED) == 0 && s3_acl_shares(&acl, a->docs.owner))
		task_throw(c->task, &S3_ACL_OWNERSHIP, NULL);
	s3_access_set(c, a, BLOB_OWNERSHIP, &set);
}

void
s3_delete_bucket_ownership_controls(struct call *c)
{
	struct blob_access nothing = { 0 };

	s3_access_set(c, s3_access(c, s3_bucket(c)), BLOB_OWNERSHIP, &nothing);
	c->reply.status = 204;
}

void
s3_get_public_access_block(struct call *c)
{
	struct s3_access *a = s3_access(c, s3_bucket(c));

	s3_access_look(c, a);
	if (a->docs.shut == BLOB_NOT_SAID)
		s3_throw(c, &S3_NO_PUBLIC_BLOCK, NULL, "BucketName", a->bucket, NULL);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "PublicAccessBlockConfiguration");
	for (size_t i = 0; i < COUNT(blocks); i++)
		enc_bool(c->out, blocks[i].element, (a->docs.shut & blocks[i].bit) != 0);
	enc_end(c->out);
}

/* "true", "TRUE"; what is not there is false. */
static bool
is_on(struct call *c, const struct xml *x, const char *element)
{
	const char *value = xml_child_text(x, element);

	if (value == NULL || strcmp(value, "false") == 0 || strcmp(value, "FALSE") == 0)
		return false;
	if (strcmp(value, "true") != 0 && strcmp(value, "TRUE") != 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	return true;
}

void
s3_put_public_access_block(struct call *c)
{
	const struct xml  *x = s3_xml(c, "PublicAccessBlockConfiguration");
	struct blob_access set = { 0 };

	if (x == NULL || x->first == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	for (size_t i = 0; i < COUNT(blocks); i++)
		if (is_on(c, x, blocks[i].element))
			set.shut |= blocks[i].bit;
	s3_access_set(c, s3_access(c, s3_bucket(c)), BLOB_SHUT, &set);
}

void
s3_delete_public_access_block(struct call *c)
{
	struct blob_access nothing = { .shut = BLOB_NOT_SAID };

	s3_access_set(c, s3_access(c, s3_bucket(c)), BLOB_SHUT, &nothing);
	c->reply.status = 204;
}
