/* shared/wire/jws.h - tokens that others signed: JSON Web Signature (RFC 7515) */
#ifndef MF_JWS_H
#define MF_JWS_H

#include <stddef.h>

struct json_object;
struct mem;

/*
 * Verify a token in compact form against a JWK set (RFC 7517) and give its payload, a JSON object,
 * which lives as long as the arena.
 *
 * Only signatures by a public key count: RS256, PS256, ES256 and EdDSA with Ed25519 (RFC 7518, RFC
 * 8037).  The key decides which of them it is for, not the token: so "none" and HS256 made with a
 * public key as its secret can never pass.  RSA keys under 2048 bits are no keys.  A token whose
 * header has "crit" is refused (nothing critical is understood), as is one over 64 KiB.
 */
enum jws_result {
	JWS_OK,
	JWS_MALFORMED, /* not three parts of base64url with JSON objects in the first two */
	JWS_ALGORITHM, /* of no kind above, or not the named key's */
	JWS_NO_KEY,    /* the set may be old: the header names a key that is not there */
	JWS_SIGNATURE, /* the key did not sign this */
};
enum jws_result jws_verify(struct mem *m, const char *token, struct json_object *jwks,
    struct json_object **payload);

#endif
