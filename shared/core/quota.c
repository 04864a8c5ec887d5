/* shared/core/quota.c - what accounts may use, and what they do */
#include "shared/core/quota.h"

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/audit.h"
#include "shared/core/life.h"
#include "shared/core/mail.h"
#include "shared/db/db.h"

static int64_t
limit(const struct rows *r, size_t i, const char *name)
{
	return row_null(r, i, name) ? -1 : row_i64(r, i, name);
}

static struct quota
read_quota(const struct rows *r, size_t i)
{
	return (struct quota){
		.environments = limit(r, i, "environments"), .hours = limit(r, i, "hours"),
		.storage = limit(r, i, "storage"), .requests = limit(r, i, "requests"),
	};
}

struct quota
quota_load(struct task *t, int64_t account, struct quota_use *use)
{
	struct rows r = db_rows(t, &Q_quota_load, db_i64(account), db_time(t->now));

	if (r.n == 0)
		task_throw(t, &FAULT_INTERNAL, "there is no account %lld", (long long)account);
	*use = (struct quota_use){ row_i64(&r, 0, "alive"), row_i64(&r, 0, "used") };
	return read_quota(&r, 0);
}

size_t
quota_tiers(struct task *t, struct tier **out)
{
	struct rows r = db_rows0(t, &Q_quota_tiers);

	*out = mem_array(t->mem, struct tier, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct tier){ row_text(&r, i, "id"), row_text(&r, i, "title"),
			read_quota(&r, i) };
	return r.n;
}

const char *
quota_refusal(struct task *t, int64_t account)
{
	struct rows r = db_rows(t, &Q_quota_refusal, db_i64(account), db_time(t->now));

	return row_text(&r, 0, "refusal");
}

int64_t
quota_stored(struct task *t, int64_t account)
{
	struct rows r = db_rows(t, &Q_quota_stored, db_i64(account), db_i64(QUOTA_EACH));

	return row_i64(&r, 0, "weight");
}

static void
tell(struct task *t, const struct conf *c, const struct rows *r)
{
	const char *id = row_text(r, 0, "public_id");

	mail_put(t, row_i64(r, 0, "account_id"),
	    mem_fmt(t->mem, "hours %s %lld", id, (long long)t->now),
	    mem_fmt(t->mem, "%s was stopped: no hours are left", id), mem_fmt(t->mem,
	    "The hours that your account may run environments in this month are used up, so your\n"
	    "environment %s was stopped at %s. Its data is kept for %lld days.\n\n"
	    "%s/api/v1/environments/%s\n", id, clock_iso(t->mem, t->now), (long long)c->stopped_days,
	    c->url, id));
}

bool
quota_stop(struct task *t, const struct conf *c, int64_t *after)
{
	struct rows r = db_rows(t, &Q_quota_over, db_i64(*after), db_time(t->now));
	int64_t     id;

	if (r.n == 0)
		return false;
	id = row_i64(&r, 0, "id");
	db_begin(t);
	r = db_rows(t, &Q_quota_hold, db_i64(id));
	if (r.n > 0) {
		life_stop_held(t, id, row_text(&r, 0, "state"), row_i64(&r, 0, "servers"));
		audit_note(t, row_i64(&r, 0, "account_id"), "mf-sweep", "StopEnvironment",
		    row_text(&r, 0, "public_id"));
		tell(t, c, &r);
	}
	db_commit(t);
	*after = id;
	return true;
}
