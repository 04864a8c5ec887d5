/* shared/wire/cipher.h - AES-256 in counter mode: any stretch of a stream, at its offset */
#ifndef MF_CIPHER_H
#define MF_CIPHER_H

#include <stddef.h>
#include <stdint.h>

struct mem;

/*
 * NIST SP 800-38A, section 6.5, by OpenSSL.  The counter begins at zero, so a key is good for one
 * stream only: derive it from a secret and something random (digest_hmac_sha256).  To encrypt is to
 * decrypt.
 */
enum { CIPHER_KEY = 32 };

struct cipher; /* in the arena; foreign memory is deferred */

/* The next byte is the one at `offset` of the stream. */
struct cipher *cipher_new(struct mem *m, const unsigned char key[CIPHER_KEY], int64_t offset);
/* n bytes in place. */
void           cipher_apply(struct cipher *c, void *p, size_t n);

#endif
