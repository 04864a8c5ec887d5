/* shared/wire/crc.c - CRC32, CRC32C and CRC64NVME */
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "shared/wire/digest.h"

/*
 * All three are reflected: the lowest bit of the first byte is the highest power of x.  Tables do
 * sixteen bytes a step ("slicing"): slice[k][b] is what byte b, followed by k zero bytes, leaves.
 *
 * With carry-less multiplication 64 bytes are folded at a time, as in Gopal and others, "Fast
 * CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009).  What is
 * left of the folding, sixteen bytes with the same remainder, goes through the tables.
 */
enum { SLICES = 16, FOLD_LEAST = 128 };

struct crc {
	uint64_t poly;   /* reflected, without its highest power */
	int      width;  /* 32 or 64 */
	uint64_t slice[SLICES][256];
	uint64_t by_512[2], by_128[2]; /* x^(n+63) and x^(n-1) mod P, reflected in 64 bits */
};

static struct crc crc32 = { .poly = 0xedb88320, .width = 32 };
static struct crc crc32c = { .poly = 0x82f63b78, .width = 32 };
static struct crc crc64nvme = { .poly = 0x9a6c9329ac4bc9b5, .width = 64 };
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool           can_fold;

/* x^n mod P, reflected, in the upper bits of 64. */
static uint64_t
power(const struct crc *c, int n)
{
	uint64_t r = UINT64_C(1) << (c->width - 1);

	while (n-- > 0)
		r = r >> 1 ^ ((r & 1) != 0 ? c->poly : 0);
	return r << (64 - c->width);
}

static void
crc_prepare(struct crc *c)
{
	for (unsigned b = 0; b < 256; b++) {
		uint64_t r = b;

		for (int bit = 0; bit < 8; bit++)
			r = r >> 1 ^ ((r & 1) != 0 ? c->poly : 0);
		c->slice[0][b] = r;
	}
	for (int k = 1; k < SLICES; k++)
		for (unsigned b = 0; b < 256; b++)
			c->slice[k][b] = c->slice[k - 1][b] >> 8 ^ c->slice[0][c->slice[k - 1][b] & 255];
	c->by_512[0] = power(c, 512 + 63);
	c->by_512[1] = power(c, 512 - 1);
	c->by_128[0] = power(c, 128 + 63);
	c->by_128[1] = power(c, 128 - 1);
}

static void
prepare(void)
{
	crc_prepare(&crc32);
	crc_prepare(&crc32c);
	crc_prepare(&crc64nvme);
#ifdef __x86_64__
	can_fold = __builtin_cpu_supports("pclmul");
#endif
}

/* Eight bytes, the first one lowest. */
static uint64_t
load(const unsigned char *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static uint64_t
by_table(const struct crc *c, uint64_t state, const unsigned char *p, size_t n)
{
	for (; n >= SLICES; p += SLICES, n -= SLICES) {
		uint64_t low = load(p) ^ state, high = load(p + 8);

		state = 0;
		for (int i = 0; i < 8; i++) {
			state ^= c->slice[15 - i][low >> 8 * i & 255];
			state ^= c->slice[7 - i][high >> 8 * i & 255];
		}
	}
	for (; n > 0; p++, n--)
		state = state >> 8 ^ c->slice[0][(state ^ *p) & 255];
	return state;
}

#ifdef __x86_64__
#define FOLDS __attribute__((target("pclmul,sse2")))

FOLDS static inline __m128i
load16(const unsigned char *p)
{
	__m128i v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* v moved on by the bits k stands for, onto what is there. */
FOLDS static inline __m128i
fold(__m128i v, __m128i k, __m128i onto)
{
	__m128i early = _mm_clmulepi64_si128(v, k, 0x00), late = _mm_clmulepi64_si128(v, k, 0x11);

	return _mm_xor_si128(_mm_xor_si128(early, late), onto);
}

/* n is a multiple of 16, at least 64. */
FOLDS static uint64_t
by_folding(const struct crc *c, uint64_t state, const unsigned char *p, size_t n)
{
	__m128i       k = _mm_set_epi64x((int64_t)c->by_512[1], (int64_t)c->by_512[0]);
	__m128i       lane[4];
	unsigned char rest[16];

	for (int i = 0; i < 4; i++)
		lane[i] = load16(p + 16 * i);
	lane[0] = _mm_xor_si128(lane[0], _mm_set_epi64x(0, (int64_t)state));
	for (p += 64, n -= 64; n >= 64; p += 64, n -= 64)
		for (int i = 0; i < 4; i++)
			lane[i] = fold(lane[i], k, load16(p + 16 * i));
	k = _mm_set_epi64x((int64_t)c->by_128[1], (int64_t)c->by_128[0]);
	for (int i = 1; i < 4; i++)
		lane[0] = fold(lane[0], k, lane[i]);
	for (; n >= 16; p += 16, n -= 16)
		lane[0] = fold(lane[0], k, load16(p));
	memcpy(rest, &lane[0], sizeof(rest));
	return by_table(c, 0, rest, sizeof(rest));
}
#else
static uint64_t
by_folding(const struct crc *c, uint64_t state, const unsigned char *p, size_t n)
{
	return by_table(c, state, p, n);
}
#endif

static uint64_t
crc_add(const struct crc *c, uint64_t crc, const unsigned char *p, size_t n)
{
	uint64_t ones = UINT64_MAX >> (64 - c->width);

	pthread_once(&once, prepare);
	crc ^= ones;
	if (can_fold && n >= FOLD_LEAST) {
		crc = by_folding(c, crc, p, n / 16 * 16);
		p += n / 16 * 16;
		n %= 16;
	}
	return by_table(c, crc, p, n) ^ ones;
}

uint32_t
crc32_add(uint32_t crc, const void *p, size_t n)
{
	return (uint32_t)crc_add(&crc32, crc, p, n);
}

uint32_t
crc32c_add(uint32_t crc, const void *p, size_t n)
{
	return (uint32_t)crc_add(&crc32c, crc, p, n);
}

uint64_t
crc64nvme_add(uint64_t crc, const void *p, size_t n)
{
	return crc_add(&crc64nvme, crc, p, n);
}

/* a * b mod P; reflected, x^0 is the highest bit. */
static uint64_t
multiply(const struct crc *c, uint64_t a, uint64_t b)
{
	uint64_t r = 0;

	for (uint64_t bit = UINT64_C(1) << (c->width - 1); bit != 0; bit >>= 1) {
		if ((a & bit) != 0)
			r ^= b;
		b = b >> 1 ^ ((b & 1) != 0 ? c->poly : 0);
	}
	return r;
}

/*
 * a, moved on by n bytes of zeros, is a * x^8n mod P; what init and xorout add to both cancels
 * out, as zlib's crc32_combine has it.
 */
uint64_t
crc_combine(enum digest_kind kind, uint64_t a, uint64_t b, uint64_t n)
{
	const struct crc *c =
	    kind == DIGEST_CRC32 ? &crc32 : kind == DIGEST_CRC32C ? &crc32c : &crc64nvme;
	uint64_t square = UINT64_C(1) << (c->width - 9); /* x^8 */

	for (; n > 0; n >>= 1) {
		if ((n & 1) != 0)
			a = multiply(c, square, a);
		square = multiply(c, square, square);
	}
	return a ^ b;
}
