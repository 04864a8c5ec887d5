/* tests/unit/shared/core/operator.c - accounts locked out, let in again, and given quotas */
#include "shared/core/operator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/key.h"
#include "shared/core/life.h"
#include "shared/core/quota.h"
#include "shared/core/scope.h"
#include "shared/db/db.h"
#include "tests/unit/support/meter.h"
#include "tests/unit/support/scratch.h"

/* The command of that noun and verb, by "--account owner" and what o has besides. */
static struct operator *
run(struct task *t, struct operator *o, const char *noun, const char *verb)
{
	o->task = t;
	o->account = account_load(t, meter_owner) != NULL ? "owner" : o->account;
	for (size_t i = 0; i < n_operator_commands; i++)
		if (strcmp(operator_commands[i].noun, noun) == 0 &&
		    strcmp(operator_commands[i].verb != NULL ? operator_commands[i].verb : "", verb) == 0) {
			operator_run(o, &operator_commands[i]);
			if (o->refused != NULL)
				db_release(t);
			return o;
		}
	fail_msg("no command %s %s", noun, verb);
	return NULL;
}

static void
test_disable(void **state)
{
	struct task    *t = *state;
	struct life    *e = meter_make(t, t->now, "0.05"), *stopped = meter_make(t, t->now, "0.05");
	struct operator off = { .account = "owner" }, on = { .account = "owner" };
	struct operator key = { .account = "owner", .name = "k" };
	int64_t         after = 0;

	meter_stop(t, stopped, t->now);
	assert_string_equal(run(t, &off, "account", "disable")->out.data, "1 stopped\n");
	assert_string_equal(life_find(t, meter_owner, e->public_id)->state, "stopped");
	/* Whoever was let in before makes nothing any more; what was made just then is swept. */
	assert_string_equal(quota_refusal(t, meter_owner), "disabled");
	scratch_sql("update core.environment set state = 'running' where id = %lld", (long long)e->id);
	assert_true(quota_stop(t, scratch_conf(), &after));
	assert_string_equal(life_find(t, meter_owner, e->public_id)->state, "stopped");
	assert_non_null(run(t, &key, "key", "create")->refused);
	run(t, &on, "account", "enable");
	assert_null(quota_refusal(t, meter_owner));
	assert_int_equal(life_start(t, meter_owner, e->public_id), LIFE_DONE);
	db_commit(t);
	assert_string_equal(scratch_sql("select string_agg(actor || ' ' || operation, ',' order by id)"
	    " from core.audit"),
	    "mf-admin DisableAccount,mf-sweep StopEnvironment,mf-admin EnableAccount");
}

static void
test_quota(void **state)
{
	struct task     *t = *state;
	struct life     *e = meter_make(t, t->now, "0.05");
	struct operator  some = { .environments = "7", .storage = "1000" };
	struct operator  back = { .environments = "tier" }, wrong = { .hours = "many" };
	struct operator  none = { .requests = "0" }, look = { 0 };

	assert_true(account_set_tier(t, meter_owner, "beginner"));
	scratch_sql("update core.environment set generation = 1");
	assert_string_equal(run(t, &some, "account", "quota")->out.data,
	    "environments  7\nhours  100\nstorage  1000\nrequests  300\n");
	assert_int_equal(life_find(t, meter_owner, e->public_id)->generation, 2);
	assert_non_null(run(t, &wrong, "account", "quota")->refused);
	assert_non_null(run(t, &none, "account", "quota")->refused);
	assert_string_equal(run(t, &back, "account", "quota")->out.data,
	    "environments  3\nhours  100\nstorage  1000\nrequests  300\n");
	run(t, &look, "account", "quota");
	assert_string_equal(scratch_sql("select count(*) from core.audit"), "2");
}

/* A disabled account does not stand in the way of another of its name. */
static void
test_names(void **state)
{
	struct task    *t = *state;
	struct account *old = account_create(t, "twin", NULL), *new = account_create(t, "twin", NULL);

	assert_null(account_find(t, "twin"));
	account_disable(t, old->id);
	assert_int_equal(account_find(t, "twin")->id, new->id);
	assert_true(account_find(t, old->public_id)->disabled);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, meter_setup, scratch_teardown)
	const struct CMUnitTest tests[] = { TEST(test_disable), TEST(test_quota), TEST(test_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
