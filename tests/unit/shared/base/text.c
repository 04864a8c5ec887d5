/* tests/unit/shared/base/text.c - checks and conversions of text */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/text.h"

static struct mem *m;

static void
numbers(void **state)
{
	char room[TEXT_I64_MOST];
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1x", "0x1", "1.0", "--1",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999" };
	int64_t v = 7;

	(void)state;
	assert_string_equal(text_of_i64(room, 0), "0");
	assert_string_equal(text_of_i64(room, INT64_MIN), "-9223372036854775808");
	assert_string_equal(text_of_i64(room, INT64_MAX), "9223372036854775807");
	assert_true(text_i64("0", 0, 0, &v) && v == 0);
	assert_true(text_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &v) && v == INT64_MIN);
	assert_true(text_i64("9223372036854775807", INT64_MIN, INT64_MAX, &v) && v == INT64_MAX);
	assert_true(text_i64("007", 0, 10, &v) && v == 7);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(text_i64(bad[i], INT64_MIN, INT64_MAX, &v));
	assert_false(text_i64("11", 1, 10, &v));
	assert_false(text_i64("0", 1, 10, &v));
	assert_int_equal(v, 7);
}

static void
ends(void **state)
{
	(void)state;
	assert_true(text_starts("abc", ""));
	assert_true(text_starts("abc", "abc"));
	assert_false(text_starts("ab", "abc"));
	assert_true(text_ends("abc", "bc"));
	assert_true(text_ends("abc", ""));
	assert_false(text_ends("c", "bc"));
}

/* RFC 3629, and what Markus Kuhn's stress test lists as malformed. */
static void
utf8(void **state)
{
	static const char *const good[] = { "", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2" "a",
		"\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe1\x80",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
		"\xfe", "\xff", "a\xe2\x82" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(text_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(text_utf8(bad[i], strlen(bad[i])));
	assert_false(text_utf8("a\0b", 3));
}

static void
words(void **state)
{
	(void)state;
	assert_true(text_word("aZ09-\xc3\xb8\xc3\x9f\xce\xbb\xe5\xad\x97", "-"));
	assert_true(text_word("", "-"));
	assert_false(text_word("a.b", "-"));
	assert_false(text_word("a\xc2\xa7", "-"));     /* a section sign */
	assert_false(text_word("a\xe2\x80\x93", "-")); /* a dash, but not that one */
	assert_false(text_word("\xc3", "-"));
}

static void
xml(void **state)
{
	(void)state;
	assert_true(text_xml("a\t\r\n\x7f\xc3\xa4", 7));
	assert_true(text_xml("", 0));
	assert_false(text_xml("\x01", 1));
	assert_false(text_xml("\0", 1));
	assert_false(text_xml("\x1f", 1));
	assert_false(text_xml("\xef\xbf\xbe", 3));
	assert_false(text_xml("\xef\xbf\xbf", 3));
	assert_false(text_xml("\xff", 1));
}

static void
hex(void **state)
{
	unsigned char bytes[3];

	(void)state;
	assert_string_equal(text_hex(m, "\x00\xab\xff", 3), "00abff");
	assert_string_equal(text_hex(m, "", 0), "");
	assert_true(text_unhex("00aBfF", bytes, 3));
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
	assert_false(text_unhex("00ab", bytes, 3));
	assert_false(text_unhex("00abf", bytes, 3));
	assert_false(text_unhex("00abfg", bytes, 3));
	assert_false(text_unhex("00abff0", bytes, 3));
	assert_string_equal(text_lower(m, "AbZ-\xc3\x84"), "abz-\xc3\x84");
}

static void
tokens(void **state)
{
	(void)state;
	assert_true(text_token("x-amz-meta-a_b.c"));
	assert_true(text_token("!#$%&'*+-.^_`|~09AZaz"));
	assert_false(text_token(""));
	assert_false(text_token("a b"));
	assert_false(text_token("a:"));
	assert_false(text_token("a\r\nStatus"));
	assert_false(text_token("\xc3\xa4"));
}

static void
secrets(void **state)
{
	(void)state;
	assert_true(text_same_secret("", ""));
	assert_true(text_same_secret("abc", "abc"));
	assert_false(text_same_secret("abc", "abd"));
	assert_false(text_same_secret("abc", "ab"));
	assert_false(text_same_secret("ab", "abab"));
	assert_false(text_same_secret("abab", "ab"));
	assert_false(text_same_secret("", "a"));
	assert_false(text_same_secret("a", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(ends),
		cmocka_unit_test(utf8),
		cmocka_unit_test(words),
		cmocka_unit_test(xml),
		cmocka_unit_test(hex),
		cmocka_unit_test(tokens),
		cmocka_unit_test(secrets),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
