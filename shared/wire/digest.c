/* shared/wire/digest.c - digests and checksums, whole or in pieces */
#include "shared/wire/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "shared/base/mem.h"
#include "shared/base/text.h"

struct digest {
	enum digest_kind kind;
	EVP_MD_CTX      *ctx; /* NULL: a CRC */
	uint64_t         crc;
};

static const struct {
	const char *name; /* OpenSSL's; NULL: ours */
	size_t      size;
} kinds[DIGEST_KINDS] = {
	[DIGEST_MD5] = { "MD5", 16 },
	[DIGEST_SHA1] = { "SHA1", 20 },
	[DIGEST_SHA256] = { "SHA256", 32 },
	[DIGEST_SHA512] = { "SHA512", 64 },
	[DIGEST_CRC32] = { NULL, 4 },
	[DIGEST_CRC32C] = { NULL, 4 },
	[DIGEST_CRC64NVME] = { NULL, 8 },
};

/* Fetched once for the process: EVP_sha256() would look it up in every EVP_DigestInit_ex. */
static EVP_MD        *fetched[DIGEST_KINDS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
fetch(void)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		if (kinds[i].name != NULL)
			fetched[i] = EVP_MD_fetch(NULL, kinds[i].name, NULL);
}

static const EVP_MD *
method(enum digest_kind kind)
{
	pthread_once(&once, fetch);
	return fetched[kind];
}

static void
context_free(void *arg)
{
	struct digest *d = arg;

	EVP_MD_CTX_free(d->ctx);
}

struct digest *
digest_new(struct mem *m, enum digest_kind kind)
{
	struct digest *d = mem_one(m, struct digest);

	d->kind = kind;
	if (kinds[kind].name == NULL)
		return d;
	mem_defer(m, context_free, d);
	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL)
		abort();
	digest_restart(d);
	return d;
}

void
digest_restart(struct digest *d)
{
	d->crc = 0;
	if (d->ctx != NULL && EVP_DigestInit_ex(d->ctx, method(d->kind), NULL) != 1)
		abort();
}

static uint64_t
crc_of(enum digest_kind kind, uint64_t crc, const void *p, size_t n)
{
	if (kind == DIGEST_CRC32)
		return crc32_add((uint32_t)crc, p, n);
	if (kind == DIGEST_CRC32C)
		return crc32c_add((uint32_t)crc, p, n);
	assert(kind == DIGEST_CRC64NVME);
	return crc64nvme_add(crc, p, n);
}

static void
crc_write(enum digest_kind kind, uint64_t crc, unsigned char *out)
{
	for (size_t i = kinds[kind].size; i-- > 0; crc >>= 8)
		out[i] = (unsigned char)crc;
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	if (d->ctx == NULL)
		d->crc = crc_of(d->kind, d->crc, p, n);
	else if (EVP_DigestUpdate(d->ctx, p, n) != 1)
		abort();
}

void
digest_append(struct digest *d, const unsigned char *value, uint64_t n)
{
	uint64_t crc = 0;

	assert(d->ctx == NULL);
	for (size_t i = 0; i < kinds[d->kind].size; i++)
		crc = crc << 8 | value[i];
	d->crc = crc_combine(d->kind, d->crc, crc, n);
}

void
digest_end(struct digest *d, unsigned char *out)
{
	if (d->ctx == NULL)
		crc_write(d->kind, d->crc, out);
	else if (EVP_DigestFinal_ex(d->ctx, out, NULL) != 1)
		abort();
}

size_t
digest_size(enum digest_kind kind)
{
	return kinds[kind].size;
}

void
digest_once(enum digest_kind kind, const void *p, size_t n, unsigned char *out)
{
	if (kinds[kind].name == NULL)
		crc_write(kind, crc_of(kind, 0, p, n), out);
	else if (EVP_Digest(p, n, out, NULL, method(kind), NULL) != 1)
		abort();
}

static void
digest_two(enum digest_kind kind, const void *a, size_t a_len, const void *b, size_t b_len,
    unsigned char *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL || EVP_DigestInit_ex(ctx, method(kind), NULL) != 1 ||
	    EVP_DigestUpdate(ctx, a, a_len) != 1 || EVP_DigestUpdate(ctx, b, b_len) != 1 ||
	    EVP_DigestFinal_ex(ctx, out, NULL) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
}

/* Of plain digests: OpenSSL's HMAC() costs several times as much for short texts. */
void
digest_hmac(enum digest_kind kind, const void *key, size_t key_len, const void *p, size_t n,
    unsigned char *out)
{
	unsigned char block[64] = { 0 }, inner[64], outer[64], digest[DIGEST_MOST];

	if (key_len > sizeof(block))
		digest_once(kind, key, key_len, block);
	else if (key_len > 0)
		memcpy(block, key, key_len);
	for (size_t i = 0; i < sizeof(block); i++) {
		inner[i] = block[i] ^ 0x36;
		outer[i] = block[i] ^ 0x5c;
	}
	digest_two(kind, inner, sizeof(inner), p, n, digest);
	digest_two(kind, outer, sizeof(outer), digest, kinds[kind].size, out);
}

void
digest_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n, unsigned char out[32])
{
	digest_hmac(DIGEST_SHA256, key, key_len, p, n, out);
}

char *
digest_hex(struct mem *m, enum digest_kind kind, const void *p, size_t n)
{
	unsigned char out[DIGEST_MOST];

	digest_once(kind, p, n, out);
	return text_hex(m, out, kinds[kind].size);
}
