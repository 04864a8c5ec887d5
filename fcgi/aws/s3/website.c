/* fcgi/aws/s3/website.c - buckets as websites: documents, redirects, pages for errors */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/config.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/website.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

/*
 * Source: S3 User Guide "Hosting a static website using Amazon S3", "Configuring a webpage
 * redirect", "Configuring a custom error document".
 *
 * A service of its own at bucket.s3-website.<environment>, over S3's data.  Whoever comes is
 * nobody: signatures are not looked at, policies and lists decide as for anonymous readers.
 */
struct site {
	struct call      *c;
	const char       *bucket, *key; /* key: as asked for, "" for the root */
	const struct xml *config;
};

extern const struct service service_aws_s3, service_aws_s3_website;

static void serve(struct call *c);

static const struct op website_op = { .name = "GetPage", .handler = serve, .flags = OP_READ };

static const struct op *
find(struct call *c)
{
	if (strcmp(c->req->method, "GET") != 0 && strcmp(c->req->method, "HEAD") != 0)
		return NULL;
	aws_rest_match_as(c, &service_aws_s3, "GET");
	return &website_op;
}

static void
unknown(struct call *c)
{
	s3_throw(c, &S3_METHOD_NOT_ALLOWED, NULL, "Method", c->req->method, "ResourceType", "OBJECT",
	    NULL);
}

static void
decode(struct call *c)
{
	static const struct enc_traits traits = { .format = ENC_XML };

	s3_state(c)->access = NULL;
	s3_state(c)->asked = NULL;
	s3_state(c)->page = (struct s3_failure){ 0 };
	website_ids(c);
	c->out = enc_new(c->task->mem, &traits, &c->reply.body);
}

/* Where the site's own pages are, without a slash at the end; scheme NULL: as it was asked for. */
static const char *
root_of(const struct site *s, const char *scheme)
{
	struct call *c = s->c;
	const char  *rest = strstr(c->base_url, "://");

	return mem_fmt(c->task->mem, "%s%s%s%s", scheme != NULL ? scheme : c->req->scheme, rest,
	    c->sub_host != NULL ? "" : "/", c->sub_host != NULL ? "" : s->bucket);
}

/* The same without scheme and host. */
static const char *
root_path(const struct site *s)
{
	struct call *c = s->c;
	const char  *path = strchr(strstr(c->base_url, "://") + strlen("://"), '/');

	return mem_fmt(c->task->mem, "%s%s%s", path != NULL ? path : "",
	    c->sub_host != NULL ? "" : "/", c->sub_host != NULL ? "" : s->bucket);
}

static void
redirect(struct call *c, int status, const char *to)
{
	c->reply.status = status;
	call_header(c, "Location", to);
}

/* The key as it stands in an address. */
static const char *
as_path(struct call *c, const char *key)
{
	return mem_fmt(c->task->mem, "/%s", uri_encode(c->task->mem, key, true));
}

static void
redirect_by(const struct site *s, const struct xml *rule)
{
	struct call      *c = s->c;
	const struct xml *to = xml_child(rule, "Redirect"), *when = xml_child(rule, "Condition");
	const char       *host = xml_child_text(to, "HostName"), *key = s->key;
	const char       *scheme = xml_child_text(to, "Protocol");
	const char       *code = xml_child_text(to, "HttpRedirectCode");
	const char       *whole = xml_child_text(to, "ReplaceKeyWith");
	const char       *part = xml_child_text(to, "ReplaceKeyPrefixWith");
	const char       *prefix = when != NULL ? xml_child_text(when, "KeyPrefixEquals") : NULL;
	int64_t           status = 301;

	if (whole != NULL)
		key = whole;
	else if (part != NULL)
		key = mem_fmt(c->task->mem, "%s%s", part, key + (prefix != NULL ? strlen(prefix) : 0));
	if (code != NULL)
		text_i64(code, 301, 399, &status);
	redirect(c, (int)status, mem_fmt(c->task->mem, "%s%s", host == NULL ? root_of(s, scheme)
	    : mem_fmt(c->task->mem, "%s://%s", scheme != NULL ? scheme : c->req->scheme, host),
	    as_path(c, key)));
}

/* The first rule that is for this key, and for this error (0: for no error). */
static const struct xml *
rule_for(const struct site *s, int status)
{
	const struct xml *rules = xml_child(s->config, "RoutingRules");
	const struct xml *r = rules != NULL ? xml_child(rules, "RoutingRule") : NULL;

	for (; r != NULL; r = xml_again(r)) {
		const struct xml *when = xml_child(r, "Condition");
		const char *code =
		    when != NULL ? xml_child_text(when, "HttpErrorCodeReturnedEquals") : NULL;
		const char *prefix = when != NULL ? xml_child_text(when, "KeyPrefixEquals") : NULL;
		int64_t     n = 0;

		if (code != NULL)
			text_i64(code, 400, 599, &n);
		if (n == status && (prefix == NULL || text_starts(s->key, prefix)))
			return r;
	}
	return NULL;
}

/* An object that anybody may read; what is thrown when nobody may, or it is not there. */
struct attempt {
	const struct site *site;
	const char        *key;
	struct blob_object object;
};

static void
read_one(void *arg)
{
	struct attempt  *a = arg;
	struct call     *c = a->site->c;
	const char      *bucket = a->site->bucket;
	enum blob_result r;

	s3_check_key(c, a->key);
	s3_demand(c, bucket, a->key, "s3:GetObject");
	r = blob_get(c->task, &c->space, s3_owner(c), bucket, a->key, NULL, true, &a->object);
	if (r != BLOB_OK)
		s3_throw_result(c, r == BLOB_MARKER ? BLOB_NO_KEY : r, bucket, a->key);
	s3_check_object(c, bucket, &a->object);
	encryption_check_key(c, &a->object);
}

/* NULL: it is there. What is not the client's fault goes on its way. */
static const struct fault *
attempt(struct attempt *a)
{
	struct task        *t = a->site->c->task;
	const struct fault *f = task_try(t, read_one, a);

	s3_state(a->site->c)->asked = NULL;
	t->fault = NULL; /* it is dealt with: the request has not failed */
	if (f != NULL && (f->status < 400 || f->status >= 500 || f == &FAULT_STALE ||
	                     f == &FAULT_CONFLICT))
		task_rethrow(t, f);
	return f;
}

/* Where the object says to go instead, also when it is the page for an error; false: nowhere. */
static bool
redirect_by_object(const struct site *s, const struct blob_object *o)
{
	const char *to = s3_pair(&o->headers, S3_REDIRECT);

	if (to != NULL)
		redirect(s->c, 301,
		    *to == '/' ? mem_fmt(s->c->task->mem, "%s%s", root_of(s, NULL), to) : to);
	return to != NULL;
}

static _Noreturn void
throw_again(struct call *c, const struct s3_failure *f)
{
	s3_state(c)->extras = f->extras;
	if (f->detail != NULL)
		task_throw(c->task, f->fault, "%s", f->detail);
	task_throw(c->task, f->fault, NULL);
}

/* The bucket's own page for an error; ours where it has none. */
static void
answer_document(const struct site *s, const struct s3_failure *why)
{
	struct call        *c = s->c;
	const struct xml   *document = xml_child(s->config, "ErrorDocument");
	struct attempt      a = { .site = s };
	const struct fault *f;

	if (document == NULL)
		throw_again(c, why);
	a.key = xml_child_text(document, "Key");
	if ((f = attempt(&a)) != NULL) {
		s3_state(c)->page = website_failure(c, f);
		throw_again(c, why);
	}
	if (redirect_by_object(s, &a.object))
		return;
	s3_put_headers(c, &a.object);
	if (website_is_head(c))
		c->reply.length = a.object.size;
	else
		s3_send_bytes(c, &a.object, 0, a.object.size);
	website_error_headers(c, why);
}

static void
answer_error(const struct site *s, const struct s3_failure *why)
{
	const struct xml *rule = rule_for(s, why->fault->status);

	if (rule != NULL)
		redirect_by(s, rule);
	else
		answer_document(s, why);
}

static const char *
index_of(const struct site *s, const char *slash)
{
	return mem_fmt(s->c->task->mem, "%s%s%s", s->key, slash,
	    xml_child_text(xml_child(s->config, "IndexDocument"), "Suffix"));
}

static void
answer_page(const struct site *s)
{
	struct call        *c = s->c;
	bool                folder = *s->key == '\0' || text_ends(s->key, "/");
	struct attempt      a = { .site = s, .key = folder ? index_of(s, "") : s->key };
	const struct fault *f = attempt(&a);
	struct s3_failure   why = website_failure(c, f);

	if (f == NULL) {
		if (!redirect_by_object(s, &a.object))
			s3_answer_object(c, &a.object, !website_is_head(c));
		return;
	}
	if (!folder) { /* of a folder without its slash */
		struct attempt index = { .site = s, .key = index_of(s, "/") };

		if (attempt(&index) == NULL) {
			redirect(c, 302, mem_fmt(c->task->mem, "%s%s/", root_path(s), as_path(c, s->key)));
			return;
		}
	}
	answer_error(s, &why);
}

static void
redirect_all(const struct site *s, const struct xml *all)
{
	struct call *c = s->c;
	const char  *scheme = xml_child_text(all, "Protocol");

	redirect(c, 301, mem_fmt(c->task->mem, "%s://%s%s", scheme != NULL ? scheme : c->req->scheme,
	    xml_child_text(all, "HostName"), as_path(c, s->key)));
}

static void
serve(struct call *c)
{
	const char       *bucket = aws_rest_label(c, "Bucket"), *key = aws_rest_label(c, "Key");
	struct site       s = { .c = c, .bucket = bucket, .key = key != NULL ? key : "" };
	const struct xml *all, *rule;
	enum blob_result  r = BLOB_NO_BUCKET;

	if (bucket != NULL && text_utf8(bucket, strlen(bucket)) && text_utf8(s.key, strlen(s.key)))
		s.config = config_find(c, bucket, "website", &r);
	if (r == BLOB_NO_BUCKET)
		s3_throw(c, &S3_NO_BUCKET, NULL, "BucketName", bucket, NULL);
	if (s.config == NULL)
		s3_throw(c, &S3_NO_WEBSITE, NULL, "BucketName", bucket, NULL);
	all = xml_child(s.config, "RedirectAllRequestsTo");
	rule = rule_for(&s, 0);
	if (all != NULL)
		redirect_all(&s, all);
	else if (rule != NULL)
		redirect_by(&s, rule);
	else
		answer_page(&s);
}

static const struct proto website_proto = { .name = "s3-website", .find = find, .unknown = unknown,
	.decode = decode, .fault = website_fault };

const struct service service_aws_s3_website = {
	.cloud = "aws", .name = "s3-website", .data = "aws_s3", .proto = &website_proto,
	.general = {
		.internal = &S3_INTERNAL, .unavailable = &S3_UNAVAILABLE, .not_built = &S3_NOT_BUILT,
		.too_large = &S3_MESSAGE_TOO_LONG, .incomplete = &S3_INCOMPLETE_BODY,
		.malformed = &S3_INVALID_URI, .no_environment = &S3_NO_BUCKET,
		.not_subscribed = &S3_NO_BUCKET, .stopped = &S3_NO_BUCKET,
	},
};
