/* shared/core/oidc.c - who a browser's user is to an OpenID provider (OpenID Connect Core 1.0) */
#include "shared/core/oidc.h"

#include <json-c/json_object.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/client/http.h"
#include "shared/core/oidc_provider.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"
#include "shared/wire/json.h"
#include "shared/wire/jws.h"
#include "shared/wire/uri.h"

static void
put(struct buf *b, const char *name, const char *value)
{
	if (b->len > 0 && b->data[b->len - 1] != '?')
		buf_char(b, '&');
	buf_text(b, name);
	buf_char(b, '=');
	uri_encode_to(b, value, strlen(value), false);
}

enum oidc_result
oidc_begin(struct task *t, struct oidc *o, const struct oidc_login *l, const char **url,
    const char **why)
{
	struct oidc_asking a = { .task = t, .oidc = o };
	struct buf    b = buf_new(t->mem);
	unsigned char hash[DIGEST_MOST];
	const char   *to;

	if (!oidc_learn(&a) || (to = oidc_endpoint(&a, "authorization_endpoint")) == NULL) {
		*why = a.why;
		return OIDC_AWAY;
	}
	digest_once(DIGEST_SHA256, l->verifier, strlen(l->verifier), hash);
	buf_text(&b, to);
	if (strchr(to, '?') == NULL)
		buf_char(&b, '?');
	put(&b, "response_type", "code");
	put(&b, "client_id", o->client_id);
	put(&b, "redirect_uri", l->redirect_uri);
	put(&b, "scope", o->scopes);
	put(&b, "state", l->state);
	put(&b, "nonce", l->nonce);
	put(&b, "code_challenge", base64url_encode(t->mem, hash, 32));
	put(&b, "code_challenge_method", "S256");
	*url = b.data;
	return OIDC_OK;
}

/* Whether the provider takes the client's secret only in the body (Discovery: basic is usual). */
static bool
wants_post(struct oidc_asking *a)
{
	struct json_object *ways = json_get(a->metadata, "token_endpoint_auth_methods_supported");
	bool                post = false;

	if (!json_object_is_type(ways, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(ways); i++) {
		const char *way = json_object_get_string(json_object_array_get_idx(ways, i));

		if (way != NULL && strcmp(way, "client_secret_basic") == 0)
			return false;
		post = post || (way != NULL && strcmp(way, "client_secret_post") == 0);
	}
	return post;
}

/* Id and secret, encoded each, as RFC 6749, 2.3.1 has them in a Basic header. */
static const char *
basic(struct mem *m, const struct oidc *o)
{
	const char *pair = mem_fmt(m, "%s:%s", uri_encode(m, o->client_id, false),
	    uri_encode(m, o->secret, false));

	return mem_fmt(m, "Basic %s", base64_encode(m, pair, strlen(pair)));
}

/* The answer to a code. */
static enum oidc_result
exchange(struct oidc_asking *a, const struct oidc_login *l, const char *code,
    struct json_object **answer)
{
	struct mem         *m = a->task->mem;
	const struct oidc  *o = a->oidc;
	struct buf          form = buf_new(m);
	struct http_request r = { .method = "POST" };
	const char         *url = oidc_endpoint(a, "token_endpoint"), *error;
	int                 status;

	if (url == NULL)
		return OIDC_AWAY;
	put(&form, "grant_type", "authorization_code");
	put(&form, "code", code);
	put(&form, "redirect_uri", l->redirect_uri);
	put(&form, "code_verifier", l->verifier);
	if (o->secret[0] != '\0' && !wants_post(a)) {
		http_add(m, &r, "authorization", basic(m, o));
	} else {
		put(&form, "client_id", o->client_id);
		if (o->secret[0] != '\0')
			put(&form, "client_secret", o->secret);
	}
	http_add(m, &r, "content-type", "application/x-www-form-urlencoded");
	r.body = form.data;
	r.size = form.len;
	*answer = oidc_ask(a, url, &r, &status);
	if (*answer == NULL)
		return OIDC_AWAY;
	if (status == 200)
		return OIDC_OK;
	error = oidc_text(*answer, "error");
	a->why = mem_fmt(m, "%s answers %d: %s", url, status, error == NULL ? "" : error);
	return error != NULL && strcmp(error, "invalid_grant") == 0 ? OIDC_REFUSED : OIDC_AWAY;
}

static const char *
signature_fault(enum jws_result r)
{
	switch (r) {
	case JWS_OK:
		return NULL;
	case JWS_MALFORMED:
		return "the ID token is malformed";
	case JWS_ALGORITHM:
		return "the ID token is signed by an algorithm that does not count";
	case JWS_NO_KEY:
		return "the ID token is signed by a key the provider does not show";
	case JWS_SIGNATURE:
		return "the ID token's signature is wrong";
	}
	return "the ID token is not understood";
}

/* The payload of an ID token that the provider signed. */
static enum oidc_result
open_token(struct oidc_asking *a, const char *token, struct json_object **claims)
{
	struct json_object *keys;
	enum jws_result     r = JWS_NO_KEY;

	for (int i = 0; i < 2 && r == JWS_NO_KEY; i++) {
		keys = oidc_keys(a, i > 0);
		if (keys == NULL)
			return OIDC_AWAY;
		r = jws_verify(a->task->mem, token, keys, claims);
	}
	a->why = signature_fault(r);
	return r == JWS_OK ? OIDC_OK : OIDC_INVALID;
}

static void
read_person(struct json_object *j, struct oidc_identity *out)
{
	struct json_object *verified = json_get(j, "email_verified");

	out->email = oidc_text(j, "email");
	out->name = oidc_text(j, "name");
	if (out->name == NULL)
		out->name = oidc_text(j, "preferred_username");
	out->email_verified = out->email != NULL &&
	    json_object_is_type(verified, json_type_boolean) && json_object_get_boolean(verified);
}

/*
 * What the token leaves out of who it is: providers differ in what they put there (Core 5.4).  A
 * provider that does not say is no reason to fail.
 */
static void
ask_userinfo(struct oidc_asking *a, const char *access_token, struct oidc_identity *out)
{
	const char         *url = oidc_text(a->metadata, "userinfo_endpoint");
	struct json_object *j = NULL;
	const char         *subject;

	if (url != NULL && access_token != NULL)
		j = oidc_get(a, url, access_token);
	subject = oidc_text(j, "sub");
	if (subject != NULL && strcmp(subject, out->subject) == 0)
		read_person(j, out);
}

enum oidc_result
oidc_finish(struct task *t, struct oidc *o, const struct oidc_login *l, const char *code,
    struct oidc_identity *out, const char **why)
{
	struct oidc_asking        a = { .task = t, .oidc = o };
	struct oidc_expected expected = { o->issuer, o->client_id, l->nonce, t->now };
	struct json_object  *answer, *claims;
	enum oidc_result     r = oidc_learn(&a) ? exchange(&a, l, code, &answer) : OIDC_AWAY;
	const char          *token;

	*why = a.why;
	if (r != OIDC_OK)
		return r;
	token = oidc_text(answer, "id_token");
	if (token == NULL) {
		*why = "the provider's answer has no id_token";
		return OIDC_INVALID;
	}
	r = open_token(&a, token, &claims);
	*why = a.why;
	if (r != OIDC_OK)
		return r;
	*why = oidc_check_claims(t->mem, claims, &expected);
	if (*why != NULL)
		return OIDC_INVALID;
	*out = (struct oidc_identity){ .issuer = o->issuer, .subject = oidc_text(claims, "sub") };
	read_person(claims, out);
	if (out->email == NULL)
		ask_userinfo(&a, oidc_text(answer, "access_token"), out);
	return OIDC_OK;
}
