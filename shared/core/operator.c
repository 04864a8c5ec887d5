/* shared/core/operator.c - what whoever runs an installation does to accounts and keys */
#include "shared/core/operator.h"

#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/account.h"
#include "shared/core/audit.h"
#include "shared/core/key.h"
#include "shared/core/quota.h"
#include "shared/core/scope.h"
#include "shared/db/db.h"

enum { MOST_LISTED = 10000 };

static struct account *
the_account(struct operator *o)
{
	struct account *found = account_find(o->task, o->account != NULL ? o->account : "");

	if (found == NULL)
		o->refused = "there is no such account, or several of that name: give its id as --account";
	return found;
}

static void
changed(struct operator *o, int64_t account, const char *resource)
{
	o->changed = account;
	o->resource = resource;
}

/* The account that is to be changed, noted for its audit log. */
static struct account *
the_changed_account(struct operator *o)
{
	struct account *found = the_account(o);

	if (found != NULL)
		changed(o, found->id, found->public_id);
	return found;
}

static void
account_create_command(struct operator *o)
{
	struct account *made = account_create(o->task, o->name, o->email);

	if (o->tier != NULL && !account_set_tier(o->task, made->id, o->tier)) {
		o->refused = "there is no such tier";
		return;
	}
	changed(o, made->id, made->public_id);
	buf_fmt(&o->out, "%s\n", made->public_id);
}

static void
account_tier_command(struct operator *o)
{
	struct account *owner = the_changed_account(o);

	if (owner != NULL && o->tier == NULL)
		o->refused = "say which, as --tier";
	else if (owner != NULL && !account_set_tier(o->task, owner->id, o->tier))
		o->refused = "there is no such tier";
}

/* A limit as account_set_quota wants it; notes what is none. */
static const char *
read_limit(struct operator *o, const char *text, int64_t least, int64_t most)
{
	int64_t n;

	if (text == NULL || strcmp(text, "tier") == 0)
		return text == NULL ? NULL : "";
	if (!text_i64(text, least, most, &n))
		o->refused = "a limit is a whole number, or \"tier\"";
	return text;
}

static void
print_limit(struct operator *o, const char *name, int64_t limit)
{
	if (limit >= 0)
		buf_fmt(&o->out, "%s  %lld\n", name, (long long)limit);
	else
		buf_fmt(&o->out, "%s  no limit\n", name);
}

static void
account_quota_command(struct operator *o)
{
	struct account      *owner = the_account(o);
	struct account_quota q = {
		.environments = read_limit(o, o->environments, 0, INT32_MAX),
		.hours = read_limit(o, o->hours, 0, INT32_MAX),
		.storage = read_limit(o, o->storage, 0, INT64_MAX),
		.requests = read_limit(o, o->requests, 1, INT32_MAX),
	};
	struct quota_use     use;
	struct quota         now;

	if (o->refused != NULL)
		return;
	if (q.environments != NULL || q.hours != NULL || q.storage != NULL || q.requests != NULL) {
		account_set_quota(o->task, owner->id, &q);
		changed(o, owner->id, owner->public_id);
	}
	now = quota_load(o->task, owner->id, &use);
	print_limit(o, "environments", now.environments);
	print_limit(o, "hours", now.hours);
	print_limit(o, "storage", now.storage);
	print_limit(o, "requests", now.requests);
}

static void
account_disable_command(struct operator *o)
{
	struct account *owner = the_changed_account(o);

	if (owner != NULL)
		buf_fmt(&o->out, "%zu stopped\n", account_disable(o->task, owner->id));
}

static void
account_enable_command(struct operator *o)
{
	struct account *owner = the_changed_account(o);

	if (owner != NULL)
		account_enable(o->task, owner->id);
}

static void
account_list_command(struct operator *o)
{
	struct account *list;
	size_t          n = account_list(o->task, &list);

	for (size_t i = 0; i < n; i++)
		buf_fmt(&o->out, "%s  %s  %s  %s  %s%s\n", list[i].public_id,
		    clock_iso(o->task->mem, list[i].created_at), list[i].tier, list[i].name,
		    list[i].email != NULL ? list[i].email : "",
		    list[i].disabled ? "  (disabled)" : "");
}

static void
new_key(struct operator *o, const struct account *owner, const char *name)
{
	const char *text;
	struct key *made = key_create(o->task, owner->id, name, SCOPE_ALL, 0, &text);

	changed(o, owner->id, made->public_id);
	buf_fmt(&o->out, "%s\n", text);
}

static void
key_create_command(struct operator *o)
{
	struct account *owner = the_account(o);

	if (owner != NULL && owner->disabled)
		o->refused = "the account is disabled";
	else if (owner != NULL)
		new_key(o, owner, o->name);
}

static void
list_keys(struct operator *o, const struct account *owner)
{
	struct key *list;
	size_t      n = key_list(o->task, owner->id, NULL, MOST_LISTED, &list);

	for (size_t i = 0; i < n; i++)
		buf_fmt(&o->out, "%s  %s  %s  %s  %s%s\n", list[i].public_id, list[i].prefix,
		    owner->public_id, clock_iso(o->task->mem, list[i].created_at), list[i].name,
		    list[i].revoked_at != 0 ? "  (revoked)" : "");
}

static void
key_list_command(struct operator *o)
{
	struct account *owners, *one;
	size_t          n;

	if (o->account != NULL) {
		one = the_account(o);
		if (one != NULL)
			list_keys(o, one);
		return;
	}
	n = account_list(o->task, &owners);
	for (size_t i = 0; i < n; i++)
		list_keys(o, &owners[i]);
}

static void
key_revoke_command(struct operator *o)
{
	const char *public_id;
	int64_t     account = key_owner(o->task, o->word, &public_id);

	if (account == 0) {
		o->refused = "there is no such key";
		return;
	}
	key_revoke(o->task, account, public_id);
	changed(o, account, public_id);
	buf_fmt(&o->out, "%s revoked\n", public_id);
}

/* The oldest account, made if there is none.  Done twice, or by two at once, it makes one key. */
static void
first_command(struct operator *o)
{
	struct account *first;

	account_lock_first(o->task);
	if (account_list(o->task, &first) == 0)
		first = account_create(o->task, "first", NULL);
	if (!key_any(o->task, first->id))
		new_key(o, first, "first");
}

const struct operator_command operator_commands[] = {
	{ "first", NULL, "CreateKey", first_command, false, false, false },
	{ "account", "create", "CreateAccount", account_create_command, true, false, false },
	{ "account", "tier", "SetTier", account_tier_command, false, true, false },
	{ "account", "quota", "SetQuota", account_quota_command, false, true, false },
	{ "account", "disable", "DisableAccount", account_disable_command, false, true, false },
	{ "account", "enable", "EnableAccount", account_enable_command, false, true, false },
	{ "account", "list", NULL, account_list_command, false, false, false },
	{ "key", "create", "CreateKey", key_create_command, true, true, false },
	{ "key", "list", NULL, key_list_command, false, false, false },
	{ "key", "revoke", "RevokeKey", key_revoke_command, false, false, true },
};
const size_t n_operator_commands = COUNT(operator_commands);

void
operator_run(struct operator *o, const struct operator_command *c)
{
	o->out = buf_new(o->task->mem);
	o->changed = 0;
	db_begin(o->task);
	c->run(o);
	if (o->refused != NULL)
		return;
	if (o->changed != 0)
		audit_note(o->task, o->changed, "mf-admin", c->operation, o->resource);
	db_commit(o->task);
}
