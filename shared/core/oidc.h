/* shared/core/oidc.h - who a browser's user is to an OpenID provider (OpenID Connect Core 1.0) */
#ifndef MF_OIDC_H
#define MF_OIDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct json_object;
struct mem;
struct task;

/*
 * The code flow with PKCE (RFC 7636, S256), state and nonce, as RFC 9700 advises.  One provider,
 * named by MF_SSO_ISSUER; what it says of itself (OpenID Connect Discovery) and its keys are kept
 * for an hour, by each process; keys are asked for again when a token names another one.
 *
 * NULL: no provider is set; error[] says when a setting is wrong (then "" is not what it holds).
 * An issuer must be https, but for one on this very host.  Lives as long as the process, for all
 * threads.
 */
struct oidc;
struct oidc *oidc_open(const struct conf *c, char *error, size_t size);
void         oidc_free(struct oidc *o);
const char  *oidc_issuer(const struct oidc *o);

/* One log-in under way; made anew for each, and kept until its callback. */
struct oidc_login {
	const char *redirect_uri;
	const char *state, *nonce;
	const char *verifier; /* of PKCE */
};

enum oidc_result {
	OIDC_OK,
	OIDC_AWAY,    /* the provider does not answer, or not as a provider does */
	OIDC_REFUSED, /* it refuses the code: old, used before, or made for another log-in */
	OIDC_INVALID, /* its token is not what it must be */
};

/* Where the browser goes. */
enum oidc_result oidc_begin(struct task *t, struct oidc *o, const struct oidc_login *l,
    const char **url, const char **why);

struct oidc_identity {
	const char *issuer, *subject; /* who it is: never the e-mail */
	const char *email, *name;     /* NULL: not said */
	bool        email_verified;
};

/* What a code stands for.  `why` is for the log: it may quote what a provider says. */
enum oidc_result oidc_finish(struct task *t, struct oidc *o, const struct oidc_login *l,
    const char *code, struct oidc_identity *out, const char **why);

/*
 * Of an ID token's payload: whether it was made by this issuer for this client and log-in, and is
 * good now (Core 3.1.3.7; a minute for clocks that differ).  NULL: it is; else why not.
 */
struct oidc_expected {
	const char *issuer, *client_id, *nonce;
	int64_t     now;
};
const char *oidc_check_claims(struct mem *m, struct json_object *claims,
    const struct oidc_expected *e);
/* A claim that is text; NULL: it is not there, or is something else. */
const char *oidc_text(struct json_object *claims, const char *name);

#endif
