/* fcgi/api/password.c - passwords changed and set anew, addresses confirmed */
#include "shared/core/password.h"

#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/auth.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/auth/client.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/core/account.h"
#include "shared/core/limit.h"
#include "shared/core/login.h"
#include "shared/db/db.h"

enum { MOST_TOKEN = 200 };

static const struct limit_rule links = { "links", 20, 15 * MINUTE };

static const struct member change_members[] = {
	{ "current_password", S_TEXT(1, PASSWORD_MOST), MUST, NULL, NULL },
	{ "new_password", S_PASSWORD, MUST, NULL, NULL },
};
static const struct shape  change_shape = S_WISH("ChangePassword", change_members);
static const struct member forgot_members[] = { { "email", S_EMAIL, MUST, NULL, NULL } };
static const struct shape  forgot_shape = S_WISH("ForgotPassword", forgot_members);
static const struct member reset_members[] = {
	{ "token", S_TEXT(1, MOST_TOKEN), MUST, "Of the link in the mail", NULL },
	{ "password", S_PASSWORD, MUST, NULL, NULL },
};
static const struct shape  reset_shape = S_WISH("ResetPassword", reset_members);
static const struct member confirm_members[] = {
	{ "token", S_TEXT(1, MOST_TOKEN), MUST, "Of the link in the mail", NULL },
};
static const struct shape confirm_shape = S_WISH("ConfirmEmail", confirm_members);

const struct doc doc_change_password = {
	.tag = "Sessions", .summary = "Change the password; all other sessions end",
	.request = &change_shape,
	.answers = { { 204, "It is changed", NULL, NULL, 0 } },
	.faults = { &API_WRONG_PASSWORD, &API_LOGIN_THROTTLED },
};
const struct doc doc_forgot_password = {
	.tag = "Sessions", .summary = "Mail a link to set a new password",
	.about = "The answer is the same whether there is an account of that address or not.",
	.request = &forgot_shape,
	.answers = { { 202, "If there is such an account, a mail is on its way", NULL, NULL, 0 } },
	.faults = { &API_THROTTLED },
};
const struct doc doc_reset_password = {
	.tag = "Sessions", .summary = "Set a new password by a link; all sessions end",
	.request = &reset_shape,
	.answers = { { 204, "It is set", NULL, NULL, 0 } },
	.faults = { &API_BAD_LINK, &API_THROTTLED },
};
const struct doc doc_confirm_email = {
	.tag = "Account", .summary = "Confirm the account's e-mail address by a link",
	.request = &confirm_shape,
	.answers = { { 200, "The account", &api_account_shape, NULL, 0 } },
	.faults = { &API_BAD_LINK },
};
const struct doc doc_mail_confirmation = {
	.tag = "Account", .summary = "Mail the link that confirms the address once more",
	.answers = { { 202, "Unless it is confirmed, a mail is on its way", NULL, NULL, 0 } },
	.faults = { &API_THROTTLED },
};

static void
accepted(struct call *c)
{
	c->reply.status = 202;
	call_header(c, "Cache-Control", "no-store");
}

/* A new password; what is wrong with it is noted. */
static const char *
read_password(const struct fields *f, const char *name)
{
	const char *password = field_text(f, name);
	const char *weak = password != NULL ? password_weak(password, "") : NULL;

	if (weak != NULL)
		fields_wrong(f, name, "%s", weak);
	return password;
}

void
api_change_password(struct call *c)
{
	struct fields     f = fields_in(c, c->args, "", &change_shape);
	const char       *current = field_text(&f, "current_password");
	const char       *fresh = read_password(&f, "new_password");
	struct login      l;
	enum login_result r;

	problem_check(c);
	r = login_try_own(c->task, c->account, current, client_address(c), &l);
	if (r == LOGIN_THROTTLED)
		problem_retry(c, &API_LOGIN_THROTTLED, l.wait);
	if (r == LOGIN_WRONG)
		task_throw(c->task, &API_WRONG_PASSWORD, NULL);
	login_set_password(c->task, c->account, password_hash(c->task, fresh), c->caller->session);
	api_no_content(c);
}

void
api_forgot_password(struct call *c)
{
	struct fields f = fields_in(c, c->args, "", &forgot_shape);
	const char   *email = api_read_email(c, &f);

	problem_check(c);
	api_limit_client(c, &links);
	login_mail_reset(c->task, c->world->conf, email);
	accepted(c);
}

void
api_reset_password(struct call *c)
{
	struct fields f = fields_in(c, c->args, "", &reset_shape);
	const char   *token = field_text(&f, "token"), *fresh = read_password(&f, "password");

	problem_check(c);
	api_limit_client(c, &links);
	if (!login_reset(c->task, c->world->conf, token, password_hash(c->task, fresh)))
		task_throw(c->task, &API_BAD_LINK, NULL);
	api_no_content(c);
}

void
api_confirm_email(struct call *c)
{
	struct fields f = fields_in(c, c->args, "", &confirm_shape);
	const char   *token = field_text(&f, "token");

	problem_check(c);
	if (!login_verify(c->task, c->world->conf, c->account, token))
		task_throw(c->task, &API_BAD_LINK, NULL);
	api_answer(c, 200);
	api_put_account(c, NULL);
}

void
api_mail_confirmation(struct call *c)
{
	api_check_no_fields(c);
	api_limit_client(c, &links);
	login_mail_verify(c->task, c->world->conf, c->account);
	accepted(c);
}
