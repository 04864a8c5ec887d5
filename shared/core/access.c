/* shared/core/access.c - access tokens: who calls, signed, for some minutes */
#include "shared/core/access.h"

#include <openssl/crypto.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/secret.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"
#include "shared/wire/enc.h"
#include "shared/wire/json.h"

#define ISSUER   "mockfactory"
#define AUDIENCE "mockfactory-api"
#define PURPOSE  "access tokens, HS256"

enum { MAC = 32, MOST_TOKEN = 2048 };

/* The header of what is signed with that key, encoded. */
static const char *
header_of(struct mem *m, const unsigned char key[MAC])
{
	unsigned char id[DIGEST_MOST];
	const char   *text;

	digest_once(DIGEST_SHA256, key, MAC, id);
	text = mem_fmt(m, "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}", text_hex(m, id, 8));
	return base64url_encode(m, text, strlen(text));
}

static const char *
claims_of(struct mem *m, const struct access *a)
{
	static const struct enc_traits traits = { .format = ENC_JSON };
	struct buf                     b = buf_new(m);
	struct enc                    *e = enc_new(m, &traits, &b);

	enc_struct(e, NULL);
	enc_text(e, "iss", ISSUER);
	enc_text(e, "aud", AUDIENCE);
	enc_text(e, "sub", a->account);
	enc_text(e, "sid", a->session);
	enc_int(e, "iat", a->issued_at / SECOND);
	enc_int(e, "exp", a->expires_at / SECOND);
	enc_end(e);
	return base64url_encode(m, b.data, b.len);
}

char *
access_write(struct task *t, const struct access *a)
{
	struct mem   *m = t->mem;
	unsigned char key[MAC], mac[MAC];
	const char   *signed_part;

	secret_derive(0, PURPOSE, key);
	signed_part = mem_fmt(m, "%s.%s", header_of(m, key), claims_of(m, a));
	digest_hmac_sha256(key, MAC, signed_part, strlen(signed_part), mac);
	OPENSSL_cleanse(key, MAC);
	return mem_fmt(m, "%s.%s", signed_part, base64url_encode(m, mac, MAC));
}

/* Its first n bytes were signed under one of our keys, as its header says. */
static bool
is_ours(struct mem *m, const char *token, size_t header_n, size_t n)
{
	unsigned char key[MAC], mac[MAC];
	bool          ours = false;

	for (size_t i = 0; !ours && secret_derive(i, PURPOSE, key); i++) {
		const char *header = header_of(m, key);

		if (strlen(header) != header_n || memcmp(header, token, header_n) != 0)
			continue;
		digest_hmac_sha256(key, MAC, token, n, mac);
		ours = text_same_secret(base64url_encode(m, mac, MAC), token + n + 1);
	}
	OPENSSL_cleanse(key, MAC);
	return ours;
}

static const char *
text_claim(struct json_object *j, const char *name)
{
	struct json_object *value = json_get(j, name);

	return json_object_get_type(value) == json_type_string ? json_object_get_string(value) : "";
}

bool
access_read(struct task *t, const char *token, struct access *out)
{
	const char         *claims = strchr(token, '.'), *mac = strrchr(token, '.');
	struct json_object *j;
	void               *text;
	size_t              n;

	if (strlen(token) > MOST_TOKEN || claims == mac || /* two dots, no more */
	    strcspn(claims + 1, ".") != (size_t)(mac - claims - 1) ||
	    !is_ours(t->mem, token, (size_t)(claims - token), (size_t)(mac - token)))
		return false;
	text = base64url_decode(t->mem, mem_text_n(t->mem, claims + 1, (size_t)(mac - claims - 1)), &n);
	j = text != NULL ? json_parse(t->mem, text, n) : NULL;
	if (strcmp(text_claim(j, "iss"), ISSUER) != 0 || strcmp(text_claim(j, "aud"), AUDIENCE) != 0)
		return false;
	*out = (struct access){ .account = text_claim(j, "sub"), .session = text_claim(j, "sid"),
		.issued_at = json_object_get_int64(json_get(j, "iat")) * SECOND,
		.expires_at = json_object_get_int64(json_get(j, "exp")) * SECOND };
	return out->expires_at > t->now;
}
