/* tests/unit/shared/core/limit.c - buckets and sums in memory that the pool shares */
#include "shared/core/limit.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
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

enum { THREADS = 4, ROUNDS = 5000 };

/* A new name in each round, asked for by all of them at once. */
static struct {
	struct limit     *limit;
	int64_t           now;
	pthread_barrier_t line;
	_Atomic int       got;
	int               most;
} race;

static void *
racer(void *arg)
{
	bool first = arg != NULL;
	char name[32];

	for (int i = 0; i < ROUNDS; i++) {
		snprintf(name, sizeof(name), "round %d", i);
		pthread_barrier_wait(&race.line);
		for (int k = 0; k < 4; k++)
			race.got += limit_take(race.limit, &ten, name, race.now) == 0;
		pthread_barrier_wait(&race.line);
		if (first) {
			race.most = race.got > race.most ? race.got : race.most;
			race.got = 0;
		}
	}
	return NULL;
}

/* However many ask for the first time together, they get no more than one who asks alone. */
static void
test_first_ones_together(void **state)
{
	pthread_t threads[THREADS];

	race.limit = *state;
	race.now = clock_now();
	assert_int_equal(pthread_barrier_init(&race.line, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, racer, i == 0 ? &race : NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&race.line);
	assert_int_equal(race.most, 10);
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
	const struct CMUnitTest tests[] = { TEST(test_bucket), TEST(test_first_ones_together),
		TEST(test_many), TEST(test_sum) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
