/* fcgi/auth/bearer.h - Authorization: Bearer <API key> (RFC 6750) */
#ifndef MF_BEARER_H
#define MF_BEARER_H

struct call;
struct fault;

/* Sets c->account, or throws missing (no such header) or invalid (a key that opens nothing). */
void bearer_authenticate(struct call *c, const struct fault *missing, const struct fault *invalid);

#endif
