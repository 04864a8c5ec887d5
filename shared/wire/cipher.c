/* shared/wire/cipher.c - AES-256 in counter mode */
#include "shared/wire/cipher.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "shared/base/mem.h"

enum { BLOCK = 16, MOST = 1 << 30 };

struct cipher {
	EVP_CIPHER_CTX *ctx;
};

static void
free_ctx(void *arg)
{
	EVP_CIPHER_CTX_free(arg);
}

void
cipher_apply(struct cipher *c, void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		int part = n > MOST ? MOST : (int)n, done;

		if (EVP_EncryptUpdate(c->ctx, at, &done, at, part) != 1 || done != part)
			abort();
		at += part;
		n -= (size_t)part;
	}
}

struct cipher *
cipher_new(struct mem *m, const unsigned char key[CIPHER_KEY], int64_t offset)
{
	struct cipher *c = mem_one(m, struct cipher);
	unsigned char  counter[BLOCK] = { 0 }, skipped[BLOCK] = { 0 };
	uint64_t       block = (uint64_t)offset / BLOCK;

	for (int i = BLOCK - 1; i >= 0 && block > 0; i--, block >>= 8)
		counter[i] = (unsigned char)block;
	c->ctx = EVP_CIPHER_CTX_new();
	if (c->ctx == NULL)
		abort();
	mem_defer(m, free_ctx, c->ctx);
	if (EVP_EncryptInit_ex(c->ctx, EVP_aes_256_ctr(), NULL, key, counter) != 1)
		abort();
	cipher_apply(c, skipped, (size_t)(offset % BLOCK));
	return c;
}
