/* fcgi/api/auth.c - signing up, logging in, and what follows on it */
#include "fcgi/api/auth.h"

#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/auth/client.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/core/account.h"
#include "shared/core/limit.h"
#include "shared/core/login.h"
#include "shared/core/session.h"
#include "shared/db/db.h"

enum { MOST_NAME = 100, MOST_TOKEN = 200 };

static const struct limit_rule sign_ups = { "sign up", 30, HOUR };
static const struct limit_rule log_ins = { "log in", 60, MINUTE };
static const struct limit_rule refreshes = { "refresh", 120, MINUTE };

static const struct member tokens_members[] = {
	{ "access_token", S_STRING, MUST | SECRET, "For Authorization: Bearer", NULL },
	{ "token_type", S_STRING, MUST, "Bearer", NULL },
	{ "expires_in", S_INT(0, 0), MUST, "Seconds the access token is good", NULL },
	{ "refresh_token", S_STRING, MUST | SECRET, "Good once, for the next tokens", NULL },
	{ "refresh_expires_at", S_TIME, MUST, "The session ends then unless it is refreshed", NULL },
	{ "session_id", S_ID("ses-"), MUST, NULL, NULL },
};
const struct shape api_tokens_shape = S_OBJECT("Tokens", tokens_members);

static const struct member sign_up_members[] = {
	{ "email", S_EMAIL, MUST, NULL, NULL },
	{ "password", S_PASSWORD, MUST, NULL, NULL },
	{ "name", S_TEXT(1, MOST_NAME), 0, "For people; without one, the address", NULL },
};
static const struct shape  sign_up_shape = S_WISH("SignUp", sign_up_members);
static const struct member log_in_members[] = {
	{ "email", S_EMAIL, MUST, NULL, NULL },
	{ "password", S_TEXT(1, PASSWORD_MOST), MUST, NULL, NULL },
};
static const struct shape  log_in_shape = S_WISH("LogIn", log_in_members);
static const struct member refresh_members[] = {
	{ "refresh_token", S_TEXT(1, MOST_TOKEN), MUST, NULL, NULL },
};
static const struct shape refresh_shape = S_WISH("Refresh", refresh_members);

const struct doc doc_sign_up = {
	.tag = "Sessions", .summary = "Make an account by e-mail and password, and log in",
	.about = "A mail asks to confirm the address; until then the account is of the tier "
	         "anonymous.",
	.request = &sign_up_shape,
	.answers = { { 201, "Its first session", &api_tokens_shape, NULL, 0 } },
	.faults = { &API_SIGNUP_CLOSED, &API_EMAIL_TAKEN, &API_THROTTLED },
};
const struct doc doc_log_in = {
	.tag = "Sessions", .summary = "Log in by e-mail and password",
	.request = &log_in_shape,
	.answers = { { 200, "A session", &api_tokens_shape, NULL, 0 } },
	.faults = { &API_LOGIN_WRONG, &API_LOGIN_THROTTLED, &API_THROTTLED },
};
const struct doc doc_refresh_session = {
	.tag = "Sessions", .summary = "New tokens for a refresh token, which is used up by that",
	.about = "One that comes a second time ends the session: somebody has copied it.",
	.request = &refresh_shape,
	.answers = { { 200, "New tokens of the same session", &api_tokens_shape, NULL, 0 } },
	.faults = { &API_BAD_REFRESH, &API_REFRESH_REUSED, &API_THROTTLED },
};
const struct doc doc_log_out = {
	.tag = "Sessions", .summary = "End the session of this access token",
	.answers = { { 204, "It is over", NULL, NULL, 0 } },
	.faults = { &API_NOT_A_SESSION },
};

void
api_limit_client(struct call *c, const struct limit_rule *r)
{
	int64_t wait = limit_take(c->world->limit, r, client_address(c), c->task->now);

	if (wait > 0)
		problem_retry(c, &API_THROTTLED, wait);
}

const char *
api_read_email(struct call *c, const struct fields *f)
{
	const char *email = field_text(f, "email"), *good;

	if (email == NULL)
		return NULL;
	good = login_address(c->task, email);
	if (good == NULL)
		fields_wrong(f, "email", "is no e-mail address");
	return good;
}

static void
answer_tokens(struct call *c, int status, const struct session_tokens *s)
{
	api_answer(c, status);
	enc_struct(c->out, NULL);
	enc_text(c->out, "access_token", s->access);
	enc_text(c->out, "token_type", "Bearer");
	enc_int(c->out, "expires_in", (s->access_ends - c->task->now) / SECOND);
	enc_text(c->out, "refresh_token", s->refresh);
	api_put_time(c, "refresh_expires_at", s->refresh_ends);
	enc_text(c->out, "session_id", s->session);
	enc_end(c->out);
}

void
api_answer_session(struct call *c, int status, int64_t account, const char *method)
{
	const struct session_wish w = { .account = account, .method = method,
		.address = client_address(c), .agent = request_header(c->req, "user-agent") };
	struct session_tokens     s;

	c->account = account; /* for the audit log */
	if (!session_create(c->task, c->world->conf, &w, &s))
		task_throw(c->task, &API_LOGIN_WRONG, NULL);
	answer_tokens(c, status, &s);
}

void
api_sign_up(struct call *c)
{
	struct fields f = fields_in(c, c->args, "", &sign_up_shape);
	const char   *email = api_read_email(c, &f), *password = field_text(&f, "password");
	const char   *name = field_text(&f, "name"), *weak;
	int64_t       account;

	if (!c->world->conf->signup)
		task_throw(c->task, &API_SIGNUP_CLOSED, NULL);
	weak = email != NULL && password != NULL ? password_weak(password, email) : NULL;
	if (weak != NULL)
		fields_wrong(&f, "password", "%s", weak);
	problem_check(c);
	api_limit_client(c, &sign_ups);
	account = login_sign_up(c->task, c->world->conf, email, password_hash(c->task, password),
	    name != NULL ? name : email);
	if (account == 0)
		task_throw(c->task, &API_EMAIL_TAKEN, NULL);
	api_answer_session(c, 201, account, "password");
}

void
api_log_in(struct call *c)
{
	struct fields     f = fields_in(c, c->args, "", &log_in_shape);
	const char       *email = api_read_email(c, &f), *password = field_text(&f, "password");
	struct login      l;
	enum login_result r;

	problem_check(c);
	api_limit_client(c, &log_ins);
	r = login_try(c->task, email, password, client_address(c), &l);
	if (r == LOGIN_THROTTLED)
		problem_retry(c, &API_LOGIN_THROTTLED, l.wait);
	c->account = l.account; /* for the audit log: its owner sees who guesses */
	if (r == LOGIN_WRONG)
		task_throw(c->task, &API_LOGIN_WRONG, NULL);
	api_answer_session(c, 200, l.account, "password");
}

void
api_refresh_session(struct call *c)
{
	struct fields          f = fields_in(c, c->args, "", &refresh_shape);
	const char            *token = field_text(&f, "refresh_token");
	struct session_tokens  s;
	enum session_refreshed r;

	problem_check(c);
	api_limit_client(c, &refreshes);
	r = session_refresh(c->task, c->world->conf, token, &s);
	if (r == SESSION_REUSED)
		task_throw(c->task, &API_REFRESH_REUSED, NULL);
	if (r == SESSION_OVER)
		task_throw(c->task, &API_BAD_REFRESH, NULL);
	answer_tokens(c, 200, &s);
}

void
api_log_out(struct call *c)
{
	if (c->caller->session == 0)
		task_throw(c->task, &API_NOT_A_SESSION, NULL);
	session_end(c->task, c->account, c->caller->session, "logged out");
	api_no_content(c);
}
