/* tests/unit/shared/db/pool.c - many threads, few connections */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/probe.h"
#include "shared/db/db.h"
#include "tests/unit/support/scratch.h"

enum { THREADS = 8, STATEMENTS = 100 };

static struct db  *db;
static _Atomic int good, unavailable;

static void
put_one(void *arg)
{
	probe_put(arg, "pool");
}

static void *
many_statements(void *arg)
{
	struct task t;

	(void)arg;
	task_init(&t, mem_new(1 << 20));
	db_attach(&t, db);
	for (int i = 0; i < STATEMENTS; i++) {
		const struct fault *f;

		task_begin(&t);
		f = task_try(&t, put_one, &t);
		db_release(&t);
		atomic_fetch_add(f == NULL ? &good : &unavailable, f == NULL || f == &FAULT_UNAVAILABLE);
	}
	db_detach(&t);
	mem_free(t.mem);
	return NULL;
}

static struct db_stats
run_threads(const struct conf *conf)
{
	pthread_t       threads[THREADS];
	struct db_stats stats;

	atomic_store(&good, 0);
	atomic_store(&unavailable, 0);
	db = db_open(conf);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, many_statements, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	db_stats(db, &stats);
	db_close(db);
	assert_int_equal(stats.busy, 0);
	return stats;
}

static void
test_all_are_served(void **state)
{
	struct conf     conf = *scratch_conf();
	struct db_stats stats;

	(void)state;
	conf.db_connections = 2;
	stats = run_threads(&conf);
	assert_int_equal(good, THREADS * STATEMENTS);
	assert_int_equal(stats.open, 2);
	assert_int_equal(stats.connects, 2);
}

/* Connections that are lost leave their places to those who wait. */
static void
test_lost_connections(void **state)
{
	struct conf     conf = *scratch_conf();
	struct db_stats stats;

	(void)state;
	conf.db_connections = 2;
	scratch_sql("create function core.probe_kill() returns trigger language plpgsql as $$ begin"
	            " if new.id %% 10 = 0 then perform pg_terminate_backend(pg_backend_pid()); end if;"
	            " return new; end $$");
	scratch_sql("create trigger probe_kill before insert on core.probe"
	            " for each row execute function core.probe_kill()");
	stats = run_threads(&conf);
	scratch_sql("drop function core.probe_kill() cascade");
	assert_int_equal(good + unavailable, THREADS * STATEMENTS);
	assert_true(unavailable > 0 && good > unavailable);
	assert_true(stats.open <= 2 && stats.failures > 0);
}

static void
test_no_database(void **state)
{
	struct conf     conf = *scratch_conf();
	struct db_stats stats;

	(void)state;
	conf.db_connections = 2;
	conf.db = "host=/nowhere";
	stats = run_threads(&conf);
	assert_int_equal(unavailable, THREADS * STATEMENTS);
	assert_int_equal(stats.open, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_are_served, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_lost_connections, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_no_database, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
