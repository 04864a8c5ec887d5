/* fcgi/api/session.c - sessions of the caller's account */
#include "shared/core/session.h"

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/proto/problem.h"
#include "shared/core/account.h"

static const struct member session_members[] = {
	{ "id", S_ID("ses-"), MUST, NULL, NULL },
	{ "current", S_BOOL, MUST, "It is the one that asks", NULL },
	{ "method", S_STRING, MUST, "password or sso", NULL },
	{ "address", S_STRING, MUST | NULLS, "Where the log-in came from", NULL },
	{ "user_agent", S_STRING, MUST | NULLS, NULL, NULL },
	{ "created_at", S_TIME, MUST, NULL, NULL },
	{ "refreshed_at", S_TIME, MUST, NULL, NULL },
	{ "expires_at", S_TIME, MUST, "Unless it is refreshed before", NULL },
};
static const struct shape  session_shape = S_OBJECT("Session", session_members);
static const struct member session_list_members[] = {
	{ "sessions", S_LIST(S_SAME(session_shape), 0, 0), MUST, NULL, NULL },
	NEXT_CURSOR,
};
static const struct shape session_list_shape = S_OBJECT("Sessions", session_list_members);

const struct doc doc_list_sessions = {
	.tag = "Sessions", .summary = "Sessions that last, in the order they began",
	.flags = DOC_PAGED,
	.answers = { { 200, "A page of sessions", &session_list_shape, NULL, 0 } },
};
const struct doc doc_revoke_session = {
	.tag = "Sessions", .summary = "End a session: its tokens open nothing from the next request on",
	.answers = { { 204, "It is over", NULL, NULL, 0 } },
	.faults = { &API_NO_SESSION },
};
const struct doc doc_revoke_other_sessions = {
	.tag = "Sessions", .summary = "End all sessions of the account but the one that asks",
	.answers = { { 204, "They are over", NULL, NULL, 0 } },
};

static void
put_session(struct call *c, const struct session *s)
{
	enc_struct(c->out, NULL);
	enc_text(c->out, "id", s->public_id);
	enc_bool(c->out, "current", s->id == c->caller->session);
	enc_text(c->out, "method", s->method);
	enc_text_or_null(c->out, "address", s->address);
	enc_text_or_null(c->out, "user_agent", s->agent);
	api_put_time(c, "created_at", s->created_at);
	api_put_time(c, "refreshed_at", s->refreshed_at);
	api_put_time(c, "expires_at", s->expires_at);
	enc_end(c->out);
}

void
api_list_sessions(struct call *c)
{
	struct api_page page = api_page(c, "ses-");
	struct session *list;
	size_t          n;

	problem_check(c);
	n = session_list(c->task, c->account, page.after, page.limit + 1, &list);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_list(c->out, "sessions", NULL);
	for (size_t i = 0; i < n && i < page.limit; i++)
		put_session(c, &list[i]);
	enc_end(c->out);
	api_put_cursor(c, n > page.limit ? list[page.limit - 1].public_id : NULL);
	enc_end(c->out);
}

void
api_revoke_session(struct call *c)
{
	if (!session_revoke(c->task, c->account, problem_param(c, "id"), "revoked"))
		task_throw(c->task, &API_NO_SESSION, NULL);
	api_no_content(c);
}

void
api_revoke_other_sessions(struct call *c)
{
	session_revoke_others(c->task, c->account, c->caller->session, "revoked with all others");
	api_no_content(c);
}
