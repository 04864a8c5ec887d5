/* shared/wire/jwk.h - public keys as JSON (RFC 7517), for OpenSSL */
#ifndef MF_JWK_H
#define MF_JWK_H

#include <openssl/evp.h>
#include <stdbool.h>

struct json_object;
struct mem;

/* The kinds of keys of which signatures count. */
enum jwk_kind { JWK_RSA, JWK_P256, JWK_ED25519 };

/*
 * The public key of a JWK, freed with the arena; NULL: it is no key of these kinds, not well
 * formed, an RSA key under 2048 bits, or not meant for verifying ("use", "key_ops").
 */
EVP_PKEY *jwk_read(struct mem *m, struct json_object *jwk, enum jwk_kind *kind);

#endif
