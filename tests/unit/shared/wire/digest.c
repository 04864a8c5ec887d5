/* tests/unit/shared/wire/digest.c - digests and checksums against published values */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/wire/digest.h"

static struct mem *m;

/*
 * MD5: RFC 1321, A.5. SHA: FIPS 180 ("abc"). CRC: the check values of the catalogue of parametrised
 * CRC algorithms (CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME), all of "123456789".
 */
static const struct {
	enum digest_kind kind;
	const char      *text, *value;
} known[] = {
	{ DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ DIGEST_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ DIGEST_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ DIGEST_CRC32, "", "00000000" },
	{ DIGEST_CRC32, "123456789", "cbf43926" },
	{ DIGEST_CRC32C, "123456789", "e3069283" },
	{ DIGEST_CRC64NVME, "", "0000000000000000" },
	{ DIGEST_CRC64NVME, "123456789", "ae8b14860a799888" },
};

static void
known_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		const char    *text = known[i].text;
		struct digest *d = digest_new(m, known[i].kind);
		unsigned char  out[DIGEST_MOST];

		assert_string_equal(digest_hex(m, known[i].kind, text, strlen(text)), known[i].value);
		for (size_t k = 0; k < strlen(text); k++)
			digest_add(d, text + k, 1);
		digest_end(d, out);
		assert_string_equal(text_hex(m, out, digest_size(known[i].kind)), known[i].value);
	}
}

/* RFC 3720, B.4: CRC32C of 32 bytes. */
static void
castagnoli(void **state)
{
	unsigned char bytes[32];

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(crc32c_add(0, bytes, sizeof(bytes)), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(crc32c_add(0, bytes, sizeof(bytes)), 0x62a8ab43);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	assert_int_equal(crc32c_add(0, bytes, sizeof(bytes)), 0x46dd794e);
}

/* One bit at a time, straight from the definition. */
static uint64_t
slowly(uint64_t poly, uint64_t ones, const unsigned char *p, size_t n)
{
	uint64_t r = ones;

	for (size_t i = 0; i < n; i++) {
		r ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			r = r >> 1 ^ ((r & 1) != 0 ? poly : 0);
	}
	return r ^ ones;
}

/* Every length around the sizes of a step, at odd addresses, in one piece and in two. */
static void
all_lengths(void **state)
{
	static unsigned char bytes[1500];
	uint32_t             x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)((x = x * 1664525 + 1013904223) >> 24);
	for (size_t n = 0; n <= 700; n++) {
		const unsigned char *p = bytes + n % 17;
		size_t               half = n / 3;

		assert_int_equal(crc32_add(0, p, n), slowly(0xedb88320, UINT32_MAX, p, n));
		assert_int_equal(crc32c_add(crc32c_add(0, p, half), p + half, n - half),
		    slowly(0x82f63b78, UINT32_MAX, p, n));
		assert_true(crc64nvme_add(crc64nvme_add(0, p, half), p + half, n - half) ==
		    slowly(UINT64_C(0x9a6c9329ac4bc9b5), UINT64_MAX, p, n));
	}
}

/* RFC 4231, cases 1, 2 and 6 (a key longer than a block); RFC 2202, cases 2. */
static void
hmac(void **state)
{
	static const char long_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	unsigned char     key[131], out[32];

	(void)state;
	memset(key, 0x0b, 20);
	digest_hmac_sha256(key, 20, "Hi There", 8, out);
	assert_string_equal(text_hex(m, out, 32),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	assert_string_equal(text_hex(m, out, 32),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	digest_hmac(DIGEST_SHA1, "Jefe", 4, "what do ya want for nothing?", 28, out);
	assert_string_equal(text_hex(m, out, 20), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	digest_hmac(DIGEST_MD5, "Jefe", 4, "what do ya want for nothing?", 28, out);
	assert_string_equal(text_hex(m, out, 16), "750c783e6ab0b503eaa86e310a5db738");
	memset(key, 0xaa, sizeof(key));
	digest_hmac_sha256(key, sizeof(key), long_text, strlen(long_text), out);
	assert_string_equal(text_hex(m, out, 32),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(castagnoli),
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(hmac),
	};
	int failed;

	m = mem_new(1 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mem_free(m);
	return failed;
}
