/* tests/unit/shared/base/clock.c - times, written and read */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"

static struct mem *m;

/* RFC 9110, 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT. */
#define EXAMPLE (INT64_C(784111777) * SECOND)

static void
writes(void **state)
{
	int64_t before = INT64_C(-1);

	(void)state;
	assert_string_equal(clock_http(m, EXAMPLE), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_string_equal(clock_iso(m, EXAMPLE), "1994-11-06T08:49:37Z");
	assert_string_equal(clock_iso_milli(m, EXAMPLE + 5999), "1994-11-06T08:49:37.005Z");
	assert_string_equal(clock_basic(m, EXAMPLE), "19941106T084937Z");
	assert_string_equal(clock_iso_milli(m, before), "1969-12-31T23:59:59.999Z");
	assert_string_equal(clock_iso_micro(m, EXAMPLE + 5), "1994-11-06T08:49:37.000005Z");
	assert_string_equal(clock_iso(m, clock_month(EXAMPLE)), "1994-11-01T00:00:00Z");
	assert_string_equal(clock_iso(m, clock_month(INT64_C(1709251199) * SECOND)),
	    "2024-02-01T00:00:00Z"); /* the last second of a leap day */
	assert_string_equal(clock_iso(m, 0), "1970-01-01T00:00:00Z");
}

static void
writes_as_java_does(void **state)
{
	static const struct {
		const char *iso, *text;
	} of[] = {
		{ "2020-01-01T00:00:00Z", "Tue Dec 31 16:00:00 PST 2019" }, /* as S3 was recorded */
		{ "2024-03-10T09:59:59Z", "Sun Mar 10 01:59:59 PST 2024" },
		{ "2024-03-10T10:00:00Z", "Sun Mar 10 03:00:00 PDT 2024" },
		{ "2024-11-03T08:59:59Z", "Sun Nov 03 01:59:59 PDT 2024" },
		{ "2024-11-03T09:00:00Z", "Sun Nov 03 01:00:00 PST 2024" },
		{ "2026-03-09T12:00:00Z", "Mon Mar 09 05:00:00 PDT 2026" },
		{ "2026-03-07T12:00:00Z", "Sat Mar 07 04:00:00 PST 2026" },
		{ "2025-10-31T12:00:00Z", "Fri Oct 31 05:00:00 PDT 2025" },
		{ "2025-11-01T12:00:00Z", "Sat Nov 01 05:00:00 PDT 2025" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		int64_t at;

		assert_true(clock_parse_iso(of[i].iso, &at));
		assert_string_equal(clock_pacific(m, at), of[i].text);
	}
}

static const struct {
	bool      (*parse)(const char *s, int64_t *at);
	const char *text;
	int64_t     at;
} good[] = {
	{ clock_parse_http, "Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE },
	{ clock_parse_http, "Sunday, 06-Nov-94 08:49:37 GMT", EXAMPLE },
	{ clock_parse_http, "Sun Nov  6 08:49:37 1994", EXAMPLE },
	{ clock_parse_mail, "Sun, 06 Nov 1994 08:49:37 -0000", EXAMPLE },
	{ clock_parse_mail, "Sun, 06 Nov 1994 10:19:37 +0130", EXAMPLE },
	{ clock_parse_basic, "19941106T084937Z", EXAMPLE },
	{ clock_parse_iso, "1994-11-06T08:49:37Z", EXAMPLE },
	{ clock_parse_iso, "1994-11-06t08:49:37.5z", EXAMPLE + 500 * MILLISECOND },
	{ clock_parse_iso, "1994-11-06T10:19:37.123456789+01:30", EXAMPLE + 123456 },
	{ clock_parse_iso, "1994-11-06T03:49:37-0500", EXAMPLE },
	{ clock_parse_iso, "2000-02-29T00:00:00Z", INT64_C(951782400) * SECOND },
	{ clock_parse_iso, "1900-03-01T00:00:00Z", INT64_C(-2203891200) * SECOND },
	{ clock_parse_iso, "0001-01-01T00:00:00Z", INT64_C(-62135596800) * SECOND },
	{ clock_parse_iso, "9999-12-31T23:59:59Z", INT64_C(253402300799) * SECOND },
	{ clock_parse_iso, "2016-12-31T23:59:60Z", INT64_C(1483228799) * SECOND },
};

static void
reads(void **state)
{
	int64_t at;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (!good[i].parse(good[i].text, &at))
			fail_msg("refused: %s", good[i].text);
		assert_true(at == good[i].at);
	}
}

static const struct {
	bool      (*parse)(const char *s, int64_t *at);
	const char *text;
} bad[] = {
	{ clock_parse_http, "" }, { clock_parse_http, "Sun, 06 Nov 1994 08:49:37 UTC" },
	{ clock_parse_http, "Sun, 06 Nov 1994 08:49:37 GMT " },
	{ clock_parse_http, "Sun, 06 Nox 1994 08:49:37 GMT" },
	{ clock_parse_http, "Sun, 31 Feb 1994 08:49:37 GMT" },
	{ clock_parse_http, "Sun, 06 Nov 1994 24:49:37 GMT" }, { clock_parse_http, "1994-11-06" },
	{ clock_parse_mail, "" }, { clock_parse_mail, "Sun, 06 Nov 1994 08:49:37 GMT" },
	{ clock_parse_mail, "Sun, 06 Nov 1994 08:49:37 " },
	{ clock_parse_mail, "Sun, 06 Nov 1994 08:49:37 -0000 " },
	{ clock_parse_mail, "Sun, 31 Feb 1994 08:49:37 +0000" },
	{ clock_parse_basic, "" }, { clock_parse_basic, "19941106T084937" },
	{ clock_parse_basic, "19941106T084937Zx" }, { clock_parse_basic, "19941306T084937Z" },
	{ clock_parse_basic, "1994-11-06T08:49:37Z" },
	{ clock_parse_iso, "" }, { clock_parse_iso, "1994-11-06" },
	{ clock_parse_iso, "1994-11-06T08:49:37" }, { clock_parse_iso, "1994-11-06T08:49:37Zx" },
	{ clock_parse_iso, "1994-11-06T08:49:37.Z" }, { clock_parse_iso, "1994-11-06T08:60:37Z" },
	{ clock_parse_iso, "1900-02-29T00:00:00Z" }, { clock_parse_iso, "0000-01-01T00:00:00Z" },
	{ clock_parse_iso, "1994-11-06T08:49:37+24:00" },
	{ clock_parse_iso, "94-11-06T08:49:37Z" }, { clock_parse_iso, "1994-11-6T08:49:37Z" },
};

static void
refuses(void **state)
{
	int64_t at = 7;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (bad[i].parse(bad[i].text, &at))
			fail_msg("accepted: %s", bad[i].text);
		assert_true(at == 7);
	}
}

static void
every_day_returns(void **state)
{
	(void)state;
	for (int64_t day = -720000; day < 2930000; day += 97) {
		int64_t at = day * DAY + 12 * HOUR, again;

		if (day < -719162 || day > 2932896)
			continue;
		assert_true(clock_parse_iso(clock_iso(m, at), &again) && again == at);
		assert_true(clock_parse_http(clock_http(m, at), &again) && again == at);
		mem_reset(m);
	}
}

static void
clocks_move_on(void **state)
{
	int64_t first = clock_monotonic();

	(void)state;
	assert_true(clock_now() > INT64_C(1700000000) * SECOND);
	assert_true(clock_monotonic() >= first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes), cmocka_unit_test(writes_as_java_does),
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(every_day_returns),
		cmocka_unit_test(clocks_move_on),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
