/* tests/unit/support/meter.c - environments that start and stop at chosen times */
#include "tests/unit/support/meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/life.h"
#include "shared/core/secret.h"
#include "shared/core/usage.h"
#include "shared/db/db.h"
#include "tests/unit/support/scratch.h"

static const char *services[] = { "aws_s3" };
int64_t meter_owner;

int
meter_setup(void **state)
{
	static bool started;

	scratch_setup(state);
	scratch_wipe();
	if (!started)
		secret_start(scratch_conf());
	started = true;
	meter_owner = account_create(*state, "owner", NULL)->id;
	return 0;
}

int64_t
meter_at(const char *iso)
{
	int64_t us;

	assert_true(clock_parse_iso(iso, &us));
	return us;
}

struct life *
meter_make(struct task *t, int64_t now, const char *rate)
{
	struct life_wish w = { .account = meter_owner, .hourly_rate = rate, .auto_shutdown_hours = 4,
		.services = services, .n_services = 1 };

	t->now = now;
	return life_create(t, &w);
}

void
meter_stop(struct task *t, const struct life *e, int64_t now)
{
	t->now = now;
	assert_int_equal(life_stop(t, meter_owner, e->public_id), LIFE_DONE);
	db_commit(t);
}

void
meter_start(struct task *t, const struct life *e, int64_t now)
{
	t->now = now;
	assert_int_equal(life_start(t, meter_owner, e->public_id), LIFE_DONE);
	db_commit(t);
}

/* mf-meter, at that time, to its end. */
void
meter_turn(struct task *t, int64_t now)
{
	int64_t hours;

	while (usage_turn(t, now, 3, &hours) > 0)
		;
}

/* What must be true of every row at any time. */
void
meter_check(void)
{
	assert_null(scratch_sql("select 'late' from core.usage where date_trunc('hour', period_start,"
	    " 'UTC') <> date_trunc('hour', period_end - interval '1us', 'UTC')"));
	assert_null(scratch_sql("select 'overlap' from core.usage a join core.usage b"
	    " on a.environment_id = b.environment_id and a.period_start < b.period_start"
	    " and (a.period_end is null or a.period_end > b.period_start)"));
	assert_null(scratch_sql("select 'state' from core.environment e where (e.state = 'running')"
	    " <> exists (select from core.usage u where u.environment_id = e.id"
	    " and u.period_end is null)"));
}
