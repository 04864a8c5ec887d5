/* tests/unit/fcgi/memo.c - what a process remembers, and forgets */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/memo.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"

static struct task t;

static void *
copy(struct mem *m, const void *value)
{
	return mem_text(m, value);
}

static const char *
get(struct memo *memo, int64_t space, int64_t generation, const char *key)
{
	struct space sp = { .id = space, .generation = generation };

	return memo_get(memo, &t, &sp, key, copy);
}

static void
put(struct memo *memo, int64_t space, int64_t generation, const char *key, const char *value)
{
	struct space sp = { .id = space, .generation = generation };

	memo_put(memo, &sp, key, value, copy);
}

static void
test_of_its_generation(void **state)
{
	struct memo *memo = memo_new();
	struct space sp = { .id = 1, .generation = 2 };
	char         value[] = "mine";

	(void)state;
	assert_null(get(memo, 1, 1, "k"));
	put(memo, 1, 1, "k", value);
	value[0] = 'x'; /* it keeps a copy */
	assert_string_equal(get(memo, 1, 1, "k"), "mine");
	assert_null(get(memo, 1, 2, "k"));
	assert_null(get(memo, 2, 1, "k"));
	assert_null(get(memo, 1, 1, "l"));
	put(memo, 1, 2, "k", "newer");
	assert_null(get(memo, 1, 1, "k"));
	assert_string_equal(get(memo, 1, 2, "k"), "newer");
	memo_forget(memo, &sp, "k");
	assert_null(get(memo, 1, 2, "k"));
	memo_free(memo);
	assert_null(get(NULL, 1, 1, "k"));
	put(NULL, 1, 1, "k", "v");
	memo_forget(NULL, &sp, "k");
}

/* Many large ones: the first are gone, the last one is there. */
static void
test_bounded(void **state)
{
	struct memo *memo = memo_new();
	struct mem  *m = mem_new(1 << 20);
	char        *large = mem_raw(m, 100001), key[16];
	int          left = 0;

	(void)state;
	memset(large, 'x', 100000);
	large[100000] = '\0';
	for (int i = 0; i < 600; i++) {
		snprintf(key, sizeof(key), "%d", i);
		put(memo, 1, 1, key, large);
	}
	for (int i = 0; i < 600; i++) {
		snprintf(key, sizeof(key), "%d", i);
		left += get(memo, 1, 1, key) != NULL;
		mem_reset(t.mem);
	}
	assert_in_range(left, 100, 400);
	memo_free(memo);
	mem_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_its_generation), cmocka_unit_test(test_bounded),
	};
	int failed;

	task_init(&t, mem_new(1 << 20));
	task_begin(&t);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(t.mem);
	return failed;
}
