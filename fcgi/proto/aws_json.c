/* fcgi/proto/aws_json.c - AWS JSON 1.0 and 1.1: the operation in a header, JSON in and out */
#include "fcgi/proto/aws_json.h"

#include <string.h>

#include "fcgi/call.h"
#include "shared/base/text.h"
#include "shared/wire/json.h"

bool
aws_json_spoken(const struct call *c)
{
	return request_header(c->req, "x-amz-target") != NULL;
}

const struct op *
aws_json_find(struct call *c, const struct aws_json *j)
{
	const char *target = request_header(c->req, "x-amz-target");
	size_t      n = strlen(j->target);

	if (target == NULL || !text_starts(target, j->target) || target[n] != '.' ||
	    strcmp(c->req->method, "POST") != 0)
		return NULL;
	return op_named(c->service, target + n + 1);
}

static void
put_headers(struct call *c, const struct aws_json *j)
{
	call_header(c, "x-amzn-RequestId", c->req->id);
	call_header(c, "Content-Type", j->type);
}

/* The body with U+0001 for U+0000; the escape is as long. */
static const char *
without_nul(struct mem *m, const struct buf *body)
{
	char *copy;

	if (memmem(body->data, body->len, "\\u0000", 6) == NULL)
		return body->data;
	copy = mem_text_n(m, body->data, body->len);
	for (char *p = copy; (p = strchr(p, '\\')) != NULL && p[1] != '\0'; p += 2)
		if (strncmp(p, "\\u0000", 6) == 0)
			p[5] = '1';
	return copy;
}

void
aws_json_decode(struct call *c, const struct aws_json *j)
{
	const struct buf *body = call_body(c);
	bool              none = body->len == 0;
	const char       *text = none ? "{}" : without_nul(c->task->mem, body);

	put_headers(c, j);
	c->out = enc_new(c->task->mem, &enc_traits_json, &c->reply.body);
	c->args = json_parse(c->task->mem, text, none ? 2 : body->len);
	if (c->args == NULL || json_object_get_type(c->args) != json_type_object)
		task_throw(c->task, j->malformed, NULL);
	if ((c->op->flags & OP_SILENT) == 0)
		enc_struct(c->out, NULL);
}

void
aws_json_finish(struct call *c)
{
	if ((c->op->flags & OP_SILENT) == 0)
		enc_end(c->out);
}

void
aws_json_fault(struct call *c, const struct aws_json *j, const struct fault *f, const char *shape,
    const char *message)
{
	struct enc *e = enc_new(c->task->mem, &enc_traits_json, &c->reply.body);

	c->reply.status = f->status;
	put_headers(c, j);
	if (j->compatible)
		call_header(c, "x-amzn-query-error", mem_fmt(c->task->mem, "%s;%s", f->code,
		    f->status < 500 ? "Sender" : "Receiver"));
	enc_struct(e, NULL);
	if (strchr(shape, '#') == NULL)
		shape = mem_fmt(c->task->mem, "%s#%s", j->shapes, shape);
	enc_text(e, "__type", shape);
	enc_text(e, "message", message);
	enc_end(e);
}
