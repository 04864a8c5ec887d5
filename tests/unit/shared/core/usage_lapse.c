/* tests/unit/shared/core/usage_lapse.c - the meter over days and in races, against whole numbers */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "shared/base/clock.h"
#include "shared/base/task.h"
#include "shared/core/life.h"
#include "shared/core/usage.h"
#include "tests/unit/support/meter.h"
#include "tests/unit/support/scratch.h"

enum { MANY = 12, RACERS = 40 };

/* microseconds * rate (in 1/10000) / 3.6e13 as decimal text of at most 18 places, rounded. */
static const char *
money(int64_t us, int64_t rate)
{
	static char text[64];
	const int64_t hour = INT64_C(36000000000000); /* microseconds * 10000 */
	int64_t       dollars = us * rate / hour, left = us * rate % hour, part = 0;
	size_t        n;

	for (int i = 0; i < 18; i++) {
		part = 10 * part + 10 * left / hour;
		left = 10 * left % hour;
	}
	part += 2 * left >= hour;
	snprintf(text, sizeof(text), "%lld.%018lld", (long long)dollars, (long long)part);
	for (n = strlen(text); text[n - 1] == '0'; n--)
		text[n - 1] = '\0';
	if (text[n - 1] == '.')
		text[n - 1] = '\0';
	return text;
}

struct lapse {
	struct life *e;
	int64_t      rate, since, used; /* since 0: stopped */
};

static uint32_t
dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
	return (*seed >> 8) % sides;
}

/* Nine days over the end of a month; the job comes, comes late, comes twice, or does not. */
static void
test_time_lapse(void **state)
{
	static const char *const rates[] = { "0.33", "0.05", "0.0001", "0.85", "9.9999" };
	static const int64_t     parts[] = { 3300, 500, 1, 8500, 99999 };
	struct task             *t = *state;
	struct lapse             all[MANY];
	int64_t                  now = meter_at("2026-10-23T08:12:13.456789Z"), end = now + 9 * DAY;
	int64_t                  hour = now / HOUR;
	uint32_t                 seed = 20261123;

	for (size_t i = 0; i < MANY; i++)
		all[i] = (struct lapse){ meter_make(t, now, rates[i % 5]), parts[i % 5], now, 0 };
	while (now < end) {
		struct lapse *l = &all[dice(&seed, MANY)];

		now += (int64_t)dice(&seed, 3000) * SECOND + dice(&seed, 1000000);
		if (now / HOUR != hour && dice(&seed, 4) > 0)
			meter_turn(t, now);
		hour = now / HOUR;
		if (l->since != 0) {
			meter_stop(t, l->e, now);
			l->used += now - l->since;
			l->since = 0;
		} else {
			meter_start(t, l->e, now);
			l->since = now;
		}
	}
	meter_check();
	t->now = now;
	for (size_t i = 0; i < MANY; i++) {
		if (all[i].since != 0)
			all[i].used += now - all[i].since;
		assert_string_equal(usage_total(t, all[i].e->id), money(all[i].used, all[i].rate));
	}
}

struct race {
	struct life *e[RACERS];
	int64_t      now;
};

static void *
turner(void *arg)
{
	struct race *r = arg;
	struct task *t = scratch_task();
	int64_t      hours;

	for (int i = 0; i < 4 * RACERS; i++)
		usage_turn(t, r->now, 1, &hours);
	scratch_end(t);
	return NULL;
}

/* Stopped while the job turns it: who comes second finds what the first has made of the row. */
static void
test_race(void **state)
{
	struct task *t = *state;
	struct race  r = { .now = meter_at("2026-03-03T11:00:00Z") };
	pthread_t    threads[2];

	for (int i = 0; i < RACERS; i++)
		r.e[i] = meter_make(t, meter_at("2026-03-03T10:00:00Z"), "0.36");
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, turner, &r), 0);
	for (int i = 0; i < RACERS; i++)
		meter_stop(t, r.e[i], meter_at("2026-03-03T11:00:00.000009Z"));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	meter_check();
	for (int i = 0; i < RACERS; i++)
		assert_string_equal(usage_total(t, r.e[i]->id), money(HOUR + 9, 3600));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_time_lapse, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_race, meter_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
