/* tests/unit/shared/wire/json.c - JSON documents from outside */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/json.h"

static struct mem *m;

static struct json_object *
parse(const char *s)
{
	return json_parse(m, s, strlen(s));
}

static void
accepts(void **state)
{
	static const char *const good[] = { "{}", "[]", " [ ] ", "0", "-0.5e+10", "\"\"", "true",
		"false",
		"[1,2.5,\"\\u00e4\\ud83d\\ude00\\n\\/\"]", "{\"a\":{\"a\":[{\"a\":1}]},\"b\":null}",
		"\"\xc3\xa4\"", "[1E400]", "123456789012345678901234567890" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (parse(good[i]) == NULL)
			fail_msg("refused: %s", good[i]);
}

static void
reads(void **state)
{
	struct json_object *j = parse("{\"name\": \"a\\tb\", "
	    "\"n\": 9007199254740993, \"o\": {\"x\": true}}");

	(void)state;
	assert_string_equal(json_object_get_string(json_get(j, "name")), "a\tb");
	assert_int_equal(json_object_get_int64(json_get(j, "n")), 9007199254740993);
	assert_true(json_object_get_boolean(json_get(json_get(j, "o"), "x")));
	assert_null(json_get(j, "none"));
	assert_null(json_get(NULL, "x"));
	assert_null(json_get(json_get(j, "n"), "x"));
}

static void
refuses(void **state)
{
	static const char *const bad[] = {
		"", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
		"{a:1}", "{'a':1}",
		"01", "+1", "1.", ".5", "1e", "1e+", "-", "0x10", "NaN", "Infinity", "-Infinity", "nul",
		"nulll", "True",
		"\"", "\"\\x\"", "\"\\u12\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"",
		"\"\\ud800\\u0041\"",
		"\"a\tb\"", "\"\n\"", "\"\xff\"", "\"\xed\xa0\x80\"", "[] x", "1 2", "/**/1", "1//",
		"[1]]", "\xef\xbb\xbf{}",
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "[{\"b\":{\"x\":1,\"y\":2,\"x\":1}}]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (parse(bad[i]) != NULL)
			fail_msg("accepted: %s", bad[i]);
	assert_null(json_parse(m, "[1]\0", 4));
	assert_null(json_parse(m, "\"\0\"", 3));
}

/* "null" is a document, but json-c's null is a NULL pointer: refused like the rest. */
static void
null_alone(void **state)
{
	(void)state;
	assert_null(parse("null"));
}

static char *
repeated(const char *what, int n, const char *after, int m2)
{
	struct buf b = buf_new(m);

	for (int i = 0; i < n; i++)
		buf_text(&b, what);
	for (int i = 0; i < m2; i++)
		buf_text(&b, after);
	return b.data;
}

static void
bounds(void **state)
{
	(void)state;
	assert_non_null(parse(repeated("[", 32, "]", 32)));
	assert_null(parse(repeated("[", 33, "]", 33)));
	assert_null(parse(repeated("{\"a\":", 100000, "", 0)));
	assert_null(parse(repeated("[", 100000, "", 0)));
	assert_null(parse(mem_fmt(m, "[%s{}]", repeated("{},", 50000, "", 0))));
	assert_non_null(parse(mem_fmt(m, "[%s{}]", repeated("{},", 30000, "", 0))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(null_alone),
		cmocka_unit_test(bounds),
	};
	int failed;

	m = mem_new(64 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
