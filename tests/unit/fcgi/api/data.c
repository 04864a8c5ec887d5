/* tests/unit/fcgi/api/data.c - made-up records through our API: whose environment, what fits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/scratch.h"

static char path[64];

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

/* The most an answer may have fits the memory of a task; a small file is one row. */
static void
test_cost(void **state)
{
	struct task *t = *state;

	api_ok(t, 200, "POST", path, "{\"template\":\"medical_patients\",\"count\":5000}");
	assert_true(mem_used(t->mem) < 24 << 20);
	api_ok(t, 201, "POST", path,
	    "{\"template\":\"it_servers\",\"count\":20,\"seed_into\":\"aws_s3\"}");
	assert_string_equal(scratch_sql("select count(*) from blob.version"), "1");
	assert_string_equal(scratch_sql("select key from blob.version"), "it_servers-0001.json");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_foreign, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_cost, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
