/* tests/unit/shared/core/seed_bucket.c - records on their way into a bucket: each file once */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/environment.h"
#include "shared/core/limit.h"
#include "shared/core/secret.h"
#include "shared/core/seed.h"
#include "shared/db/db.h"
#include "shared/engine/blob.h"
#include "shared/store/store.h"
#include "tests/unit/support/scratch.h"

#define ENV "env-aaaaaaaaaa"

enum { RECORDS = 2500, FILES = 3 };

static struct seeder seeder;
static int64_t       account;

static int
start(void **state)
{
	char error[256];

	(void)state;
	secret_start(scratch_conf());
	seeder = (struct seeder){ .conf = scratch_conf(), .limit = calloc(1, limit_size()) };
	seeder.store = store_open(scratch_conf(), error, sizeof(error));
	assert_non_null(seeder.store);
	seed_introduce(&seeder);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	store_close(seeder.store);
	free(seeder.limit);
	return 0;
}

static int
setup(void **state)
{
	struct task *t;
	const void  *sealed;
	size_t       n;

	scratch_setup(state);
	scratch_wipe();
	t = *state;
	account = strtoll(scratch_sql("insert into core.account (public_id, name, created_at)"
	    " values ('acc-a', 'a', '2026-01-01') returning id"), NULL, 10);
	scratch_sql("insert into core.environment (public_id, account_id, state, hourly_rate,"
	    " auto_shutdown_hours, created_at, changed_at, active_at)"
	    " values ('" ENV "', %lld, 'running', 1, 4, '2026-01-01', '2026-01-01', '2026-01-01')",
	    (long long)account);
	scratch_sql("insert into core.space (environment_id, service, created_at)"
	    " select id, 'aws_s3', created_at from core.environment");
	scratch_sql("insert into core.environment_service (environment_id, service, ord, space)"
	    " select environment_id, service, 1, id from core.space");
	sealed = secret_seal(t, "AKIAAAAAAAAAAAAAAAAA", "word", 4, &n);
	scratch_sql("insert into core.aws_account (environment_id, ord, account_id, access_key_id,"
	    " secret, owner_id, display_name, email) select id, 1, '111111111111',"
	    " 'AKIAAAAAAAAAAAAAAAAA', decode('%s', 'hex'), '%064d', 'a', 'a@example.com'"
	    " from core.environment", text_hex(t->mem, sealed, n), 1);
	return 0;
}

static struct space
space_of(struct task *t)
{
	struct space        sp;
	struct environment *e = environment_load(t, ENV);

	assert_non_null(e);
	assert_true(environment_space(t, e, "aws_s3", &sp));
	return sp;
}

/* A bucket where nothing is lost from sight, and records for it. */
static int64_t
ask(struct task *t, const char *bucket, int64_t count)
{
	struct space       sp = space_of(t);
	struct blob_bucket b;
	struct seed_wish   w = { .environment = sp.environment, .space = &sp, .bucket = bucket,
		.template = mock_template("it_servers"), .in = { .seed = 7, .today = MOCK_TODAY },
		.count = count, .into = "a/" };

	blob_bucket_make(t, &sp, "111111111111", &(struct blob_new_bucket){ .name = bucket,
	    .region = "us-east-1" }, &b);
	scratch_sql("update blob.bucket set versioning = 'Enabled' where name = '%s'", bucket);
	return seed_create(t, &w);
}

static void
take_and_do(struct task *t)
{
	volatile int64_t  id = 0;
	const char       *public_id;
	struct seed_hand *h = seed_take(t, &seeder, &id, &public_id);

	if (h != NULL)
		seed_do(h);
}

/* One piece of work, later if need be; what it throws ends it as it would end a job's step. */
static const struct fault *
step(struct task *t, int64_t later)
{
	const struct fault *f;

	task_begin(t);
	t->now += later;
	f = scratch_try(t, take_and_do);
	db_release(t);
	return f;
}

static const char *
state_of(struct task *t, int64_t id)
{
	struct seeding *s = seed_find(t, account, ENV, id);

	return mem_fmt(t->mem, "%s %s %lld", s->state, s->fault != NULL ? s->fault : "-",
	    (long long)s->done);
}

static const char *
versions(void)
{
	return scratch_sql("select string_agg(key || ' ' || n, ', ' order by key) from"
	    " (select key, count(*) as n from blob.version group by key) k");
}

/* File by file, and the row says with each how far it is. */
static void
test_files(void **state)
{
	struct task *t = *state;
	int64_t      id = ask(t, "files", RECORDS);

	assert_string_equal(state_of(t, id), "waiting - 0");
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, id), "waiting - 1000");
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, id), "waiting - 2000");
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, id), "succeeded - 2500");
	assert_string_equal(scratch_sql("select sum(size) = (select bytes from core.seeding) from"
	    " blob.version"), "t");
	assert_null(step(t, 0));
	assert_string_equal(versions(),
	    "a/it_servers-0001.json 1, a/it_servers-0002.json 1, a/it_servers-0003.json 1");
}

/* Whichever statement fails, in the end each file is there once. */
static void
test_torture(void **state)
{
	struct task *t = *state;
	int          n = 0, left;

	do {
		int64_t id;

		task_begin(t);
		scratch_sql("delete from core.seeding; delete from blob.version");
		id = ask(t, "torture", RECORDS);
		db_fail_in(++n);
		for (int i = 0; i < FILES; i++)
			step(t, 0);
		left = db_fail_in(0);
		for (int i = 0; i < FILES + 1; i++)
			step(t, MINUTE * 5 * (i + 1)); /* past its lease, and past any pause */
		assert_string_equal(state_of(t, id), "succeeded - 2500");
		assert_string_equal(versions(),
		    "a/it_servers-0001.json 1, a/it_servers-0002.json 1, a/it_servers-0003.json 1");
	} while (left == 0);
	assert_in_range(n, 10, 60);
}

/* What it goes into is not there any more. */
static void
test_interrupted(void **state)
{
	static const char *const what[] = {
		"delete from blob.version; delete from blob.bucket",
		"update core.environment set state = 'stopped', generation = generation + 1",
		"with n as (insert into core.space (environment_id, service, created_at) select"
		" environment_id, service, created_at from core.space limit 1 returning id)"
		" update core.environment_service set space = n.id from n",
		"delete from core.environment_service",
	};
	struct task *t = *state;

	for (size_t i = 0; i < COUNT(what); i++) {
		int64_t id;

		task_begin(t);
		scratch_sql("update core.environment set state = 'running'");
		id = ask(t, "interrupted", RECORDS);
		assert_int_not_equal(id, 0);
		assert_null(step(t, 0));
		scratch_sql("%s", what[i]);
		assert_null(step(t, 0));
		assert_string_equal(state_of(t, id), "failed interrupted 1000");
		assert_string_equal(scratch_sql("select count(*) <= 1 from blob.version"), "t");
		scratch_sql("delete from blob.version; delete from blob.bucket");
	}
}

/* Another has taken it since: nothing is put, whatever was made for it. */
static void
test_taken(void **state)
{
	struct task      *t = *state;
	int64_t           id = ask(t, "taken", RECORDS);
	volatile int64_t  in_hand = 0;
	const char       *public_id;
	struct seed_hand *h = seed_take(t, &seeder, &in_hand, &public_id);

	assert_int_equal(in_hand, id);
	scratch_sql("update core.seeding set locked_by = 'elsewhere/1/1'");
	assert_int_not_equal(seed_do(h), 0);
	assert_string_equal(scratch_sql("select count(*) from blob.version"), "0");
	assert_string_equal(scratch_sql("select locked_by || done from core.seeding"),
	    "elsewhere/1/10");
	/* The same process, by another thread. */
	scratch_sql("update core.seeding set locked_by = null, locked_until = null");
	task_begin(t);
	h = seed_take(t, &seeder, &in_hand, &public_id);
	scratch_sql("update core.seeding set done = 1000");
	assert_int_not_equal(seed_do(h), 0);
	assert_string_equal(scratch_sql("select count(*) from blob.version"), "0");
}

/* What does not fit into the owner's quota is not put; what fitted stays. */
static void
test_full(void **state)
{
	struct task *t = *state;
	int64_t      id = ask(t, "full", RECORDS);

	assert_null(step(t, 0));
	scratch_sql("update core.account set storage = (select size * 5 / 2 from blob.version)");
	memset(seeder.limit, 0, limit_size());
	for (int i = 0; i < FILES - 1; i++)
		assert_null(step(t, 0));
	assert_string_equal(state_of(t, id), "failed full 2000");
	assert_string_equal(versions(), "a/it_servers-0001.json 1, a/it_servers-0002.json 1");
}

/* One space's come one after the other; another one's do not wait for them. */
static void
test_turns(void **state)
{
	struct task *t = *state;
	int64_t      first = ask(t, "turns", RECORDS), second = ask(t, "turns", 10), third;

	scratch_sql("insert into core.seeding (environment_id, space, bucket, template, seed,"
	    " reference_day, related, count, into_name, state, due_at, created_at, changed_at) select"
	    " environment_id, space + 1000, bucket, template, seed, reference_day, related, 1,"
	    " into_name, state, due_at, created_at, changed_at from core.seeding where count = 10");
	third = strtoll(scratch_sql("select id from core.seeding where count = 1"), NULL, 10);
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, first), "waiting - 1000");
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, third), "failed interrupted 0"); /* no such space */
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, first), "waiting - 2000");
	assert_string_equal(state_of(t, second), "waiting - 0");
	assert_null(step(t, 0));
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, second), "succeeded - 10");
}

/* When all threads but one have servers in hand, the last one is for buckets. */
static void
test_seats(void **state)
{
	struct task *t = *state;
	int64_t      id = ask(t, "seats", 10), server;

	scratch_sql("insert into core.seeding (environment_id, server_id, epoch, template, seed,"
	    " reference_day, related, count, into_name, state, due_at, created_at, changed_at)"
	    " select environment_id, 1, 1, template, seed, reference_day, related, 1, 'a', 'waiting',"
	    " '2026-01-01', '2026-01-01', '2026-01-01' from core.seeding");
	server = strtoll(scratch_sql("select id from core.seeding where count = 1"), NULL, 10);
	seeder.serving = scratch_conf()->seed_threads - 1;
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, id), "succeeded - 10");
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, server), "waiting - 0");
	seeder.serving--;
	assert_null(step(t, 0));
	assert_string_equal(state_of(t, server), "failed interrupted 0");
	assert_int_equal(seeder.serving, scratch_conf()->seed_threads - 2);
	seeder.serving = 0;
}

static void
test_most(void **state)
{
	struct task *t = *state;

	for (int i = 0; i < SEED_MOST_WAITING; i++)
		assert_int_not_equal(ask(t, "most", 1), 0);
	assert_int_equal(ask(t, "most", 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_torture, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_taken, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_turns, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_seats, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_most, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
