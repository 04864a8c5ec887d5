/* tests/unit/fcgi/api/usage.c - usage through our API, in process */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/wire/json.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/scratch.h"

#define S3 "{\"services\":[\"aws_s3\"]}"

static char path[96];

static int
setup(void **state)
{
	scratch_setup(state);
	scratch_wipe();
	api_new_account(*state, "owner");
	return 0;
}

/* A new environment that has run for 2.5 hours, from an hour's beginning on, and was stopped. */
static void
make(struct task *t)
{
	struct json_object *j = api_ok(t, 201, "POST", "/api/v1/environments", S3);

	snprintf(path, sizeof(path), "/api/v1/environments/%s/stop", api_text(j, "id"));
	scratch_sql("update core.usage set period_start = date_trunc('hour', period_start, 'UTC')"
	    " - interval '3 hours' where period_end is null; select core.usage_close(environment_id,"
	    " period_start + interval '150 minutes') from core.usage where period_end is null");
	snprintf(strrchr(path, '/'), 8, "/usage");
}

static void
test_periods(void **state)
{
	struct task        *t = *state;
	struct json_object *j;
	char                next[160];

	make(t);
	j = api_ok(t, 200, "GET", path, NULL);
	assert_string_equal(api_text(j, "total"), "0.125");
	assert_string_equal(api_text(j, "hourly_rate"), "0.05");
	assert_string_equal(api_text(j, "usage.0.cost"), "0.025"); /* the latest first */
	assert_string_equal(api_text(j, "usage.2.cost"), "0.05");
	assert_non_null(strstr(api_text(j, "usage.2.period_start"), ":00:00.000000Z"));
	assert_null(api_text(j, "usage.0.charge"));
	assert_null(api_text(j, "next_cursor"));
	snprintf(next, sizeof(next), "%s?limit=2", path);
	j = api_ok(t, 200, "GET", next, NULL);
	assert_null(api_text(j, "usage.2.cost"));
	snprintf(next, sizeof(next), "%s?limit=2&cursor=%s", path, api_text(j, "next_cursor"));
	j = api_ok(t, 200, "GET", next, NULL);
	assert_string_equal(api_text(j, "usage.0.cost"), "0.05");
	assert_null(api_text(j, "usage.1.cost"));
	assert_null(api_text(j, "next_cursor"));
	assert_string_equal(api_text(j, "total"), "0.125");
	snprintf(next, sizeof(next), "%s?cursor=AAAA", path);
	assert_int_equal(api_send(t, "GET", next, NULL, NULL)->status, 422);
}

/* The open period costs what it has come to; after destruction all is still there. */
static void
test_running_and_destroyed(void **state)
{
	struct task        *t = *state;
	struct json_object *j = api_ok(t, 201, "POST", "/api/v1/environments", S3);
	char                target[96];

	snprintf(path, sizeof(path), "/api/v1/environments/%s/usage", api_text(j, "id"));
	snprintf(target, sizeof(target), "/api/v1/environments/%s", api_text(j, "id"));
	j = api_ok(t, 200, "GET", path, NULL);
	assert_string_equal(api_text(j, "usage.0.cost"), api_text(j, "total"));
	assert_null(api_text(j, "usage.0.period_end"));
	assert_true(strtod(api_text(j, "total"), NULL) > 0);
	assert_int_equal(api_send(t, "DELETE", target, NULL, NULL)->status, 204);
	j = api_ok(t, 200, "GET", path, NULL);
	assert_string_equal(api_text(j, "status"), "destroyed");
	assert_non_null(api_text(j, "usage.0.period_end"));
	j = api_ok(t, 200, "GET", "/api/v1/usage?from=2020-01-01T00:00:00Z", NULL);
	assert_string_equal(api_text(j, "environments.0.status"), "destroyed");
}

static void
test_sums(void **state)
{
	struct task        *t = *state;
	struct json_object *j;
	char                next[160];

	make(t);
	make(t);
	make(t);
	j = api_ok(t, 200, "GET", "/api/v1/usage?from=2020-01-01T00:00:00Z&limit=2", NULL);
	assert_string_equal(api_text(j, "total"), "0.375");
	assert_string_equal(api_text(j, "environments.0.cost"), "0.125");
	assert_null(api_text(j, "environments.2.cost"));
	snprintf(next, sizeof(next), "/api/v1/usage?from=2020-01-01T00:00:00Z&limit=2&cursor=%s",
	    api_text(j, "next_cursor"));
	j = api_ok(t, 200, "GET", next, NULL);
	assert_string_equal(api_text(j, "total"), "0.375");
	assert_non_null(api_text(j, "environments.0.id"));
	assert_null(api_text(j, "environments.1.id"));
	assert_null(api_text(j, "next_cursor"));
	j = api_ok(t, 200, "GET", "/api/v1/usage?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z",
	    NULL);
	assert_string_equal(api_text(j, "total"), "0");
	assert_null(api_text(j, "environments.0.id"));
	api_ok(t, 200, "GET", "/api/v1/usage", NULL);
	api_ok(t, 422, "GET", "/api/v1/usage?from=yesterday", NULL);
	api_ok(t, 422, "GET", "/api/v1/usage?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z", NULL);
}

static void
test_neighbour(void **state)
{
	struct task *t = *state;

	make(t);
	api_new_account(t, "neighbour");
	api_ok(t, 404, "GET", path, NULL);
	assert_string_equal(api_text(api_ok(t, 200, "GET", "/api/v1/usage?from=2020-01-01T00:00:00Z",
	    NULL), "total"), "0");
	api_use_key(NULL);
	api_ok(t, 401, "GET", "/api/v1/usage", NULL);
	api_ok(t, 401, "GET", path, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_periods, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_running_and_destroyed, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_sums, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_neighbour, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
