/* fcgi/proto/plain.c - the simplest protocol: method and path in, text out */
#include "fcgi/proto/plain.h"

#include <stdarg.h>
#include <string.h>

#include "fcgi/call.h"
#include "shared/base/text.h"

#define FAULT(name, code, status, text) const struct fault name = { #name, code, status, text };
FAULT(PLAIN_INTERNAL, "InternalError", 500, "We met an error of our own.")
FAULT(PLAIN_UNAVAILABLE, "Unavailable", 503, "The database does not answer, or the service is off.")
FAULT(PLAIN_NOT_FOUND, "NotFound", 404, "There is no such thing here.")
FAULT(PLAIN_BAD, "BadRequest", 400, "The request cannot be read.")
FAULT(PLAIN_TOO_LARGE, "TooLarge", 413, "The request is too large.")

static const struct op *
find(struct call *c)
{
	const char *method = strcmp(c->req->method, "HEAD") == 0 ? "GET" : c->req->method;
	const char *wanted = mem_fmt(c->task->mem, "%s %s", method, c->path);

	for (size_t i = 0; i < c->service->n_ops; i++)
		if (strcmp(c->service->ops[i].http, wanted) == 0)
			return &c->service->ops[i];
	return NULL;
}

static void
unknown(struct call *c)
{
	task_throw(c->task, &PLAIN_NOT_FOUND, NULL);
}

static void
decode(struct call *c)
{
	(void)c;
}

static void
fault(struct call *c, const struct fault *f)
{
	c->reply.status = f->status;
	plain_text(c, "%s", c->task->detail != NULL ? c->task->detail : f->text);
}

const struct proto plain = { .name = "plain", .find = find, .unknown = unknown, .decode = decode,
	.fault = fault };

void
plain_text(struct call *c, const char *fmt, ...)
{
	va_list ap;

	call_header(c, "Content-Type", "text/plain; charset=utf-8");
	call_header(c, "Cache-Control", "no-store");
	va_start(ap, fmt);
	buf_text(&c->reply.body, mem_vfmt(c->task->mem, fmt, ap));
	va_end(ap);
	buf_char(&c->reply.body, '\n');
}

int64_t
plain_int(struct call *c, const char *name, int64_t initial, int64_t min, int64_t max)
{
	const char *text = request_arg(c->req, name);
	int64_t     value = initial;

	if (text != NULL && !text_i64(text, min, max, &value))
		task_throw(c->task, &PLAIN_BAD, "%s must be a number from %lld to %lld", name,
		    (long long)min, (long long)max);
	return value;
}
