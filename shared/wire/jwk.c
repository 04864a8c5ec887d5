/* shared/wire/jwk.c - public keys as JSON (RFC 7517), for OpenSSL */
#include "shared/wire/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <string.h>

#include "shared/base/mem.h"
#include "shared/wire/base64.h"
#include "shared/wire/json.h"

enum { RSA_LEAST = 2048, RSA_MOST = 16384, COORDINATE = 32 };

static void
free_key(void *key)
{
	EVP_PKEY_free(key);
}

static const char *
text_of(struct json_object *jwk, const char *name)
{
	struct json_object *j = json_get(jwk, name);

	return json_object_is_type(j, json_type_string) ? json_object_get_string(j) : NULL;
}

static unsigned char *
bytes_of(struct mem *m, struct json_object *jwk, const char *name, size_t *n)
{
	const char *text = text_of(jwk, name);

	*n = 0;
	return text == NULL ? NULL : base64url_decode(m, text, n);
}

/* A key of the parameters built; NULL: OpenSSL does not take them. */
static EVP_PKEY *
make(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM   *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY     *key = NULL;

	if (params != NULL && maker != NULL && EVP_PKEY_fromdata_init(maker) == 1)
		EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(maker);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *
read_rsa(struct mem *m, struct json_object *jwk)
{
	size_t          n_len, e_len;
	unsigned char  *n = bytes_of(m, jwk, "n", &n_len), *e = bytes_of(m, jwk, "e", &e_len);
	OSSL_PARAM_BLD *build;
	BIGNUM         *modulus, *exponent;
	EVP_PKEY       *key = NULL;

	if (n == NULL || e == NULL || n_len > RSA_MOST / 8 || e_len > 8)
		return NULL;
	build = OSSL_PARAM_BLD_new();
	modulus = BN_bin2bn(n, (int)n_len, NULL);
	exponent = BN_bin2bn(e, (int)e_len, NULL);
	if (build != NULL && modulus != NULL && exponent != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		key = make("RSA", build);
	else
		OSSL_PARAM_BLD_free(build);
	BN_free(modulus);
	BN_free(exponent);
	if (key != NULL && EVP_PKEY_get_bits(key) < RSA_LEAST) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static EVP_PKEY *
read_p256(struct mem *m, struct json_object *jwk)
{
	size_t          x_len, y_len;
	unsigned char  *x = bytes_of(m, jwk, "x", &x_len), *y = bytes_of(m, jwk, "y", &y_len);
	unsigned char   point[1 + 2 * COORDINATE] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM_BLD *build;

	if (x == NULL || y == NULL || x_len != COORDINATE || y_len != COORDINATE)
		return NULL;
	memcpy(point + 1, x, COORDINATE);
	memcpy(point + 1 + COORDINATE, y, COORDINATE);
	build = OSSL_PARAM_BLD_new();
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
	        sizeof(point)) == 1)
		return make("EC", build);
	OSSL_PARAM_BLD_free(build);
	return NULL;
}

static EVP_PKEY *
read_ed25519(struct mem *m, struct json_object *jwk)
{
	size_t         n;
	unsigned char *x = bytes_of(m, jwk, "x", &n);

	return x == NULL ? NULL : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, n);
}

/* "use" and "key_ops", where they are said, let it verify. */
static bool
may_verify(struct json_object *jwk)
{
	const char         *use = text_of(jwk, "use");
	struct json_object *ops = json_get(jwk, "key_ops");

	if (use != NULL && strcmp(use, "sig") != 0)
		return false;
	if (!json_object_is_type(ops, json_type_array))
		return ops == NULL;
	for (size_t i = 0; i < json_object_array_length(ops); i++) {
		struct json_object *op = json_object_array_get_idx(ops, i);

		if (json_object_is_type(op, json_type_string) &&
		    strcmp(json_object_get_string(op), "verify") == 0)
			return true;
	}
	return false;
}

EVP_PKEY *
jwk_read(struct mem *m, struct json_object *jwk, enum jwk_kind *kind)
{
	static const struct {
		enum jwk_kind kind;
		const char   *kty, *crv;
		EVP_PKEY *(*read)(struct mem *m, struct json_object *jwk);
	} kinds[] = {
		{ JWK_RSA, "RSA", NULL, read_rsa },
		{ JWK_P256, "EC", "P-256", read_p256 },
		{ JWK_ED25519, "OKP", "Ed25519", read_ed25519 },
	};
	const char *kty = text_of(jwk, "kty"), *crv = text_of(jwk, "crv");
	EVP_PKEY   *key;

	for (size_t i = 0; kty != NULL && i < COUNT(kinds); i++) {
		if (strcmp(kty, kinds[i].kty) != 0 ||
		    (kinds[i].crv != NULL && (crv == NULL || strcmp(crv, kinds[i].crv) != 0)))
			continue;
		key = may_verify(jwk) ? kinds[i].read(m, jwk) : NULL;
		if (key != NULL)
			mem_defer(m, free_key, key);
		*kind = kinds[i].kind;
		return key;
	}
	return NULL;
}
