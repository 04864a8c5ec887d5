/* fcgi/api/account.c - the caller's account */
#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "shared/base/clock.h"
#include "shared/core/account.h"

static const struct member account_members[] = {
	{ "id", S_ID("acc-"), MUST, NULL, NULL },
	{ "name", S_STRING, MUST, NULL, NULL },
	{ "email", S_STRING, MUST | NULLS, NULL, NULL },
	{ "tier", S_STRING, MUST, NULL, NULL },
	{ "created_at", S_TIME, MUST, NULL, NULL },
};
static const struct shape account_shape = S_OBJECT("Account", account_members);

const struct doc doc_get_account = {
	.tag = "Account", .summary = "Whose key this is",
	.answers = { { 200, "The account", &account_shape, NULL, 0 } },
};

void
api_get_account(struct call *c)
{
	struct account *a = account_load(c->task, c->account);

	if (a == NULL) /* disabled since the key was looked up */
		task_throw(c->task, &API_BAD_KEY, NULL);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_text(c->out, "id", a->public_id);
	enc_text(c->out, "name", a->name);
	if (a->email != NULL)
		enc_text(c->out, "email", a->email);
	else
		enc_null(c->out, "email");
	enc_text(c->out, "tier", a->tier);
	enc_text(c->out, "created_at", clock_iso_milli(c->task->mem, a->created_at));
	enc_end(c->out);
}
