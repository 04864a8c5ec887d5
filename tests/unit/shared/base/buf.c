/* tests/unit/shared/base/buf.c - byte strings that grow */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"

static struct mem *m;

static void
grows(void **state)
{
	struct buf b = buf_new(m);

	(void)state;
	assert_int_equal(b.len, 0);
	for (int i = 0; i < 1000; i++) {
		buf_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_int_equal(b.len, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	buf_add(&b, "x\0y", 3);
	buf_add(&b, NULL, 0);
	buf_text(&b, "");
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "x\0y\0", 4);
}

static void
formats(void **state)
{
	struct buf b = buf_new(m);
	char       big[500];

	(void)state;
	memset(big, 'z', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	buf_fmt(&b, "%d/%s", 42, "a");
	assert_string_equal(b.data, "42/a");
	for (int i = 0; i < 5; i++)
		buf_fmt(&b, "<%s>", big);
	assert_int_equal(b.len, 4 + 5 * 501);
	assert_int_equal(b.data[4], '<');
	assert_int_equal(b.data[b.len - 1], '>');
	assert_int_equal(b.data[b.len], '\0');
}

static void
reserves(void **state)
{
	struct buf b = buf_new(m);
	char      *data;

	(void)state;
	buf_text(&b, "abc");
	buf_reserve(&b, 10000);
	data = b.data;
	for (int i = 0; i < 10000; i++)
		buf_char(&b, 'x');
	assert_ptr_equal(b.data, data);
	assert_memory_equal(b.data, "abcx", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(formats),
		cmocka_unit_test(reserves),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
