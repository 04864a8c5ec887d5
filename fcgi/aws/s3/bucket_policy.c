/* fcgi/aws/s3/bucket_policy.c - Put-, Get- and DeleteBucketPolicy, GetBucketPolicyStatus */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/s3.h"
#include "shared/base/text.h"

/* "Bucket policy size", S3 User Guide. */
enum { MOST_BYTES = 20 << 10 };

static const char ARN[] = "arn:aws:s3:::";

/* Keys of S3 besides those that begin with x-amz- and those of tags. */
static const char *const keys[] = { "AccessGrantsInstanceArn", "AccessPointNetworkOrigin",
	"AccessPointTag", "authType", "BucketTag", "DataAccessPointAccount", "DataAccessPointArn",
	"delimiter", "destinationRegion", "ExistingJobOperation", "ExistingJobPriority",
	"ExistingObjectTag", "if-match", "if-none-match", "InventoryAccessibleOptionalFields",
	"isReplicationPauseRequest", "JobSuspendedCause", "LocationConstraint", "max-keys",
	"object-lock-legal-hold", "object-lock-mode", "object-lock-remaining-retention-days",
	"object-lock-retain-until-date", "ObjectCreationOperation", "prefix", "RequestJobOperation",
	"RequestJobPriority", "RequestObjectTag", "RequestObjectTagKeys", "ResourceAccount",
	"signatureAge", "signatureversion", "TlsVersion", "versionid" };

/* What only listings say; another action that depends on it would never be. */
static const char *const listing[] = { "s3:prefix", "s3:delimiter", "s3:max-keys" };

static _Noreturn void
malformed(struct call *c, const char *why)
{
	s3_throw(c, &S3_MALFORMED_POLICY, why, NULL);
}

static bool
key_known(const char *key)
{
	const char *name = key + 3;
	size_t      n;

	if (strncasecmp(key, "s3:", 3) != 0)
		return strchr(key, ':') != NULL;
	if (strncasecmp(name, "x-amz-", 6) == 0)
		return true;
	n = strcspn(name, "/");
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strlen(keys[i]) == n && strncasecmp(keys[i], name, n) == 0)
			return true;
	return false;
}

/* Bits of enum s3_level; 0: it is not of this bucket. */
static unsigned
resource_levels(const char *resource, const char *bucket)
{
	const char *rest = resource + strlen(ARN) + strlen(bucket);

	if (!text_starts(resource, ARN) || !text_starts(resource + strlen(ARN), bucket))
		return 0;
	if (*rest == '/')
		return S3_LEVEL_OBJECT;
	if (*rest == '*' || *rest == '?')
		return S3_LEVEL_BUCKET | S3_LEVEL_OBJECT;
	return *rest == '\0' ? S3_LEVEL_BUCKET : 0;
}

static bool
lists(const struct policy_statement *s)
{
	for (size_t i = 0; i < s->actions.n; i++)
		if (s->not_action || policy_match(s->actions.list[i], "s3:ListBucket", true) ||
		    policy_match(s->actions.list[i], "s3:ListBucketVersions", true) ||
		    policy_match(s->actions.list[i], "s3:ListBucketMultipartUploads", true))
			return true;
	return false;
}

static void
check_conditions(struct call *c, const struct policy_statement *s)
{
	for (size_t i = 0; i < s->n_conditions; i++) {
		const char *key = s->conditions[i].key;

		if (!key_known(key))
			malformed(c, "Policy has an invalid condition key");
		for (size_t k = 0; k < COUNT(listing); k++)
			if (strcasecmp(listing[k], key) == 0 && !lists(s))
				malformed(c, "Conditions do not apply to combination of actions and resources in "
				    "statement");
	}
}

static void
check_statement(struct call *c, const struct policy_statement *s, const char *bucket)
{
	unsigned about = 0, levels;

	for (size_t i = 0; i < s->actions.n; i++)
		if (s3_action_levels(s->actions.list[i]) == 0)
			malformed(c, "Policy has invalid action");
	for (size_t i = 0; i < s->resources.n; i++) {
		levels = resource_levels(s->resources.list[i], bucket);
		if (levels == 0)
			malformed(c, "Policy has invalid resource");
		about |= levels;
	}
	for (size_t i = 0; !s->not_action && !s->not_resource && i < s->actions.n; i++)
		if ((s3_action_levels(s->actions.list[i]) & about) == 0)
			malformed(c, "Action does not apply to any resource(s) in statement");
	check_conditions(c, s);
}

static const char *
read_body(struct call *c)
{
	const struct buf *body = s3_text(c, MOST_BYTES, &S3_POLICY_TOO_LONG);

	/* JSON is UTF-8 and NUL is none of its characters. */
	if (!text_utf8(body->data, body->len))
		malformed(c, "This policy contains invalid Json");
	return body->data;
}

/* Of another account one may be allowed, but never does. */
static void
check_same_account(struct call *c, const struct s3_access *a)
{
	if (!s3_is_owner(c, a))
		s3_throw(c, &S3_METHOD_NOT_ALLOWED, NULL, "Method", c->req->method, "ResourceType",
		    "BUCKETPOLICY", NULL);
}

void
s3_put_bucket_policy(struct call *c)
{
	struct s3_access  *a = s3_access(c, s3_bucket(c));
	struct blob_access set = { .policy = read_body(c) };
	const char        *why;
	struct policy     *p;

	check_same_account(c, a);
	p = policy_parse(c->task->mem, set.policy, strlen(set.policy), false, &why);
	if (p == NULL)
		malformed(c, why);
	for (size_t i = 0; i < p->n; i++)
		check_statement(c, &p->list[i], a->bucket);
	if (policy_public(c->task->mem, p)) {
		s3_access_look(c, a);
		if (s3_shuts(a, BLOB_SHUT_POLICY))
			s3_deny(c, a, NULL, "s3:PutBucketPolicy", "because public policies are prevented by "
			    "the BlockPublicPolicy setting in S3 Block Public Access.");
	}
	s3_access_set(c, a, BLOB_POLICY, &set);
	c->reply.status = 204;
}

static struct s3_access *
find(struct call *c)
{
	struct s3_access *a = s3_access(c, s3_bucket(c));

	s3_access_look(c, a);
	if (a->policy == NULL)
		s3_throw(c, &S3_NO_POLICY, NULL, "BucketName", a->bucket, NULL);
	return a;
}

void
s3_get_bucket_policy(struct call *c)
{
	check_same_account(c, s3_access(c, s3_bucket(c)));
	call_header(c, "Content-Type", "application/json");
	buf_text(&c->reply.body, find(c)->docs.policy);
}

void
s3_get_bucket_policy_status(struct call *c)
{
	struct s3_access *a = find(c);

	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "PolicyStatus");
	enc_bool(c->out, "IsPublic", a->is_public);
	enc_end(c->out);
}

void
s3_delete_bucket_policy(struct call *c)
{
	struct s3_access  *a = s3_access(c, s3_bucket(c));
	struct blob_access nothing = { 0 };

	check_same_account(c, a);
	s3_access_set(c, a, BLOB_POLICY, &nothing);
	c->reply.status = 204;
}
