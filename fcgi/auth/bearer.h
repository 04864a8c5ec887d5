/* fcgi/auth/bearer.h - Authorization: Bearer <API key or access token> (RFC 6750) */
#ifndef MF_BEARER_H
#define MF_BEARER_H

struct call;
struct fault;

struct bearer_faults {
	const struct fault *missing;   /* no such header */
	const struct fault *invalid;   /* a key or token that opens nothing */
	const struct fault *throttled; /* too many of those, or too many requests of an account */
};

/*
 * Sets c->account and c->caller, or throws.  One statement a request, so that what was revoked
 * opens nothing from the next request on, in every process.  Who guesses is refused before any
 * statement: 100 failures a minute with one credential, 200 with any from one address.
 */
void bearer_authenticate(struct call *c, const struct bearer_faults *f);

#endif
