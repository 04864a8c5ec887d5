/* tests/unit/fcgi/api/around.c - requests that come again; the audit log; If-Match */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/task.h"
#include "shared/core/idempotency.h"
#include "shared/db/db.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/scratch.h"

#define ENVIRONMENTS "/api/v1/environments"
#define S3    "{\"services\":[\"aws_s3\"]}"
#define REDIS "{\"services\":[\"redis\"]}"

static const char *const keyed[] = { "HTTP_IDEMPOTENCY_KEY=\"one\"", NULL };

static int64_t account;

static int
setup(void **state)
{
	scratch_setup(state);
	scratch_wipe();
	account = api_new_account(*state, "owner");
	return 0;
}

static void
is_problem(const struct api_answer *a, int status, const char *code)
{
	assert_int_equal(a->status, status);
	assert_string_equal(api_text(a->json, "code"), code);
}

static void
count(const char *n, const char *sql)
{
	assert_string_equal(scratch_sql("select count(*) from %s", sql), n);
}

static void
test_replay(void **state)
{
	struct task       *t = *state;
	struct api_answer *a = api_send(t, "POST", ENVIRONMENTS, keyed, S3);
	char               id[32], secret[64];

	assert_int_equal(a->status, 201);
	assert_null(api_header(a, "Idempotency-Replayed"));
	snprintf(id, sizeof(id), "%s", api_text(a->json, "id"));
	snprintf(secret, sizeof(secret), "%s", api_text(a->json, "credentials.aws.secret_access_key"));
	a = api_send(t, "POST", ENVIRONMENTS, (const char *const[]){ "HTTP_IDEMPOTENCY_KEY=one", NULL },
	    S3);
	assert_int_equal(a->status, 201);
	assert_string_equal(api_header(a, "Idempotency-Replayed"), "true");
	assert_string_equal(api_text(a->json, "id"), id);
	assert_string_equal(api_text(a->json, "credentials.aws.secret_access_key"), secret);
	assert_string_equal(api_header(a, "Location") + strlen(ENVIRONMENTS "/"), id);
	assert_string_equal(api_header(a, "X-Request-Id"), a->request.id);
	count("1", "core.environment");
	count("1", "core.audit where operation = 'CreateEnvironment'");
	/* What is kept tells nobody the secret. */
	assert_null(scratch_sql("select 1 from core.idempotency i where position('%s'::bytea in"
	    " i.answer) > 0", secret));
	/* Another body, and the same body somewhere else. */
	is_problem(api_send(t, "POST", ENVIRONMENTS, keyed, REDIS), 422, "idempotency-key-reused");
	is_problem(api_send(t, "POST", "/api/v1/quote", keyed, S3), 422, "idempotency-key-reused");
	/* Another account's key is another key. */
	api_new_account(t, "other");
	a = api_send(t, "POST", ENVIRONMENTS, keyed, S3);
	assert_int_equal(a->status, 201);
	assert_null(api_header(a, "Idempotency-Replayed"));
}

static void
test_expired(void **state)
{
	struct task *t = *state;

	assert_int_equal(api_send(t, "POST", ENVIRONMENTS, keyed, S3)->status, 201);
	scratch_sql("update core.idempotency set created_at = created_at - interval '25 hours'");
	assert_null(api_header(api_send(t, "POST", ENVIRONMENTS, keyed, S3), "Idempotency-Replayed"));
	count("2", "core.environment");
	scratch_sql("update core.idempotency set created_at = created_at - interval '25 hours'");
	task_begin(t);
	assert_int_equal(idempotency_prune(t, t->now, 10), 1);
	count("0", "core.idempotency");
}

static void
test_keys_that_are_none(void **state)
{
	static const char *const wrong[] = { "HTTP_IDEMPOTENCY_KEY=\"open", "HTTP_IDEMPOTENCY_KEY=\"\"",
		"HTTP_IDEMPOTENCY_KEY=\"a\\b\"", "HTTP_IDEMPOTENCY_KEY=\xc3\xa4",
		"HTTP_IDEMPOTENCY_KEY=\"a\"b" };

	for (size_t i = 0; i < COUNT(wrong); i++)
		is_problem(api_send(*state, "POST", ENVIRONMENTS, (const char *const[]){ wrong[i], NULL },
		    S3), 400, "malformed-idempotency-key");
	count("0", "core.environment");
}

/* Nothing came of what was refused: the key is free for what is right. */
static void
test_refused_keeps_nothing(void **state)
{
	is_problem(api_send(*state, "POST", ENVIRONMENTS, keyed, "{}"), 422, "invalid-request");
	assert_int_equal(api_send(*state, "POST", ENVIRONMENTS, keyed, S3)->status, 201);
}

static struct idempotency held = { .key = "one" };

static void
test_while_the_first_runs(void **state)
{
	struct task            *other = scratch_task();
	struct idempotency_kept kept;

	held.account = account;
	task_begin(other);
	db_begin(other);
	assert_int_equal(idempotency_claim(other, &held, 0, 1, &kept), CLAIM_NEW);
	is_problem(api_send(*state, "POST", ENVIRONMENTS, keyed, S3), 409, "request-in-progress");
	db_release(other); /* its process died */
	assert_int_equal(api_send(*state, "POST", ENVIRONMENTS, keyed, S3)->status, 201);
	scratch_end(other);
}

/* One that waits for servers has committed; when its process dies, the next one goes on. */
static void
test_after_a_waiter_died(void **state)
{
	struct task       *t = *state;
	struct api_answer *a;

	scratch_sql("insert into core.engine (host, engine, version, seen_at)"
	            " values ('here', 'redis', '7.0', clock_timestamp())");
	a = api_send(t, "POST", ENVIRONMENTS, keyed, REDIS);
	assert_true(a->parked);
	is_problem(api_send(t, "POST", ENVIRONMENTS, keyed, REDIS), 409, "request-in-progress");
	scratch_sql("update core.idempotency set leased_until = created_at");
	scratch_sql("update core.server set state = wish, due_at = null;"
	            " update core.environment set state = 'running'");
	a = api_send(t, "POST", ENVIRONMENTS, keyed, REDIS);
	assert_int_equal(a->status, 201);
	assert_null(api_header(a, "Idempotency-Replayed"));
	assert_string_equal(api_header(api_send(t, "POST", ENVIRONMENTS, keyed, REDIS),
	    "Idempotency-Replayed"), "true");
	count("1", "core.environment");
	count("1", "core.audit where code is null");
}

/* Whichever statement fails: whoever tries again ends with one environment. */
static void
test_torture(void **state)
{
	struct task *t = *state;
	int          n = 1;

	for (;; n++) {
		struct api_answer *a;

		scratch_wipe();
		api_new_account(t, "owner");
		db_fail_in(n);
		a = api_send(t, "POST", ENVIRONMENTS, keyed, S3);
		if (db_fail_in(0) > 0)
			break;
		assert_int_equal(a->status, 503);
		count("0", "core.environment");
		count("0", "core.idempotency");
		count("0", "core.audit");
		assert_int_equal(api_send(t, "POST", ENVIRONMENTS, keyed, S3)->status, 201);
		assert_int_equal(api_send(t, "POST", ENVIRONMENTS, keyed, S3)->status, 201);
		count("1", "core.environment");
		count("1", "core.audit");
	}
	assert_true(n >= 7);
}

static void
test_audit(void **state)
{
	struct task        *t = *state;
	struct json_object *j = api_ok(t, 201, "POST", ENVIRONMENTS, S3);
	char                id[32], target[128];

	snprintf(id, sizeof(id), "%s", api_text(j, "id"));
	snprintf(target, sizeof(target), ENVIRONMENTS "/%s/clock", id);
	is_problem(api_send(t, "PUT", target, NULL, "{}"), 422, "invalid-request");
	snprintf(target, sizeof(target), ENVIRONMENTS "/%s", id);
	assert_int_equal(api_send(t, "DELETE", target, NULL, NULL)->status, 204);
	j = api_ok(t, 200, "GET", "/api/v1/audit?limit=2", NULL);
	assert_string_equal(api_text(j, "events.0.operation"), "DestroyEnvironment");
	assert_string_equal(api_text(j, "events.0.resource"), id);
	assert_string_equal(api_text(j, "events.0.outcome"), "done");
	assert_string_equal(api_text(j, "events.0.status"), "204");
	assert_memory_equal(api_text(j, "events.0.actor"), "key-", 4);
	assert_string_equal(api_text(j, "events.1.operation"), "SetClock");
	assert_string_equal(api_text(j, "events.1.outcome"), "refused");
	assert_string_equal(api_text(j, "events.1.code"), "invalid-request");
	snprintf(target, sizeof(target), "/api/v1/audit?limit=2&cursor=%s", api_text(j, "next_cursor"));
	j = api_ok(t, 200, "GET", target, NULL);
	assert_string_equal(api_text(j, "events.0.operation"), "CreateEnvironment");
	assert_string_equal(api_text(j, "events.0.resource"), id);
	assert_null(api_text(j, "events.1"));
	assert_null(api_text(j, "next_cursor"));
	j = api_ok(t, 200, "GET", "/api/v1/audit?outcome=refused&operation=SetClock", NULL);
	assert_non_null(api_text(j, "events.0"));
	assert_null(api_text(j, "events.1"));
	/* Others see nothing of it. */
	api_new_account(t, "other");
	assert_null(api_text(api_ok(t, 200, "GET", "/api/v1/audit", NULL), "events.0"));
}

static void
test_audit_is_only_added_to(void **state)
{
	static const char *const changes[] = { "update core.audit set status = 200",
		"delete from core.audit", "truncate core.audit" };
	struct task *t = *state;

	api_ok(t, 201, "POST", ENVIRONMENTS, S3);
	for (size_t i = 0; i < COUNT(changes); i++)
		assert_string_equal(scratch_sql("do $$ begin %s; raise 'it could';"
		    " exception when raise_exception then"
		    " if sqlerrm not like '%%only added to' then raise; end if; end $$;"
		    " select count(*) from core.audit", changes[i]), "1");
	assert_string_equal(scratch_sql("select core.audit_prune(min(at), 10) from core.audit"), "0");
	assert_string_equal(scratch_sql("select core.audit_prune(max(at) + interval '1s', 10)"
	    " from core.audit"), "1");
	count("0", "core.audit");
}

static void
test_if_match(void **state)
{
	struct task        *t = *state;
	struct json_object *j = api_ok(t, 201, "POST", ENVIRONMENTS, S3);
	char                path[64], before[128];
	const char         *match[] = { before, NULL };
	struct api_answer  *a;

	snprintf(path, sizeof(path), ENVIRONMENTS "/%s", api_text(j, "id"));
	a = api_send(t, "GET", path, NULL, NULL);
	snprintf(before, sizeof(before), "HTTP_IF_MATCH=\"other\", %s", api_header(a, "ETag"));
	a = api_send(t, "PATCH", path, match, "{\"name\":\"new\",\"auto_shutdown_hours\":9,"
	    "\"persistent\":true}");
	assert_int_equal(a->status, 200);
	assert_string_equal(api_text(a->json, "name"), "new");
	assert_string_equal(api_text(a->json, "auto_shutdown_hours"), "9");
	assert_string_equal(api_text(a->json, "persistent"), "true");
	is_problem(api_send(t, "PATCH", path, match, "{\"name\":\"newer\"}"), 412,
	    "precondition-failed");
	is_problem(api_send(t, "DELETE", path, match, NULL), 412, "precondition-failed");
	j = api_ok(t, 200, "PATCH", path, "{\"name\":null}");
	assert_null(api_text(j, "name"));
	assert_string_equal(api_text(j, "auto_shutdown_hours"), "9");
	assert_int_equal(api_send(t, "DELETE", path, (const char *const[]){ "HTTP_IF_MATCH=*", NULL },
	    NULL)->status, 204);
	is_problem(api_send(t, "PATCH", path, NULL, "{}"), 404, "environment-destroyed");
}

static void
test_accept(void **state)
{
	static const struct { const char *accept; int status; } list[] = {
		{ "HTTP_ACCEPT=application/json", 200 }, { "HTTP_ACCEPT=text/html, */*;q=0.1", 200 },
		{ "HTTP_ACCEPT=text/html", 406 }, { "HTTP_ACCEPT=application/*", 200 },
		{ "HTTP_ACCEPT=*/*, application/json;q=0", 406 }, { "HTTP_ACCEPT=", 200 },
		{ "HTTP_ACCEPT=application/json;q=0.5;v=1", 200 },
	};

	for (size_t i = 0; i < COUNT(list); i++)
		assert_int_equal(api_send(*state, "GET", "/api/v1/keys",
		    (const char *const[]){ list[i].accept, NULL }, NULL)->status, list[i].status);
	is_problem(api_send(*state, "GET", "/api/v1/keys?limt=3", NULL, NULL), 422, "invalid-request");
	is_problem(api_send(*state, "GET", "/api/v1/keys?%ff=3", NULL, NULL), 422, "invalid-request");
	is_problem(api_send(*state, "GET", "/api/v1/audit?actor=%ff", NULL, NULL), 422,
	    "invalid-request");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_replay), TEST(test_expired), TEST(test_keys_that_are_none),
		TEST(test_refused_keeps_nothing), TEST(test_while_the_first_runs),
		TEST(test_after_a_waiter_died), TEST(test_torture), TEST(test_audit),
		TEST(test_audit_is_only_added_to), TEST(test_if_match), TEST(test_accept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
