/* fcgi/proto/problem.c - JSON over HTTP as our own APIs speak it, faults as RFC 9457 problems */
#include "fcgi/proto/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "fcgi/call.h"
#include "fcgi/proto/shape.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/json.h"

#define FAULT(name, code, status, text) const struct fault name = { #name, code, status, text };
FAULT(PROBLEM_INVALID, "invalid-request", 422, "The request is not valid.")
FAULT(PROBLEM_NOT_FOUND, "not-found", 404, "There is nothing at this address.")
FAULT(PROBLEM_METHOD, "method-not-allowed", 405, "This address does not take this method.")
FAULT(PROBLEM_ACCEPT, "not-acceptable", 406, "The answer is of no type that Accept takes.")
FAULT(PROBLEM_TYPE, "unsupported-media-type", 415, "The body is to be JSON.")
FAULT(PROBLEM_JSON, "malformed-json", 400, "The body is not a JSON object.")
FAULT(PROBLEM_INCOMPLETE, "incomplete-body", 400, "The body ended before its length.")
FAULT(PROBLEM_TARGET, "malformed-target", 400, "The request target cannot be read.")
FAULT(PROBLEM_TOO_LARGE, "too-large", 413, "The body is too large.")
FAULT(PROBLEM_INTERNAL, "internal-error", 500, "We met an error of our own.")
FAULT(PROBLEM_UNAVAILABLE, "unavailable", 503, "Not available right now. Please try again.")
FAULT(PROBLEM_NOT_BUILT, "not-built", 501, "This operation is not built yet.")

enum { MOST_PARAMS = 4 };

struct problem_error {
	const char           *field, *detail;
	struct problem_error *next;
};

/* What this protocol keeps of one run of a request (c->route). */
struct problem {
	const char *names[MOST_PARAMS], *values[MOST_PARAMS];
	size_t      n;
	int64_t     retry; /* seconds to wait; 0: not said */
	const char *scope; /* that the caller lacks */
	const char *allow; /* the methods of this path, when it does not take this one */
	struct problem_error *errors, **last;
};

/* The next segment of a path and its length; false at the end. */
static bool
next_segment(const char **p, const char **segment, size_t *n)
{
	*p += **p == '/';
	*segment = *p;
	*n = strcspn(*p, "/");
	*p += *n;
	return *n > 0 || **p != '\0';
}

/* Does path match the pattern?  What its braces take goes to out. */
static bool
match_path(struct mem *m, const char *pattern, const char *path, struct problem *out)
{
	const char *want, *have;
	size_t      want_n, have_n;

	out->n = 0;
	while (next_segment(&pattern, &want, &want_n)) {
		if (!next_segment(&path, &have, &have_n))
			return false;
		if (want[0] == '{') {
			assert(out->n < MOST_PARAMS);
			out->names[out->n] = mem_text_n(m, want + 1, want_n - 2);
			out->values[out->n] = uri_decode(m, have, have_n, NULL);
			if (have_n == 0 || out->values[out->n] == NULL ||
			    !text_utf8(out->values[out->n], strlen(out->values[out->n])))
				return false;
			out->n++;
		} else if (want_n != have_n || memcmp(want, have, want_n) != 0) {
			return false;
		}
	}
	path += *path == '/';
	return *path == '\0';
}

static bool
takes(const char *method, size_t n, const char *asked)
{
	return (strlen(asked) == n && memcmp(method, asked, n) == 0) ||
	    (strcmp(asked, "HEAD") == 0 && n == 3 && memcmp(method, "GET", 3) == 0);
}

static const struct op *
find(struct call *c)
{
	struct mem     *m = c->task->mem;
	struct problem *p = mem_one(m, struct problem);
	const char     *allow = NULL;

	p->last = &p->errors;
	c->route = p;
	call_header(c, "X-Request-Id", c->req->id);
	for (size_t i = 0; i < c->service->n_ops; i++) {
		const struct op *op = &c->service->ops[i];
		size_t           n = strcspn(op->http, " ");

		if (!match_path(m, op->http + n + 1, c->path, p))
			continue;
		if (takes(op->http, n, c->req->method))
			return op;
		allow = mem_fmt(m, "%s%s%.*s%s", allow != NULL ? allow : "", allow != NULL ? ", " : "",
		    (int)n, op->http, n == 3 && memcmp(op->http, "GET", 3) == 0 ? ", HEAD" : "");
	}
	p->allow = allow;
	return NULL;
}

static void
unknown(struct call *c)
{
	const struct problem *p = c->route;

	if (p->allow != NULL)
		task_throw(c->task, &PROBLEM_METHOD, "It takes %s.", p->allow);
	task_throw(c->task, &PROBLEM_NOT_FOUND, NULL);
}

/* application/json, or something+json; nothing said counts as JSON. */
static bool
is_json(const char *type)
{
	size_t n;

	if (type == NULL || *type == '\0')
		return true;
	n = strcspn(type, "; \t");
	return (n == 16 && strncasecmp(type, "application/json", n) == 0) ||
	    (n > 5 && strncasecmp(type + n - 5, "+json", 5) == 0);
}

static void
decode(struct call *c)
{
	const char       *method = c->req->method;
	const struct buf *body;

	c->out = enc_new(c->task->mem, &enc_traits_json, &c->reply.body);
	c->args = NULL;
	if (strcmp(method, "POST") != 0 && strcmp(method, "PUT") != 0 && strcmp(method, "PATCH") != 0)
		return;
	body = call_body(c);
	if (body->len > 0 && !is_json(request_header(c->req, "content-type")))
		task_throw(c->task, &PROBLEM_TYPE, "Send it with Content-Type: application/json.");
	c->args = json_parse(c->task->mem, body->len > 0 ? body->data : "{}",
	    body->len > 0 ? body->len : 2);
	if (c->args == NULL || json_object_get_type(c->args) != json_type_object)
		task_throw(c->task, &PROBLEM_JSON, NULL);
}

static const struct member error_members[] = {
	{ "field", S_STRING, MUST, "Its name, as accounts[0].email", NULL },
	{ "detail", S_STRING, MUST, "What is wrong with it", NULL },
};
static const struct member problem_members[] = {
	{ "type", S_PATTERN("^urn:mockfactory:problem:[a-z-]+$"), MUST, NULL, NULL },
	{ "code", S_PATTERN("^[a-z-]+$"), MUST, "What programs compare", NULL },
	{ "title", S_STRING, MUST, "What the code means", NULL },
	{ "status", S_INT(400, 599), MUST, "The answer's", NULL },
	{ "detail", S_STRING, 0, "What it is about this time", NULL },
	{ "instance", S_STRING, MUST, "The request's id", NULL },
	{ "errors", S_LIST(S_OBJECT(NULL, error_members), 1, 0), 0, "All fields that are wrong",
	    NULL },
};
const struct shape problem_shape = S_OBJECT("Problem", problem_members);

static void
put_errors(struct enc *e, const struct problem_error *list)
{
	enc_list(e, "errors", NULL);
	for (; list != NULL; list = list->next) {
		enc_struct(e, NULL);
		enc_text(e, "field", list->field);
		enc_text(e, "detail", list->detail);
		enc_end(e);
	}
	enc_end(e);
}

/* The headers some statuses ask for (RFC 9110: 11.6.1, 15.5.6, 10.2.3). */
static void
put_headers(struct call *c, const struct problem *p)
{
	call_header(c, "Content-Type", "application/problem+json");
	call_header(c, "X-Request-Id", c->req->id);
	call_header(c, "Cache-Control", "no-store");
	if (c->reply.status == 401)
		call_header(c, "WWW-Authenticate", "Bearer realm=\"mockfactory\"");
	if (p != NULL && p->scope != NULL)
		call_header(c, "WWW-Authenticate", mem_fmt(c->task->mem, "Bearer realm=\"mockfactory\", "
		    "error=\"insufficient_scope\", scope=\"%s\"", p->scope));
	if (c->reply.status == 405 && p != NULL)
		call_header(c, "Allow", p->allow);
	if (p != NULL && p->retry > 0)
		reply_header_int(c->task->mem, &c->reply, "Retry-After", p->retry);
	else if (c->reply.status == 503)
		call_header(c, "Retry-After", "1");
}

static void
fault(struct call *c, const struct fault *f)
{
	const struct problem *p = c->route;
	struct enc           *e = enc_new(c->task->mem, &enc_traits_json, &c->reply.body);

	c->reply.status = f->status;
	put_headers(c, p);
	enc_struct(e, NULL);
	enc_text(e, "type", mem_fmt(c->task->mem, "urn:mockfactory:problem:%s", f->code));
	enc_text(e, "code", f->code);
	enc_text(e, "title", f->text);
	enc_int(e, "status", f->status);
	enc_text(e, "detail", c->task->detail);
	enc_text(e, "instance", c->req->id);
	if (p != NULL && p->errors != NULL)
		put_errors(e, p->errors);
	enc_end(e);
}

const struct proto proto_problem = { .name = "problem", .find = find, .unknown = unknown,
	.decode = decode, .fault = fault };

void
problem_retry(struct call *c, const struct fault *f, int64_t us)
{
	struct problem *p = c->route;

	p->retry = us / SECOND + 1;
	task_throw(c->task, f, "Try again in %lld seconds.", (long long)p->retry);
}

void
problem_scope(struct call *c, const struct fault *f, const char *scope)
{
	struct problem *p = c->route;

	p->scope = scope;
	task_throw(c->task, f, "%s needs the scope %s.", c->op->name, scope);
}

const char *
problem_param(const struct call *c, const char *name)
{
	const struct problem *p = c->route;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->names[i], name) == 0)
			return p->values[i];
	assert(!"the operation's path has no such segment");
	return NULL;
}

void
problem_field(struct call *c, const char *field, const char *fmt, ...)
{
	struct problem       *p = c->route;
	struct problem_error *e = mem_one(c->task->mem, struct problem_error);
	va_list               ap;

	va_start(ap, fmt);
	e->detail = mem_vfmt(c->task->mem, fmt, ap);
	va_end(ap);
	e->field = field;
	*p->last = e;
	p->last = &e->next;
}

void
problem_check(struct call *c)
{
	const struct problem *p = c->route;

	if (p->errors != NULL)
		task_throw(c->task, &PROBLEM_INVALID, "%s: %s", p->errors->field, p->errors->detail);
}
