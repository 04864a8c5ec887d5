/* tests/unit/fcgi/api/environment.c - environments through our API, in process */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/core/environment.h"
#include "shared/db/db.h"
#include "shared/wire/json.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/scratch.h"

#define S3 "{\"services\":[\"aws_s3\"]}"

static char id[32], path[64];

static int
setup(void **state)
{
	scratch_setup(state);
	scratch_wipe();
	api_new_account(*state, "owner");
	return 0;
}

/* A new environment; its id and path stay in the variables above. */
static struct json_object *
make(struct task *t, const char *body)
{
	struct json_object *j = api_ok(t, 201, "POST", "/api/v1/environments", body);

	snprintf(id, sizeof(id), "%s", api_text(j, "id"));
	snprintf(path, sizeof(path), "/api/v1/environments/%s", id);
	return j;
}

static const char *
live_spaces(void)
{
	return scratch_sql("select count(*) from core.space where dropped_at is null");
}

static const char *
below(const char *rest)
{
	static char whole[96];

	snprintf(whole, sizeof(whole), "%s/%s", path, rest);
	return whole;
}

static void
test_create(void **state)
{
	struct task        *t = *state;
	struct json_object *j = make(t, "{\"services\":[{\"service\":\"s3\"}],\"provider\":\"aws\","
	    "\"name\":\"n\",\"auto_shutdown_hours\":48,\"auth\":\"lenient\"}");

	assert_string_equal(api_text(j, "status"), "running");
	assert_string_equal(api_text(j, "services.0"), "aws_s3");
	assert_string_equal(api_text(j, "hourly_rate"), "0.05");
	assert_string_equal(api_text(j, "auth"), "lenient");
	assert_string_equal(api_text(j, "credentials.aws.region"), "us-east-1");
	assert_int_equal(strlen(api_text(j, "credentials.aws.account_id")), 12);
	assert_int_equal(strlen(api_text(j, "credentials.aws.secret_access_key")), 40);
	assert_int_equal(strlen(api_text(j, "credentials.aws.owner_id")), 64);
	assert_non_null(strstr(api_text(j, "endpoints.aws_s3"), "http://127.0.0.1:8080/env-"));
	assert_non_null(strstr(api_text(j, "endpoints.aws_s3"), "/s3"));
	/* The key looked up and noted as used, the services priced, one statement for all else, its
	 * row in the audit log, and commit. */
	assert_int_equal(t->round_trips, 6);
	j = make(t, S3);
	assert_int_equal(t->round_trips, 5);
	assert_string_equal(live_spaces(), "2");
}

static void
test_chosen_accounts(void **state)
{
	struct task        *t = *state;
	struct json_object *j = make(t, "{\"services\":[\"aws_s3\"],\"accounts\":[{\"account_id\":"
	    "\"123456789012\",\"access_key_id\":\"AKIAIOSFODNN7EXAMPLE\",\"secret_access_key\":"
	    "\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\",\"display_name\":\"main\"},{}]}");

	assert_string_equal(api_text(j, "credentials.aws.account_id"), "123456789012");
	assert_string_equal(api_text(j, "credentials.aws.display_name"), "main");
	assert_string_equal(api_text(j, "credentials.aws.accounts.1.email"), "account-2@example.com");
	/* Read back, the sealed secret is what was given. */
	j = api_ok(t, 200, "GET", path, NULL);
	assert_string_equal(api_text(j, "credentials.aws.secret_access_key"),
	    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
	assert_null(scratch_sql("select 1 from core.aws_account"
	                        " where secret like '%%' || 'EXAMPLEKEY'::bytea || '%%'"));
}

static void
test_refused(void **state)
{
	static const struct { const char *body, *field; } wrong[] = {
		{ "{}", "services" },
		{ "{\"services\":[]}", "services" },
		{ "{\"services\":{}}", "services" },
		{ "{\"services\":[null]}", "services[0]" },
		{ "{\"services\":[\"aws_s3\",\"nope\"]}", "services[1]" },
		{ "{\"services\":[\"aws_s3\",\"s3\"],\"provider\":\"aws\"}", "services[1]" },
		{ "{\"services\":[\"aws_s3\"],\"provider\":\"nobody\"}", "provider" },
		{ "{\"services\":[\"aws_s3\"],\"provider\":\"plain\"}", "provider" },
		{ "{\"services\":[\"aws_s3\"],\"package\":\"nothing\"}", "package" },
		{ "{\"services\":[\"aws_s3\"],\"package\":\"Neon Branching\"}", "package" },
		{ "{\"services\":[\"aws_s3\"],\"auto_shutdown_hours\":0}", "auto_shutdown_hours" },
		{ "{\"services\":[\"aws_s3\"],\"auto_shutdown_hours\":1.5}", "auto_shutdown_hours" },
		{ "{\"services\":[\"aws_s3\"],\"auth\":\"none\"}", "auth" },
		{ "{\"services\":[\"aws_s3\"],\"ports\":1}", "ports" },
		{ "{\"services\":[\"aws_s3\"],\"name\":\"a\\nb\"}", "name" },
		{ "{\"services\":[\"aws_s3\"],\"name\":\"\"}", "name" },
		{ "{\"services\":[\"aws_s3\"],\"nmae\":\"x\"}", "nmae" },
		{ "{\"services\":[\"aws_s3\"],\"accounts\":[]}", "accounts" },
		{ "{\"services\":[\"aws_s3\"],\"accounts\":[1]}", "accounts[0]" },
		{ "{\"services\":[\"aws_s3\"],\"accounts\":[{\"account_id\":\"x\"}]}",
		    "accounts[0].account_id" },
		{ "{\"services\":[\"aws_s3\"],\"accounts\":[{\"access_key_id\":\"a/b\"}]}",
		    "accounts[0].access_key_id" },
		{ "{\"services\":[\"aws_s3\"],\"accounts\":[{\"access_key_id\":\"a\"},"
		  "{\"access_key_id\":\"a\"}]}", "accounts[1].access_key_id" },
		{ "{\"services\":[{\"service\":\"aws_s3\",\"version\":\"15\"}]}", "services[0].version" },
		{ "{\"services\":[{\"service\":\"aws_s3\",\"backend\":\"x\"}]}", "services[0].backend" },
		{ "{\"services\":[{\"version\":\"15\"}]}", "services[0].service" },
	};

	struct json_object *j;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		j = api_ok(*state, 422, "POST", "/api/v1/environments", wrong[i].body);

		assert_string_equal(api_text(j, "code"), "invalid-request");
		assert_string_equal(api_text(j, "errors.0.field"), wrong[i].field);
	}
	j = api_ok(*state, 422, "POST", "/api/v1/environments",
	    "{\"services\":[\"aws_s3\",\"mongodb\",\"kafka\"]}");
	assert_string_equal(api_text(j, "code"), "service-not-available");
	assert_non_null(strstr(api_text(j, "detail"), "mongodb, kafka"));
	assert_string_equal(api_text(j, "errors.1.field"), "services[2]");
	assert_string_equal(scratch_sql("select count(*) from core.environment"), "0");
}

static void
test_states(void **state)
{
	struct task *t = *state;

	make(t, S3);
	assert_string_equal(api_text(api_ok(t, 200, "POST", below("stop"), NULL), "status"), "stopped");
	assert_string_equal(api_text(api_ok(t, 200, "POST", below("stop"), "{}"), "status"), "stopped");
	assert_string_equal(scratch_sql("select generation from core.environment"), "2");
	assert_string_equal(api_text(api_ok(t, 200, "POST", below("start"), NULL), "status"),
	    "running");
	api_ok(t, 422, "POST", below("start"), "{\"now\":1}");
	api_ok(t, 204, "DELETE", path, NULL);
	api_ok(t, 204, "DELETE", path, NULL);
	assert_string_equal(api_text(api_ok(t, 404, "GET", path, NULL), "code"),
	    "environment-destroyed");
	api_ok(t, 404, "POST", below("start"), NULL);
	api_ok(t, 404, "POST", below("reset"), NULL);
	api_ok(t, 404, "PUT", below("clock"), "{\"freeze\":true}");
	assert_string_equal(scratch_sql("select count(*) from core.aws_account"), "0");
	assert_string_equal(scratch_sql("select count(*) from core.environment_service"), "0");
	assert_string_equal(live_spaces(), "0");
	api_ok(t, 404, "DELETE", "/api/v1/environments/env-aaaaaaaaaa", NULL);
}

static void
test_reset(void **state)
{
	struct task *t = *state;
	char         before[32];

	make(t, S3);
	snprintf(before, sizeof(before), "%s",
	    scratch_sql("select space from core.environment_service"));
	api_ok(t, 200, "POST", below("reset"), "{\"service\":\"aws_s3\"}");
	assert_string_not_equal(scratch_sql("select space from core.environment_service"), before);
	assert_string_equal(scratch_sql("select count(*) from core.space where dropped_at is not null"),
	    "1");
	assert_string_equal(api_text(api_ok(t, 422, "POST", below("reset"), "{\"service\":\"x\"}"),
	    "errors.0.field"), "service");
	assert_string_equal(scratch_sql("select generation from core.environment"), "2");
}

/* How the clock ran before is kept, for URLs presigned then; not more than the last 16 changes. */
static void
test_clock_past(void **state)
{
	struct task        *t = *state;
	int64_t             start = t->now, after_two;
	struct environment *e;

	make(t, S3);
	api_ok(t, 200, "PUT", below("clock"), "{\"advance\":\"PT1H\"}");
	api_ok(t, 200, "PUT", below("clock"), "{\"advance\":\"PT1H\"}");
	e = environment_load(t, id);
	after_two = clock_now();
	assert_true(environment_moved_since(e, start - 1) == 2 * HOUR);
	assert_true(environment_moved_since(e, after_two) == 0);
	for (int i = 0; i < 20; i++)
		api_ok(t, 200, "PUT", below("clock"), "{\"advance\":\"PT1M\"}");
	e = environment_load(t, id);
	assert_true(environment_moved_since(e, after_two) >= 16 * MINUTE);
	assert_true(environment_moved_since(e, clock_now()) == 0);
	assert_int_equal(e->n_clock_past, 32);
}

/* Whatever is another account's answers as if it were not. */
static void
test_neighbour(void **state)
{
	static const char *const methods[][2] = { { "GET", "" }, { "DELETE", "" }, { "POST", "/stop" },
		{ "POST", "/start" }, { "POST", "/reset" }, { "GET", "/clock" }, { "GET", "/env" } };
	struct task *t = *state;
	char         target[96];

	make(t, S3);
	api_new_account(t, "neighbour");
	for (size_t i = 0; i < COUNT(methods); i++) {
		snprintf(target, sizeof(target), "%s%s", path, methods[i][1]);
		assert_string_equal(api_text(api_ok(t, 404, methods[i][0], target, NULL), "code"),
		    "environment-not-found");
	}
	api_ok(t, 404, "PUT", below("clock"), "{\"freeze\":true}");
	assert_null(api_text(api_ok(t, 200, "GET", "/api/v1/environments", NULL), "environments.0"));
	assert_string_equal(scratch_sql("select state from core.environment"), "running");
}

static void
test_pages(void **state)
{
	struct task        *t = *state;
	struct json_object *j;
	char                target[128], newest[32];

	for (int i = 0; i < 5; i++)
		make(t, S3);
	snprintf(newest, sizeof(newest), "%s", id);
	j = api_ok(t, 200, "GET", "/api/v1/environments?limit=2", NULL);
	assert_string_equal(api_text(j, "environments.0.id"), newest);
	assert_null(api_text(j, "environments.0.credentials"));
	for (int i = 0; i < 2; i++) {
		snprintf(target, sizeof(target), "/api/v1/environments?limit=2&cursor=%s",
		    api_text(j, "next_cursor"));
		j = api_ok(t, 200, "GET", target, NULL);
	}
	assert_non_null(api_text(j, "environments.0.id"));
	assert_null(api_text(j, "environments.1.id"));
	assert_null(api_text(j, "next_cursor"));
	j = api_ok(t, 200, "GET", "/api/v1/environments?status=stopped", NULL);
	assert_null(api_text(j, "environments.0.id"));
	api_ok(t, 422, "GET", "/api/v1/environments?limit=101", NULL);
	api_ok(t, 422, "GET", "/api/v1/environments?cursor=a2V5LWFhYWFhYWFhYWE", NULL);
}

static void
test_waiting(void **state)
{
	struct task       *t = *state;
	char               tag[80];
	const char        *headers[] = { tag, "HTTP_PREFER=respond-async, wait=30", NULL };
	struct api_answer *a;
	size_t             used;

	make(t, S3);
	snprintf(tag, sizeof(tag), "HTTP_IF_NONE_MATCH=\"x\", W/\"%s-1\"", id);
	a = api_send(t, "GET", path, headers, NULL);
	assert_true(a->parked);
	assert_int_equal(a->call.parking.deadline, a->call.started + INT64_C(30000000));
	assert_int_equal(a->call.reply.body.len, 0);
	/* Woken for nothing it waits on, however often; woken by a change it answers. */
	assert_true(call_again(&a->call));
	used = mem_used(t->mem);
	for (int i = 0; i < 100; i++)
		assert_true(call_again(&a->call));
	assert_int_equal(mem_used(t->mem), used);
	assert_int_equal(a->call.runs, 101);
	scratch_sql("update core.environment set generation = 2");
	assert_false(call_again(&a->call));
	assert_int_equal(a->call.reply.status, 200);
	/* The process ends: nothing is new, and that is said. */
	snprintf(tag, sizeof(tag), "HTTP_IF_NONE_MATCH=\"%s-2\"", id);
	a = api_send(t, "GET", path, headers, NULL);
	assert_true(a->parked);
	a->call.hurry = true;
	assert_false(call_again(&a->call));
	assert_int_equal(a->call.reply.status, 304);
	headers[1] = NULL;
	snprintf(tag, sizeof(tag), "HTTP_IF_NONE_MATCH=\"%s-2\"", id);
	a = api_send(t, "GET", path, headers, NULL);
	assert_false(a->parked);
	assert_int_equal(a->status, 304);
	snprintf(tag, sizeof(tag), "HTTP_IF_NONE_MATCH=\"%s-1\"", id);
	assert_int_equal(api_send(t, "GET", path, headers, NULL)->status, 200);
}

static void
test_exports(void **state)
{
	struct task       *t = *state;
	struct api_answer *a;

	make(t, "{\"services\":[\"aws_s3\"],\"accounts\":[{\"secret_access_key\":\"a'b$(c)\"}]}");
	a = api_send(t, "GET", below("env"), NULL, NULL);
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->call.reply.body.data,
	    "export AWS_SECRET_ACCESS_KEY='a'\\''b$(c)'\n"));
	assert_non_null(strstr(a->call.reply.body.data, "export AWS_ENDPOINT_URL_S3='http"));
	assert_non_null(strstr(a->call.reply.body.data, id));
}

/* Each statement of each change fails in turn: a clean 503, and all or nothing happened. */
static void
test_torture(void **state)
{
	static const struct { const char *method, *rest, *done; } changes[] = {
		{ "POST", "/stop", "select 1 from core.environment where state = 'stopped'" },
		{ "POST", "/start", "select 1 from core.environment where state = 'running'" },
		{ "POST", "/reset", "select 1 from core.space where dropped_at is not null" },
		{ "DELETE", "", "select 1 from core.environment where state = 'destroyed'" },
	};
	struct task *t = *state;
	char         target[96];

	for (int n = 1;; n++) {
		db_fail_in(n);
		if (api_send(t, "POST", "/api/v1/environments", NULL, S3)->status == 201)
			break;
		assert_string_equal(scratch_sql("select count(*) from core.environment"), "0");
	}
	db_fail_in(0);
	scratch_sql("delete from core.usage; delete from core.aws_account; "
	            "delete from core.environment_service;"
	            "delete from core.space; delete from core.environment");
	make(t, S3);
	for (size_t i = 0; i < COUNT(changes); i++) {
		int status = 503;

		snprintf(target, sizeof(target), "%s%s", path, changes[i].rest);
		for (int n = 1; status == 503; n++) {
			db_fail_in(n);
			status = api_send(t, changes[i].method, target, NULL, NULL)->status;
			db_fail_in(0);
			assert_true(status == 503 || status == 200 || status == 204);
			assert_true((scratch_sql("%s", changes[i].done) != NULL) == (status != 503));
		}
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_create), TEST(test_chosen_accounts), TEST(test_refused), TEST(test_states),
		TEST(test_reset), TEST(test_clock_past), TEST(test_neighbour), TEST(test_pages),
		TEST(test_waiting),
		TEST(test_exports), TEST(test_torture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
