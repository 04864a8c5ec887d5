/* tests/unit/shared/core/reseal.c - secrets of the database under another key */
#include "shared/core/reseal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/core/idempotency.h"
#include "shared/core/life.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"
#include "tests/unit/support/scratch.h"

#define A "00000000000000000000000000000000000000000000000000000000000000aa\n"
#define B "00000000000000000000000000000000000000000000000000000000000000bb\n"

enum { ENVIRONMENTS = 3, ACCOUNTS = 201, ANSWERS = 9 }; /* more than one batch */

static struct secret_box *
use_keys(const char *keys)
{
	char               path[] = "/tmp/mf-reseal.XXXXXX", error[256];
	struct conf        c = { .secret_key_file = path };
	struct secret_box *box;
	int                fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, keys, strlen(keys)), strlen(keys));
	close(fd);
	box = secret_box_open(&c, error, sizeof(error));
	unlink(path);
	assert_non_null(box);
	secret_use(box);
	return box;
}

static void
run(struct task *t)
{
	struct reseal r = { 0 };

	while (reseal(t, &r))
		;
	assert_int_equal(r.done, ENVIRONMENTS * ACCOUNTS + ANSWERS);
}

/* The nth request that an account has the answer of. */
static struct idempotency
request(struct task *t, int64_t account, int n)
{
	struct idempotency i = { .account = account, .key = mem_fmt(t->mem, "key %d", n) };

	memset(i.fingerprint, n, sizeof(i.fingerprint));
	return i;
}

static void
keep_answers(struct task *t, int64_t account)
{
	for (int n = 0; n < ANSWERS; n++) {
		struct idempotency      i = request(t, account, n);
		struct idempotency_kept kept;

		db_begin(t);
		assert_int_equal(idempotency_claim(t, &i, t->now, DAY, &kept), CLAIM_NEW);
		idempotency_answer(t, &i, 201, "an\0answer", 9);
		db_commit(t);
	}
}

static void
check_answers(struct task *t, int64_t account)
{
	for (int n = 0; n < ANSWERS; n++) {
		struct idempotency      i = request(t, account, n);
		struct idempotency_kept kept;

		assert_int_equal(idempotency_claim(t, &i, t->now, DAY, &kept), CLAIM_ANSWERED);
		assert_int_equal(kept.n, 9);
		assert_memory_equal(kept.answer, "an\0answer", 9);
	}
}

static void
test_reseal(void **state)
{
	static const char  *services[] = { "aws_s3" };
	struct task        *t = *state;
	struct secret_box  *a = use_keys(A), *both, *b;
	struct aws_account  accounts[ACCOUNTS] = { 0 };
	struct life_wish    w = { .hourly_rate = "0", .auto_shutdown_hours = 4, .services = services,
		.n_services = 1, .accounts = accounts, .n_accounts = ACCOUNTS };
	struct life        *made[ENVIRONMENTS], *found;
	const struct fault *f = &FAULT_UNAVAILABLE;

	w.account = account_create(t, "owner", NULL)->id;
	for (int i = 0; i < ENVIRONMENTS; i++)
		made[i] = life_create(t, &w);
	keep_answers(t, w.account);
	both = use_keys(B A);
	for (int n = 1; f != NULL; n++) {
		db_fail_in(n);
		f = scratch_try(t, run);
		db_release(t);
	}
	db_fail_in(0);
	b = use_keys(B);
	for (int i = 0; i < ENVIRONMENTS; i++) {
		found = life_find(t, w.account, made[i]->public_id);
		for (int k = 0; k < ACCOUNTS; k++)
			assert_string_equal(found->accounts[k].secret_access_key,
			    made[i]->accounts[k].secret_access_key);
	}
	check_answers(t, w.account);
	free(a);
	free(both);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reseal, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
