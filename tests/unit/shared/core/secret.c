/* tests/unit/shared/core/secret.c - secrets sealed and opened */
#include "shared/core/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"

#define KEY_TAIL "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY "00" KEY_TAIL

static struct task        task;
static struct secret_box *box;
static char        path[] = "/tmp/mf-secret.XXXXXX";

static struct secret_box *
box_of(const char *text, mode_t mode, char error[256])
{
	struct conf c = { .secret_key_file = path };
	FILE       *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	return secret_box_open(&c, error, 256);
}

static int
setup(void **state)
{
	char error[256];
	int  fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	task_init(&task, mem_new(1 << 20));
	box = box_of(KEY "\n", 0640, error);
	secret_use(box);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	mem_free(task.mem);
	free(box);
	unlink(path);
	return 0;
}

static void
test_key_files(void **state)
{
	static const struct { const char *text; mode_t mode; const char *why; } wrong[] = {
		{ KEY, 0644, "open to everyone" },
		{ KEY, 0602, "open to everyone" },
		{ "", 0600, "64 hexadecimal digits" },
		{ KEY "00", 0600, "64 hexadecimal digits" },
		{ "x" KEY, 0600, "64 hexadecimal digits" },
		{ "g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0600,
		    "64 hexadecimal digits" },
	};
	struct conf none = { .secret_key_file = "/does/not/exist" };
	char        error[256];

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_null(box_of(wrong[i].text, wrong[i].mode, error));
		assert_non_null(strstr(error, wrong[i].why));
	}
	assert_null(secret_box_open(&none, error, sizeof(error)));
	assert_non_null(strstr(error, "/does/not/exist"));
	free(box_of(KEY, 0600, error));
}

struct attempt {
	const char *context;
	const void *sealed;
	size_t      n;
	const char *opened;
};

static void
open_it(void *arg)
{
	struct attempt *a = arg;

	a->opened = secret_open(&task, a->context, a->sealed, a->n);
}

static void
test_seal_and_open(void **state)
{
	size_t         n, m;
	unsigned char *sealed = secret_seal(&task, "AKIA1", "the secret", 10, &n);
	unsigned char *other = secret_seal(&task, "AKIA1", "the secret", 10, &m);

	(void)state;
	assert_int_equal(n, 10 + SECRET_OVERHEAD);
	assert_memory_not_equal(sealed, other, n);
	assert_string_equal(secret_open(&task, "AKIA1", sealed, n), "the secret");
	assert_string_equal(secret_open(&task, "AKIA1", other, m), "the secret");
	sealed = secret_seal(&task, "", "", 0, &n);
	assert_string_equal(secret_open(&task, "", sealed, n), "");
}

/* What clients bring may be anything, and is no error of ours. */
static void
test_try_open(void **state)
{
	size_t         n, m;
	unsigned char *sealed = secret_seal(&task, "receipt", "the secret", 10, &n);

	(void)state;
	assert_string_equal(secret_try_open(&task, "receipt", sealed, n, &m), "the secret");
	assert_int_equal(m, 10);
	assert_null(secret_try_open(&task, "other", sealed, n, &m));
	assert_null(secret_try_open(&task, "receipt", sealed, n - 1, &m));
	assert_null(secret_try_open(&task, "receipt", "", 0, &m));
	sealed[n - 1] ^= 1;
	assert_null(secret_try_open(&task, "receipt", sealed, n, &m));
}

static void
test_forged(void **state)
{
	size_t         n;
	unsigned char *sealed = secret_seal(&task, "AKIA1", "the secret", 10, &n);
	struct attempt a = { "AKIA2", sealed, n, NULL };

	(void)state;
	assert_ptr_equal(task_try(&task, open_it, &a), &FAULT_INTERNAL);
	a.context = "AKIA1";
	for (size_t i = 0; i < n; i++) {
		sealed[i] ^= 1;
		assert_ptr_equal(task_try(&task, open_it, &a), &FAULT_INTERNAL);
		sealed[i] ^= 1;
	}
	for (a.n = 0; a.n < n; a.n++)
		assert_ptr_equal(task_try(&task, open_it, &a), &FAULT_INTERNAL);
	assert_null(task_try(&task, open_it, &a));
}

/* A key may be changed for another: sealed under the first, opened under any. */
static void
test_two_keys(void **state)
{
	struct attempt     a = { .context = "AKIA1" };
	struct secret_box *old, *both, *new;
	char               error[256];

	(void)state;
	old = box_of(KEY, 0600, error);
	both = box_of("ff" KEY_TAIL "\r\n" KEY "\n", 0600, error);
	new = box_of("ff" KEY_TAIL, 0600, error);
	secret_use(old);
	a.sealed = secret_seal(&task, "AKIA1", "old", 3, &a.n);
	secret_use(both);
	assert_null(task_try(&task, open_it, &a));
	assert_string_equal(a.opened, "old");
	a.sealed = secret_seal(&task, "AKIA1", "new", 3, &a.n);
	secret_use(old);
	assert_ptr_equal(task_try(&task, open_it, &a), &FAULT_INTERNAL);
	secret_use(new);
	assert_null(task_try(&task, open_it, &a));
	assert_string_equal(a.opened, "new");
	assert_null(box_of(KEY "\n" KEY "\n" KEY "\n" KEY "\n" KEY "\n", 0600, error));
	secret_use(box);
	free(old);
	free(both);
	free(new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seal_and_open),
		cmocka_unit_test(test_try_open),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_key_files),
		cmocka_unit_test(test_two_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
