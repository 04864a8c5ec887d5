/* tests/unit/shared/wire/cipher.c - AES-256 in counter mode */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/wire/cipher.h"

static void
test_known_answer(void **state)
{
	struct mem   *m = mem_new(1 << 20);
	unsigned char key[CIPHER_KEY] = { 0 }, out[32] = { 0 };

	(void)state;
	/* AES-256 of an all-zero block under an all-zero key: NIST CAVP, GFSbox. */
	cipher_apply(cipher_new(m, key, 0), out, sizeof(out));
	assert_string_equal(text_hex(m, out, 16), "dc95c078a2408989ad48a21492842087");
	mem_free(m);
}

static void
test_any_offset(void **state)
{
	enum { N = 5000 };
	struct mem    *m = mem_new(8 << 20);
	unsigned char  key[CIPHER_KEY] = "any key", whole[N] = { 0 }, part[N];
	struct cipher *c = cipher_new(m, key, 0);

	(void)state;
	for (size_t at = 0, n = 1; at < N; at += n,
	    n = n * 2 < N - at ? n * 2 : N - at)
		cipher_apply(c, whole + at, n);
	for (size_t from = 0; from < N; from += 7) {
		memset(part, 0, sizeof(part));
		cipher_apply(cipher_new(m, key, (int64_t)from), part, N - from);
		assert_memory_equal(part, whole + from, N - from);
	}
	mem_free(m);
}

/* Past 2^32 blocks the counter goes on. */
static void
test_far_out(void **state)
{
	struct mem     *m = mem_new(1 << 20);
	unsigned char   key[CIPHER_KEY] = "k", a[64] = { 0 }, b[32] = { 0 };
	const int64_t   at = (INT64_C(16) << 32) - 32;

	(void)state;
	cipher_apply(cipher_new(m, key, at), a, sizeof(a));
	cipher_apply(cipher_new(m, key, at + 32), b, sizeof(b));
	assert_memory_equal(a + 32, b, sizeof(b));
	mem_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answer),
		cmocka_unit_test(test_any_offset),
		cmocka_unit_test(test_far_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
