/* tests/unit/shared/core/life.c - environments made, with ports, and their clocks */
#include "shared/core/life.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"
#include "tests/unit/support/scratch.h"

enum { THREADS = 6, EACH = 5 };

static const char *services[] = { "aws_s3", "aws_sqs" };
static int64_t     owner;

static int
setup(void **state)
{
	static bool started;

	scratch_setup(state);
	scratch_wipe();
	if (!started)
		secret_start(scratch_conf());
	started = true;
	owner = account_create(*state, "owner", NULL)->id;
	return 0;
}

static struct life_wish
wish(int64_t first, int64_t last)
{
	return (struct life_wish){ .account = owner, .hourly_rate = "0.0800", .auto_shutdown_hours = 4,
		.port = true, .port_first = first, .port_last = last, .services = services,
		.n_services = 2 };
}

static void
test_one_statement(void **state)
{
	struct task     *t = *state;
	struct life_wish w = wish(0, 0);
	struct life     *e, *found;

	t->round_trips = 0;
	e = life_create(t, &w);
	assert_int_equal(t->round_trips, 1);
	assert_int_equal(e->port, 0); /* there is no range */
	found = life_find(t, owner, e->public_id);
	assert_int_equal(found->id, e->id);
	assert_string_equal(found->hourly_rate, "0.08");
	assert_string_equal(found->services[1], "aws_sqs");
	assert_string_equal(found->accounts[0].secret_access_key, e->accounts[0].secret_access_key);
	assert_int_equal(found->created_at, t->now);
	assert_null(life_find(t, owner + 1, e->public_id));
}

static void
test_lowest_free_port(void **state)
{
	struct task     *t = *state;
	struct life_wish w = wish(30000, 30002);
	struct life     *e[4];

	for (int i = 0; i < 4; i++)
		e[i] = life_create(t, &w);
	for (int i = 0; i < 3; i++)
		assert_int_equal(e[i]->port, 30000 + i);
	assert_int_equal(e[3]->port, 0);
	assert_int_equal(life_destroy(t, owner, e[1]->public_id), LIFE_DONE);
	db_commit(t);
	assert_int_equal(life_create(t, &w)->port, 30001);
	w.port = false;
	assert_int_equal(life_create(t, &w)->port, 0);
}

static void
create_some(void *arg)
{
	struct life_wish w = wish(30000, 30000 + THREADS * EACH - 1);

	for (int i = 0; i < EACH; i++)
		assert_int_not_equal(life_create(arg, &w)->port, 0);
}

static void *
creator(void *arg)
{
	struct task *t = scratch_task();

	(void)arg;
	if (task_try(t, create_some, t) != NULL)
		abort();
	scratch_end(t);
	return NULL;
}

/* All at once, each gets a port of its own. */
static void
test_ports_at_once(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, creator, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_string_equal(scratch_sql("select count(distinct port) from core.environment"), "30");
}

/* Resets that meet leave no space without a pointer but those for the collector. */
static void
test_resets_one_after_the_other(void **state)
{
	struct task     *t = *state, *u = scratch_task();
	struct life_wish w = wish(0, 0);
	struct life     *e = life_create(t, &w);

	assert_int_equal(life_reset(t, owner, e->public_id, NULL), LIFE_DONE);
	db_commit(t);
	assert_int_equal(life_reset(u, owner, e->public_id, "aws_s3"), LIFE_DONE);
	db_commit(u);
	assert_int_equal(life_reset(u, owner, e->public_id, "aws_sns"), LIFE_NO_SERVICE);
	db_commit(u);
	assert_int_equal(life_reset(u, owner + 1, e->public_id, NULL), LIFE_NONE);
	db_commit(u);
	scratch_end(u);
	assert_string_equal(scratch_sql("select count(*) from core.space"), "5");
	assert_string_equal(scratch_sql("select count(*) from core.space s where (dropped_at is null) ="
	    " exists (select from core.environment_service e where e.space = s.id)"), "5");
	assert_string_equal(scratch_sql("select generation from core.environment"), "3");
}

static void
test_clock(void **state)
{
	const int64_t     now = INT64_C(1800000000) * SECOND;
	struct life_clock k = { 0 };
	static const struct {
		struct life_clock_wish wish;
		int64_t                shown; /* off now */
		bool                   stands;
	} steps[] = {
		{ { CLOCK_OFFSET, HOUR, FREEZE_AS_IT_IS }, HOUR, false },
		{ { CLOCK_ADVANCE, HOUR, FREEZE_AS_IT_IS }, 2 * HOUR, false },
		{ { CLOCK_SAME, 0, FREEZE_ON }, 2 * HOUR, true },
		{ { CLOCK_ADVANCE, SECOND, FREEZE_AS_IT_IS }, 2 * HOUR + SECOND, true },
		{ { CLOCK_OFFSET, -DAY, FREEZE_AS_IT_IS }, -DAY, true },
		{ { CLOCK_SAME, 0, FREEZE_OFF }, -DAY, false },
		{ { CLOCK_NOW, INT64_C(1800000000) * SECOND + 5, FREEZE_ON }, 5, true },
		{ { CLOCK_OFFSET, 0, FREEZE_OFF }, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		assert_true(life_clock_apply(&k, &steps[i].wish, now));
		assert_int_equal(life_clock_now(&k, now), now + steps[i].shown);
		assert_int_equal(k.frozen != 0, steps[i].stands);
		assert_int_equal(life_clock_now(&k, now + MINUTE),
		    now + steps[i].shown + (steps[i].stands ? 0 : MINUTE));
	}
}

static void
test_clock_bounds(void **state)
{
	static const struct life_clock_wish wrong[] = {
		{ CLOCK_NOW, 0, FREEZE_ON },
		{ CLOCK_NOW, -DAY, FREEZE_AS_IT_IS },
		{ CLOCK_OFFSET, INT64_MAX, FREEZE_AS_IT_IS },
		{ CLOCK_OFFSET, INT64_MIN, FREEZE_AS_IT_IS },
		{ CLOCK_ADVANCE, INT64_MAX, FREEZE_AS_IT_IS },
		{ CLOCK_NOW, INT64_C(253402300800) * SECOND, FREEZE_ON },
	};
	struct life_clock k = { .offset = HOUR };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_false(life_clock_apply(&k, &wrong[i], INT64_C(1800000000) * SECOND));
		assert_int_equal(k.offset, HOUR);
	}
}

static void
test_clock_is_kept(void **state)
{
	struct task                 *t = *state;
	struct life_wish             w = wish(0, 0);
	struct life                 *e = life_create(t, &w);
	const struct life_clock_wish ahead = { CLOCK_ADVANCE, DAY, FREEZE_ON };
	struct environment          *seen;

	assert_int_equal(life_set_clock(t, owner, e->public_id, &ahead), LIFE_DONE);
	db_commit(t);
	assert_int_equal(life_find(t, owner, e->public_id)->clock.frozen, t->now + DAY);
	/* The data plane sees the same. */
	seen = environment_load(t, e->public_id);
	assert_int_equal(environment_now(t, seen), t->now + DAY);
	assert_int_equal(seen->generation, 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_one_statement), TEST(test_lowest_free_port), TEST(test_ports_at_once),
		TEST(test_resets_one_after_the_other), TEST(test_clock), TEST(test_clock_bounds),
		TEST(test_clock_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
