/* tests/unit/shared/base/duration.c - spans of time, read and written */
#include "shared/base/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"

static const struct { const char *text; int64_t span; const char *again; } good[] = {
	{ "PT0S", 0, "PT0S" },
	{ "P1D", DAY, "P1D" },
	{ "P2W", 14 * DAY, "P14D" },
	{ "P1W2D", 9 * DAY, "P9D" },
	{ "-PT15M", -15 * MINUTE, "-PT15M" },
	{ "+PT1H", HOUR, "PT1H" },
	{ "P1DT2H3M4.5S", DAY + 2 * HOUR + 3 * MINUTE + 4500 * MILLISECOND, "P1DT2H3M4.5S" },
	{ "PT0.000001S", 1, "PT0.000001S" },
	{ "PT1,25S", 1250 * MILLISECOND, "PT1.25S" },
	{ "PT90M", 90 * MINUTE, "PT1H30M" },
	{ "P100000D", 100000 * DAY, "P100000D" },
};

static const char *const bad[] = { "", "P", "PT", "P1", "1D", "P1Y", "P1M", "P1H", "PT1D", "P1DT",
	"P1.5D", "PT1.S", "PT.5S", "PT1S1M", "P1D1D", "PT1S ", " PT1S", "P-1D", "--P1D", "PT1STT",
	"P999999999999999999999D", "P147000D", "P100000DT9999999H", "pt1s" };

static void
test_good(void **state)
{
	struct mem *m = mem_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		int64_t span = -1;

		assert_true(duration_parse(good[i].text, &span));
		assert_int_equal(span, good[i].span);
		assert_string_equal(duration_text(m, span), good[i].again);
	}
	mem_free(m);
}

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		int64_t span = 7;

		if (duration_parse(bad[i], &span) || span != 7)
			fail_msg("%s was taken", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_bad) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
