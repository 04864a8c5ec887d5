/* shared/core/usage.c - the meter: when environments ran, and what that costs */
#include "shared/core/usage.h"

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

size_t
usage_turn(struct task *t, int64_t now, size_t most, int64_t *hours)
{
	struct rows r = db_rows(t, &Q_usage_turn, db_time(now - now % HOUR), db_i64((int64_t)most));

	*hours = row_i64(&r, 0, "hours");
	return (size_t)row_i64(&r, 0, "turned");
}

size_t
usage_list(struct task *t, int64_t id, int64_t before, size_t most, struct usage_period **out)
{
	struct rows r = db_rows(t, &Q_usage_list, db_i64(id), db_time(t->now),
	    before != 0 ? db_time(before) : db_null(db_time(0)), db_i64((int64_t)most));

	*out = mem_array(t->mem, struct usage_period, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct usage_period){
			.start = row_time(&r, i, "period_start"),
			.end = row_time(&r, i, "period_end"),
			.hourly_rate = row_text(&r, i, "hourly_rate"),
			.cost = row_text(&r, i, "cost"),
			.charge = row_i64(&r, i, "charge"),
		};
	return r.n;
}

const char *
usage_total(struct task *t, int64_t id)
{
	struct rows r = db_rows(t, &Q_usage_total, db_i64(id), db_time(t->now));

	return row_text(&r, 0, "total");
}

const char *
usage_total_cents(struct task *t, int64_t id)
{
	struct rows r = db_rows(t, &Q_usage_total, db_i64(id), db_time(t->now));

	return row_text(&r, 0, "cents");
}

size_t
usage_sums(struct task *t, int64_t account, int64_t from, int64_t to, const char *after,
    size_t most, struct usage_sum **out, const char **total)
{
	struct rows r = db_rows(t, &Q_usage_sums, db_i64(account), db_time(from), db_time(to),
	    db_time(t->now), db_text(after), db_i64((int64_t)most));

	*total = row_text(&r, 0, "total");
	if (row_null(&r, 0, "public_id"))
		return 0;
	*out = mem_array(t->mem, struct usage_sum, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct usage_sum){
			.public_id = row_text(&r, i, "public_id"), .name = row_text(&r, i, "name"),
			.state = row_text(&r, i, "state"),         .cost = row_text(&r, i, "cost"),
		};
	return r.n;
}
