/* tests/unit/shared/core/seed.c - records on their way into servers: the queue, and what fits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/client/load.h"
#include "shared/core/secret.h"
#include "shared/core/seed.h"
#include "shared/core/server.h"
#include "tests/unit/support/scratch.h"

enum { RECORDS = 3000 };

static int64_t environment;

static int
start(void **state)
{
	(void)state;
	secret_start(scratch_conf());
	return 0;
}

static int
setup(void **state)
{
	scratch_setup(state);
	scratch_wipe();
	scratch_sql("insert into core.account (public_id, name, created_at)"
	    " values ('acc-a', 'a', '2026-01-01')");
	environment = strtoll(scratch_sql("insert into core.environment (public_id, account_id, state,"
	    " hourly_rate, auto_shutdown_hours, created_at, changed_at, active_at)"
	    " select 'env-aaaaaaaaaa', id, 'running', 1, 4, '2026-01-01', '2026-01-01', '2026-01-01'"
	    " from core.account returning id"), NULL, 10);
	scratch_sql("insert into core.service values ('redis', 'any', 99, 'Redis', 'real')"
	    " on conflict do nothing");
	scratch_sql("insert into core.server (environment_id, service, ord, engine, version, wish,"
	    " state, address, port, user_name, password, database_name, changed_at)"
	    " values (%lld, 'redis', 1, 'redis', '7', 'running', 'running', '127.0.0.1', 1, '', '', '',"
	    " '2026-01-01')", (long long)environment);
	return 0;
}

static struct seed_wish
wish(void)
{
	return (struct seed_wish){ .environment = environment, .service = "redis",
		.template = mock_template("it_servers"), .in = { .seed = 7, .today = MOCK_TODAY },
		.count = 10, .into = "a:" };
}

static int64_t
hand_to(const char *who)
{
	const char *id = scratch_sql("select coalesce((select id from core.seeding where locked_by is "
	    "null and due_at is not null order by id limit 1), 0)");

	scratch_sql("update core.seeding set locked_by = '%s', locked_until = 'infinity', "
	    "state = 'running' where id = %s", who, id);
	return strtoll(id, NULL, 10);
}

/* As many wait for a server as may, and none for one that does not run. */
static void
test_most(void **state)
{
	struct task     *t = *state;
	struct seed_wish w = wish();

	for (int i = 0; i < SEED_MOST_WAITING; i++)
		assert_int_not_equal(seed_create(t, &w), 0);
	assert_int_equal(seed_create(t, &w), 0);
	scratch_sql("update core.seeding set state = 'failed', due_at = null");
	assert_int_not_equal(seed_create(t, &w), 0);
	scratch_sql("update core.server set wish = 'stopped'");
	assert_int_equal(seed_create(t, &w), 0);
}

static void
test_whose(void **state)
{
	struct task     *t = *state;
	struct seed_wish w = wish();
	int64_t          id = seed_create(t, &w);
	int64_t          account = strtoll(scratch_sql("select id from core.account"), NULL, 10);

	assert_string_equal(seed_find(t, account, "env-aaaaaaaaaa", id)->state, "waiting");
	assert_null(seed_find(t, account + 1, "env-aaaaaaaaaa", id));
	assert_null(seed_find(t, account, "env-aaaaaaaaab", id));
	assert_null(seed_find(t, account, "env-aaaaaaaaaa", id + 1));
}

/* What a process of this machine had in hand when it died is anyone's; what another has, is not. */
static void
test_dead(void **state)
{
	struct task     *t = *state;
	struct seeder    s = { .conf = scratch_conf() };
	struct seed_wish w = wish();
	int64_t          dead, far, ours;
	char             name[200];

	seed_introduce(&s);
	for (int i = 0; i < 3; i++)
		seed_create(t, &w);
	snprintf(name, sizeof(name), "%s%d/%d", s.machine, 1 << 30, 5);
	dead = hand_to(name);
	far = hand_to("elsewhere/1/1");
	ours = hand_to(s.who);
	seed_look(t, &s);
	assert_string_equal(scratch_sql("select locked_by is null from core.seeding where id = %lld",
	    (long long)dead), "t");
	assert_string_equal(scratch_sql("select count(*) from core.seeding where id in (%lld, %lld) "
	    "and locked_by is not null", (long long)far, (long long)ours), "2");
}

/* A server that was reset, stopped or is gone gets nothing. */
static void
test_interrupted(void **state)
{
	static const char *const what[] = { "update core.server set epoch = epoch + 1",
		"update core.server set wish = 'stopped'", "delete from core.server" };
	struct task  *t = *state;
	struct seeder s = { .conf = scratch_conf() };
	int64_t       account = strtoll(scratch_sql("select id from core.account"), NULL, 10);

	seed_introduce(&s);
	for (size_t i = 0; i < COUNT(what); i++) {
		struct seed_wish  w = wish();
		volatile int64_t  id = 0;
		const char       *public_id;
		struct seed_hand *h;

		scratch_sql("update core.server set wish = 'running'");
		assert_int_not_equal(seed_create(t, &w), 0);
		scratch_sql("%s", what[i]);
		h = seed_take(t, &s, &id, &public_id);
		assert_non_null(h);
		assert_string_equal(public_id, "env-aaaaaaaaaa");
		assert_int_equal(seed_do(h), 0);
		assert_string_equal(seed_find(t, account, public_id, id)->fault, "interrupted");
		assert_null(seed_take(t, &s, &id, &public_id));
	}
}

/* Nobody listens at its port: it is tried again, later each time, and at last has failed. */
static void
test_no_answer(void **state)
{
	struct task     *t = *state;
	struct seeder    s = { .conf = scratch_conf() };
	struct seed_wish w = wish();
	int64_t          due = t->now, account, tries = 0;
	volatile int64_t id = 0;
	const char      *public_id;
	size_t           n;
	const void      *sealed = secret_seal(t, server_context(t, "env-aaaaaaaaaa"), "word", 4, &n);

	scratch_sql("update core.server set password = decode('%s', 'hex')",
	    text_hex(t->mem, sealed, n));
	account = strtoll(scratch_sql("select id from core.account"), NULL, 10);
	seed_introduce(&s);
	assert_int_not_equal(seed_create(t, &w), 0);
	for (; due != 0; tries++) {
		struct seed_hand *h;

		task_begin(t);
		t->now = due;
		h = seed_take(t, &s, &id, &public_id);
		assert_non_null(h);
		due = seed_do(h);
		assert_true(due == 0 || due > t->now);
		assert_string_equal(seed_find(t, account, "env-aaaaaaaaaa", id)->state,
		    due != 0 ? "waiting" : "failed");
	}
	assert_int_equal(tries, 5);
	assert_string_equal(seed_find(t, account, "env-aaaaaaaaaa", id)->fault, "unavailable");
	assert_string_equal(seed_find(t, account, "env-aaaaaaaaaa", id)->reason, "Connection refused");
}

/* Every value of every template fits what the columns are made for. */
static void
test_widths(void **state)
{
	struct mem *m = mem_new(1 << 20);

	(void)state;
	for (size_t k = 0; k < n_mock_templates; k++)
		for (uint64_t i = 0; i < RECORDS; i++) {
			const struct mock_template *of = mock_templates[k];
			struct mock_inputs          in = { .seed = i % 7, .today = MOCK_TODAY + (int64_t)i };
			const struct mock_value    *v = mock_make(m, of, &in, i * 97);

			assert_true(of->fields[0].type == MOCK_TEXT && strlen(v[0].text) <= LOAD_KEY_MOST);
			for (size_t f = 0; f < of->n_fields; f++) {
				const char *dot = v[f].text != NULL ? strchr(v[f].text, '.') : NULL;

				assert_true(v[f].text == NULL || strlen(v[f].text) <= LOAD_TEXT_MOST);
				assert_true(of->fields[f].type != MOCK_NUMBER || dot == NULL ||
				    strlen(dot + 1) <= LOAD_FRACTION_MOST);
			}
			mem_reset(m);
		}
	mem_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_most, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_whose, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_dead, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_no_answer, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_widths, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
