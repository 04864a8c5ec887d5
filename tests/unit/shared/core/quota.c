/* tests/unit/shared/core/quota.c - tiers, hours that run out, what is stored */
#include "shared/core/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/life.h"
#include "shared/db/db.h"
#include "tests/unit/support/meter.h"
#include "tests/unit/support/scratch.h"

static void
test_tiers(void **state)
{
	struct task     *t = *state;
	struct quota_use use;
	struct quota     q = quota_load(t, meter_owner, &use);

	/* What mf-admin makes has no limits. */
	assert_true(q.environments == -1 && q.hours == -1 && q.storage == -1 && q.requests == -1);
	assert_false(account_set_tier(t, meter_owner, "royal"));
	assert_true(account_set_tier(t, meter_owner, "beginner"));
	q = quota_load(t, meter_owner, &use);
	assert_int_equal(q.environments, 3);
	scratch_sql("update core.account set environments = 7 where id = %lld",
	    (long long)meter_owner);
	q = quota_load(t, meter_owner, &use);
	assert_int_equal(q.environments, 7);
	assert_int_equal(q.hours, 100);
}

static void
test_hours(void **state)
{
	struct task     *t = *state;
	struct life     *e;
	struct quota_use use;
	int64_t          after = 0;

	/* In the middle of a month, so that all is in one. */
	t->now = meter_at("2026-06-10T12:00:00Z");
	e = meter_make(t, t->now, "0.05");
	assert_true(account_set_tier(t, meter_owner, "anonymous"));
	t->now += 9 * HOUR;
	quota_load(t, meter_owner, &use);
	assert_int_equal(use.hours_us, 9 * HOUR);
	assert_null(quota_refusal(t, meter_owner));
	assert_false(quota_stop(t, scratch_conf(), &after));
	t->now += HOUR;
	assert_string_equal(quota_refusal(t, meter_owner), "hours");
	assert_true(quota_stop(t, scratch_conf(), &after));
	assert_false(quota_stop(t, scratch_conf(), &after));
	assert_string_equal(life_find(t, meter_owner, e->public_id)->state, "stopped");
	t->now += HOUR;
	assert_int_equal(life_start(t, meter_owner, e->public_id), LIFE_NO_HOURS);
	db_release(t);
	/* The next month of UTC. */
	t->now = meter_at("2026-07-01T00:00:00Z");
	assert_int_equal(life_start(t, meter_owner, e->public_id), LIFE_DONE);
	db_commit(t);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, meter_setup, scratch_teardown)
	const struct CMUnitTest tests[] = { TEST(test_tiers), TEST(test_hours) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
