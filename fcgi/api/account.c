/* fcgi/api/account.c - the caller's account, what it may use, and tiers */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "shared/base/clock.h"
#include "shared/core/account.h"
#include "shared/core/quota.h"

static const struct member quota_members[] = {
	{ "environments", S_INT(0, 0), MUST | NULLS, "That are not destroyed, at once", NULL },
	{ "hours_per_month", S_INT(0, 0), MUST | NULLS,
	    "That environments run, added up, in a month of UTC", NULL },
	{ "storage_bytes", S_INT(0, 0), MUST | NULLS, "Of objects, parts and messages", NULL },
	{ "requests_per_minute", S_INT(0, 0), MUST | NULLS, "To this API", NULL },
};
static const struct shape  quota_shape = S_OBJECT("Quota", quota_members);
static const struct member used_members[] = {
	{ "environments", S_INT(0, 0), MUST, NULL, NULL },
	{ "hours_this_month", S_NUMBER, MUST, NULL, NULL },
};
static const struct shape  used_shape = S_OBJECT("Used", used_members);
static const struct member account_members[] = {
	{ "id", S_ID("acc-"), MUST, NULL, NULL },
	{ "name", S_STRING, MUST, NULL, NULL },
	{ "email", S_STRING, MUST | NULLS, NULL, NULL },
	{ "email_verified", S_BOOL, MUST, "Mails about environments go to no other address", NULL },
	{ "tier", S_STRING, MUST, NULL, NULL },
	{ "quota", S_SAME(quota_shape), MUST, "null: no limit", NULL },
	{ "used", S_SAME(used_shape), MUST, NULL, NULL },
	{ "created_at", S_TIME, MUST, NULL, NULL },
};
const struct shape api_account_shape = S_OBJECT("Account", account_members);
static const struct member tier_members[] = {
	{ "id", S_STRING, MUST, NULL, NULL },
	{ "title", S_STRING, MUST, NULL, NULL },
	{ "quota", S_SAME(quota_shape), MUST, "null: no limit", NULL },
};
static const struct shape  tier_shape = S_OBJECT("Tier", tier_members);
static const struct member tier_list_members[] = {
	{ "tiers", S_LIST(S_SAME(tier_shape), 0, 0), MUST, NULL, NULL },
};
static const struct shape tier_list_shape = S_OBJECT("Tiers", tier_list_members);

const struct doc doc_get_account = {
	.tag = "Account", .summary = "Who calls, and what the account may use",
	.answers = { { 200, "The account", &api_account_shape, NULL, 0 } },
};
const struct doc doc_list_tiers = {
	.tag = "Account", .summary = "Tiers of accounts and their quotas",
	.answers = { { 200, "The tiers", &tier_list_shape, NULL, 0 } },
};

void
api_put_time(struct call *c, const char *name, int64_t at)
{
	enc_text_or_null(c->out, name, at != 0 ? clock_iso_milli(c->task->mem, at) : NULL);
}

void
api_check_quota(struct call *c, const char *refusal)
{
	if (refusal == NULL)
		return;
	if (strcmp(refusal, "disabled") == 0) /* since the key was looked up */
		task_throw(c->task, &API_BAD_KEY, NULL);
	if (strcmp(refusal, "environments") == 0)
		task_throw(c->task, &API_QUOTA_ENVIRONMENTS,
		    "Destroy one, or ask for a higher tier: GET /api/v1/account says what it may have.");
	task_throw(c->task, &API_QUOTA_HOURS,
	    "The next month of UTC brings new ones: GET /api/v1/account says how many.");
}

static void
put_limit(struct enc *e, const char *name, int64_t limit)
{
	if (limit >= 0)
		enc_int(e, name, limit);
	else
		enc_null(e, name);
}

static void
put_quota(struct enc *e, const struct quota *q)
{
	enc_struct(e, "quota");
	put_limit(e, "environments", q->environments);
	put_limit(e, "hours_per_month", q->hours);
	put_limit(e, "storage_bytes", q->storage);
	put_limit(e, "requests_per_minute", q->requests);
	enc_end(e);
}

static void
put_used(struct call *c, const struct quota_use *use)
{
	int64_t hundredths = use->hours_us / (HOUR / 100);

	enc_struct(c->out, "used");
	enc_int(c->out, "environments", use->environments);
	enc_number(c->out, "hours_this_month", mem_fmt(c->task->mem, "%lld.%02lld",
	    (long long)(hundredths / 100), (long long)(hundredths % 100)));
	enc_end(c->out);
}

void
api_put_account(struct call *c, const char *name)
{
	struct account  *a = account_load(c->task, c->account);
	struct quota_use use;
	struct quota     quota;

	if (a == NULL) /* disabled since the key was looked up */
		task_throw(c->task, &API_BAD_KEY, NULL);
	quota = quota_load(c->task, c->account, &use);
	enc_struct(c->out, name);
	enc_text(c->out, "id", a->public_id);
	enc_text(c->out, "name", a->name);
	enc_text_or_null(c->out, "email", a->email);
	enc_bool(c->out, "email_verified", a->confirmed);
	enc_text(c->out, "tier", a->tier);
	put_quota(c->out, &quota);
	put_used(c, &use);
	enc_text(c->out, "created_at", clock_iso_milli(c->task->mem, a->created_at));
	enc_end(c->out);
}

void
api_get_account(struct call *c)
{
	api_answer(c, 200);
	api_put_account(c, NULL);
}

void
api_list_tiers(struct call *c)
{
	struct tier *list;
	size_t       n = quota_tiers(c->task, &list);

	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_list(c->out, "tiers", NULL);
	for (size_t i = 0; i < n; i++) {
		enc_struct(c->out, NULL);
		enc_text(c->out, "id", list[i].id);
		enc_text(c->out, "title", list[i].title);
		put_quota(c->out, &list[i].quota);
		enc_end(c->out);
	}
	enc_end(c->out);
	enc_end(c->out);
}
