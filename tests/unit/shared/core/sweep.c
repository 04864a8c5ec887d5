/* tests/unit/shared/core/sweep.c - environments nobody uses, on a clock of the test's own */
#include "shared/core/sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/life.h"
#include "shared/db/db.h"
#include "tests/unit/support/meter.h"
#include "tests/unit/support/scratch.h"

#define BEGIN meter_at("2026-03-03T08:00:00Z")

static int
setup(void **state)
{
	meter_setup(state);
	scratch_sql("update core.account set email = 'owner@example.com'");
	return 0;
}

static struct sweep
at(int64_t now)
{
	return (struct sweep){ .conf = scratch_conf(), .now = now };
}

/* mf-sweep at that time: what it did, as "warn stop ...", in the task's arena. */
static const char *
swept(struct task *t, int64_t now)
{
	struct sweep      s = at(now);
	struct sweep_due *list;
	const char       *all = "";
	size_t            n;

	while ((n = sweep_find(t, &s, &list)) > 0)
		for (size_t i = 0; i < n; i++) {
			s.after = list[i].id;
			if (sweep_do(t, &s, &list[i]))
				all = mem_fmt(t->mem, "%s%s%s", all, *all != '\0' ? " " : "", list[i].step);
		}
	return all;
}

static const char *
state_of(const struct life *e)
{
	return scratch_sql("select state from core.environment where id = %lld", (long long)e->id);
}

static const char *
subjects(void)
{
	return scratch_sql("select string_agg(substr(subject, 16), ', ' order by id) from core.mail");
}

static void
use(struct task *t, const struct life *e, int64_t now)
{
	sweep_used(t, &e->id, &now, 1);
}

/* Used no more after an hour: warned, stopped with its usage closed, destroyed a day later. */
static void
test_whole_way(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, BEGIN, "0.1");

	use(t, e, BEGIN + HOUR);
	assert_string_equal(swept(t, BEGIN + 4 * HOUR + 29 * MINUTE), "");
	assert_string_equal(swept(t, BEGIN + 4 * HOUR + 30 * MINUTE), "warn");
	assert_string_equal(swept(t, BEGIN + 4 * HOUR + 45 * MINUTE), "");
	assert_string_equal(swept(t, BEGIN + 5 * HOUR + MINUTE), "");
	assert_string_equal(state_of(e), "running");
	assert_string_equal(swept(t, BEGIN + 5 * HOUR + 6 * MINUTE), "stop");
	assert_string_equal(swept(t, BEGIN + 5 * HOUR + 6 * MINUTE), "");
	assert_string_equal(state_of(e), "stopped");
	assert_string_equal(scratch_sql("select trim_scale(sum(cost)) from core.usage"), "0.51");
	meter_check();
	assert_non_null(strstr(scratch_sql("select body from core.mail where subject like '%%stopped'"
	    " and subject like '%%was%%'"), "US$ 0.51."));
	assert_string_equal(swept(t, BEGIN + 29 * HOUR), "");
	assert_string_equal(swept(t, BEGIN + 29 * HOUR + 6 * MINUTE), "destroy");
	assert_string_equal(state_of(e), "destroyed");
	assert_string_equal(swept(t, BEGIN + 900 * DAY), "");
	assert_string_equal(subjects(), "will be stopped, was stopped, was destroyed");
}

/* Any use voids the warning; the next one comes with the next idle time. */
static void
test_used_after_warning(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, BEGIN, "0.1");

	assert_string_equal(swept(t, BEGIN + 4 * HOUR), "warn");
	use(t, e, BEGIN + 4 * HOUR + MINUTE);
	use(t, e, BEGIN + HOUR); /* another process, which is late */
	assert_string_equal(swept(t, BEGIN + 4 * HOUR + 45 * MINUTE), "");
	assert_string_equal(swept(t, BEGIN + 7 * HOUR + 31 * MINUTE), "warn");
	t->now = BEGIN + 7 * HOUR + 45 * MINUTE;
	assert_int_equal(life_reset(t, meter_owner, e->public_id, NULL), LIFE_DONE); /* a use, too */
	db_commit(t);
	assert_string_equal(swept(t, BEGIN + 11 * HOUR), "");
	assert_string_equal(swept(t, BEGIN + 20 * HOUR), "warn"); /* cron slept: still told before */
	assert_string_equal(swept(t, BEGIN + 20 * HOUR + 15 * MINUTE), "");
	assert_string_equal(swept(t, BEGIN + 20 * HOUR + 30 * MINUTE), "stop");
	assert_string_equal(scratch_sql("select generation from core.environment"), "3");
}

/* What was used after it was found is not due any more when it is held. */
static void
test_used_in_between(void **state)
{
	struct task      *t = *state;
	struct life      *e = meter_make(t, BEGIN, "0.1");
	struct sweep      s = at(BEGIN + 4 * HOUR);
	struct sweep_due *list;

	assert_string_equal(swept(t, s.now), "warn");
	s.now += HOUR;
	assert_int_equal(sweep_find(t, &s, &list), 1);
	assert_string_equal(list[0].step, "stop");
	use(t, e, s.now);
	assert_false(sweep_do(t, &s, &list[0]));
	assert_string_equal(state_of(e), "running");
}

/* Started again within the grace it lives; persistent ones stay until MF_STOPPED_DAYS. */
static void
test_saved(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, BEGIN, "0.1"), *kept = meter_make(t, BEGIN, "0.1");

	scratch_sql("update core.environment set persistent = true where id = %lld",
	    (long long)kept->id);
	assert_string_equal(swept(t, BEGIN + 4 * HOUR), "warn warn");
	assert_string_equal(swept(t, BEGIN + 5 * HOUR), "stop stop");
	meter_start(t, e, BEGIN + 6 * HOUR);
	assert_string_equal(swept(t, BEGIN + 8 * HOUR), "");
	meter_stop(t, e, BEGIN + 8 * HOUR); /* by its owner: no grace, but days */
	assert_string_equal(swept(t, BEGIN + 26 * DAY), "");
	assert_string_equal(swept(t, BEGIN + 28 * DAY), "notice notice");
	assert_string_equal(swept(t, BEGIN + 31 * DAY - HOUR), "");
	meter_start(t, e, BEGIN + 31 * DAY - HOUR);
	assert_string_equal(swept(t, BEGIN + 31 * DAY), "remove");
	assert_string_equal(state_of(kept), "destroyed");
	assert_string_equal(state_of(e), "running");
	meter_check();
}

/* However late the notice is, the days it announces are kept. */
static void
test_late_notice(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, BEGIN, "0.1");

	meter_stop(t, e, BEGIN + HOUR);
	assert_string_equal(swept(t, BEGIN + 100 * DAY), "notice");
	assert_string_equal(swept(t, BEGIN + 102 * DAY), "");
	assert_string_equal(swept(t, BEGIN + 103 * DAY), "remove");
	assert_string_equal(state_of(e), "destroyed");
}

static void
test_without_address(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, BEGIN, "0.1");

	scratch_sql("update core.account set email = null");
	assert_string_equal(swept(t, BEGIN + 4 * HOUR), "warn");
	assert_string_equal(swept(t, BEGIN + 5 * HOUR), "stop");
	assert_string_equal(state_of(e), "stopped");
	assert_null(subjects());
}

static struct sweep tortured;
static struct sweep_due *torture_due;

static void
do_tortured(struct task *t)
{
	assert_true(sweep_do(t, &tortured, torture_due));
}

/* The change and its mail are one. */
static void
test_torture(void **state)
{
	static const char *const mails[] = { "0", "1", "2", "3" };
	struct task *t = *state;
	struct life *e = meter_make(t, BEGIN, "0.1");

	for (int step = 0; step < 3; step++) {
		const int64_t times[] = { 4 * HOUR, 5 * HOUR, 48 * HOUR };
		int           left = 0;

		tortured = at(BEGIN + times[step]);
		assert_int_equal(sweep_find(t, &tortured, &torture_due), 1);
		for (int n = 1; left == 0; n++) {
			const struct fault *f;

			assert_string_equal(scratch_sql("select count(*) from core.mail"), mails[step]);
			db_fail_in(n);
			f = scratch_try(t, do_tortured);
			db_release(t);
			left = db_fail_in(0);
			meter_check();
			assert_true(left > 0 ? f == NULL : f == &FAULT_UNAVAILABLE);
		}
	}
	assert_string_equal(state_of(e), "destroyed");
	assert_string_equal(scratch_sql("select count(*) from core.mail"), mails[3]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole_way, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_used_after_warning, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_used_in_between, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_saved, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_late_notice, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_without_address, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_torture, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
