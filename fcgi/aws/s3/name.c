/* fcgi/aws/s3/name.c - names of buckets, keys, regions, accounts */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/text.h"

enum { BUCKET_MIN = 3, BUCKET_MAX = 63, KEY_MAX = 1024 };

/* Values of LocationConstraint (botocore's model), and us-east-1, said by saying nothing. */
static const char *const regions[] = { "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1",
	"ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1",
	"ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
	"ap-southeast-7", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "EU",
	"eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1",
	"eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
	"sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1",
	"us-west-2" };

bool
s3_region_valid(const char *region)
{
	for (size_t i = 0; i < COUNT(regions); i++)
		if (strcmp(regions[i], region) == 0)
			return true;
	return false;
}

const char *
s3_region_shown(const char *region)
{
	return strcmp(region, "EU") == 0 ? "eu-west-1" : region;
}

static bool
looks_like_address(const char *name)
{
	int dots = 0;

	for (; *name != '\0'; name++) {
		if (*name == '.')
			dots++;
		else if (*name < '0' || *name > '9')
			return false;
	}
	return dots == 3;
}

/* "General purpose bucket naming rules", Amazon S3 User Guide. */
bool
s3_bucket_name_valid(const char *name)
{
	static const char *const prefixes[] = { "xn--", "sthree-", "amzn-s3-demo-" };
	static const char *const suffixes[] = { "-s3alias", "--ol-s3", ".mrap", "--x-s3",
		"--table-s3" };
	static const char        ends[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t                   n = strlen(name);

	if (n < BUCKET_MIN || n > BUCKET_MAX ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != n ||
	    strchr(ends, name[0]) == NULL || strchr(ends, name[n - 1]) == NULL)
		return false;
	if (strstr(name, "..") != NULL || strstr(name, ".-") != NULL || strstr(name, "-.") != NULL ||
	    looks_like_address(name))
		return false;
	for (size_t i = 0; i < COUNT(prefixes); i++)
		if (text_starts(name, prefixes[i]))
			return false;
	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (text_ends(name, suffixes[i]))
			return false;
	return true;
}

const char *
s3_bucket(struct call *c)
{
	const char *name = aws_rest_label(c, "Bucket");

	if (name == NULL || !text_utf8(name, strlen(name)))
		s3_throw(c, &S3_INVALID_BUCKET_NAME, NULL, "BucketName", name == NULL ? "" : "?", NULL);
	return name;
}

void
s3_check_key(struct call *c, const char *key)
{
	size_t n = strlen(key);

	if (n > KEY_MAX)
		s3_throw(c, &S3_KEY_TOO_LONG, NULL, "Size", mem_fmt(c->task->mem, "%zu", n),
		    "MaxSizeAllowed", mem_fmt(c->task->mem, "%d", KEY_MAX), NULL);
	if (n == 0 || !text_utf8(key, n))
		s3_throw(c, &S3_INVALID_URI, NULL, "URI", c->path, NULL);
}

const char *
s3_key(struct call *c)
{
	const char *key = aws_rest_label(c, "Key");

	if (key == NULL)
		s3_throw(c, &S3_INVALID_URI, NULL, "URI", c->path, NULL);
	s3_check_key(c, key);
	return key;
}

const char *
s3_owner_of(struct call *c, const char *bucket)
{
	return s3_access(c, bucket)->docs.owner;
}

const char *
s3_owner(struct call *c)
{
	return s3_owner_of(c, s3_bucket(c));
}

void
s3_check_expected_owner(struct call *c, const char *header, const char *bucket)
{
	const char *id = s3_header(c, header);

	if (id == NULL)
		return;
	if (strlen(id) != 12 || strspn(id, "0123456789") != 12)
		s3_throw(c, &S3_INVALID_OWNER_ID, mem_fmt(c->task->mem,
		    "The value of the expected bucket owner parameter must be an AWS Account ID... [%s]",
		    id), NULL);
	if (strcmp(id, s3_owner_of(c, bucket)) != 0)
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
}

/* The bucket is another's than is remembered: look again. */
static _Noreturn void
foreign(struct call *c, const char *bucket)
{
	if (!s3_access(c, bucket)->remembered)
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	s3_access_forget(c, bucket);
	task_throw(c->task, &FAULT_CONFLICT, NULL);
}

void
s3_throw_result(struct call *c, enum blob_result r, const char *bucket, const char *key)
{
	if (r == BLOB_NO_BUCKET)
		s3_throw(c, &S3_NO_BUCKET, NULL, "BucketName", bucket, NULL);
	if (r == BLOB_NO_KEY && !s3_may_miss(c, bucket, key))
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	if (r == BLOB_NO_KEY)
		s3_throw(c, &S3_NO_KEY, NULL, "Key", key, NULL);
	if (r == BLOB_LOCKED)
		s3_throw(c, &S3_ACCESS_DENIED, "Access Denied because object protected by object lock.",
		    NULL);
	if (r == BLOB_NO_LOCKS)
		s3_throw(c, &S3_INVALID_REQUEST, "Bucket is missing ObjectLockConfiguration", NULL);
	if (r == BLOB_NOT_EMPTY)
		s3_throw(c, &S3_BUCKET_NOT_EMPTY, NULL, "BucketName", bucket, NULL);
	if (r == BLOB_FOREIGN)
		foreign(c, bucket);
	task_throw(c->task, &S3_PRECONDITION, NULL);
}

/* Whoever puts something without saying who it is: the id S3 knows them by. */
static const struct aws_account anonymous = { .account_id = "anonymous",
	.owner_id = "65a011a29cdf8ec533ec3d1ccaae921c" };

const struct aws_account *
s3_account(const struct call *c, const char *account_id)
{
	for (size_t i = 0; i < c->env->n_accounts; i++)
		if (strcmp(c->env->accounts[i].account_id, account_id) == 0)
			return &c->env->accounts[i];
	return strcmp(account_id, S3_ANONYMOUS) == 0 ? &anonymous : NULL;
}

void
s3_put_owner(struct call *c, const char *element, const struct aws_account *a)
{
	if (a == NULL)
		return;
	enc_struct(c->out, element);
	enc_text(c->out, "ID", a->owner_id);
	enc_end(c->out);
}
