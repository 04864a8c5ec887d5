/* tests/unit/shared/wire/encoded_word.c - header values that are not ASCII */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/wire/encoded_word.h"

static struct mem *m;

/* As S3 is seen to answer what was put in that way or as bytes. */
static const struct {
	const char *plain, *word;
} words[] = {
	{ "test_\xe2\x80\x94_file%E2%80%94_\xc3\xa9_2?.pdf",
	  "=?UTF-8?Q?test=5F=E2=80=94=5Ffile%E2%80%94=5F=C3=A9=5F2=3F.pdf?=" },
	{ "\xc3\x84M\xc3\x84Z\xc3\x95\xc3\x91 S3", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=" },
};

static void
writes_and_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_string_equal(encoded_word(m, words[i].plain), words[i].word);
		assert_string_equal(encoded_word_read(m, words[i].word), words[i].plain);
	}
}

static void
leaves_ascii(void **state)
{
	static const char all[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t";

	(void)state;
	assert_string_equal(encoded_word(m, all), all);
	assert_string_equal(encoded_word(m, ""), "");
}

static void
writes_what_cannot_be_printed(void **state)
{
	(void)state;
	assert_string_equal(encoded_word(m, "\xef\xbf\xbd"), "=?UTF-8?B?77+9?=");
	assert_string_equal(encoded_word(m, "\x01\x02\x03"), "=?UTF-8?B?AQID?=");
}

static void
reads_both(void **state)
{
	(void)state;
	assert_string_equal(encoded_word_read(m, "=?UTF-8?B?YWJj?="), "abc");
	assert_string_equal(encoded_word_read(m, "=?utf-8?q?a=62c?="), "abc");
	assert_string_equal(encoded_word_read(m, "=?UTF-8?Q?" "?="), "");
}

static void
refuses(void **state)
{
	static const char *const wrong[] = { "", "abc", "=?UTF-8?Q?", "=?UTF-8?Q?=", "=?UTF-8?=",
		"=?UTF-8?" "?=", "=?UTF-8?X?abc?=", "=?UTF-8?Q?=4?=", "=?UTF-8?Q?=?=", "=?UTF-8?Q?=GG?=",
		"=?UTF-8?Q?=00?=", "=?UTF-8?Q?=0A?=", "=?UTF-8?Q?=FF?=", "=?UTF-8?B?=GGG?=",
		"=?UTF-8?B?AAECAw==?=", "=?UTF-8?B?AQID?=", "=?ISO-8859-1?Q?abc?=" };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_null(encoded_word_read(m, wrong[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads),
		cmocka_unit_test(leaves_ascii),
		cmocka_unit_test(writes_what_cannot_be_printed),
		cmocka_unit_test(reads_both),
		cmocka_unit_test(refuses),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
