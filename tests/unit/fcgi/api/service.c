/* tests/unit/fcgi/api/service.c - our API as HTTP: addresses, keys, bodies, problems */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/scratch.h"

static int
setup(void **state)
{
	scratch_setup(state);
	scratch_wipe();
	api_new_account(*state, "owner");
	return 0;
}

static void
is_problem(const struct api_answer *a, int status, const char *code)
{
	assert_int_equal(a->status, status);
	assert_string_equal(api_header(a, "Content-Type"), "application/problem+json");
	assert_string_equal(api_text(a->json, "code"), code);
	assert_string_equal(api_text(a->json, "instance"), api_header(a, "X-Request-Id"));
	assert_non_null(api_text(a->json, "title"));
	assert_string_equal(api_text(a->json, "type") + strlen("urn:mockfactory:problem:"), code);
}

static void
test_addresses(void **state)
{
	static const struct { const char *method, *target; int status; const char *code; } list[] = {
		{ "GET", "/", 404, "not-found" },
		{ "GET", "/api", 404, "not-found" },
		{ "GET", "/api/v1", 404, "not-found" },
		{ "GET", "/api/v1/nothing", 404, "not-found" },
		{ "GET", "/api/v1/environments/env-a/clock/x", 404, "not-found" },
		{ "GET", "/api/v1//environments", 404, "not-found" },
		{ "GET", "/api/v1/environments/%00", 404, "not-found" },
		{ "GET", "/api/v1/environments/%zz", 404, "not-found" },
		{ "GET", "/api/v1/environments/a%2Fb", 404, "environment-not-found" },
		{ "GET", "/api/v1/keys?limit=%z", 400, "malformed-target" },
		{ "PATCH", "/api/v1/environments", 405, "method-not-allowed" },
		{ "get", "/api/v1/environments", 405, "method-not-allowed" },
		{ "DELETE", "/api/v1/keys/key-0000000000", 404, "key-not-found" },
	};

	for (size_t i = 0; i < COUNT(list); i++)
		is_problem(api_send(*state, list[i].method, list[i].target, NULL, NULL), list[i].status,
		    list[i].code);
	assert_string_equal(api_header(api_send(*state, "PATCH", "/api/v1/environments", NULL, NULL),
	    "Allow"), "POST, GET, HEAD");
	assert_int_equal(api_send(*state, "GET", "/api/v1/environments/", NULL, NULL)->status, 200);
	assert_int_equal(api_send(*state, "HEAD", "/api/v1/keys", NULL, NULL)->status, 200);
}

static void
test_keys(void **state)
{
	struct task        *t = *state;
	struct json_object *j = api_ok(t, 201, "POST", "/api/v1/keys", "{\"name\":\"ci\"}");
	char               *owners = strdup(api_key()), *made = strdup(api_text(j, "key")), path[64];
	struct api_answer  *a;

	snprintf(path, sizeof(path), "/api/v1/keys/%s", api_text(j, "id"));
	api_use_key(made);
	j = api_ok(t, 200, "GET", "/api/v1/keys", NULL);
	assert_string_equal(api_text(j, "keys.1.name"), "ci");
	assert_null(api_text(j, "keys.1.key"));
	assert_string_equal(api_text(api_ok(t, 200, "GET", "/api/v1/account", NULL), "name"), "owner");
	api_ok(t, 204, "DELETE", path, NULL);
	a = api_send(t, "GET", "/api/v1/keys", NULL, NULL);
	is_problem(a, 401, "unauthorized");
	assert_non_null(strstr(api_header(a, "WWW-Authenticate"), "Bearer"));
	/* A neighbour's key is nobody's. */
	api_new_account(t, "neighbour");
	api_ok(t, 404, "DELETE", path, NULL);
	api_use_key(owners);
	api_ok(t, 204, "DELETE", path, NULL);
	api_use_key(NULL);
	is_problem(api_send(t, "GET", "/api/v1/keys", NULL, NULL), 401, "unauthorized");
	is_problem(api_send(t, "GET", "/api/v1/nothing", NULL, NULL), 401, "unauthorized");
	assert_int_equal(api_send(t, "GET", "/api/v1/services", NULL, NULL)->status, 200);
	free(owners);
	free(made);
}

static void
test_bodies(void **state)
{
	static const char *const text[] = { "CONTENT_TYPE=text/plain", NULL };
	static const char *const json[] = { "CONTENT_TYPE=application/x+json;charset=utf-8",
		NULL };
	static const char *const malformed[] = { "[]", "1", "\"\"", "{", "{}x", "{\"a\":1,\"a\":2}",
		"{\"a\":NaN}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}" };
	struct task *t = *state;
	char        *large = malloc(200001);

	for (size_t i = 0; i < COUNT(malformed); i++)
		is_problem(api_send(t, "POST", "/api/v1/quote", NULL, malformed[i]), 400, "malformed-json");
	is_problem(api_send(t, "POST", "/api/v1/quote", text, "{}"), 415, "unsupported-media-type");
	is_problem(api_send(t, "POST", "/api/v1/quote", json, "{}"), 422, "invalid-request");
	memset(large, ' ', 200000);
	large[200000] = '\0';
	is_problem(api_send(t, "POST", "/api/v1/quote", json, large), 413, "too-large");
	free(large);
}

static void
test_quote(void **state)
{
	struct task        *t = *state;
	struct json_object *j;

	j = api_ok(t, 200, "POST", "/api/v1/quote",
	    "{\"provider\":\"multi-cloud\",\"services\":[\"aws_s3\",\"azure_blob\",\"gcp_storage\","
	    "\"cloudflare_r2\",\"supabase_postgres\",\"neon_postgres\"]}");
	assert_string_equal(api_text(j, "hourly_rate"), "0.85");
	assert_null(api_text(j, "package"));
	assert_string_equal(api_text(j, "services.5.available"), "false");
	j = api_ok(t, 200, "POST", "/api/v1/quote", "{\"package\":\"AWS Starter\"}");
	assert_string_equal(api_text(j, "hourly_rate"), "0.33");
	assert_string_equal(api_text(j, "package"), "aws_starter");
	assert_string_equal(api_text(j, "services.1.id"), "mysql");
	assert_string_equal(api_text(j, "services.2.available"), "true");
	assert_string_equal(api_text(j, "services.3.available"), "true");
	j = api_ok(t, 422, "POST", "/api/v1/quote", "{\"package\":\"Multi-Cloud\"}");
	assert_string_equal(api_text(j, "errors.0.field"), "services");
}

/* Catalogues in pages: nothing twice, nothing left out, in the same order. */
static void
test_catalogue(void **state)
{
	struct task *t = *state;
	struct mem  *m = mem_new(1 << 20); /* a request empties the task's */
	struct buf   whole = buf_new(m), paged = buf_new(m);
	char         target[160] = "/api/v1/packages?limit=1";
	size_t       n = 0;

	for (struct json_object *j = api_ok(t, 200, "GET", "/api/v1/packages", NULL);; n++) {
		const char *id = api_text(j, mem_fmt(t->mem, "packages.%zu.id", n));

		if (id == NULL)
			break;
		buf_text(&whole, id);
	}
	assert_true(n > 3);
	for (const char *cursor = ""; cursor != NULL; n--) {
		struct json_object *j = api_ok(t, 200, "GET", target, NULL);

		assert_null(api_text(j, "packages.1"));
		buf_text(&paged, api_text(j, "packages.0.id"));
		cursor = api_text(j, "next_cursor");
		snprintf(target, sizeof(target), "/api/v1/packages?limit=1&cursor=%s",
		    cursor != NULL ? cursor : "");
	}
	assert_int_equal(n, 0);
	assert_string_equal(paged.data, whole.data);
	mem_free(m);
	api_ok(t, 422, "GET", "/api/v1/packages?cursor=bm9uZQ", NULL);
	api_ok(t, 422, "GET", "/api/v1/data/templates?cursor=%25", NULL);
}

/* A real server can be had where a machine has it, and said so lately. */
static void
test_available(void **state)
{
	static const struct { const char *sql, *available, *reason; } cases[] = {
		{ NULL, "false", "redis is a real server, and no mf-provision runs here" },
		{ "insert into core.engine (host, engine, why, seen_at) values ('h', 'redis', 'none', "
		    "now())", "false", "none" },
		{ "update core.engine set version = '7.0', why = null", "true", NULL },
		{ "update core.engine set seen_at = now() - interval '1 hour'", "false",
		    "redis is a real server, and no mf-provision runs here" },
	};
	struct task *t = *state;

	scratch_sql("delete from core.engine");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *list, *redis = NULL;
		const char         *reason;

		if (cases[i].sql != NULL)
			scratch_sql("%s", cases[i].sql);
		json_object_object_get_ex(api_ok(t, 200, "GET", "/api/v1/services", NULL), "services",
		    &list);
		for (size_t k = 0; k < json_object_array_length(list); k++)
			if (strcmp(api_text(json_object_array_get_idx(list, k), "id"), "redis") == 0)
				redis = json_object_array_get_idx(list, k);
		assert_string_equal(api_text(redis, "available"), cases[i].available);
		reason = api_text(redis, "reason");
		assert_int_equal(reason == NULL, cases[i].reason == NULL);
		if (reason != NULL)
			assert_string_equal(reason, cases[i].reason);
	}
	scratch_sql("delete from core.engine");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)
	const struct CMUnitTest tests[] = { TEST(test_addresses), TEST(test_keys), TEST(test_bodies),
		TEST(test_quote), TEST(test_catalogue), TEST(test_available) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
