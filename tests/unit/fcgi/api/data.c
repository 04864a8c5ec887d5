/* tests/unit/fcgi/api/data.c - made-up records through our API: whose environment, what fits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/secret.h"
#include "shared/core/server.h"
#include "shared/db/db.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/scratch.h"

static const char *const async[] = { "CONTENT_TYPE=application/json",
	"HTTP_PREFER=respond-async", NULL };
static char              path[64];

static int
setup(void **state)
{
	struct json_object *j;

	scratch_setup(state);
	scratch_wipe();
	api_new_account(*state, "owner");
	j = api_ok(*state, 201, "POST", "/api/v1/environments", "{\"services\":[\"aws_s3\"]}");
	snprintf(path, sizeof(path), "/api/v1/data/%s/generate", api_text(j, "id"));
	return 0;
}

/* An environment of another account answers as one that never was. */
static void
test_foreign(void **state)
{
	struct task *t = *state;

	api_new_account(t, "stranger");
	assert_string_equal(api_text(api_ok(t, 404, "POST", path, "{\"template\":\"it_servers\"}"),
	    "code"), "environment-not-found");
	assert_string_equal(api_text(api_ok(t, 404, "POST", path,
	    "{\"template\":\"it_servers\",\"seed_into\":\"aws_s3\"}"), "code"),
	    "environment-not-found");
	assert_string_equal(scratch_sql("select count(*) from blob.bucket"), "0");
}

/* The most an answer may have fits the memory of a task. */
static void
test_cost(void **state)
{
	struct task *t = *state;

	api_ok(t, 200, "POST", path, "{\"template\":\"medical_patients\",\"count\":5000}");
	assert_true(mem_used(t->mem) < 24 << 20);
}

/* What a request for a bucket leaves: the bucket and a row, or nothing of either. */
static void
test_bucket(void **state)
{
	struct task       *t = *state;
	struct api_answer *a;
	int                n = 0;

	do {
		task_begin(t);
		db_fail_in(++n);
		a = api_send(t, "POST", path, async,
		    "{\"template\":\"it_servers\",\"count\":1001,\"seed_into\":\"aws_s3\"}");
		db_fail_in(0);
		assert_string_equal(scratch_sql("select count(*) from core.seeding"),
		    a->status == 202 ? "1" : "0");
		assert_string_equal(scratch_sql("select count(*) from blob.bucket"),
		    a->status == 202 ? "1" : "0");
	} while (a->status == 503 && n < 20);
	assert_int_equal(a->status, 202);
	assert_string_equal(api_text(a->json, "bucket"), "mock-data");
	assert_string_equal(api_text(a->json, "objects.1"), "it_servers-0002.json");
}

/* The transaction that asks a server to be filled fails at its end, and runs again. */
static void
test_conflict(void **state)
{
	struct task       *t = *state;
	struct api_answer *a;
	char               id[15] = "";
	const void        *sealed;
	size_t             n;

	memcpy(id, path + strlen("/api/v1/data/"), 14);
	sealed = secret_seal(t, server_context(t, id), "pw", 2,
	    &n);
	scratch_sql("update core.environment_service set service = 'redis';"
	    "insert into core.server (environment_id, service, ord, engine, version, wish, state,"
	    " address, port, user_name, password, database_name, changed_at)"
	    " select id, 'redis', 1, 'redis', '7.0', 'running', 'running', '127.0.0.1', 31000, 'mf',"
	    " decode('%s', 'hex'), '0', created_at from core.environment;"
	    "create sequence core.conflicts;"
	    "create function core.conflict() returns trigger language plpgsql as $$ begin"
	    "  if nextval('core.conflicts') = 1 then raise sqlstate '40001'; end if; return null;"
	    "end $$;"
	    "create constraint trigger conflict after insert on core.seeding"
	    "  deferrable initially deferred for each row execute function core.conflict()",
	    text_hex(t->mem, sealed, n));
	a = api_send(t, "POST", path, async,
	    "{\"template\":\"it_servers\",\"seed_into\":\"redis\"}");
	scratch_sql("drop trigger conflict on core.seeding; drop function core.conflict;"
	    "drop sequence core.conflicts");
	assert_int_equal(a->status, 202);
	assert_string_equal(scratch_sql("select count(*) from core.seeding"), "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_foreign, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_cost, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_bucket, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_conflict, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
