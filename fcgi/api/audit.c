/* fcgi/api/audit.c - the audit log, read */
#include "shared/core/audit.h"

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"

static const char *const   outcomes[] = { "done", "refused" };
static const struct member event_members[] = {
	{ "at", S_TIME, MUST, NULL, NULL },
	{ "operation", S_STRING, MUST, "Its operationId in this document, or an operator's", NULL },
	{ "resource", S_STRING, MUST | NULLS, "What it was done to, as env-k2n4v8x0qz", NULL },
	{ "actor", S_STRING, MUST | NULLS, "The key or session, as key-abc123defg; or a program of the "
	    "operator's: mf-admin, mf-sweep", NULL },
	{ "address", S_STRING, MUST, "The client's; local: a program's", NULL },
	{ "outcome", S_WORD(outcomes), MUST, NULL, NULL },
	{ "status", S_INT(100, 599), MUST, "The answer's; 202 too while servers follow", NULL },
	{ "code", S_STRING, MUST | NULLS, "Of the problem that was answered", NULL },
	{ "request_id", S_STRING, MUST, "The answer's X-Request-Id", NULL },
};
static const struct member log_members[] = {
	{ "events", S_LIST(S_OBJECT("AuditEvent", event_members), 0, 0), MUST, "Newest first", NULL },
	NEXT_CURSOR,
};
static const struct shape  log_shape = S_OBJECT("AuditLog", log_members);
static const struct member query[] = {
	{ "operation", S_STRING, 0, "Only this operationId", NULL },
	{ "resource", S_STRING, 0, "Only what was done to this", NULL },
	{ "actor", S_STRING, 0, "Only what this key or session did", NULL },
	{ "outcome", S_WORD(outcomes), 0, NULL, NULL },
	{ "from", S_TIME, 0, "From then on", NULL },
	{ "to", S_TIME, 0, "Until before then", NULL },
};

const struct doc doc_list_audit = {
	.tag = "Audit", .summary = "Who changed what, newest first",
	.about = "Every change through this API, done or refused. Nothing is ever altered in it.",
	.flags = DOC_PAGED, .query = query, .n_query = COUNT(query),
	.answers = { { 200, "A page of the log", &log_shape, NULL, 0 } },
};

static void
put_event(struct call *c, const struct audit *a)
{
	struct enc *e = c->out;

	enc_struct(e, NULL);
	enc_text(e, "at", clock_iso_micro(c->task->mem, a->at));
	enc_text(e, "operation", a->operation);
	enc_text_or_null(e, "resource", a->resource);
	enc_text_or_null(e, "actor", a->actor);
	enc_text(e, "address", a->address);
	enc_text(e, "outcome", a->code == NULL ? "done" : "refused");
	enc_int(e, "status", a->status);
	enc_text_or_null(e, "code", a->code);
	enc_text(e, "request_id", a->request_id);
	enc_end(e);
}

void
api_list_audit(struct call *c)
{
	struct api_page     page = api_page_of_times(c); /* of row numbers, here */
	struct audit_filter f = {
		.operation = request_arg(c->req, "operation"),
		.resource = request_arg(c->req, "resource"),
		.actor = request_arg(c->req, "actor"),
		.outcome = api_word_arg(c, "outcome", outcomes, COUNT(outcomes)),
		.from = api_time_arg(c, "from", 0),
		.to = api_time_arg(c, "to", 0),
	};
	struct audit *list;
	size_t        n;

	problem_check(c);
	n = audit_list(c->task, c->account, &f, page.after_time, page.limit + 1, &list);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_list(c->out, "events", NULL);
	for (size_t i = 0; i < n && i < page.limit; i++)
		put_event(c, &list[i]);
	enc_end(c->out);
	api_put_time_cursor(c, n > page.limit ? list[page.limit - 1].id : 0);
	enc_end(c->out);
}
