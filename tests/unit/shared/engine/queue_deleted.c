/* tests/unit/shared/engine/queue_deleted.c - names of queues that are gone */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/task.h"
#include "shared/engine/queue.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/scratch.h"

enum { PAUSE = 60 };

static struct space sp;

static enum queue_result
make(struct task *t, const char *name)
{
	static const struct queue plain = { .hide_s = 30, .keep_s = 60, .size_most = 100 };
	struct queue_name         n = { "111111111111", "us-east-1", name };
	struct queue              q;

	return queue_make(t, &sp, &n, &plain, PAUSE, &q);
}

static enum queue_result
end(struct task *t, const char *name)
{
	struct queue_name n = { "111111111111", "us-east-1", name };
	int64_t           id;

	return queue_remove(t, &sp, &n, PAUSE, &id);
}

static void
test_a_name_is_taken_for_a_while(void **state)
{
	struct task *t = *state;

	sp = world_space(t);
	assert_int_equal(make(t, "a"), QUEUE_OK);
	t->round_trips = 0;
	assert_int_equal(end(t, "a"), QUEUE_OK);
	assert_int_equal(make(t, "a"), QUEUE_REFUSED);
	assert_int_equal(t->round_trips, 2);
	sp.now += (PAUSE - 1) * SECOND;
	assert_int_equal(make(t, "a"), QUEUE_REFUSED);
	assert_int_equal(make(t, "b"), QUEUE_OK);
	sp.now += SECOND;
	assert_int_equal(make(t, "a"), QUEUE_OK);
	assert_int_equal(make(t, "a"), QUEUE_THERE);
	assert_int_equal(end(t, "a"), QUEUE_OK);
	/* The clock is set back: that is yet to come. */
	sp.now -= SECOND;
	assert_int_equal(make(t, "a"), QUEUE_OK);
}

static void
test_whoever_goes_takes_two_along(void **state)
{
	struct task *t = *state;

	sp = world_space(t);
	for (const char *name = "a\0b\0c\0"; *name != '\0'; name += 2) {
		assert_int_equal(make(t, name), QUEUE_OK);
		assert_int_equal(end(t, name), QUEUE_OK);
	}
	sp.now += PAUSE * SECOND + 1;
	assert_int_equal(make(t, "a"), QUEUE_OK);
	assert_int_equal(end(t, "a"), QUEUE_OK);
	assert_string_equal(scratch_sql("select string_agg(name, ' ' order by name)"
	    " from queue.deleted"), "a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_name_is_taken_for_a_while, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_whoever_goes_takes_two_along, scratch_setup,
		    scratch_teardown),
	};

	return cmocka_run_group_tests_name("queue_deleted", tests, NULL, NULL);
}
