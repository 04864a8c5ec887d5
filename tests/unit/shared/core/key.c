/* tests/unit/shared/core/key.c - API keys made, checked and revoked */
#include "shared/core/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/scope.h"
#include "tests/unit/support/scratch.h"

static struct caller who;

static void
test_form(void **state)
{
	struct task    *t = *state;
	struct account *a = account_create(t, "a", NULL);
	const char     *text;
	struct key     *k = key_create(t, a->id, "k", SCOPE_ALL, 0, &text);
	char            changed[KEY_LENGTH + 1];

	assert_int_equal(strlen(text), KEY_LENGTH);
	assert_memory_equal(text, "mf_live_", 8);
	assert_memory_equal(text + 8, k->prefix, KEY_PREFIX);
	assert_true(key_wellformed(text));
	for (size_t i = 0; i < KEY_LENGTH; i++) {
		memcpy(changed, text, sizeof(changed));
		changed[i] = changed[i] == 'a' ? 'b' : 'a';
		assert_false(key_wellformed(changed));
	}
	assert_false(key_wellformed(""));
	assert_false(key_wellformed(mem_fmt(t->mem, "%sa", text)));
	/* What cannot be a key costs no statement. */
	t->round_trips = 0;
	assert_false(key_check(t, changed, &who));
	assert_int_equal(t->round_trips, 0);
	assert_null(scratch_sql("select 1 from core.api_key k where k::text like '%%%s%%'", text + 21));
}

static void
test_check(void **state)
{
	struct task    *t = *state;
	struct account *a = account_create(t, "a", NULL);
	const char     *text;
	struct key     *k = key_create(t, a->id, "k", SCOPE_ALL, t->now + HOUR, &text);

	assert_true(key_check(t, text, &who) && who.account == a->id);
	t->round_trips = 0;
	assert_true(key_check(t, text, &who) && who.account == a->id);
	assert_int_equal(t->round_trips, 1); /* noted as used a moment ago */
	t->now += 2 * MINUTE;
	assert_true(key_check(t, text, &who) && who.account == a->id);
	assert_int_equal(t->round_trips, 3);
	t->now += HOUR;
	assert_false(key_check(t, text, &who)); /* expired */
	t->now -= HOUR;
	scratch_sql("update core.api_key set hash = sha256('x') where public_id = '%s'", k->public_id);
	assert_false(key_check(t, text, &who));
}

static void
test_revoke(void **state)
{
	struct task    *t = *state;
	struct account *a = account_create(t, "a", NULL), *b = account_create(t, "b", NULL);
	const char     *text, *public_id;
	struct key     *k = key_create(t, a->id, "k", SCOPE_ALL, 0, &text), *list;

	assert_true(key_any(t, a->id));
	assert_null(key_revoke(t, b->id, k->public_id));
	assert_true(key_check(t, text, &who) && who.account == a->id);
	assert_int_equal(key_owner(t, k->prefix, &public_id), a->id);
	assert_string_equal(public_id, k->public_id);
	assert_int_equal(key_revoke(t, a->id, k->public_id)->revoked_at, t->now);
	assert_false(key_check(t, text, &who));
	assert_false(key_any(t, a->id));
	t->now += SECOND;
	assert_int_equal(key_revoke(t, a->id, k->public_id)->revoked_at, t->now - SECOND);
	assert_int_equal(key_list(t, a->id, NULL, 10, &list), 1);
	assert_int_equal(key_list(t, a->id, k->public_id, 10, &list), 0);
	assert_int_equal(key_list(t, b->id, NULL, 10, &list), 0);
}

static void
test_disabled_account(void **state)
{
	struct task    *t = *state;
	struct account *a = account_create(t, "a", NULL);
	const char     *text;

	key_create(t, a->id, "k", SCOPE_ALL, 0, &text);
	scratch_sql("update core.account set disabled_at = created_at where id = %lld",
	    (long long)a->id);
	assert_false(key_check(t, text, &who));
	assert_true(account_find(t, a->public_id)->disabled);
}

static void
test_accounts_by_name(void **state)
{
	struct task *t = *state;

	scratch_wipe();
	account_create(t, "one", "one@example.com");
	account_create(t, "two", NULL);
	account_create(t, "two", NULL);
	assert_string_equal(account_find(t, "one")->email, "one@example.com");
	assert_null(account_find(t, "two"));
	assert_null(account_find(t, ""));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_form), TEST(test_check), TEST(test_revoke), TEST(test_disabled_account),
		TEST(test_accounts_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
