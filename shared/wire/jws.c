/* shared/wire/jws.c - tokens that others signed: JSON Web Signature (RFC 7515) */
#include "shared/wire/jws.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "shared/base/mem.h"
#include "shared/wire/base64.h"
#include "shared/wire/json.h"
#include "shared/wire/jwk.h"

enum { TOKEN_MOST = 64 << 10, ES256_SIZE = 64 };

/* A token taken apart. */
struct parts {
	const char          *token;
	size_t               signed_n; /* what was signed: this much of the token */
	struct json_object  *header, *payload;
	const unsigned char *signature;
	size_t               signature_n;
	const char          *algorithm, *kid; /* kid NULL: not said */
};

static const char *
text_of(struct json_object *j, const char *name)
{
	j = json_get(j, name);
	return json_object_is_type(j, json_type_string) ? json_object_get_string(j) : NULL;
}

/* n characters of base64url as a JSON object; NULL: they are none. */
static struct json_object *
decode_object(struct mem *m, const char *p, size_t n)
{
	size_t              len;
	void               *bytes = base64url_decode(m, mem_text_n(m, p, n), &len);
	struct json_object *j = bytes == NULL ? NULL : json_parse(m, bytes, len);

	return json_object_is_type(j, json_type_object) ? j : NULL;
}

static bool
take_apart(struct mem *m, const char *token, struct parts *out)
{
	const char *first, *second;

	if (strlen(token) > TOKEN_MOST || (first = strchr(token, '.')) == NULL ||
	    (second = strchr(first + 1, '.')) == NULL || strpbrk(token, "= \t\r\n") != NULL)
		return false;
	*out = (struct parts){ .token = token, .signed_n = (size_t)(second - token) };
	out->header = decode_object(m, token, (size_t)(first - token));
	out->payload = decode_object(m, first + 1, (size_t)(second - first - 1));
	out->signature = base64url_decode(m, second + 1, &out->signature_n);
	if (out->header == NULL || out->payload == NULL || out->signature == NULL)
		return false;
	out->algorithm = text_of(out->header, "alg");
	out->kid = text_of(out->header, "kid");
	return out->algorithm != NULL && json_get(out->header, "crit") == NULL;
}

static const struct algorithm {
	const char   *name;
	enum jwk_kind kind;
} algorithms[] = {
	{ "RS256", JWK_RSA }, { "PS256", JWK_RSA }, { "ES256", JWK_P256 }, { "EdDSA", JWK_ED25519 },
};

static const struct algorithm *
algorithm_named(const char *name)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	return NULL;
}

/* r and s, 32 bytes each, as DER, which is how OpenSSL reads them; NULL: they are no such thing. */
static unsigned char *
ecdsa_der(struct mem *m, const unsigned char *p, size_t n, size_t *out_n)
{
	ECDSA_SIG     *sig;
	BIGNUM        *r, *s;
	unsigned char *der = NULL;
	int            size;

	if (n != ES256_SIZE || (sig = ECDSA_SIG_new()) == NULL)
		return NULL;
	r = BN_bin2bn(p, ES256_SIZE / 2, NULL);
	s = BN_bin2bn(p + ES256_SIZE / 2, ES256_SIZE / 2, NULL);
	if (r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else if ((size = i2d_ECDSA_SIG(sig, NULL)) > 0) {
		unsigned char *end = der = mem_alloc(m, (size_t)size);

		*out_n = (size_t)i2d_ECDSA_SIG(sig, &end);
	}
	ECDSA_SIG_free(sig);
	return der;
}

/* Whether the key signed it. */
static bool
signed_by(struct mem *m, const struct parts *p, const struct algorithm *a, EVP_PKEY *key)
{
	const EVP_MD        *md = a->kind == JWK_ED25519 ? NULL : EVP_sha256();
	const unsigned char *signature = p->signature;
	size_t               n = p->signature_n;
	EVP_MD_CTX          *context;
	EVP_PKEY_CTX        *padding;
	bool                 good;

	if (a->kind == JWK_P256 && (signature = ecdsa_der(m, signature, n, &n)) == NULL)
		return false;
	context = EVP_MD_CTX_new();
	good = context != NULL && EVP_DigestVerifyInit(context, &padding, md, NULL, key) == 1;
	if (good && strcmp(a->name, "PS256") == 0)
		good = EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestVerify(context, signature, n, (const unsigned char *)p->token,
	    p->signed_n) == 1;
	EVP_MD_CTX_free(context);
	return good;
}

/* Whether a key of the set may be the one that signed: JWS_OK, or why not. */
static enum jws_result
try_key(struct mem *m, const struct parts *p, const struct algorithm *a, struct json_object *jwk)
{
	const char   *kid = text_of(jwk, "kid"), *alg = text_of(jwk, "alg");
	enum jwk_kind kind;
	EVP_PKEY     *key;

	if (p->kid != NULL && (kid == NULL || strcmp(kid, p->kid) != 0))
		return JWS_NO_KEY;
	key = jwk_read(m, jwk, &kind);
	if (key == NULL)
		return JWS_NO_KEY;
	if (kind != a->kind || (alg != NULL && strcmp(alg, p->algorithm) != 0))
		return JWS_ALGORITHM;
	return signed_by(m, p, a, key) ? JWS_OK : JWS_SIGNATURE;
}

enum jws_result
jws_verify(struct mem *m, const char *token, struct json_object *jwks,
    struct json_object **payload)
{
	struct json_object     *keys = json_get(jwks, "keys");
	enum jws_result         best = JWS_NO_KEY, result;
	const struct algorithm *a;
	struct parts            p;

	if (!take_apart(m, token, &p))
		return JWS_MALFORMED;
	a = algorithm_named(p.algorithm);
	if (a == NULL)
		return JWS_ALGORITHM;
	if (!json_object_is_type(keys, json_type_array))
		return JWS_NO_KEY;
	for (size_t i = 0; i < json_object_array_length(keys); i++) {
		result = try_key(m, &p, a, json_object_array_get_idx(keys, i));
		if (result == JWS_OK) {
			*payload = p.payload;
			return JWS_OK;
		}
		if (result != JWS_NO_KEY && best != JWS_SIGNATURE)
			best = result;
	}
	return best;
}
