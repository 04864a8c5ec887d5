/* tests/unit/shared/db/db.c - statements, transactions and what a failed one leaves */
#include "shared/db/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/base/task.h"
#include "tests/unit/support/scratch.h"

/* A query of the test's own, under a number no other has in this program. */
static const struct query add_account = {
	.number = 0,
	.name = "test_add_account",
	.sql = "insert into core.account (public_id, name, created_at)"
	       " values ($1, $2, $3) returning id",
	.n_types = 3,
	.types = { 25, 25, 1184 },
};

static void
add(struct task *t)
{
	struct rows r = db_rows(t, &add_account, db_text("acc-1"), db_text("one"), db_time(t->now));

	assert_int_equal(r.n, 1);
	assert_true(row_i64(&r, 0, "id") > 0);
}

static void
add_and_commit(struct task *t)
{
	db_begin(t);
	add(t);
	db_commit(t);
}

static void
test_single_statement(void **state)
{
	struct task *t = *state;

	scratch_wipe();
	assert_null(scratch_try(t, add));
	assert_int_equal(t->round_trips, 1);
	assert_string_equal(scratch_sql("select count(*) from core.account"), "1");
	assert_int_equal(strtoll(scratch_sql("select (extract(epoch from created_at) * 1000000)::bigint"
	                                     " from core.account"), NULL, 10), t->now);
}

static void
test_mistake_is_internal(void **state)
{
	struct task *t = *state;

	scratch_wipe();
	assert_null(scratch_try(t, add));
	assert_ptr_equal(scratch_try(t, add), &FAULT_INTERNAL); /* public_id is unique */
	db_release(t);
	assert_string_equal(scratch_sql("select count(*) from core.account"), "1");
}

/* Whichever statement fails, nothing is left; and the pool works on. */
static void
test_every_failure(void **state)
{
	struct task *t = *state;
	int          n;

	scratch_wipe();
	for (n = 1; n < 10; n++) {
		const struct fault *f;

		db_fail_in(n);
		f = scratch_try(t, add_and_commit);
		db_release(t);
		if (f == NULL)
			break;
		assert_ptr_equal(f, &FAULT_UNAVAILABLE);
		assert_string_equal(scratch_sql("select count(*) from core.account"), "0");
	}
	db_fail_in(0);
	assert_int_equal(n, 3); /* the statement, the commit, then success */
	assert_string_equal(scratch_sql("select count(*) from core.account"), "1");
}

/* A transaction given up half-way costs its connection nothing. */
static void
test_given_up(void **state)
{
	struct task    *t = *state;
	struct db_stats before, after;

	scratch_wipe();
	db_begin(t);
	add(t);
	db_stats(scratch_db(), &before);
	db_release(t);
	db_stats(scratch_db(), &after);
	assert_int_equal(after.failures, before.failures);
	assert_int_equal(after.open, before.open);
	assert_int_equal(after.busy, before.busy - 1);
	assert_string_equal(scratch_sql("select count(*) from core.account"), "0");
}

static const struct query count_accounts = { .number = 2, .name = "test_count_accounts",
	.sql = "select count(*) as n from core.account" };

static void
count_after_add(struct task *t)
{
	struct rows r;

	db_ahead(t, &add_account, db_text("acc-1"), db_text("one"), db_time(t->now));
	r = db_rows0(t, &count_accounts);
	assert_int_equal(row_i64(&r, 0, "n"), 1);
}

/* What travels ahead is done first, in the same round trip and transaction. */
static void
test_ahead(void **state)
{
	struct task *t = *state;
	unsigned     before;

	scratch_wipe();
	before = t->round_trips;
	assert_null(scratch_try(t, count_after_add));
	assert_int_equal(t->round_trips, before + 1);
	assert_ptr_equal(scratch_try(t, count_after_add), &FAULT_INTERNAL); /* public_id is unique */
	db_release(t);
	db_fail_in(1);
	assert_ptr_equal(scratch_try(t, count_after_add), &FAULT_UNAVAILABLE);
	db_release(t);
	assert_int_equal(db_rows0(t, &count_accounts).n, 1); /* nothing is left to travel */
	scratch_wipe();
	db_begin(t);
	assert_null(scratch_try(t, count_after_add));
	db_release(t);
	assert_string_equal(scratch_sql("select count(*) from core.account"), "0");
}

/* What synchronous_commit is for the next statement. */
static const char *
setting(struct task *t)
{
	static const struct query show = { .number = 1, .name = "test_show_sync",
		.sql = "select current_setting('synchronous_commit') as s" };
	struct rows               r = db_rows0(t, &show);

	return row_text(&r, 0, "s");
}

static void
relax_and_back(struct task *t)
{
	assert_string_equal(setting(t), "on");
	db_relax(t, true);
	assert_string_equal(setting(t), "off");
	assert_string_equal(setting(t), "off");
	db_relax(t, false);
	assert_string_equal(setting(t), "on");
	db_relax(t, true);
	db_begin(t);
	assert_string_equal(setting(t), "off");
	db_release(t);
	assert_string_equal(setting(t), "off");
	db_relax(t, false);
	assert_string_equal(setting(t), "on");
	assert_int_equal(t->round_trips, 7);
}

/* The setting travels with a statement, also when the transaction it came with is undone. */
static void
test_relaxed(void **state)
{
	assert_null(scratch_try(*state, relax_and_back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_single_statement, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_mistake_is_internal, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_every_failure, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_ahead, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_given_up, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_relaxed, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
