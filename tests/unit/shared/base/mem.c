/* tests/unit/shared/base/mem.c - arenas */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"

static void
gives_zeroed_aligned_memory(void **state)
{
	struct mem *m = mem_new(1 << 20);

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		unsigned char *p = mem_alloc(m, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
	}
	assert_true(mem_used(m) >= 300 * 299 / 2);
	mem_reset(m);
	assert_int_equal(mem_used(m), 0);
	assert_int_equal(*(char *)mem_alloc(m, 1), 0);
	mem_free(m);
	mem_free(NULL);
}

static void
copies_text(void **state)
{
	struct mem *m = mem_new(1 << 20);
	char        big[1000];

	(void)state;
	assert_null(mem_text(m, NULL));
	assert_string_equal(mem_text(m, ""), "");
	assert_string_equal(mem_text_n(m, "abcdef", 3), "abc");
	assert_memory_equal(mem_copy(m, "a\0b", 3), "a\0b", 3);
	assert_string_equal(mem_fmt(m, "%s-%d", "x", 7), "x-7");
	memset(big, 'y', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	for (size_t n = 250; n < 260; n++) {
		char *s = mem_fmt(m, "%.*s", (int)n, big);

		assert_int_equal(strlen(s), n);
		assert_memory_equal(s, big, n);
	}
	mem_free(m);
}

static char  order[8];
static size_t n_order;

static void
note(void *arg)
{
	order[n_order++] = *(const char *)arg;
}

static void
cleans_up_newest_first(void **state)
{
	struct mem *m = mem_new(1 << 20);

	(void)state;
	mem_defer(m, note, mem_text(m, "a"));
	mem_defer(m, note, mem_text(m, "b"));
	mem_reset(m);
	mem_defer(m, note, mem_text(m, "c"));
	mem_free(m);
	assert_memory_equal(order, "bac", 3);
	assert_int_equal(n_order, 3);
}

static void
goes_back_to_a_mark(void **state)
{
	struct mem     *m = mem_new(8 << 20);
	char           *kept = mem_text(m, "kept");
	struct mem_mark at;
	size_t          used;

	(void)state;
	n_order = 0;
	mem_defer(m, note, mem_text(m, "a"));
	at = mem_mark(m);
	used = mem_used(m);
	for (int i = 0; i < 100; i++) {
		mem_raw(m, 3 << 20);
		mem_defer(m, note, kept);
		mem_text(m, "more");
		mem_release(m, at);
		assert_int_equal(mem_used(m), used);
		assert_int_equal(n_order, 1);
		n_order = 0;
	}
	assert_string_equal(kept, "kept");
	mem_free(m);
	assert_int_equal(order[0], 'a');
	assert_int_equal(n_order, 1);
}

/* What the task tries to allocate: count pieces of size. */
static size_t count, size;

static void
allocate(void *arg)
{
	struct task *t = arg;

	if (count == 0)
		mem_calloc(t->mem, SIZE_MAX / 2, 3);
	for (size_t i = 0; i < count; i++)
		mem_raw(t->mem, size);
}

static void
throws_past_its_ceiling(void **state)
{
	struct task t;

	(void)state;
	task_init(&t, mem_new(1 << 20));
	count = 1, size = 1 << 20;
	assert_null(task_try(&t, allocate, &t));
	assert_ptr_equal(task_try(&t, allocate, &t), &FAULT_MEMORY);
	task_begin(&t);
	count = 1024, size = 1024;
	assert_null(task_try(&t, allocate, &t));
	size = 1;
	assert_ptr_equal(task_try(&t, allocate, &t), &FAULT_MEMORY);
	task_begin(&t);
	count = 1, size = SIZE_MAX;
	assert_ptr_equal(task_try(&t, allocate, &t), &FAULT_MEMORY);
	count = 0;
	assert_ptr_equal(task_try(&t, allocate, &t), &FAULT_MEMORY);
	mem_free(t.mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(cleans_up_newest_first),
		cmocka_unit_test(goes_back_to_a_mark),
		cmocka_unit_test(throws_past_its_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
