/* tests/unit/shared/core/usage.c - the meter, against arithmetic done here in whole numbers */
#include "shared/core/usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/life.h"
#include "shared/db/db.h"
#include "tests/unit/support/meter.h"
#include "tests/unit/support/scratch.h"

static const char *
rows(void)
{
	return scratch_sql("select string_agg(to_char(period_start at time zone 'UTC', 'HH24:MI:SS')"
	    " || coalesce(to_char(period_end at time zone 'UTC', '-HH24:MI:SS'), '')"
	    " || coalesce('=' || trim_scale(cost), ''), ' ' order by environment_id, period_start)"
	    " from core.usage");
}

/* SPEC: 10:00-11:00 at 0.33 is 0.33; 11:00-12:30 two rows, 0.495; 2.5 hours 0.825. */
static void
test_figures(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, meter_at("2026-03-03T10:00:00Z"), "0.33");

	meter_stop(t, e, meter_at("2026-03-03T11:00:00Z"));
	assert_string_equal(rows(), "10:00:00-11:00:00=0.33");
	meter_start(t, e, meter_at("2026-03-03T11:00:00Z"));
	meter_turn(t, meter_at("2026-03-03T12:00:01Z"));
	assert_string_equal(rows(), "10:00:00-11:00:00=0.33 11:00:00-12:00:00=0.33 12:00:00");
	meter_stop(t, e, meter_at("2026-03-03T12:30:00Z"));
	assert_string_equal(rows(),
	    "10:00:00-11:00:00=0.33 11:00:00-12:00:00=0.33 12:00:00-12:30:00=0.165");
	assert_string_equal(usage_total(t, e->id), "0.825");
	assert_string_equal(usage_total_cents(t, e->id), "0.83");
	meter_check();
}

/* The job never came: stopping splits at every full hour itself. */
static void
test_late_job(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, meter_at("2026-03-03T10:40:00Z"), "0.3");

	meter_stop(t, e, meter_at("2026-03-03T13:10:00Z"));
	assert_string_equal(rows(), "10:40:00-11:00:00=0.1 11:00:00-12:00:00=0.3 "
	    "12:00:00-13:00:00=0.3 13:00:00-13:10:00=0.05");
	meter_start(t, e, meter_at("2026-03-03T14:10:00Z"));
	meter_turn(t, meter_at("2026-03-03T17:59:59Z"));
	meter_turn(t, meter_at("2026-03-03T17:59:59Z"));
	meter_turn(t, meter_at("2026-03-03T16:00:00Z")); /* a copy whose clock is behind */
	assert_non_null(strstr(rows(), " 14:10:00-15:00:00=0.25 15:00:00-16:00:00=0.3 "
	    "16:00:00-17:00:00=0.3 17:00:00"));
	meter_check();
}

/* Within one hour; without length; at times fixed before somebody else's change. */
static void
test_short(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, meter_at("2026-03-03T10:00:00Z"), "0.36");

	meter_stop(t, e, meter_at("2026-03-03T10:00:00Z"));
	assert_null(rows());
	meter_start(t, e, meter_at("2026-03-03T10:00:00Z"));
	meter_stop(t, e, meter_at("2026-03-03T10:00:01Z"));
	meter_start(t, e, meter_at("2026-03-03T10:00:00.5Z"));
	assert_string_equal(rows(), "10:00:00-10:00:01=0.0001 10:00:01");
	meter_stop(t, e, meter_at("2026-03-03T09:59:00Z"));
	assert_string_equal(rows(), "10:00:00-10:00:01=0.0001");
	meter_start(t, e, meter_at("2026-03-03T10:30:00Z"));
	t->now = meter_at("2026-03-03T10:45:00Z");
	assert_int_equal(life_destroy(t, meter_owner, e->public_id), LIFE_DONE);
	db_commit(t);
	assert_string_equal(rows(), "10:00:00-10:00:01=0.0001 10:30:00-10:45:00=0.09");
	meter_check();
}

static void
test_price_change(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, meter_at("2026-03-03T10:00:00Z"), "0.05");

	scratch_sql("insert into core.price (service, since, hourly)"
	    " values ('aws_s3', '2026-03-03 11:00Z', 9)");
	meter_turn(t, meter_at("2026-03-03T13:00:00Z"));
	meter_stop(t, e, meter_at("2026-03-03T14:00:00Z"));
	assert_string_equal(usage_total(t, e->id), "0.2");
	scratch_sql("delete from core.price where hourly = 9");
}

static const char *
sum(struct task *t, const char *from, const char *to)
{
	struct usage_sum *list;
	const char       *total;
	size_t            n;

	n = usage_sums(t, meter_owner, meter_at(from), meter_at(to), NULL, 10, &list, &total);
	if (n > 0)
		assert_string_equal(list[0].cost, total);
	return total;
}

/* Months of UTC, whatever the hour is here; a leap day; parts of an hour; what still runs. */
static void
test_months(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, meter_at("2028-02-28T00:00:00Z"), "0.1");

	meter_turn(t, meter_at("2028-03-02T00:00:00Z"));
	t->now = meter_at("2028-03-02T00:30:00Z");
	assert_string_equal(usage_total(t, e->id), "7.25"); /* 72.5 hours */
	assert_string_equal(sum(t, "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"), "4.8");
	assert_string_equal(sum(t, "2028-03-01T00:00:00Z", "2028-04-01T00:00:00Z"), "2.45");
	assert_string_equal(sum(t, "2028-02-29T23:45:00Z", "2028-03-01T00:15:00Z"), "0.05");
	assert_string_equal(sum(t, "2028-03-02T00:15:00Z", "2028-03-02T00:20:00Z"),
	    "0.008333333333333333");
	assert_string_equal(sum(t, "2027-03-02T00:15:00Z", "2028-02-28T00:00:00Z"), "0");
	meter_check();
}

/* Three parts, none of which is a decimal, add up to one that is. */
static void
test_sums_are_exact(void **state)
{
	struct task *t = *state;
	struct life *e = meter_make(t, meter_at("2026-03-03T10:00:00Z"), "0.33");

	meter_stop(t, e, meter_at("2026-03-03T10:00:00.000001Z"));
	meter_start(t, e, meter_at("2026-03-03T10:00:00.000001Z"));
	meter_stop(t, e, meter_at("2026-03-03T11:00:00.000004Z"));
	meter_start(t, e, meter_at("2026-03-03T11:00:00.000004Z"));
	meter_stop(t, e, meter_at("2026-03-03T12:30:00Z"));
	assert_string_equal(usage_total(t, e->id), "0.825");
}

/* An hour that is there twice or not at all on the host's clock is one hour here. */
static void
test_daylight_saving(void **state)
{
	struct task  t = { 0 };
	struct db   *db;
	struct life *e;

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	setenv("PGTZ", "Europe/Berlin", 1);
	tzset();
	db = db_open(scratch_conf());
	task_init(&t, mem_new((size_t)scratch_conf()->task_memory));
	db_attach(&t, db);
	e = meter_make(&t, meter_at("2026-03-28T23:30:00Z"), "0.33");
	meter_turn(&t, meter_at("2026-03-29T01:05:00Z"));
	meter_stop(&t, e, meter_at("2026-03-29T02:00:00Z"));
	meter_start(&t, e, meter_at("2026-10-24T23:30:00Z"));
	meter_turn(&t, meter_at("2026-10-25T00:00:00Z"));
	meter_stop(&t, e, meter_at("2026-10-25T02:00:00Z"));
	assert_string_equal(usage_total(&t, e->id), "1.65"); /* twice 2.5 hours */
	assert_string_equal(scratch_sql("select count(*) from core.usage"), "6");
	meter_check();
	meter_make(&t, meter_at("2026-03-28T23:30:00+05:30"), "0.33"); /* 18:00 of UTC */
	meter_turn(&t, meter_at("2026-03-28T18:59:00Z"));
	assert_string_equal(scratch_sql("select count(*) from core.usage"), "7");
	db_detach(&t);
	mem_free(t.mem);
	db_close(db);
	unsetenv("TZ");
	unsetenv("PGTZ");
	tzset();
}

static struct life *tortured;

static void
stop_tortured(struct task *t)
{
	life_stop(t, meter_owner, tortured->public_id);
	db_commit(t);
}

/* Whichever statement fails: the state and the meter say the same, and the next try is good. */
static void
test_torture(void **state)
{
	struct task *t = *state;
	int          left = 0;

	tortured = meter_make(t, meter_at("2026-03-03T10:10:00Z"), "0.36");
	for (int n = 1; left == 0; n++) {
		const struct fault *f;

		t->now = meter_at("2026-03-03T12:10:00Z");
		db_fail_in(n);
		f = scratch_try(t, stop_tortured);
		db_release(t);
		left = db_fail_in(0);
		meter_check();
		assert_true(left > 0 ? f == NULL : f == &FAULT_UNAVAILABLE);
	}
	assert_string_equal(rows(),
	    "10:10:00-11:00:00=0.3 11:00:00-12:00:00=0.36 12:00:00-12:10:00=0.06");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_figures, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_late_job, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_short, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_price_change, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_months, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_sums_are_exact, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_daylight_saving, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_torture, meter_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
