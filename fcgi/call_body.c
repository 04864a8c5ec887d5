/* fcgi/call_body.c - the whole body of a request, within what its operation takes */
#include "fcgi/call.h"

const struct buf *
call_body_within(struct call *c, size_t most)
{
	struct buf *body;

	if (c->body != NULL)
		return c->body;
	body = mem_one(c->task->mem, struct buf);
	*body = buf_new(c->task->mem);
	if (!request_body(c->task, c->req, most, body))
		task_throw(c->task, c->req->short_body ? c->service->general.incomplete
		                                       : c->service->general.too_large, NULL);
	c->body = body;
	return body;
}

const struct buf *
call_body(struct call *c)
{
	bool limited = c->op != NULL && c->op->body_limit > 0;

	return call_body_within(c, limited ? c->op->body_limit : DEFAULT_BODY_LIMIT);
}
