/* tests/unit/fcgi/wake.c - rings, watches and the sleep between them */
#include "fcgi/wake.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/base/clock.h"

static struct wake *w;

static int
setup(void **state)
{
	(void)state;
	w = wake_create();
	return w == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	return munmap(w, wake_size());
}

static bool
rang(unsigned index, unsigned slot)
{
	uint64_t bits[WAKE_SLOTS / 64];

	wake_take(w, index, bits);
	return bits[slot / 64] >> slot % 64 & 1;
}

static void
test_only_watchers_are_woken(void **state)
{
	unsigned a = wake_slot("a");

	(void)state;
	wake_watch(w, 3, a, 1);
	wake_ring(w, a);
	assert_false(wake_wait(w, 4, 0));
	assert_true(wake_wait(w, 3, 0));
	assert_true(rang(3, a));
	assert_false(rang(3, a));
	assert_false(wake_wait(w, 3, 0));
	wake_watch(w, 3, a, -1);
	wake_ring(w, a);
	assert_false(wake_wait(w, 3, 0));
}

static void
test_the_last_watch_counts(void **state)
{
	(void)state;
	wake_watch(w, 100, 7, 1);
	wake_watch(w, 100, 7, 1);
	wake_watch(w, 100, 7, -1);
	wake_ring(w, 7);
	assert_true(wake_wait(w, 100, 0));
	assert_true(rang(100, 7));
	wake_clear(w, 100);
	wake_ring(w, 7);
	assert_false(wake_wait(w, 100, 0));
}

static void
test_rang_since(void **state)
{
	uint64_t before = wake_now(w), after;

	(void)state;
	assert_false(wake_rang_since(w, 9, before));
	wake_ring(w, 9);
	after = wake_now(w);
	assert_true(wake_rang_since(w, 9, before));
	assert_false(wake_rang_since(w, 9, after));
	assert_false(wake_rang_since(w, 10, before));
}

static void
test_outgoing_is_what_rang_here(void **state)
{
	uint64_t bits[WAKE_SLOTS / 64], n = 0;
	int      fd = eventfd(0, EFD_NONBLOCK);

	(void)state;
	wake_set_outgoing_fd(w, fd);
	wake_ring_here(w, 64);
	assert_int_equal(read(fd, &n, sizeof(n)), -1);
	wake_ring(w, 65);
	wake_ring(w, 4095);
	assert_int_equal(read(fd, &n, sizeof(n)), sizeof(n));
	assert_int_equal(n, 1); /* told once until it is taken */
	wake_take_outgoing(w, bits);
	assert_true(bits[1] == 2 && bits[63] == UINT64_C(1) << 63);
	wake_ring(w, 65);
	assert_int_equal(read(fd, &n, sizeof(n)), sizeof(n));
	close(fd);
}

static void
test_a_nudge_ends_the_sleep(void **state)
{
	int64_t begin = clock_monotonic();

	(void)state;
	wake_nudge(w, 0);
	assert_true(wake_wait(w, 0, begin + 10 * SECOND));
	assert_false(wake_wait(w, 0, begin + 20 * MILLISECOND));
	assert_true(clock_monotonic() - begin >= 20 * MILLISECOND);
}

static void
test_across_processes(void **state)
{
	int   status;
	pid_t pid;

	(void)state;
	wake_watch(w, 1, 5, 1);
	pid = fork();
	if (pid == 0) {
		wake_ring(w, 5);
		_exit(0);
	}
	assert_true(wake_wait(w, 1, clock_monotonic() + 10 * SECOND));
	assert_true(rang(1, 5));
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/*
 * One thread makes a thing true and rings; another looks, and when it is not true waits as park.c
 * does.  A wake-up that gets lost between its look and its watch leaves it waiting.
 */
enum { TURNS = 3000 };
static _Atomic int made;

static void *
make(void *arg)
{
	(void)arg;
	for (int turn = 1; turn <= TURNS; turn++) {
		while (atomic_load(&made) >= 0)
			sched_yield();
		atomic_store(&made, turn);
		wake_ring(w, 11);
	}
	return NULL;
}

/* What rang for the turn before may come only now: a look more, and it waits again. */
static bool
wait_for(int turn)
{
	uint64_t since, bits[WAKE_SLOTS / 64];
	int64_t  until = clock_monotonic() + 30 * SECOND;
	bool     woken = true;

	while (woken) {
		since = wake_now(w);
		if (atomic_load(&made) == turn)
			return true;
		wake_watch(w, 0, 11, 1);
		while (woken && !wake_rang_since(w, 11, since))
			woken = wake_wait(w, 0, until);
		wake_take(w, 0, bits);
		wake_watch(w, 0, 11, -1);
	}
	return false;
}

static void
test_no_wake_up_is_lost(void **state)
{
	pthread_t maker;

	(void)state;
	atomic_store(&made, 0);
	assert_int_equal(pthread_create(&maker, NULL, make, NULL), 0);
	for (int turn = 1; turn <= TURNS; turn++) {
		atomic_store(&made, -1);
		assert_true(wait_for(turn));
	}
	pthread_join(maker, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_watchers_are_woken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_last_watch_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rang_since, setup, teardown),
		cmocka_unit_test_setup_teardown(test_outgoing_is_what_rang_here, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_nudge_ends_the_sleep, setup, teardown),
		cmocka_unit_test_setup_teardown(test_across_processes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_wake_up_is_lost, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
