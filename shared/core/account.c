/* shared/core/account.c - accounts: who owns environments and pays for them */
#include "shared/core/account.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/life.h"
#include "shared/core/session.h"
#include "shared/db/db.h"

static struct account
read_account(const struct rows *r, size_t i)
{
	return (struct account){
		.id = row_i64(r, i, "id"),           .public_id = row_text(r, i, "public_id"),
		.name = row_text(r, i, "name"),      .email = row_text(r, i, "email"),
		.confirmed = row_bool(r, i, "confirmed"),
		.tier = row_text(r, i, "tier"),      .created_at = row_time(r, i, "created_at"),
		.disabled = row_bool(r, i, "disabled"),
	};
}

/* The one account of r; NULL unless there is exactly one. */
static struct account *
only(struct task *t, const struct rows *r)
{
	struct account *a;

	if (r->n != 1)
		return NULL;
	a = mem_one(t->mem, struct account);
	*a = read_account(r, 0);
	return a;
}

struct account *
account_create(struct task *t, const char *name, const char *email)
{
	const char *public_id = mem_fmt(t->mem, "acc-%s", id_text(&t->ids, t->mem, ID_LOWER, 10));
	struct rows r = db_rows(t, &Q_account_create, db_text(public_id), db_text(name), db_text(email),
	    db_time(t->now));

	return only(t, &r);
}

struct account *
account_load(struct task *t, int64_t id)
{
	struct rows r = db_rows(t, &Q_account_load, db_i64(id));

	return only(t, &r);
}

struct account *
account_find(struct task *t, const char *public_id_or_name)
{
	struct rows r = db_rows(t, &Q_account_find, db_text(public_id_or_name));

	return only(t, &r);
}

size_t
account_list(struct task *t, struct account **out)
{
	struct rows r = db_rows0(t, &Q_account_list);

	*out = mem_array(t->mem, struct account, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = read_account(&r, i);
	return r.n;
}

bool
account_set_tier(struct task *t, int64_t id, const char *tier)
{
	return db_rows(t, &Q_account_set_tier, db_i64(id), db_text(tier)).n > 0;
}

void
account_set_quota(struct task *t, int64_t id, const struct account_quota *q)
{
	db_rows(t, &Q_account_quota, db_i64(id), db_text(q->environments), db_text(q->hours),
	    db_text(q->storage), db_text(q->requests));
}

size_t
account_disable(struct task *t, int64_t id)
{
	struct rows r;

	db_rows(t, &Q_account_disable, db_i64(id), db_time(t->now));
	session_revoke_others(t, id, 0, "the account was disabled");
	r = db_rows(t, &Q_account_active, db_i64(id));
	for (size_t i = 0; i < r.n; i++)
		life_stop_held(t, row_i64(&r, i, "id"), row_text(&r, i, "state"),
		    row_i64(&r, i, "servers"));
	return r.n;
}

void
account_enable(struct task *t, int64_t id)
{
	db_rows(t, &Q_account_enable, db_i64(id));
}

void
account_lock_first(struct task *t)
{
	db_rows0(t, &Q_account_lock_first);
}
