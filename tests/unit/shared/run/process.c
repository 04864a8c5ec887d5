/* tests/unit/shared/run/process.c - the process runner: a server from made to removed */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/run/dial.h"
#include "shared/run/proc.h"
#include "shared/run/run.h"
#include "shared/run/template.h"
#include "shared/run/tree.h"

enum { FIRST_PORT = 27000, LAST_PORT = 28999, UID_FIRST = 64200, UID_LAST = 64299 };

static struct runner *runner;
static struct conf    conf;
static char           directory[64];
static struct mem    *mem;

static int
open_runner(void **state)
{
	char why[300];

	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/mf-run.XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0711), 0);
	assert_true(conf_read(&conf, why, sizeof(why)));
	conf.servers = directory;
	conf.single_user = true;
	if (geteuid() == 0) {
		conf.server_uid_first = UID_FIRST;
		conf.server_uid_last = UID_LAST;
	}
	runner = runner_open(&conf, why, sizeof(why));
	assert_non_null(runner);
	mem = mem_new(64 << 20);
	return 0;
}

static int
close_runner(void **state)
{
	(void)state;
	mem_free(mem);
	runner_close(runner);
	return getenv("KEEP") != NULL || tree_remove(directory) ? 0 : -1;
}

static struct server
server(const char *engine, const char *key)
{
	static int64_t           port = FIRST_PORT;
	const struct run_engine *e = runner_engine(runner, engine);
	struct server            s = { .mem = mem, .key = key, .engine = engine, .address = "127.0.0.1",
		           .user = e->user, .password = "secret7", .database = e->database,
		           .superuser = true, .uid = geteuid() == 0 ? UID_FIRST + 1 : 0 };

	s.gid = s.uid;
	if (e->version == NULL) {
		print_message("%s\n", e->why);
		skip();
	}
	if (port == FIRST_PORT)
		port += getpid() % 1000;
	while (!dial_free(s.address, ++port))
		assert_true(port < LAST_PORT);
	s.port = port;
	return s;
}

#define OK(call) \
	do { \
		if (!(call)) \
			fail_msg("%s: %s", #call, s.why); \
	} while (0)

static void
bring_up(struct server *s, struct run_process *p)
{
	if (!runner->ops->ensure(runner, s) || !runner->ops->start(runner, s, p) ||
	    !runner->ops->wait(runner, s, 60 * SECOND))
		fail_msg("%s: %s", s->engine, s->why);
}

struct count {
	const char *key;
	unsigned    n;
};

static void
count_key(void *arg, const char *key)
{
	struct count *c = arg;

	c->n += strcmp(c->key, key) == 0;
}

/* In how many ways the runner still knows of a key. */
static unsigned
traces(const char *key)
{
	struct count c = { .key = key };

	runner->ops->list(runner, count_key, &c);
	return c.n;
}

static void
whole_life(const char *engine)
{
	struct server      s = server(engine, mem_fmt(mem, "%s-1", engine));
	struct run_process first, again, after;
	char               path[200];

	bring_up(&s, &first);
	assert_true(first.pid > 0 && proc_started(first.pid) == first.started);
	/* Done again it is the same server. */
	OK(runner->ops->ensure(runner, &s) && runner->ops->start(runner, &s, &again));
	assert_int_equal(again.pid, first.pid);
	assert_true(traces(s.key) >= 2);

	OK(runner->ops->stop(runner, &s, false));
	OK(runner->ops->inspect(runner, &s, &after));
	assert_int_equal(after.pid, 0);
	assert_true(dial_free(s.address, s.port));
	bring_up(&s, &again);
	assert_int_not_equal(again.pid, first.pid);

	/* Killed, with what it left in place, it starts again. */
	assert_int_equal(kill((pid_t)again.pid, SIGKILL), 0);
	for (int i = 0; i < 6000 && proc_started(again.pid) != 0; i++)
		usleep(10000);
	bring_up(&s, &after);

	OK(runner->ops->remove(runner, &s));
	assert_int_equal(traces(s.key), 0);
	snprintf(path, sizeof(path), "%s/%s", directory, s.key);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_true(dial_free(s.address, s.port));
	OK(runner->ops->remove(runner, &s));
}

static void
test_redis(void **state)
{
	(void)state;
	whole_life("redis");
}

static void
test_mariadb(void **state)
{
	(void)state;
	whole_life("mariadb");
}

static void
test_postgresql(void **state)
{
	(void)state;
	whole_life("postgresql");
}

static void
test_busy_port(void **state)
{
	struct server      s = server("redis", "busy-1"), t = server("redis", "busy-2");
	struct run_process p;

	(void)state;
	bring_up(&s, &p);
	t.port = s.port;
	OK(runner->ops->ensure(runner, &t));
	assert_false(runner->ops->start(runner, &t, &p));
	assert_int_equal(t.trouble, RUN_PORT_BUSY);
	OK(runner->ops->remove(runner, &s));
	OK(runner->ops->remove(runner, &t));
}

static void
test_files(void **state)
{
	struct server      s = server("redis", "files-1");
	struct run_process p;
	struct stat        st;

	(void)state;
	bring_up(&s, &p);
	assert_int_equal(stat(mem_fmt(mem, "%s/%s/data", directory, s.key), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_uid, s.uid != 0 ? s.uid : geteuid());
	assert_int_equal(stat(mem_fmt(mem, "/proc/%lld", (long long)p.pid), &st), 0);
	assert_int_equal(st.st_uid, s.uid != 0 ? s.uid : geteuid());
	OK(runner->ops->remove(runner, &s));
}

static void
test_lock(void **state)
{
	int a = runner_lock(runner, "x"), b;

	(void)state;
	assert_true(a >= 0);
	assert_int_equal(runner_lock(runner, "x"), -1);
	runner_unlock(runner, "x", a, true);
	b = runner_lock(runner, "x");
	assert_true(b >= 0);
	runner_unlock(runner, "x", b, true);
}

/* With one user id for all of them, servers of strangers are refused; so is root. */
static void
test_refusal(void **state)
{
	struct conf    many = conf;
	struct runner *r;
	struct server  s = { .mem = mem, .key = "no-1", .engine = "redis" };
	char           why[300];

	(void)state;
	many.single_user = false;
	many.server_uid_first = many.server_uid_last = 0;
	r = runner_open(&many, why, sizeof(why));
	assert_non_null(r);
	assert_non_null(r->refusal);
	assert_false(r->ops->ensure(r, &s));
	assert_int_equal(s.trouble, RUN_MISSING);
	assert_true(strlen(s.why) > 0);
	runner_close(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_redis),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_busy_port),
		cmocka_unit_test(test_postgresql),
		cmocka_unit_test(test_mariadb),
	};

	return cmocka_run_group_tests(tests, open_runner, close_runner);
}
