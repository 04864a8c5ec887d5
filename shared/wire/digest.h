/* shared/wire/digest.h - digests and checksums, whole or in pieces */
#ifndef MF_DIGEST_H
#define MF_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;

/*
 * MD5, SHA-1, SHA-256 and SHA-512 are OpenSSL's; CRC32 (ISO-HDLC, zlib's), CRC32C (Castagnoli) and
 * CRC64NVME (reflected polynomial 0x9a6c9329ac4bc9b5, init and xorout all ones; check value of
 * "123456789" is 0xae8b14860a799888) are ours, by tables, and with the CPU's instructions where
 * there are any. A CRC is written big-endian, as S3 has it.
 */
enum digest_kind {
	DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512,
	DIGEST_CRC32, DIGEST_CRC32C, DIGEST_CRC64NVME,
	DIGEST_KINDS
};

enum { DIGEST_MOST = 64 };

struct digest; /* one running computation, in the arena; foreign memory is deferred */

struct digest *digest_new(struct mem *m, enum digest_kind kind);
void           digest_add(struct digest *d, const void *p, size_t n);
/* The value, digest_size bytes; once, until it is started anew. */
void           digest_end(struct digest *d, unsigned char *out);
void           digest_restart(struct digest *d);
size_t         digest_size(enum digest_kind kind);
void           digest_once(enum digest_kind kind, const void *p, size_t n,
    unsigned char *out);
/* RFC 2104, with MD5, SHA-1 or SHA-256; out may be the key. */
void           digest_hmac(enum digest_kind kind, const void *key, size_t key_len, const void *p,
    size_t n, unsigned char *out);
void           digest_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[32]);
char          *digest_hex(struct mem *m, enum digest_kind kind, const void *p, size_t n);

/*
 * A CRC only: go on as if n bytes had been added whose own CRC is `value` (digest_size bytes).  So
 * the CRC of a whole comes of its pieces'.
 */
void           digest_append(struct digest *d, const unsigned char *value, uint64_t n);
/* CRC of a, then b of n bytes, from both CRCs. */
uint64_t       crc_combine(enum digest_kind kind, uint64_t a, uint64_t b, uint64_t n);

uint32_t crc32_add(uint32_t crc, const void *p, size_t n);
uint32_t crc32c_add(uint32_t crc, const void *p, size_t n);
uint64_t crc64nvme_add(uint64_t crc, const void *p, size_t n);

#endif
