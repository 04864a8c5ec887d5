/* tests/unit/shared/core/collect.c - dropped spaces, emptied and removed */
#include "shared/core/collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/store/store.h"
#include "tests/unit/support/scratch.h"

#define ROWS 4500 /* more than two batches */

static struct store *store;

static int
setup(void **state)
{
	char error[256];

	scratch_setup(state);
	scratch_wipe();
	store = store_open(scratch_conf(), error, sizeof(error));
	assert_non_null(store);
	scratch_sql("insert into core.account (public_id, name, created_at)"
	            " values ('acc-1', 'a', '2026-01-01Z')");
	return 0;
}

static int
teardown(void **state)
{
	store_close(store);
	return scratch_teardown(state);
}

/*
 * An environment in that state with a live space and one dropped at that time; returns the
 * latter.
 */
static int64_t
make(const char *name, const char *state, const char *dropped)
{
	int64_t id;

	scratch_sql("insert into core.environment (public_id, account_id, state, hourly_rate,"
	            " auto_shutdown_hours, created_at, changed_at, active_at)"
	            " select '%s', id, '%s', 0, 4, created_at, created_at, created_at"
	            " from core.account", name, state);
	id = strtoll(scratch_sql("insert into core.space"
	             " (environment_id, service, created_at, dropped_at)"
	             " select id, 'aws_s3', created_at, '%s' from core.environment"
	             " where public_id = '%s' returning id", dropped, name), NULL, 10);
	scratch_sql("insert into blob.bucket (space, name, owner, region, created_at)"
	            " select %lld, 'b' || n, 'o', 'r', '2026-01-01Z' from generate_series(1, %d) n",
	    (long long)id, ROWS);
	return id;
}

/* Collect until there is nothing; how many steps that took. */
static int
run(struct task *t, struct collect *c)
{
	int steps = 1;

	while (collect_spaces(t, store, c))
		steps++;
	return steps;
}

static void
test_in_batches(void **state)
{
	int64_t        space = make("env-a", "running", "2026-01-02Z");
	struct collect c = { .before = INT64_C(1900000000) * SECOND };

	make("env-b", "running", "2040-01-01Z"); /* within the grace period */
	assert_int_equal(run(*state, &c), 4);
	assert_int_equal(c.rows, ROWS);
	assert_int_equal(c.spaces, 1);
	assert_null(scratch_sql("select 1 from core.space where id = %lld", (long long)space));
	assert_string_equal(scratch_sql("select count(*) from blob.bucket"), "4500");
	assert_string_equal(scratch_sql("select count(*) from core.space"), "1");
}

static struct collect at_work;

static void
run_body(struct task *t)
{
	run(t, &at_work);
}

/* Each statement fails in turn, as if the job were killed there: the next run finds the rest. */
static void
test_killed_anywhere(void **state)
{
	const struct fault *f = &FAULT_UNAVAILABLE;

	make("env-a", "destroyed", "2026-01-02Z");
	make("env-b", "stopped", "2026-01-02Z");
	for (int n = 1; f != NULL; n++) {
		at_work = (struct collect){ .before = INT64_C(1900000000) * SECOND };
		db_fail_in(n);
		f = scratch_try(*state, run_body);
		db_release(*state);
		assert_true(f == NULL || f == &FAULT_UNAVAILABLE);
	}
	db_fail_in(0);
	assert_string_equal(scratch_sql("select count(*) from core.space"), "0");
	assert_string_equal(scratch_sql("select count(*) from blob.bucket"), "0");
}

/* What one collector has in its hands, the other leaves. */
static void
test_two_at_once(void **state)
{
	struct task   *t = *state, *u = scratch_task();
	struct collect c = { .before = INT64_C(1900000000) * SECOND }, d = c;

	make("env-a", "destroyed", "2026-01-02Z");
	make("env-b", "destroyed", "2026-01-03Z");
	assert_true(collect_spaces(t, store, &c));
	scratch_sql("begin; select 1 from core.space where dropped_at = '2026-01-02Z' for update");
	assert_int_equal(run(u, &d), 4);
	assert_int_equal(d.spaces, 1);
	scratch_sql("commit");
	run(t, &c);
	assert_int_equal(c.spaces, 1);
	assert_int_equal(c.rows + d.rows, 2 * ROWS);
	scratch_end(u);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_in_batches), TEST(test_killed_anywhere), TEST(test_two_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
