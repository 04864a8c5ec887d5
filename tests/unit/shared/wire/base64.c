/* tests/unit/shared/wire/base64.c - base64 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/wire/base64.h"

static struct mem *m;

/* RFC 4648, section 10, and bytes that use the last two letters. */
static const struct {
	const char *plain, *encoded, *url;
} pairs[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+", "-__-" },
};

static void
encodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const char *plain = pairs[i].plain;

		assert_string_equal(base64_encode(m, plain, strlen(plain)), pairs[i].encoded);
		assert_string_equal(base64url_encode(m, plain, strlen(plain)), pairs[i].url);
	}
}

static void
decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		size_t n, len = strlen(pairs[i].plain);

		assert_memory_equal(base64_decode(m, pairs[i].encoded, &n), pairs[i].plain, len);
		assert_int_equal(n, len);
		assert_memory_equal(base64url_decode(m, pairs[i].url, &n), pairs[i].plain, len);
		assert_int_equal(n, len);
	}
}

static void
refuses(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=",
		"Zm 9", "Zm9v\n", "====", "=", "Z=g=", "-__-", "Zg==Zg==" };
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_null(base64_decode(m, bad[i], &n));
	assert_null(base64url_decode(m, "Z", &n));
	assert_null(base64url_decode(m, "+//+", &n));
	assert_null(base64url_decode(m, "Zg=", &n));
	assert_non_null(base64url_decode(m, "Zg==", &n));
	assert_int_equal(n, 1);
}

static void
every_byte_returns(void **state)
{
	unsigned char bytes[256];
	size_t        n;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		assert_memory_equal(base64_decode(m, base64_encode(m, bytes, len), &n), bytes, len);
		assert_int_equal(n, len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes),
		cmocka_unit_test(decodes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(every_byte_returns),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
