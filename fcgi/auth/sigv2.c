/* fcgi/auth/sigv2.c - AWS Signature Version 2 in presigned S3 URLs */
#include "fcgi/auth/sigv2.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fcgi/auth/sigv4.h"
#include "fcgi/call.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

/* What of the query is part of the resource, in order. */
static const char *const subresources[] = { "accelerate", "acl", "analytics", "cors", "delete",
	"inventory", "lifecycle", "location", "logging", "metrics", "notification", "object-lock",
	"partNumber", "policy", "replication", "requestPayment", "response-cache-control",
	"response-content-disposition", "response-content-encoding", "response-content-language",
	"response-content-type", "response-expires", "restore", "select", "select-type",
	"storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning",
	"versions", "website" };

enum { MOST_HEADERS = 200 };

struct header {
	const char *name, *value;
};

struct headers {
	struct header list[MOST_HEADERS];
	size_t        n;
};

static void
add_header(void *arg, const char *name, const char *value)
{
	struct headers *h = arg;

	if (h->n < MOST_HEADERS)
		h->list[h->n++] = (struct header){ name, value };
}

static int
compare_headers(const void *a, const void *b)
{
	const struct header *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The x-amz- headers; a client may have put them into the query instead. */
static const char *
amz_headers(struct call *c)
{
	struct headers *h = mem_one(c->task->mem, struct headers);
	struct buf      b = buf_new(c->task->mem);

	request_headers(c->req, c->task->mem, "x-amz-", add_header, h);
	for (size_t i = 0; i < c->req->args.n; i++) {
		const struct uri_pair *p = &c->req->args.pairs[i];

		if (strncasecmp(p->name, "x-amz-", 6) == 0)
			add_header(h, text_lower(c->task->mem, p->name), p->value);
	}
	qsort(h->list, h->n, sizeof(h->list[0]), compare_headers);
	for (size_t i = 0; i < h->n; i++)
		buf_fmt(&b, "%s:%s\n", h->list[i].name, h->list[i].value);
	return b.len > 0 ? b.data : "";
}

static const char *
header_or_arg(struct call *c, const char *name)
{
	const char *value = request_header(c->req, name);

	if (value == NULL || *value == '\0')
		value = request_arg(c->req, name);
	return value != NULL ? value : "";
}

/* "?acl&versionId=3", or nothing. */
static const char *
signed_query(struct call *c)
{
	struct buf b = buf_new(c->task->mem);

	for (size_t i = 0; i < COUNT(subresources); i++)
		for (size_t k = 0; k < c->req->args.n; k++) {
			const struct uri_pair *p = &c->req->args.pairs[k];

			if (strcmp(p->name, subresources[i]) != 0)
				continue;
			buf_fmt(&b, "%c%s%s%s", b.len > 0 ? '&' : '?', p->name, p->has_value ? "=" : "",
			    p->value);
		}
	return b.len > 0 ? b.data : "";
}

static const char *
sign(struct mem *m, const char *secret, const char *text)
{
	unsigned char mac[DIGEST_MOST];

	digest_hmac(DIGEST_SHA1, secret, strlen(secret), text, strlen(text), mac);
	return base64_encode(m, mac, digest_size(DIGEST_SHA1));
}

static bool
matches(struct call *c, struct sigv4 *s, const char *secret, const char *resource)
{
	struct mem *m = c->task->mem;
	const char *text = mem_fmt(m, "%s\n%s\n%s\n%s\n%s%s%s", c->req->method,
	    header_or_arg(c, "content-md5"), header_or_arg(c, "content-type"),
	    request_arg(c->req, "Expires"), amz_headers(c), resource, signed_query(c));

	if (s->string_to_sign == NULL)
		s->string_to_sign = text;
	return text_same_secret(sign(m, secret, text), s->signature);
}

/*
 * The resource is "/bucket/key" as sent, whatever the address.  boto3 leaves the prefix of a path
 * address out, others sign it; a bucket alone ends with a slash for boto3.  With the bucket in the
 * host the path alone would name another one.
 */
static bool
matches_any(struct call *c, struct sigv4 *s, const char *secret)
{
	struct mem *m = c->task->mem;
	const char *resource = c->sub_host != NULL ? mem_fmt(m, "/%s%s", c->sub_host, c->path)
	                                           : c->path;

	return matches(c, s, secret, resource) ||
	    (c->sub_host == NULL && matches(c, s, secret, c->req->path)) ||
	    (strchr(resource + 1, '/') == NULL &&
	        matches(c, s, secret, mem_fmt(m, "%s/", resource)));
}

bool
sigv2_verify(struct call *c, const struct sigv4_faults *f)
{
	const char               *key = request_arg(c->req, "AWSAccessKeyId");
	const char               *expires = request_arg(c->req, "Expires");
	const char               *signature = request_arg(c->req, "Signature");
	const struct aws_account *who;
	struct sigv4             *s;
	int64_t                   until;

	if (key == NULL && signature == NULL)
		return false;
	c->who = NULL;
	s = mem_one(c->task->mem, struct sigv4);
	*s = (struct sigv4){ .presigned = true, .payload = SIGV4_UNSIGNED, .access_key_id = key,
		.signature = signature };
	c->auth = s;
	if (key == NULL || signature == NULL || expires == NULL ||
	    !text_i64(expires, 0, INT64_MAX / SECOND, &until))
		task_throw(c->task,
		    f->incomplete_query != NULL ? f->incomplete_query : f->malformed_query,
		    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
		    "parameters");
	if ((who = environment_account(c->env, key)) == NULL)
		task_throw(c->task, f->unknown_key, NULL);
	if (c->task->now > until * SECOND)
		task_throw(c->task, f->expired, "Request has expired");
	if (!c->env->lenient && !matches_any(c, s, who->secret_access_key))
		task_throw(c->task, f->mismatch, NULL);
	c->who = who;
	return true;
}
