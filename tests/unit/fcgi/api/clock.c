/* tests/unit/fcgi/api/clock.c - the clock of an environment through our API */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
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
	snprintf(path, sizeof(path), "/api/v1/environments/%s/clock", api_text(j, "id"));
	return 0;
}

static const char *
put(struct task *t, const char *body, const char *member)
{
	return api_text(api_ok(t, 200, "PUT", path, body), member);
}

static void
test_moves(void **state)
{
	struct task *t = *state;

	assert_string_equal(api_text(api_ok(t, 200, "GET", path, NULL), "offset"), "0");
	assert_string_equal(put(t, "{\"offset\":\"P1D\"}", "offset"), "86400");
	assert_string_equal(put(t, "{\"advance\":0.5}", "offset"), "86400.5");
	assert_string_equal(put(t, "{\"offset\":-90}", "offset_duration"), "-PT1M30S");
	assert_string_equal(put(t, "{\"freeze\":\"2030-01-31T12:00:00+02:00\"}", "now"),
	    "2030-01-31T10:00:00.000Z");
	assert_string_equal(put(t, "{\"advance\":\"PT1H\"}", "now"), "2030-01-31T11:00:00.000Z");
	assert_string_equal(put(t, "{\"now\":\"2031-01-01T00:00:00Z\"}", "frozen"), "true");
	assert_string_equal(put(t, "{\"freeze\":false}", "now"), "2031-01-01T00:00:00.000Z");
	assert_string_equal(put(t, "{\"offset\":0,\"freeze\":true}", "offset"), "0");
	assert_string_equal(scratch_sql("select generation from core.environment"), "9");
}

static int
put_if(struct task *t, const char *tag)
{
	char        condition[120];
	const char *headers[] = { "CONTENT_TYPE=application/json", condition, NULL };

	snprintf(condition, sizeof(condition), "HTTP_IF_MATCH=%s", tag);
	return api_send(t, "PUT", path, headers, "{\"advance\":1}")->status;
}

/* Two who move the clock from where they saw it: the second hears of the first. */
static void
test_tag(void **state)
{
	struct task *t = *state;
	char         seen[100];

	snprintf(seen, sizeof(seen), "%s", api_header(api_send(t, "GET", path, NULL, NULL), "ETag"));
	assert_int_equal(put_if(t, seen), 200);
	assert_int_equal(put_if(t, seen), 412);
	assert_string_equal(scratch_sql("select generation from core.environment"), "2");
	assert_int_equal(put_if(t, "*"), 200);
}

static void
test_refused(void **state)
{
	static const struct { const char *body, *field; } wrong[] = {
		{ "{}", "offset" },
		{ "{\"freeze\":\"soon\"}", "freeze" },
		{ "{\"freeze\":1}", "freeze" },
		{ "{\"now\":\"2030-02-30T00:00:00Z\"}", "now" },
		{ "{\"now\":\"1969-01-01T00:00:00Z\"}", "now" },
		{ "{\"now\":\"2030-01-01T00:00:00Z\",\"offset\":1}", "offset" },
		{ "{\"freeze\":\"2030-01-01T00:00:00Z\",\"advance\":1}", "offset" },
		{ "{\"advance\":-1}", "advance" },
		{ "{\"advance\":1e300}", "advance" },
		{ "{\"offset\":\"P1M\"}", "offset" },
		{ "{\"offset\":true}", "offset" },
		{ "{\"ofset\":1}", "ofset" },
	};

	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_string_equal(api_text(api_ok(*state, 422, "PUT", path, wrong[i].body),
		    "errors.0.field"), wrong[i].field);
	assert_string_equal(scratch_sql("select generation from core.environment"), "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_moves, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_tag, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
