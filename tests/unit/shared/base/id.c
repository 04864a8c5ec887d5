/* tests/unit/shared/base/id.c - random bytes and identifiers */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/id.h"
#include "shared/base/mem.h"

static struct mem *m;

static void
seeded_repeats(void **state)
{
	struct id_source a = { .seeded = true, .state = 1 }, b = a;
	unsigned char    x[13], y[13];

	(void)state;
	id_bytes(&a, x, sizeof(x));
	id_bytes(&b, y, sizeof(y));
	assert_memory_equal(x, y, sizeof(x));
	assert_string_equal(id_text(&a, m, ID_LOWER, 10), id_text(&b, m, ID_LOWER, 10));
	id_bytes(&a, y, sizeof(y));
	assert_memory_not_equal(x, y, sizeof(x));
}

static void
the_kernel_does_not(void **state)
{
	struct id_source ids = { 0 };
	unsigned char    x[16] = { 0 }, y[16] = { 0 };

	(void)state;
	id_bytes(&ids, x, sizeof(x));
	id_bytes(&ids, y, sizeof(y));
	assert_memory_not_equal(x, y, sizeof(x));
	assert_string_not_equal(id_text(&ids, m, ID_BASE62, 20), id_text(&ids, m, ID_BASE62, 20));
	assert_string_equal(id_text(&ids, m, ID_HEX, 0), "");
}

/* Letters of an alphabet that does not divide 256 come as often as each other: within 10 %. */
static void
evenly(void **state)
{
	enum { DRAWS = 360000 };
	struct id_source ids = { .seeded = true, .state = 42 };
	unsigned         seen[256] = { 0 };
	const char      *s = id_text(&ids, m, ID_LOWER, DRAWS);

	(void)state;
	assert_int_equal(strspn(s, ID_LOWER), DRAWS);
	for (const char *p = s; *p != '\0'; p++)
		seen[(unsigned char)*p]++;
	for (const char *p = ID_LOWER; *p != '\0'; p++)
		assert_in_range(seen[(unsigned char)*p], 9000, 11000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeded_repeats),
		cmocka_unit_test(the_kernel_does_not),
		cmocka_unit_test(evenly),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
