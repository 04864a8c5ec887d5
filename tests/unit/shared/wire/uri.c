/* tests/unit/shared/wire/uri.c - percent-encoding and query strings */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/uri.h"

static struct mem *m;

static void
decodes(void **state)
{
	size_t n;

	(void)state;
	assert_string_equal(uri_decode(m, "a%20b+c%2Fd%2f", 14, NULL), "a b+c/d/");
	assert_string_equal(uri_decode_query(m, "a%20b+c%2B", 10, NULL), "a b c+");
	assert_string_equal(uri_decode(m, "%C3%A4", 6, NULL), "\xc3\xa4");
	assert_string_equal(uri_decode(m, "abc", 2, NULL), "ab");
	assert_memory_equal(uri_decode(m, "a%00b", 5, &n), "a\0b", 3);
	assert_int_equal(n, 3);
}

static void
refuses(void **state)
{
	static const char *const bad[] = { "%", "%4", "%zz", "%4z", "a%", "%%41", "%-1", "a%00b" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_null(uri_decode(m, bad[i], strlen(bad[i]), NULL));
	assert_null(uri_decode(m, "%41", 2, NULL));
}

static void
encodes(void **state)
{
	struct buf b = buf_new(m);

	(void)state;
	assert_string_equal(uri_encode(m, "AZaz09-._~", false), "AZaz09-._~");
	assert_string_equal(uri_encode(m, "a b/c+d*e", false), "a%20b%2Fc%2Bd%2Ae");
	assert_string_equal(uri_encode(m, "a b/c", true), "a%20b/c");
	assert_string_equal(uri_encode(m, "\xe1\x88\xb4", true), "%E1%88%B4");
	assert_string_equal(uri_encode(m, "", true), "");
	uri_encode_to(&b, "\0!", 2, true);
	assert_string_equal(b.data, "%00%21");
}

static void
parses_queries(void **state)
{
	struct uri_query q;

	(void)state;
	assert_true(uri_query_parse(m,
	    "list-type=2&prefix=a%2Fb+c&delimiter=&tagging&prefix=z&=x&&k=a=b", &q));
	assert_int_equal(q.n, 7);
	assert_string_equal(uri_query_get(&q, "list-type"), "2");
	assert_string_equal(uri_query_get(&q, "prefix"), "a/b c");
	assert_string_equal(q.pairs[1].raw_value, "a%2Fb+c");
	assert_true(q.pairs[2].has_value);
	assert_false(q.pairs[3].has_value);
	assert_string_equal(uri_query_get(&q, "tagging"), "");
	assert_string_equal(q.pairs[5].name, "");
	assert_string_equal(uri_query_get(&q, "k"), "a=b");
	assert_null(uri_query_get(&q, "Prefix"));
	assert_true(uri_query_parse(m, "", &q));
	assert_int_equal(q.n, 0);
	assert_false(uri_query_parse(m, "a=1&b=%zz", &q));
	assert_int_equal(q.n, 0);
	assert_null(uri_query_get(&q, "a"));
	assert_false(uri_query_parse(m, "%=1", &q));
	assert_false(uri_query_parse(m, "a=%00", &q));
}

static void
bounds_queries(void **state)
{
	struct buf       b = buf_new(m);
	struct uri_query q;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_text(&b, i == 0 ? "a" : "&a");
	assert_true(uri_query_parse(m, b.data, &q));
	assert_int_equal(q.n, 1000);
	buf_text(&b, "&a");
	assert_false(uri_query_parse(m, b.data, &q));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(encodes),
		cmocka_unit_test(parses_queries),
		cmocka_unit_test(bounds_queries),
	};
	int failed;

	m = mem_new(8 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
