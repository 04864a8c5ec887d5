/* tests/unit/shared/wire/chunked.c - the aws-chunked framing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/chunked.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static struct mem *m;

/*
 * What chunked_next says of text, fed in pieces of `piece` bytes: (5) for the begin of a chunk,
 * (5+) when it is signed, its bytes, ), trailers as <name=value>, ! at the end, ? when bad.
 */
static const char *
told(const char *text, size_t n, size_t piece)
{
	struct chunked *c = mem_one(m, struct chunked);
	struct buf      b = buf_new(m);
	const char     *p = text;
	size_t          left = 0;

	buf_text(&b, "");
	for (;;)
		switch (chunked_next(c, &p, &left)) {
		case CHUNKED_MORE:
			assert_int_equal(left, 0);
			left = (size_t)(text + n - p) < piece ? (size_t)(text + n - p) : piece;
			if (left == 0)
				return b.data;
			break;
		case CHUNKED_BEGIN:
			buf_fmt(&b, "(%lld%s ", (long long)c->size, c->signature[0] != '\0' ? "+" : "");
			break;
		case CHUNKED_DATA:
			buf_add(&b, c->data, c->len);
			break;
		case CHUNKED_END:
			buf_char(&b, ')');
			break;
		case CHUNKED_TRAILER:
			buf_fmt(&b, "<%s=%s>", c->name, c->value);
			break;
		case CHUNKED_DONE:
			buf_fmt(&b, "!%d", (int)(text + n - p));
			return b.data;
		case CHUNKED_BAD_TRAILER:
			buf_char(&b, '^');
			assert_int_equal(chunked_next(c, &p, &left), CHUNKED_BAD);
			return b.data;
		case CHUNKED_BAD:
			buf_char(&b, '?');
			assert_int_equal(chunked_next(c, &p, &left), CHUNKED_BAD);
			return b.data;
		}
}

static const struct {
	const char *text, *told;
} cases[] = {
	{ "0\r\n\r\n", "(0 )!0" },
	{ "5\r\nhello\r\n0\r\n\r\n", "(5 hello)(0 )!0" },
	{ "5\r\nhel", "(5 hel" },
	{ "A\r\n0123456789\r\n0b\r\n0\r\n3456\r\n89\r\n0\r\n"
	    "X-Amz-Checksum-CRC32:  AAAAAA== \r\n\r\nrest",
	    "(10 0123456789)(11 0\r\n3456\r\n89)(0 )<x-amz-checksum-crc32=AAAAAA==>!4" },
	{ "1;chunk-signature=" ZEROS "\r\nx\r\n0;chunk-signature=" ZEROS "\r\n\r\n", "(1+ x)(0+ )!0" },
	{ "1;a=b; chunk-signature=" ZEROS ";c\r\nx\r\n0;d\r\n\r\n", "(1+ x)(0 )!0" },
	{ "0\r\na:1\n\r\nb:2\r\n\r\n", "(0 )<a=1>!7" },
	{ "0\r\na:\r\nb:x:y\r\n\r\n", "(0 )<a=><b=x:y>!0" },
	{ "", "" },
	{ "\r\n", "?" },
	{ "g\r\n", "?" },
	{ "-1\r\n", "?" },
	{ " 1\r\n", "?" },
	{ "1 \r\n", "?" },
	{ "0x1\r\n", "?" },
	{ "fffffffffffffff\r\n", "(1152921504606846975 " },
	{ "1000000000000000\r\n", "?" },
	{ "ffffffffffffffffffffffff\r\n", "?" },
	{ "1;chunk-signature=abc\r\n", "?" },
	{ "1;chunk-signature=" ZEROS "0\r\n", "?" },
	{ "1;chunk-signature=" ZEROS ";chunk-signature=" ZEROS "\r\n", "?" },
	{ "1\r\nxy\r\n", "(1 x)?" },
	{ "1\nx\r\n", "?" },
	{ "1\r\nx\n0\r\n", "(1 x)?" },
	{ "1;chunk-signature=" ZEROS "k\r\n", "?" },
	{ "0\r\nname\r\n", "(0 )^" },
	{ "0\r\n:value\r\n", "(0 )^" },
};

static void
tells(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t piece = 1; piece < 200; piece += 1 + piece / 4)
			assert_string_equal(told(cases[i].text, strlen(cases[i].text), piece),
			    cases[i].told);
	assert_string_equal(told("1\0\r\n", 4, 4), "?");
	assert_string_equal(told("0\r\na:b\0c\r\n", 10, 10), "(0 )^");
}

static void
bounds(void **state)
{
	struct buf b = buf_new(m);

	(void)state;
	buf_text(&b, "0;");
	while (b.len < 1022)
		buf_char(&b, 'x');
	assert_string_equal(told(mem_fmt(m, "%s\r\n\r\n", b.data), 1026, 100), "(0 )!0");
	assert_string_equal(told(mem_fmt(m, "%sx\r\n\r\n", b.data), 1027, 100), "?");
	assert_string_equal(told(mem_fmt(m, "%sxxx", b.data), 1025, 1025), "?");
	buf_clear(&b);
	buf_text(&b, "0\r\n");
	while (b.len < 20000)
		buf_text(&b, "a:b\r\n");
	assert_non_null(strchr(told(b.data, b.len, 1000), '^'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells),
		cmocka_unit_test(bounds),
	};
	int failed;

	m = mem_new(64 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
