/* tests/unit/fcgi/activity.c - when environments were last used, gathered and written */
#include "fcgi/activity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/task.h"
#include "shared/core/life.h"
#include "shared/core/sweep.h"
#include "shared/db/db.h"
#include "shared/run/connected.h"
#include "tests/unit/support/meter.h"
#include "tests/unit/support/scratch.h"

#define BEGIN (INT64_C(1800000000) * SECOND)

enum { MANY = 20000, THREADS = 4 };

static const char *
used(const struct life *e)
{
	return scratch_sql("select extract(epoch from active_at)::bigint - 1800000000"
	    " from core.environment where id = %lld", (long long)e->id);
}

static void
test_written_at_once(void **state)
{
	struct task *t = *state;
	struct life *a = meter_make(t, BEGIN, "0.1"), *b = meter_make(t, BEGIN, "0.1");

	for (int i = 0; i < 1000; i++)
		assert_true(activity_note(i % 2 == 0 ? a->id : b->id, BEGIN + i * SECOND));
	assert_string_equal(used(a), "0");
	t->round_trips = 0;
	activity_write(t);
	assert_int_equal(t->round_trips, 1);
	assert_string_equal(used(a), "998");
	assert_string_equal(used(b), "999");
	t->round_trips = 0;
	activity_write(t);
	assert_int_equal(t->round_trips, 0);
	activity_note(a->id, BEGIN + 500 * SECOND); /* a task that began long ago */
	activity_write(t);
	assert_string_equal(used(a), "998");
	assert_string_equal(scratch_sql("select max(generation) from core.environment"), "1");
}

/* What could not be written is written the next time; a stopped environment is not used. */
static void
test_failure(void **state)
{
	struct task *t = *state;
	struct life *a = meter_make(t, BEGIN, "0.1");

	activity_note(a->id, BEGIN + MINUTE);
	db_fail_in(1);
	assert_ptr_equal(scratch_try(t, activity_write), &FAULT_UNAVAILABLE);
	db_release(t);
	activity_write(t);
	assert_string_equal(used(a), "60");
	activity_note(a->id, BEGIN + 2 * MINUTE);
	meter_stop(t, a, BEGIN + MINUTE);
	activity_write(t);
	assert_string_equal(used(a), "60");
}

/* More environments than there is room for: writing makes room, nothing is lost silently. */
static void
test_full(void **state)
{
	struct task *t = *state;
	struct life *a = meter_make(t, BEGIN, "0.1");
	int          writes = 0;

	activity_note(a->id, BEGIN + MINUTE);
	for (int64_t i = 0; i < MANY; i++)
		if (!activity_note(INT64_C(1000000) + i, BEGIN)) {
			activity_write(t);
			writes++;
			assert_true(activity_note(INT64_C(1000000) + i, BEGIN));
		}
	assert_in_range(writes, 1, 20);
	activity_write(t);
	assert_string_equal(used(a), "60");
}

static void *
noter(void *arg)
{
	const int64_t *id = arg;

	for (int i = 0; i < 20000; i++)
		activity_note(id[i % 3], BEGIN + i * MILLISECOND * 10);
	return NULL;
}

static void
test_many_threads(void **state)
{
	struct task *t = *state;
	struct life *e[3];
	int64_t      ids[3];
	pthread_t    threads[THREADS];

	for (int i = 0; i < 3; i++) {
		e[i] = meter_make(t, BEGIN, "0.1");
		ids[i] = e[i]->id;
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, noter, ids), 0);
	for (int i = 0; i < 5; i++)
		activity_write(t);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	activity_write(t);
	for (int i = 0; i < 3; i++)
		assert_in_range(strtol(used(e[i]), NULL, 10), 199, 200);
}

/* A server somebody is connected to is in use; one that only listens is not. */
static void
test_connected(void **state)
{
	struct task       *t = *state;
	struct life       *e = meter_make(t, BEGIN, "0.1");
	struct sweep       s = { .conf = scratch_conf(), .now = BEGIN + MINUTE };
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t          size = sizeof(a);
	int                server = socket(AF_INET, SOCK_STREAM, 0), client;

	assert_int_equal(bind(server, (struct sockaddr *)&a, size), 0);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&a, &size), 0);
	scratch_sql("insert into core.server (environment_id, service, ord, engine, version, wish,"
	    " state, address, port, user_name, password, database_name, changed_at) values (%lld,"
	    " 'redis', 1, 'redis', '7', 'running', 'running', '127.0.0.1', %d, '', '', '',"
	    " '2027-01-01')", (long long)e->id, ntohs(a.sin_port));
	assert_int_equal(sweep_connected(t, &s), 0);
	assert_string_equal(used(e), "0");
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&a, size), 0);
	assert_int_equal(sweep_connected(t, &s), 1);
	assert_string_equal(used(e), "60");
	close(client);
	close(server);
	assert_int_equal(sweep_connected(t, &s), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_written_at_once, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_failure, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_full, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_many_threads, meter_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_connected, meter_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
