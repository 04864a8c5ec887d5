/* tests/unit/shared/core/server.c - rows of real servers: made, shown, wished, settled */
#include "shared/core/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/life.h"
#include "shared/core/reseal.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"
#include "tests/unit/support/scratch.h"

static struct conf conf;

/* Once: whoever starts the secrets keeps the keys. */
static int
set_up_all(void **state)
{
	(void)state;
	conf = *scratch_conf();
	secret_start(&conf);
	return 0;
}

static int
set_up(void **state)
{
	scratch_setup(state);
	scratch_wipe();
	scratch_sql("delete from core.engine");
	return 0;
}

static void
see(const char *engine, const char *version, const char *why)
{
	scratch_sql("insert into core.engine (host, engine, version, why, seen_at) values "
	            "('here', '%s', nullif('%s', ''), nullif('%s', ''), clock_timestamp())", engine,
	    version, why);
}

static struct life *
make(struct task *t, const char **services, size_t n)
{
	struct account  *a = account_create(t, "somebody", NULL);
	struct life_wish w = { .account = a->id, .hourly_rate = "0.1", .auto_shutdown_hours = 4,
		.services = services, .n_services = n, .conf = &conf };
	struct life     *e = life_create(t, &w);

	db_commit(t);
	return e;
}

static void
test_names(void **state)
{
	const char *out;

	(void)state;
	assert_string_equal(server_engine("mysql"), "mariadb");
	assert_null(server_engine("aws_s3"));
	assert_true(server_version_fits("redis", "latest", &out));
	assert_true(server_version_fits("redis", "7.0", &out));
	assert_true(server_version_fits("mysql", "8", &out));
	assert_false(server_version_fits("redis", "", &out));
	assert_false(server_version_fits("redis", "7.", &out));
	assert_false(server_version_fits("postgresql", "16", &out));
	assert_string_equal(out, "15");
}

static void
test_made(void **state)
{
	const char  *services[] = { "redis", "aws_s3", "mysql" };
	struct task *t = *state;
	struct life *e;

	conf.single_user = true;
	see("redis", "7.0", "");
	see("mariadb", "10.11", "");
	e = make(t, services, 3);
	assert_string_equal(e->state, "provisioning");
	assert_int_equal(e->n_servers, 2);
	assert_int_not_equal(e->servers[0].port, e->servers[1].port);
	assert_in_range(e->servers[0].port, 31000, 32767);
	assert_string_equal(server_url(t, &e->servers[1]),
	    mem_fmt(t->mem, "mysql://root:mockfactory@127.0.0.1:%lld/testdb",
	        (long long)e->servers[1].port));
	assert_string_equal(server_title(t, &e->servers[1]), "mariadb 10.11");
	assert_true(server_pending(&e->servers[0]));
}

static void
make_redis(struct task *t)
{
	const char *services[] = { "redis" };

	make(t, services, 1);
}

/* Without an engine, or a port, nothing is made. */
static void
test_refused(void **state)
{
	struct task *t = *state;

	assert_ptr_equal(scratch_try(t, make_redis), &FAULT_UNAVAILABLE);
	db_release(t);
	see("redis", "", "redis is not installed here");
	assert_ptr_equal(scratch_try(t, make_redis), &FAULT_UNAVAILABLE);
	assert_string_equal(t->detail, "redis is not installed here");
	db_release(t);
	scratch_sql("update core.engine set version = '7.0'");
	conf.server_port_last = conf.server_port_first;
	assert_null(scratch_try(t, make_redis));
	assert_ptr_equal(scratch_try(t, make_redis), &FAULT_UNAVAILABLE);
	db_release(t);
	assert_string_equal(scratch_sql("select count(*) from core.environment"), "1");
	conf.server_port_last = scratch_conf()->server_port_last;
}

/* The low ports go first, then those above, none twice; so do user ids. */
static void
test_ports(void **state)
{
	struct task *t = *state;

	see("redis", "7.0", "");
	conf.server_port_first = 32764;
	conf.server_port_last = 32771;
	conf.server_uid_first = 5000;
	conf.server_uid_last = 5007;
	for (int i = 0; i < 8; i++) {
		make_redis(t);
		assert_string_equal(scratch_sql("select count(distinct port) from core.server"),
		    mem_fmt(t->mem, "%d", i + 1));
		if (i == 3)
			assert_string_equal(scratch_sql("select max(port) from core.server"), "32767");
	}
	assert_ptr_equal(scratch_try(t, make_redis), &FAULT_UNAVAILABLE);
	db_release(t);
	assert_string_equal(scratch_sql("select count(distinct uid) from core.server_user"), "8");
	conf = *scratch_conf();
}

static const char *
settle(struct task *t, const struct life *e)
{
	const char *id = NULL;

	db_begin(t);
	life_settle(t, e->id, &id);
	db_commit(t);
	return scratch_sql("select state from core.environment where id = %lld", (long long)e->id);
}

static void
test_states(void **state)
{
	const char  *services[] = { "redis", "mysql" };
	struct task *t = *state;
	struct life *e;

	see("redis", "7.0", "");
	see("mariadb", "10.11", "");
	e = make(t, services, 2);
	assert_string_equal(settle(t, e), "provisioning");
	scratch_sql("update core.server set state = 'running' where service = 'redis'");
	assert_string_equal(settle(t, e), "provisioning");
	scratch_sql("update core.server set state = 'running'");
	assert_string_equal(settle(t, e), "running");

	scratch_sql("update core.server set state = 'failed', reason = 'it broke' "
	            "where service = 'mysql'");
	assert_string_equal(settle(t, e), "error");
	assert_string_equal(scratch_sql("select reason from core.environment"), "mysql: it broke");
	assert_string_equal(scratch_sql("select wish from core.server where service = 'redis'"),
	    "stopped");

	scratch_sql("update core.environment set state = 'destroying'");
	assert_string_equal(settle(t, e), "destroying");
	scratch_sql("delete from core.server");
	assert_string_equal(settle(t, e), "destroyed");
}

/* Passwords open under a new key when they were resealed. */
static void
test_resealed(void **state)
{
	struct task  *t = *state;
	struct reseal r = { 0 };

	see("redis", "7.0", "");
	make_redis(t);
	while (reseal(t, &r))
		;
	assert_int_equal(r.done, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(test_made, set_up, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_refused, set_up, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_ports, set_up, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_states, set_up, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_resealed, set_up, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, set_up_all, NULL);
}
