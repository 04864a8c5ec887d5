/* shared/core/oidc_claims.c - what an ID token must say (OpenID Connect Core 1.0, 3.1.3.7) */
#include <json-c/json_object.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/core/oidc.h"
#include "shared/wire/json.h"

enum {
	SUBJECT_MOST = 255, /* characters, by the standard */
	LEEWAY = 60,        /* seconds */
	AGE_MOST = 600,     /* of a token that was just made for us */
};

const char *
oidc_text(struct json_object *claims, const char *name)
{
	struct json_object *j = json_get(claims, name);

	return json_object_is_type(j, json_type_string) ? json_object_get_string(j) : NULL;
}

static bool
is_text(struct json_object *j, const char *value)
{
	return json_object_is_type(j, json_type_string) &&
	    strcmp(json_object_get_string(j), value) == 0;
}

/* Made for us: alone, or named as the party it was issued to. */
static bool
for_client(struct json_object *claims, const char *client_id)
{
	struct json_object *aud = json_get(claims, "aud"), *azp = json_get(claims, "azp");
	bool                among = is_text(aud, client_id);
	size_t              n = 1;

	if (json_object_is_type(aud, json_type_array)) {
		n = json_object_array_length(aud);
		for (size_t i = 0; i < n; i++)
			among = among || is_text(json_object_array_get_idx(aud, i), client_id);
	}
	if (!among)
		return false;
	return azp == NULL ? n == 1 : is_text(azp, client_id);
}

/* Seconds since 1970, also when it is written with a fraction. */
static bool
time_of(struct json_object *claims, const char *name, double *out)
{
	struct json_object *j = json_get(claims, name);

	if (!json_object_is_type(j, json_type_int) && !json_object_is_type(j, json_type_double))
		return false;
	*out = json_object_get_double(j);
	return true;
}

static const char *
check_times(struct json_object *claims, int64_t now)
{
	int64_t whole = now / SECOND;
	double  second = (double)whole, at;

	if (!time_of(claims, "exp", &at))
		return "the token has no exp";
	if (!(second < at + LEEWAY))
		return "the token has expired";
	if (!time_of(claims, "iat", &at))
		return "the token has no iat";
	if (!(at <= second + LEEWAY))
		return "the token was issued in the future";
	if (!(at >= second - AGE_MOST))
		return "the token was issued long ago";
	if (json_get(claims, "nbf") != NULL &&
	    (!time_of(claims, "nbf", &at) || !(at <= second + LEEWAY)))
		return "the token is not good yet";
	return NULL;
}

const char *
oidc_check_claims(struct mem *m, struct json_object *claims, const struct oidc_expected *e)
{
	const char *subject = oidc_text(claims, "sub"), *nonce = oidc_text(claims, "nonce");

	if (!is_text(json_get(claims, "iss"), e->issuer))
		return mem_fmt(m, "the token's iss is not %s", e->issuer);
	if (!for_client(claims, e->client_id))
		return mem_fmt(m, "the token was not made for client %s", e->client_id);
	if (subject == NULL || subject[0] == '\0' || strlen(subject) > SUBJECT_MOST)
		return "the token has no sub";
	if (nonce == NULL || !text_same_secret(nonce, e->nonce))
		return "the token's nonce is not this log-in's";
	return check_times(claims, e->now);
}
