/* tests/unit/fcgi/api/auth.c - accounts made, logged in, confirmed; sessions and their ends */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/password.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/scratch.h"

#define AUTH "/api/v1/auth"
#define PASSWORD "correct horse battery"

static struct mem *kept; /* texts that outlive requests */

static int
setup(void **state)
{
	scratch_wipe();
	scratch_sql("truncate core.login_failure");
	kept = mem_new(1 << 20);
	api_use_key(NULL);
	return scratch_setup(state);
}

static int
teardown(void **state)
{
	api_use_key(NULL);
	mem_free(kept);
	return scratch_teardown(state);
}

/* Sign up; the access token is used from now on. Returns the refresh token. */
static const char *
sign_up(struct task *t, const char *email)
{
	struct json_object *j;

	api_use_key(NULL);
	j = api_ok(t, 201, "POST", AUTH "/signup", mem_fmt(kept,
	    "{\"email\": \"%s\", \"password\": \"" PASSWORD "\"}", email));
	api_use_key(api_text(j, "access_token"));
	return mem_text(kept, api_text(j, "refresh_token"));
}

static int
log_in(struct task *t, const char *email, const char *password)
{
	struct api_answer *a;
	const char        *key = mem_text(kept, api_key());

	api_use_key(NULL);
	a = api_send(t, "POST", AUTH "/login", NULL, mem_fmt(kept,
	    "{\"email\": \"%s\", \"password\": \"%s\"}", email, password));
	api_use_key(key);
	return a->status;
}

static int
refresh(struct task *t, const char *token, const char **next)
{
	struct api_answer *a = api_send(t, "POST", AUTH "/refresh", NULL, mem_fmt(kept,
	    "{\"refresh_token\": \"%s\"}", token));

	if (a->status == 200)
		*next = mem_text(kept, api_text(a->json, "refresh_token"));
	return a->status;
}

static int
status(struct task *t)
{
	return api_send(t, "GET", "/api/v1/account", NULL, NULL)->status;
}

/* The token of the youngest mail of that kind. */
static const char *
mailed(const char *kind)
{
	const char *token = scratch_sql("select substring(body from '#%s=([A-Za-z0-9]+)')"
	                                "  from core.mail order by id desc limit 1", kind);

	assert_non_null(token);
	return mem_text(kept, token);
}

static int
send_token(struct task *t, const char *path, const char *token, const char *more)
{
	return api_send(t, "POST", path, NULL, mem_fmt(kept, "{\"token\": \"%s\"%s}", token,
	    more))->status;
}

static void
test_sign_up(void **state)
{
	struct task        *t = *state;
	struct json_object *j;
	struct api_answer  *a;

	sign_up(t, "Someone@Example.com");
	j = api_ok(t, 200, "GET", "/api/v1/account", NULL);
	assert_string_equal(api_text(j, "email"), "someone@example.com");
	assert_string_equal(api_text(j, "tier"), "anonymous");
	assert_string_equal(api_text(j, "email_verified"), "false");
	assert_string_equal(api_text(j, "quota.environments"), "1");
	assert_string_equal(api_text(j, "used.environments"), "0");
	/* Nothing but the confirmation is mailed before it is confirmed. */
	assert_null(scratch_sql("select email from core.account"));
	assert_string_equal(scratch_sql("select to_address from core.mail"), "someone@example.com");
	assert_null(scratch_sql("select 1 from core.login where password like '%%horse%%'"));
	a = api_send(t, "POST", AUTH "/signup", NULL,
	    "{\"email\": \"SOMEONE@example.com\", \"password\": \"" PASSWORD "\"}");
	assert_int_equal(a->status, 409);
	assert_string_equal(api_text(a->json, "code"), "email-taken");
	assert_string_equal(scratch_sql("select count(*) from core.account"), "1");
	a = api_send(t, "POST", AUTH "/signup", NULL,
	    "{\"email\": \"a@b.c, d@e.f\", \"password\": \"password1\"}");
	assert_int_equal(a->status, 422);
	assert_string_equal(api_text(a->json, "errors.0.field"), "email");
	a = api_send(t, "POST", AUTH "/signup", NULL,
	    "{\"email\": \"a@b.c\", \"password\": \"password1\"}");
	assert_int_equal(a->status, 422);
	assert_string_equal(api_text(a->json, "errors.0.field"), "password");
}

static void
test_log_in(void **state)
{
	struct task *t = *state;

	sign_up(t, "one@example.com");
	assert_int_equal(log_in(t, "ONE@example.com", PASSWORD), 200);
	assert_int_equal(log_in(t, "one@example.com", "wrong"), 401);
	assert_int_equal(log_in(t, "two@example.com", PASSWORD), 401);
	scratch_sql("update core.account set disabled_at = created_at");
	assert_int_equal(log_in(t, "one@example.com", PASSWORD), 401);
	assert_int_equal(status(t), 401);
}

static void
test_log_in_is_throttled(void **state)
{
	struct task       *t = *state;
	struct api_answer *a;

	sign_up(t, "one@example.com");
	for (int i = 0; i < 10; i++)
		assert_int_equal(log_in(t, "one@example.com", "wrong"), 401);
	/* Now not even the right one is compared. */
	a = api_send(t, "POST", AUTH "/login", NULL,
	    "{\"email\": \"one@example.com\", \"password\": \"" PASSWORD "\"}");
	assert_int_equal(a->status, 429);
	assert_string_equal(api_text(a->json, "code"), "too-many-attempts");
	assert_non_null(api_header(a, "Retry-After"));
	/* Nor does the password's change help; another account is not concerned. */
	a = api_send(t, "POST", AUTH "/login", NULL,
	    "{\"email\": \"two@example.com\", \"password\": \"" PASSWORD "\"}");
	assert_int_equal(a->status, 401);
	scratch_sql("update core.login_failure set since = since - interval '16 minutes'");
	assert_int_equal(log_in(t, "one@example.com", PASSWORD), 200);
	/* A right one is forgiven: what is left is the wrong one for two@. */
	assert_int_equal(log_in(t, "one@example.com", "wrong"), 401);
	assert_int_equal(log_in(t, "one@example.com", PASSWORD), 200);
	assert_null(scratch_sql("select 1 from core.login_failure where failures > 2"));
}

static void
test_rehash(void **state)
{
	struct task *t = *state;
	const char  *made;

	sign_up(t, "one@example.com");
	made = mem_text(kept, password_hash(t, "other words here"));
	/* As if it had been hashed under parameters of another time. */
	scratch_sql("update core.login set password = '%s'",
	    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
	    "0000000000000000000000000000000000000000000");
	assert_int_equal(log_in(t, "one@example.com", "other words here"), 401);
	scratch_sql("update core.login set password = '%s'", made);
	assert_int_equal(log_in(t, "one@example.com", "other words here"), 200);
}

static void
test_one_statement(void **state)
{
	struct task *t = *state;
	struct api_answer *a;

	sign_up(t, "one@example.com");
	a = api_send(t, "GET", "/api/v1/keys", NULL, NULL);
	assert_int_equal(a->status, 200);
	assert_int_equal(t->round_trips, 2); /* who, and what */
}

static void
test_refresh(void **state)
{
	struct task *t = *state;
	const char  *first = sign_up(t, "one@example.com"), *second, *third;

	assert_int_equal(refresh(t, first, &second), 200);
	assert_int_equal(refresh(t, second, &third), 200);
	assert_int_equal(status(t), 200);
	assert_int_equal(refresh(t, mem_fmt(kept, "%.40s", third), &second), 401);
	assert_int_equal(status(t), 200);
	/* An old one: the whole family is gone, for the thief and for the owner. */
	assert_int_equal(refresh(t, first, &second), 401);
	assert_int_equal(status(t), 401);
	assert_int_equal(refresh(t, third, &second), 401);
	assert_null(scratch_sql("select 1 from core.refresh_token where encode(hash, 'escape') like"
	                        " 'mf_refresh%%'"));
}

static void
test_ends(void **state)
{
	struct task       *t = *state;
	const char        *token = sign_up(t, "one@example.com"), *next, *id;
	struct api_answer *a;

	/* Idle for too long. */
	scratch_sql("update core.session set expires_at = created_at");
	assert_int_equal(status(t), 401);
	assert_int_equal(refresh(t, token, &next), 401);
	/* Never past its end. */
	token = sign_up(t, "two@example.com");
	scratch_sql("update core.session set ends_at = refreshed_at + interval '1 hour'");
	assert_int_equal(refresh(t, token, &next), 200);
	assert_string_equal(scratch_sql("select bool_and(expires_at <= ends_at) from core.session"
	                                " where revoked_at is null and expires_at > created_at"), "t");
	/* Logged out. */
	api_ok(t, 204, "POST", AUTH "/logout", NULL);
	assert_int_equal(status(t), 401);
	/* One's own, by another of one's own; nobody else's. */
	sign_up(t, "three@example.com");
	assert_int_equal(log_in(t, "three@example.com", PASSWORD), 200);
	a = api_send(t, "GET", AUTH "/sessions", NULL, NULL);
	assert_string_equal(api_text(a->json, "sessions.0.current"), "true");
	assert_string_equal(api_text(a->json, "sessions.1.current"), "false");
	id = mem_text(kept, api_text(a->json, "sessions.1.id"));
	api_ok(t, 204, "DELETE", mem_fmt(kept, AUTH "/sessions/%s", id), NULL);
	api_ok(t, 404, "DELETE", mem_fmt(kept, AUTH "/sessions/%s", id), NULL);
	assert_int_equal(log_in(t, "three@example.com", PASSWORD), 200);
	api_ok(t, 204, "DELETE", AUTH "/sessions", NULL);
	a = api_send(t, "GET", AUTH "/sessions", NULL, NULL);
	assert_string_equal(api_text(a->json, "sessions.0.current"), "true");
	assert_null(api_text(a->json, "sessions.1.id"));
	id = mem_text(kept, api_text(a->json, "sessions.0.id"));
	sign_up(t, "four@example.com");
	api_ok(t, 404, "DELETE", mem_fmt(kept, AUTH "/sessions/%s", id), NULL);
}

static void
test_confirm(void **state)
{
	struct task *t = *state;
	const char  *token;

	sign_up(t, "one@example.com");
	token = mailed("verify");
	/* Not for somebody else who got hold of the link. */
	sign_up(t, "two@example.com");
	assert_int_equal(send_token(t, AUTH "/verify", token, ""), 422);
	assert_int_equal(send_token(t, AUTH "/verify", mailed("verify"), ""), 200);
	assert_string_equal(scratch_sql("select tier || ' ' || email from core.account"
	                                " where tier <> 'anonymous'"), "beginner two@example.com");
	assert_int_equal(send_token(t, AUTH "/verify", mailed("verify"), ""), 422); /* used */
	/* Confirmed: no more mails for that. */
	api_ok(t, 202, "POST", AUTH "/verify/mail", NULL);
	assert_string_equal(scratch_sql("select count(*) from core.mail"), "2");
}

static void
test_mails_are_few(void **state)
{
	struct task *t = *state;

	sign_up(t, "one@example.com");
	for (int i = 0; i < 5; i++) {
		api_ok(t, 202, "POST", AUTH "/verify/mail", NULL);
		api_ok(t, 202, "POST", AUTH "/password/forgot", "{\"email\": \"one@example.com\"}");
		api_ok(t, 202, "POST", AUTH "/password/forgot", "{\"email\": \"nobody@example.com\"}");
	}
	assert_string_equal(scratch_sql("select count(*) from core.mail"), "6");
}

static void
test_reset(void **state)
{
	struct task *t = *state;
	const char  *key, *first, *token;

	sign_up(t, "one@example.com");
	key = mem_text(kept, api_text(api_ok(t, 201, "POST", "/api/v1/keys", "{}"), "key"));
	api_ok(t, 202, "POST", AUTH "/password/forgot", "{\"email\": \"One@example.com\"}");
	first = mailed("reset");
	api_ok(t, 202, "POST", AUTH "/password/forgot", "{\"email\": \"One@example.com\"}");
	token = mailed("reset");
	assert_string_not_equal(first, token);
	assert_int_equal(send_token(t, AUTH "/verify", token, ""), 422); /* another kind */
	assert_int_equal(send_token(t, AUTH "/password/reset", token,
	    ", \"password\": \"another good one\""), 204);
	assert_int_equal(status(t), 401);
	assert_int_equal(log_in(t, "one@example.com", PASSWORD), 401);
	assert_int_equal(log_in(t, "one@example.com", "another good one"), 200);
	assert_int_equal(send_token(t, AUTH "/password/reset", token,
	    ", \"password\": \"another good one\""), 422);
	/* Nor does a link count that was mailed before the password was set. */
	assert_int_equal(send_token(t, AUTH "/password/reset", first,
	    ", \"password\": \"a third good one\""), 422);
	/* Whoever signed up with an address not his own keeps nothing of the account. */
	api_use_key(key);
	assert_int_equal(status(t), 401);
	assert_string_equal(scratch_sql("select tier || ' ' || email from core.account"),
	    "beginner one@example.com");
}

/* What comes along with a log-in is not looked at, and stands for nobody in the audit log. */
static void
test_log_in_is_by_no_key(void **state)
{
	struct task *t = *state;

	sign_up(t, "one@example.com");
	api_use_key(mem_text(kept, api_text(api_ok(t, 201, "POST", "/api/v1/keys", "{}"), "key")));
	api_ok(t, 200, "POST", AUTH "/login",
	    "{\"email\": \"one@example.com\", \"password\": \"" PASSWORD "\"}");
	assert_string_equal(scratch_sql("select coalesce(actor, 'nobody') from core.audit"
	                                " where operation = 'LogIn'"), "nobody");
}

static void
test_change_password(void **state)
{
	struct task *t = *state;
	const char  *mine, *other, *link;

	sign_up(t, "one@example.com");
	api_ok(t, 202, "POST", AUTH "/password/forgot", "{\"email\": \"one@example.com\"}");
	link = mailed("reset");
	mine = mem_text(kept, api_key());
	api_use_key(NULL);
	other = mem_text(kept, api_text(api_ok(t, 200, "POST", AUTH "/login",
	    "{\"email\": \"one@example.com\", \"password\": \"" PASSWORD "\"}"), "access_token"));
	api_use_key(mine);
	api_ok(t, 403, "POST", AUTH "/password",
	    "{\"current_password\": \"wrong\", \"new_password\": \"another good one\"}");
	api_ok(t, 204, "POST", AUTH "/password",
	    "{\"current_password\": \"" PASSWORD "\", \"new_password\": \"another good one\"}");
	assert_int_equal(status(t), 200);
	api_use_key(other);
	assert_int_equal(status(t), 401);
	assert_int_equal(send_token(t, AUTH "/password/reset", link,
	    ", \"password\": \"a third good one\""), 422);
	assert_int_equal(log_in(t, "one@example.com", "another good one"), 200);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_sign_up), TEST(test_log_in),
		TEST(test_log_in_is_throttled), TEST(test_rehash), TEST(test_one_statement),
		TEST(test_refresh), TEST(test_ends), TEST(test_confirm), TEST(test_mails_are_few),
		TEST(test_reset), TEST(test_log_in_is_by_no_key), TEST(test_change_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
