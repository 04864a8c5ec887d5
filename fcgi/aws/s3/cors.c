/* fcgi/aws/s3/cors.c - CORS rules: kept, matched, answered with; preflight requests */
#include "fcgi/aws/s3/cors.h"

#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/config.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

enum { RULE_ID_MAX = 255 };

static const char *const methods[] = { "GET", "PUT", "HEAD", "POST", "DELETE" };

static void preflight(struct call *c);

const struct op s3_preflight_op = { .name = "Preflight", .handler = preflight, .flags = OP_READ };

static bool
is_method(const char *s)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (strcmp(methods[i], s) == 0)
			return true;
	return false;
}

/* At most one wildcard. */
static void
check_pattern(struct call *c, const struct xml *rule, const char *element)
{
	for (const struct xml *x = xml_child(rule, element); x != NULL; x = xml_again(x)) {
		const char *star = strchr(x->text, '*');

		if (star != NULL && strchr(star + 1, '*') != NULL)
			s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
			    "%s \"%s\" can not have more than one wildcard.", element, x->text), NULL);
	}
}

/* S3 calls either kind of header an allowed one: github.com/scality/cloudserver 497. */
static void
check_header(struct call *c, const struct xml *rule, const char *element)
{
	for (const struct xml *x = xml_child(rule, element); x != NULL; x = xml_again(x))
		if (*x->text != '\0' && !text_token(x->text))
			s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
			    "AllowedHeader \"%s\" contains invalid character.", x->text), NULL);
}

void
config_check_cors(struct call *c, struct xml *x)
{
	for (const struct xml *rule = xml_child(x, "CORSRule"); rule != NULL; rule = xml_again(rule)) {
		const char *id = xml_child_text(rule, "ID");

		if (id != NULL && strlen(id) > RULE_ID_MAX)
			task_throw(c->task, &S3_MALFORMED_XML, NULL);
		for (const struct xml *m = xml_child(rule, "AllowedMethod"); m != NULL; m = xml_again(m))
			if (!is_method(m->text))
				s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem, "Found unsupported HTTP "
				    "method in CORS config. Unsupported method is %s", m->text), NULL);
		check_pattern(c, rule, "AllowedOrigin");
		check_pattern(c, rule, "AllowedHeader");
		check_header(c, rule, "AllowedHeader");
		check_header(c, rule, "ExposeHeader");
		for (const struct xml *h = xml_child(rule, "ExposeHeader"); h != NULL; h = xml_again(h))
			if (strchr(h->text, '*') != NULL)
				s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem, "ExposeHeader \"%s\" "
				    "contains wildcard. We currently do not support wildcard for ExposeHeader.",
				    h->text), NULL);
	}
}

/* A pattern with at most one '*', which stands for anything. */
static bool
fits(const char *pattern, const char *s, bool any_case)
{
	const char *star = strchr(pattern, '*');
	size_t      n = strlen(pattern), len = strlen(s), before, after;
	int       (*same)(const char *a, const char *b, size_t k) = any_case ? strncasecmp : strncmp;

	if (star == NULL)
		return n == len && same(pattern, s, n) == 0;
	before = (size_t)(star - pattern);
	after = n - before - 1;
	return len >= before + after && same(pattern, s, before) == 0 &&
	    same(star + 1, s + len - after, after) == 0;
}

static bool
any_fits(const struct xml *rule, const char *element, const char *s, bool any_case)
{
	for (const struct xml *x = xml_child(rule, element); x != NULL; x = xml_again(x))
		if (fits(x->text, s, any_case))
			return true;
	return false;
}

/* What a browser asks for. */
struct asked {
	const char *origin, *method;
	const char *headers; /* "a, b", or NULL */
};

/* Every header is allowed; *list: their names in lower case, as the answer says them. */
static bool
headers_allowed(struct call *c, const struct xml *rule, const char *headers, const char **list)
{
	static const char separators[] = ", \t";
	struct buf        b = buf_new(c->task->mem);

	*list = NULL;
	for (; headers != NULL && *(headers += strspn(headers, separators)) != '\0';) {
		size_t      n = strcspn(headers, separators);
		const char *name =
		    text_lower(c->task->mem, mem_text_n(c->task->mem, headers, n));

		if (!any_fits(rule, "AllowedHeader", name, true))
			return false;
		buf_fmt(&b, "%s%s", b.len > 0 ? ", " : "", name);
		headers += n;
	}
	if (b.len > 0)
		*list = b.data;
	return true;
}

static const struct xml *
matching_rule(struct call *c, const struct xml *rules, const struct asked *a, const char **headers)
{
	for (const struct xml *r = xml_child(rules, "CORSRule"); r != NULL; r = xml_again(r))
		if (any_fits(r, "AllowedMethod", a->method, false) &&
		    any_fits(r, "AllowedOrigin", a->origin, false) &&
		    headers_allowed(c, r, a->headers, headers))
			return r;
	return NULL;
}

static const char *
joined(struct call *c, const struct xml *rule, const char *element)
{
	struct buf b = buf_new(c->task->mem);

	for (const struct xml *x = xml_child(rule, element); x != NULL; x = xml_again(x))
		buf_fmt(&b, "%s%s", b.len > 0 ? ", " : "", x->text);
	return b.len > 0 ? b.data : NULL;
}

static void
put_headers(struct call *c, const struct s3_cors *k)
{
	call_header(c, "Access-Control-Allow-Origin", k->origin);
	call_header(c, "Access-Control-Allow-Methods", k->methods);
	call_header(c, "Access-Control-Allow-Headers", k->headers);
	call_header(c, "Access-Control-Expose-Headers", k->expose);
	call_header(c, "Access-Control-Max-Age", k->max_age);
	if (strcmp(k->origin, "*") != 0)
		call_header(c, "Access-Control-Allow-Credentials", "true");
	call_header(c, "Vary",
	    "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

/* The rule's answer; an origin is only "*" when the rule that fits it says no more. */
static struct s3_cors *
answer_of(struct call *c, const struct xml *rule, const struct asked *a, const char *headers)
{
	struct s3_cors *k = mem_one(c->task->mem, struct s3_cors);

	k->origin = a->origin;
	for (const struct xml *x = xml_child(rule, "AllowedOrigin"); x != NULL; x = xml_again(x))
		if (fits(x->text, a->origin, false)) {
			if (strcmp(x->text, "*") == 0)
				k->origin = "*";
			break;
		}
	k->methods = joined(c, rule, "AllowedMethod");
	k->headers = headers;
	k->expose = joined(c, rule, "ExposeHeader");
	k->max_age = xml_child_text(rule, "MaxAgeSeconds");
	return k;
}

void
cors_headers(struct call *c)
{
	const struct s3_cors *k = s3_state(c)->cors;

	if (k != NULL)
		put_headers(c, k);
}

void
cors_begin(struct call *c)
{
	const char       *bucket = aws_rest_label(c, "Bucket");
	struct asked      a = { .origin = request_header(c->req, "origin") };
	const struct xml *rules, *rule;
	const char       *headers;
	enum blob_result  r;

	s3_state(c)->cors = NULL;
	if (a.origin == NULL || *a.origin == '\0' || bucket == NULL || c->op == &s3_preflight_op ||
	    !text_utf8(bucket, strlen(bucket)))
		return;
	a.method = request_header(c->req, "access-control-request-method");
	a.headers = request_header(c->req, "access-control-request-headers");
	if (a.method == NULL)
		a.method = c->req->method;
	rules = config_find(c, bucket, "cors", &r);
	rule = rules != NULL ? matching_rule(c, rules, &a, &headers) : NULL;
	if (rule == NULL)
		return;
	s3_state(c)->cors = answer_of(c, rule, &a, NULL);
	cors_headers(c);
}

static _Noreturn void
refuse(struct call *c, const char *why, const char *method, const char *type)
{
	s3_throw(c, &S3_CORS_FORBIDDEN, why, "Method", method != NULL ? method : c->req->method,
	    "ResourceType", type, NULL);
}

/* reachable: there may be such a bucket. */
static void
answer_preflight(struct call *c, bool reachable)
{
	struct asked a = { request_header(c->req, "origin"),
		request_header(c->req, "access-control-request-method"),
		request_header(c->req, "access-control-request-headers") };
	const char       *bucket = aws_rest_label(c, "Bucket"), *headers;
	const struct xml *rules, *rule;
	enum blob_result  r = BLOB_NO_BUCKET;

	if (a.origin == NULL)
		s3_throw(c, &S3_BAD_REQUEST, "Insufficient information. Origin request header needed.",
		    NULL);
	rules = reachable && bucket != NULL && text_utf8(bucket, strlen(bucket))
	    ? config_find(c, bucket, "cors", &r) : NULL;
	if (r == BLOB_NO_BUCKET)
		refuse(c, "CORSResponse: Bucket not found", a.method, "BUCKET");
	if (rules == NULL)
		refuse(c, "CORSResponse: CORS is not enabled for this bucket.", a.method, "BUCKET");
	if (a.method == NULL || !is_method(a.method))
		s3_throw(c, &S3_BAD_REQUEST, mem_fmt(c->task->mem,
		    "Invalid Access-Control-Request-Method: %s", a.method != NULL ? a.method : "null"),
		    NULL);
	rule = matching_rule(c, rules, &a, &headers);
	if (rule == NULL)
		refuse(c, "CORSResponse: This CORS request is not allowed. This is usually because the "
		    "evalution of Origin, request method / Access-Control-Request-Method or "
		    "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
		    a.method, s3_resource_type(c));
	put_headers(c, answer_of(c, rule, &a, headers));
}

static void
preflight(struct call *c)
{
	answer_preflight(c, true);
}

void
cors_stranger(struct call *c)
{
	answer_preflight(c, false);
}
