/* fcgi/aws/s3/access_key.c - what the condition keys of policies are in a request */
#include <string.h>
#include <strings.h>

#include "fcgi/auth/client.h"
#include "fcgi/auth/sigv4.h"
#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/version.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/uri.h"
#include "shared/wire/xml.h"

/*
 * Sources: "AWS global condition context keys", IAM User Guide; "Condition keys for Amazon S3",
 * Service Authorization Reference.  A key that says nothing about this request has no value.
 */
static const char *
number(struct call *c, int64_t n)
{
	return mem_fmt(c->task->mem, "%lld", (long long)n);
}

static const char *
current_time(struct s3_asking *q)
{
	return clock_iso(q->c->task->mem, q->c->space.now);
}

static const char *
epoch_time(struct s3_asking *q)
{
	return number(q->c, q->c->space.now / SECOND);
}

static const char *
source_ip(struct s3_asking *q)
{
	return client_exact(q->c);
}

static const char *
secure_transport(struct s3_asking *q)
{
	return strcmp(q->c->req->scheme, "https") == 0 ? "true" : "false";
}

static const char *
referer(struct s3_asking *q)
{
	return request_header(q->c->req, "referer");
}

static const char *
user_agent(struct s3_asking *q)
{
	return request_header(q->c->req, "user-agent");
}

static const char *
principal_account(struct s3_asking *q)
{
	return q->c->who != NULL ? q->c->who->account_id : NULL;
}

static const char *
principal_arn(struct s3_asking *q)
{
	return q->c->who == NULL ? NULL :
	    mem_fmt(q->c->task->mem, "arn:aws:iam::%s:root", q->c->who->account_id);
}

static const char *
principal_type(struct s3_asking *q)
{
	return q->c->who != NULL ? "Account" : "Anonymous";
}

static const char *
user_id(struct s3_asking *q)
{
	return s3_caller(q->c);
}

static const char *
no(struct s3_asking *q)
{
	(void)q;
	return "false";
}

static const char *
region(struct s3_asking *q)
{
	return s3_region(q->c);
}

static const char *
resource_account(struct s3_asking *q)
{
	return q->a->docs.owner;
}

static const char *
auth_type(struct s3_asking *q)
{
	const struct sigv4 *s = q->c->auth;

	if (q->c->who == NULL || s == NULL)
		return NULL;
	if (strcmp(q->c->req->method, "POST") == 0 && !s->presigned &&
	    request_header(q->c->req, "authorization") == NULL)
		return "POST"; /* a form */
	return s->presigned ? "REST-QUERY-STRING" : "REST-HEADER";
}

static const char *
signature_version(struct s3_asking *q)
{
	const struct sigv4 *s = q->c->auth;

	if (q->c->who == NULL || s == NULL)
		return NULL;
	return s->region == NULL ? "AWS" : "AWS4-HMAC-SHA256"; /* version 2 knows no regions */
}

/* In milliseconds, of presigned requests. */
static const char *
signature_age(struct s3_asking *q)
{
	const struct sigv4 *s = q->c->auth;

	if (q->c->who == NULL || s == NULL || !s->presigned)
		return NULL;
	return number(q->c, (q->c->task->now - s->signed_at) / MILLISECOND);
}

static const char *
prefix(struct s3_asking *q)
{
	if (q->prefix != NULL)
		return q->prefix;
	return q->key == NULL ? request_arg(q->c->req, "prefix") : NULL;
}

static const char *
delimiter(struct s3_asking *q)
{
	return q->key == NULL ? request_arg(q->c->req, "delimiter") : NULL;
}

static const char *
max_keys(struct s3_asking *q)
{
	return q->key == NULL ? request_arg(q->c->req, "max-keys") : NULL;
}

static const char *
version_id(struct s3_asking *q)
{
	return request_arg(q->c->req, "versionId");
}

static const char *
copy_source(struct s3_asking *q)
{
	const char *value = s3_header(q->c, "x-amz-copy-source");

	if (value == NULL)
		return NULL;
	return uri_decode_query(q->c->task->mem, value + (*value == '/'), strlen(value) -
	    (*value == '/'), NULL);
}

static const char *
lock_mode(struct s3_asking *q)
{
	return s3_header(q->c, "x-amz-object-lock-mode");
}

static const char *
lock_until(struct s3_asking *q)
{
	return s3_header(q->c, "x-amz-object-lock-retain-until-date");
}

static const char *
legal_hold(struct s3_asking *q)
{
	return s3_header(q->c, "x-amz-object-lock-legal-hold");
}

static const struct {
	const char *name;
	const char *(*value)(struct s3_asking *q);
} keys[] = {
	{ "aws:CurrentTime", current_time }, { "aws:EpochTime", epoch_time },
	{ "aws:PrincipalAccount", principal_account }, { "aws:PrincipalArn", principal_arn },
	{ "aws:PrincipalIsAWSService", no }, { "aws:PrincipalType", principal_type },
	{ "aws:Referer", referer }, { "aws:RequestedRegion", region },
	{ "aws:ResourceAccount", resource_account }, { "aws:SecureTransport", secure_transport },
	{ "aws:SourceIp", source_ip }, { "aws:UserAgent", user_agent }, { "aws:userid", user_id },
	{ "aws:ViaAWSService", no },
	{ "s3:authType", auth_type }, { "s3:delimiter", delimiter }, { "s3:max-keys", max_keys },
	{ "s3:object-lock-legal-hold", legal_hold }, { "s3:object-lock-mode", lock_mode },
	{ "s3:object-lock-retain-until-date", lock_until }, { "s3:prefix", prefix },
	{ "s3:ResourceAccount", resource_account }, { "s3:signatureAge", signature_age },
	{ "s3:signatureversion", signature_version }, { "s3:VersionId", version_id },
	{ "s3:x-amz-copy-source", copy_source },
};

/* The tags a request puts: of a header, or of the document of PutObjectTagging. */
static struct uri_query
request_tags(struct s3_asking *q)
{
	const char      *header = s3_header(q->c, "x-amz-tagging");
	struct mem      *m = q->c->task->mem;
	struct uri_query tags = { 0 };
	struct xml      *x = NULL;
	size_t           n = 0;

	if (header != NULL)
		uri_query_parse(m, header, &tags);
	if (strcmp(q->c->op->name, "PutObjectTagging") == 0)
		x = s3_xml(q->c, "Tagging");
	if (x == NULL || (x = xml_child(x, "TagSet")) == NULL)
		return tags;
	for (const struct xml *tag = x->first; tag != NULL; tag = tag->next)
		n++;
	tags.pairs = mem_calloc(m, n + 1, sizeof(*tags.pairs));
	for (const struct xml *tag = x->first; tag != NULL; tag = tag->next)
		if (xml_child_text(tag, "Key") != NULL && xml_child_text(tag, "Value") != NULL) {
			tags.pairs[tags.n].name = mem_text(m, xml_child_text(tag, "Key"));
			tags.pairs[tags.n++].value = mem_text(m, xml_child_text(tag, "Value"));
		}
	return tags;
}

static bool
tag_values(struct s3_asking *q, const struct uri_query *tags, const char *name,
    struct policy_texts *out)
{
	out->list = mem_array(q->c->task->mem, const char *, tags->n + 1);
	for (size_t i = 0; i < tags->n; i++)
		if (name == NULL)
			out->list[out->n++] = tags->pairs[i].name;
		else if (strcmp(tags->pairs[i].name, name) == 0)
			out->list[out->n++] = tags->pairs[i].value;
	return out->n > 0;
}

/* Of the object as it is; read once, however many conditions ask. */
static const struct blob_pairs *
existing_tags(struct s3_asking *q)
{
	struct call       *c = q->c;
	const char        *key = aws_rest_label(c, "Key");
	bool               named = key != NULL && strcmp(key, q->key) == 0 &&
	    strcmp(q->a->bucket, s3_bucket(c)) == 0;
	struct blob_object o;

	if (q->a->tagged != NULL && strcmp(q->a->tagged, q->key) == 0)
		return &q->a->tags;
	q->a->tags = (struct blob_pairs){ 0 };
	if (blob_get(c->task, &c->space, q->a->docs.owner, q->a->bucket, q->key,
	    named ? s3_version_arg(c) : NULL, false, &o) == BLOB_OK)
		q->a->tags = o.tags;
	q->a->tagged = q->key;
	return &q->a->tags;
}

/* Those the object has, for actions on what is there already. */
static bool
existing_tag(struct s3_asking *q, const char *name, struct policy_texts *out)
{
	const struct blob_pairs *tags;

	if (q->key == NULL || strcmp(q->action, "s3:PutObject") == 0)
		return false;
	tags = existing_tags(q);
	out->list = mem_array(q->c->task->mem, const char *, 1);
	for (size_t i = 0; i + 1 < tags->n; i += 2)
		if (strcmp(tags->list[i], name) == 0)
			out->list[out->n++] = tags->list[i + 1];
	return out->n > 0;
}

static bool
starts(const char *name, const char *with)
{
	return strncasecmp(name, with, strlen(with)) == 0;
}

static bool
one_value(struct s3_asking *q, const char *value, struct policy_texts *out)
{
	if (value == NULL)
		return false;
	out->list = mem_array(q->c->task->mem, const char *, 1);
	out->list[out->n++] = value;
	return true;
}

bool
s3_condition_values(void *asking, const char *name, struct policy_texts *out)
{
	struct s3_asking *q = asking;
	struct uri_query  tags;

	*out = (struct policy_texts){ 0 };
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcasecmp(keys[i].name, name) == 0)
			return one_value(q, keys[i].value(q), out);
	if (starts(name, "s3:x-amz-"))
		return one_value(q, s3_header(q->c, text_lower(q->c->task->mem, name + 3)), out);
	if (starts(name, "s3:RequestObjectTag/")) {
		tags = request_tags(q);
		return tag_values(q, &tags, name + strlen("s3:RequestObjectTag/"), out);
	}
	if (starts(name, "s3:ExistingObjectTag/"))
		return existing_tag(q, name + strlen("s3:ExistingObjectTag/"), out);
	if (strcasecmp(name, "s3:RequestObjectTagKeys") == 0) {
		tags = request_tags(q);
		return tag_values(q, &tags, NULL, out);
	}
	return false;
}
