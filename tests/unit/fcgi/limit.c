/* tests/unit/fcgi/limit.c - buckets and sums in memory that the pool shares */
#include "fcgi/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shared/base/clock.h"

static const struct limit_rule ten = { "test", 10, MINUTE };

static int
setup(void **state)
{
	*state = calloc(1, limit_size());
	return *state == NULL;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static void
test_bucket(void **state)
{
	struct limit *l = *state;
	int64_t       now = clock_now(), wait;

	for (int i = 0; i < 10; i++) {
		assert_int_equal(limit_look(l, &ten, "a", now), 0);
		assert_int_equal(limit_take(l, &ten, "a", now), 0);
	}
	wait = limit_take(l, &ten, "a", now);
	assert_int_equal(wait, 6 * SECOND);
	assert_int_equal(limit_look(l, &ten, "a", now), wait);
	/* Being refused costs nothing; others are not concerned. */
	assert_int_equal(limit_take(l, &ten, "a", now), wait);
	assert_int_equal(limit_take(l, &ten, "b", now), 0);
	/* One each six seconds from then on. */
	assert_int_equal(limit_take(l, &ten, "a", now + wait), 0);
	assert_int_equal(limit_take(l, &ten, "a", now + wait), 6 * SECOND);
	/* In the end it is full again, and not more than that. */
	now += HOUR;
	for (int i = 0; i < 10; i++)
		assert_int_equal(limit_take(l, &ten, "a", now), 0);
	assert_true(limit_take(l, &ten, "a", now) > 0);
	assert_int_equal(limit_take(NULL, &ten, "a", now), 0);
}

/* More names than it holds: nobody is refused for another's sake. */
static void
test_many(void **state)
{
	struct limit *l = *state;
	int64_t       now = clock_now();
	char          name[32];

	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		if (limit_take(l, &ten, name, now) != 0)
			fail_msg("%s is refused", name);
	}
}

static void
test_sum(void **state)
{
	struct limit *l = *state;

	assert_int_equal(limit_sum(l, "stored", "1").at, 0);
	limit_add(l, "stored", "1", 7); /* nothing is known that it could be added to */
	limit_learn(l, "stored", "1", 100, 5);
	limit_add(l, "stored", "1", 20);
	limit_add(l, "stored", "1", 3);
	assert_int_equal(limit_sum(l, "stored", "1").known, 100);
	assert_int_equal(limit_sum(l, "stored", "1").added, 23);
	assert_int_equal(limit_sum(l, "stored", "1").at, 5);
	assert_int_equal(limit_sum(l, "other", "1").at, 0);
	limit_learn(l, "stored", "1", 123, 6);
	assert_int_equal(limit_sum(l, "stored", "1").added, 0);
	assert_int_equal(limit_sum(NULL, "stored", "1").at, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = { TEST(test_bucket), TEST(test_many), TEST(test_sum) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
