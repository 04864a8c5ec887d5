/* fcgi/aws/s3/bucket.c - buckets: create, head, list, delete, where */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/acl.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/db/db.h"
#include "shared/wire/base64.h"
#include "shared/wire/xml.h"

enum { MOST_BUCKETS = 10000 };

static const char FIRST_REGION[] = BLOB_FIRST_REGION, NAMESPACE[] = "x-amz-bucket-namespace";

/* The region of the endpoint: what was signed for, when there is such a region. */
static const char *
endpoint_region(const struct call *c)
{
	const char *region = s3_region(c);

	return s3_region_valid(region) ? region : FIRST_REGION;
}

static void
put_arn(struct call *c, const char *name)
{
	call_header(c, "x-amz-bucket-arn", mem_fmt(c->task->mem, "arn:aws:s3:::%s", name));
}

/* Whoever asks for a region is told the whole address. */
static void
put_location(struct call *c, const char *name, const struct xml *x)
{
	bool        told = x != NULL && xml_child(x, "LocationConstraint") != NULL;
	const char *base = told ? c->base_url : "";

	call_header(c, "Location", c->sub_host != NULL ? mem_fmt(c->task->mem, "%s/", base)
	                                               : mem_fmt(c->task->mem, "%s/%s", base, name));
}

static _Noreturn void
illegal_location(struct call *c, const char *location)
{
	s3_throw(c, &S3_ILLEGAL_LOCATION,
	    mem_fmt(c->task->mem, "The %s location constraint is incompatible "
	    "for the region specific endpoint this request was sent to.", location), NULL);
}

/*
 * Where the new bucket goes.  The endpoint of us-east-1 makes buckets anywhere; any other only in
 * its own region, which has to be said.
 */
static const char *
wanted_region(struct call *c, const struct xml *x)
{
	const char *endpoint = endpoint_region(c);
	const char *location = x != NULL ? xml_child_text(x, "LocationConstraint") : NULL;

	if (location == NULL || *location == '\0') {
		if (strcmp(endpoint, FIRST_REGION) != 0)
			illegal_location(c, "unspecified");
		return FIRST_REGION;
	}
	if (strcmp(endpoint, FIRST_REGION) != 0) {
		if (strcmp(location, endpoint) != 0 &&
		    !(strcmp(location, "EU") == 0 && strcmp(endpoint, "eu-west-1") == 0))
			illegal_location(c, location);
		return location;
	}
	if (strcmp(location, FIRST_REGION) == 0 || !s3_region_valid(location))
		s3_throw(c, &S3_INVALID_LOCATION, NULL, "LocationConstraint", location, NULL);
	return location;
}

static void
refuse_not_built(struct call *c, const struct xml *x)
{
	static const char *const elements[] = { "Location", "Bucket" };
	const char              *space = s3_header(c, NAMESPACE);

	if (space != NULL && strcmp(space, "global") != 0)
		s3_throw(c, &S3_NOT_IMPLEMENTED, NULL, "Header", NAMESPACE, NULL);
	for (size_t i = 0; x != NULL && i < COUNT(elements); i++)
		if (xml_child(x, elements[i]) != NULL)
			s3_throw(c, &S3_NOT_BUILT, mem_fmt(c->task->mem, "%s is not built yet.", elements[i]),
			    NULL);
	s3_refuse_headers(c, false);
}

/* What is made, besides where. */
static struct blob_new_bucket
wanted(struct call *c, const char *name, const struct xml *x)
{
	const char            *lock = s3_header(c, "x-amz-bucket-object-lock-enabled");
	const struct xml      *tags = x != NULL ? xml_child(x, "Tags") : NULL;
	struct blob_new_bucket b = { .name = name };

	b.region = wanted_region(c, x);
	b.locks = lock != NULL && strcasecmp(lock, "true") == 0;
	if (lock != NULL && !b.locks && strcasecmp(lock, "false") != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, NULL, "ArgumentName", "x-amz-bucket-object-lock-enabled",
		    NULL);
	if (tags != NULL)
		b.tags = s3_tags_element(c, tags, S3_TAGS_NEW_BUCKET);
	return b;
}

void
s3_create_bucket(struct call *c)
{
	const char            *name = s3_bucket(c);
	struct blob_new_bucket new;
	struct blob_bucket     b;
	struct blob_access     access;
	bool                   special;
	const struct xml      *x = s3_xml(c, "CreateBucketConfiguration");

	if (!s3_bucket_name_valid(name))
		s3_throw(c, &S3_INVALID_BUCKET_NAME, NULL, "BucketName", name, NULL);
	new = wanted(c, name, x);
	refuse_not_built(c, x);
	access = s3_new_bucket_access(c, &special);
	access.region = new.region;
	if (strcmp(new.region, FIRST_REGION) != 0)
		special = true;
	/* All of it or nothing: it must not be there for a moment with other access. */
	if (special)
		db_begin(c->task);
	if (blob_bucket_make(c->task, &c->space, c->who->account_id, &new, &b) == BLOB_OK) {
		if (special)
			blob_access_set(c->task, &c->space, name, BLOB_ALL, &access);
		s3_access_new(c, name, special ? NULL : &access);
	} else {
		if (strcmp(b.owner, c->who->account_id) != 0)
			s3_throw(c, &S3_BUCKET_EXISTS, NULL, "BucketName", name, NULL);
		/* Making one's own bucket again succeeds, plainly, in the oldest region and only there. */
		if (strcmp(endpoint_region(c), FIRST_REGION) != 0 || strcmp(b.region, FIRST_REGION) != 0 ||
		    strcmp(new.region, FIRST_REGION) != 0 || new.locks || new.tags.list != NULL)
			s3_throw(c, &S3_BUCKET_YOURS, NULL, "BucketName", name, NULL);
	}
	if (special)
		db_commit(c->task);
	put_location(c, name, x);
	put_arn(c, name);
}

struct blob_bucket
s3_find_bucket(struct call *c)
{
	const char        *name = s3_bucket(c);
	struct blob_bucket b;
	enum blob_result   r = blob_bucket_find(c->task, &c->space, s3_owner(c), name, &b);

	if (r != BLOB_OK)
		s3_throw_result(c, r, name, NULL);
	return b;
}

void
s3_head_bucket(struct call *c)
{
	struct blob_bucket b = s3_find_bucket(c);

	call_header(c, "x-amz-bucket-region", s3_region_shown(b.region));
	put_arn(c, b.name);
	call_header(c, "x-amz-access-point-alias", "false");
	call_header(c, "Content-Type", "application/xml");
}

void
s3_get_bucket_location(struct call *c)
{
	struct blob_bucket b = s3_find_bucket(c);

	call_header(c, "Content-Type", "application/xml");
	/* The element itself is the answer; us-east-1 is said by saying nothing. */
	if (strcmp(b.region, FIRST_REGION) == 0) {
		enc_struct(c->out, "LocationConstraint");
		enc_end(c->out);
	} else {
		enc_text(c->out, "LocationConstraint", b.region);
	}
}

void
s3_delete_bucket(struct call *c)
{
	const char      *name = s3_bucket(c);
	enum blob_result r = blob_bucket_remove(c->task, &c->space, s3_owner(c), name);

	if (r == BLOB_NOT_EMPTY && s3_find_bucket(c).versioning != NULL)
		s3_throw(c, &S3_BUCKET_NOT_EMPTY, "The bucket you tried to delete is not empty. You must "
		    "delete all versions in the bucket.", "BucketName", name, NULL);
	if (r != BLOB_OK)
		s3_throw_result(c, r, name, NULL);
	s3_access_forget(c, name);
	c->reply.status = 204;
}

/* A token is the last name of the page before, out of the client's sight. */
static const char *
bucket_token(struct call *c)
{
	const char *token = request_arg(c->req, "continuation-token");
	size_t      n;
	char       *name;

	if (token == NULL || *token == '\0')
		return "";
	name = base64url_decode(c->task->mem, token, &n);
	if (name == NULL || n == 0 || !text_utf8(name, n))
		s3_throw(c, &S3_INVALID_ARGUMENT, "The continuation token provided is incorrect",
		    "ArgumentName", "continuation-token", NULL);
	return mem_text_n(c->task->mem, name, n);
}

static int64_t
max_buckets(struct call *c)
{
	const char *value = request_arg(c->req, "max-buckets");
	int64_t     n = MOST_BUCKETS;

	if (value != NULL && !text_i64(value, 1, MOST_BUCKETS, &n))
		s3_throw(c, &S3_INVALID_ARGUMENT,
		    "Argument max-buckets must be an integer between 1 and 10000",
		    "ArgumentName", "max-buckets", "ArgumentValue", value, NULL);
	return n;
}

void
s3_list_buckets(struct call *c)
{
	const char         *prefix = request_arg(c->req, "prefix") != NULL
	                           ? s3_text_arg(c, "prefix") : NULL;
	const char         *region = request_arg(c->req, "bucket-region");
	const char         *after = bucket_token(c);
	bool                paged = request_arg(c->req, "max-buckets") != NULL;
	int64_t             max = max_buckets(c);
	struct blob_bucket *list;
	size_t              n;

	if (region != NULL && !s3_region_valid(region))
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Argument value %s is not a valid AWS Region", region), "ArgumentName", "bucket-region",
		    NULL);
	n = blob_bucket_list(c->task, &c->space, c->who->account_id, after,
	    prefix != NULL ? prefix : "", region, max + 1, &list);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "ListAllMyBucketsResult");
	s3_put_owner(c, "Owner", c->who);
	enc_list(c->out, "Buckets", "Bucket");
	for (size_t i = 0; i < n && (int64_t)i < max; i++) {
		enc_struct(c->out, NULL);
		enc_text(c->out, "Name", list[i].name);
		enc_text(c->out, "CreationDate", clock_iso_milli(c->task->mem,
		    list[i].created_at / SECOND * SECOND));
		if (paged || prefix != NULL || region != NULL)
			enc_text(c->out, "BucketRegion", s3_region_shown(list[i].region));
		enc_text(c->out, "BucketArn", mem_fmt(c->task->mem, "arn:aws:s3:::%s", list[i].name));
		enc_end(c->out);
	}
	enc_end(c->out);
	enc_text(c->out, "Prefix", prefix);
	if ((int64_t)n > max)
		enc_text(c->out, "ContinuationToken", base64url_encode(c->task->mem, list[max - 1].name,
		    strlen(list[max - 1].name)));
	enc_end(c->out);
}
