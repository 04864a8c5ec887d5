/* tests/unit/shared/core/login.c - accounts of addresses and of identities */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/login.h"

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "tests/unit/support/scratch.h"

static int
setup(void **state)
{
	scratch_wipe();
	return scratch_setup(state);
}

static void
test_employee(void **state)
{
	struct task     *t = *state;
	struct conf      conf = *scratch_conf();
	struct identity  who = { "https://sso.example", "u1", "a@corp.example", "A", false };
	int64_t          first;
	const char      *const ids[] = { "u2", "u3", "u4" }, *const emails[] = { "b@CORP.example",
		"b@notcorp.example", "corp.example@other.example" };

	conf.employee_domains = "other.test, corp.example";
	/* Not what the provider does not vouch for; nor what only looks like the domain. */
	first = login_identity(t, &conf, &who);
	db_commit(t);
	assert_string_equal(scratch_sql("select tier from core.account where id = %lld",
	    (long long)first), "beginner");
	assert_null(scratch_sql("select email from core.account where id = %lld", (long long)first));
	assert_int_equal(login_identity(t, &conf, &who), first);
	db_commit(t);
	for (size_t i = 0; i < COUNT(ids); i++) {
		who = (struct identity){ "https://sso.example", ids[i], emails[i], "B", true };
		assert_int_not_equal(login_identity(t, &conf, &who), first);
		db_commit(t);
	}
	assert_string_equal(scratch_sql("select string_agg(tier, ' ' order by id) from core.account"),
	    "beginner employee beginner beginner");
	/* A provider need not say a name, nor an address. */
	who = (struct identity){ "https://sso.example", "u5", "d@other.example", NULL, true };
	login_identity(t, &conf, &who);
	db_commit(t);
	who = (struct identity){ "https://sso.example", "u6", NULL, NULL, false };
	login_identity(t, &conf, &who);
	db_commit(t);
	assert_string_equal(scratch_sql("select string_agg(name, ' ' order by id) from core.account"),
	    "A B B B d@other.example u6");
	/* By mail: signing up alone makes nobody an employee. */
	first = login_sign_up(t, &conf, "c@corp.example", "hash", "C");
	db_commit(t);
	assert_string_equal(scratch_sql("select tier from core.account order by id desc limit 1"),
	    "anonymous");
	assert_false(login_verify(t, &conf, first, "nothing"));
	assert_true(login_verify(t, &conf, first, mem_text(t->mem, scratch_sql(
	    "select substring(body from '#verify=([A-Za-z0-9]+)') from core.mail"))));
	assert_string_equal(scratch_sql("select tier from core.account order by id desc limit 1"),
	    "employee");
}

/* An address is free again a week after whoever signed up with it did no more. */
static void
test_unconfirmed(void **state)
{
	static const char *const used[] = {
		"update core.login set verified_at = '2026-01-01'",
		"insert into core.session (public_id, account_id, method, created_at, refreshed_at,"
		" expires_at, ends_at) select 's', id, 'password', created_at, created_at,"
		" created_at + interval '90 days', created_at + interval '90 days' from core.account",
		"insert into core.environment (public_id, account_id, state, hourly_rate,"
		" auto_shutdown_hours, created_at, changed_at, active_at) select 'env-aaaaaaaaaa', id,"
		" 'stopped', 1, 4, created_at, created_at, created_at from core.account",
		"insert into core.api_key (public_id, account_id, name, prefix, hash, created_at, used_at)"
		" select 'k', id, 'k', 'k', sha256(''), created_at, created_at + interval '8 days'"
		" from core.account",
	};
	struct task             *t = *state;
	int64_t                  began = t->now;

	for (size_t i = 0; i <= COUNT(used); i++) {
		scratch_wipe();
		t->now = began;
		assert_int_not_equal(login_sign_up(t, scratch_conf(), "x@one.example", "hash", "X"), 0);
		db_commit(t);
		if (i < COUNT(used))
			scratch_sql("%s", used[i]);
		t->now += 6 * DAY;
		login_clean(t);
		assert_int_equal(login_sign_up(t, scratch_conf(), "x@one.example", "hash", "Y"), 0);
		db_release(t);
		t->now += 2 * DAY;
		login_clean(t);
		if (i < COUNT(used))
			assert_int_equal(login_sign_up(t, scratch_conf(), "x@one.example", "hash", "Y"), 0);
		else
			assert_int_not_equal(login_sign_up(t, scratch_conf(), "x@one.example", "hash", "Y"), 0);
		db_release(t);
		assert_string_equal(scratch_sql("select disabled_at is null from core.account"),
		    i < COUNT(used) ? "t" : "f");
	}
}

/* Two first log-ins at once: the one that comes late has the other's account, and leaves none. */
static void
test_both_first(void **state)
{
	struct task    *t = *state;
	struct identity who = { "https://sso.example", "u1", "a@other.example", "A", true };
	int64_t         account;

	scratch_sql("insert into core.account (public_id, name, created_at)"
	    " values ('acc-winner', 'W', now()) returning id");
	/* The winner's row comes between our look and our insert. */
	scratch_sql("create function public.come_late() returns trigger language plpgsql as $$ begin"
	    " if pg_trigger_depth() > 1 then return new; end if;"
	    " insert into core.identity select new.issuer, new.subject, a.id, null, now(), now()"
	    " from core.account a where a.public_id = 'acc-winner'; return null; end $$;"
	    " create trigger late before insert on core.identity for each row"
	    " execute function public.come_late(); select 1");
	account = login_identity(t, scratch_conf(), &who);
	db_commit(t);
	scratch_sql("drop trigger late on core.identity; drop function public.come_late(); select 1");
	assert_string_equal(scratch_sql("select public_id from core.account where id = %lld",
	    (long long)account), "acc-winner");
	assert_string_equal(scratch_sql("select count(*) from core.account"), "1");
}

static void
sign_up_once(struct task *t)
{
	login_sign_up(t, scratch_conf(), "torture@example.com", "hash", "name");
	db_commit(t);
}

static void
test_torture(void **state)
{
	struct task *t = *state;
	int          n = 0;

	do {
		task_begin(t);
		assert_string_equal(scratch_sql("select (select count(*) from core.account)"
		                                " + (select count(*) from core.login)"
		                                " + (select count(*) from core.mail)"), "0");
		db_fail_in(++n);
		scratch_try(t, sign_up_once);
		db_release(t);
	} while (db_fail_in(0) == 0);
	assert_true(n > 3);
	assert_string_equal(scratch_sql("select count(*) from core.mail"), "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_employee, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_unconfirmed, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_both_first, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_torture, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
