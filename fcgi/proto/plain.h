/* fcgi/proto/plain.h - the simplest protocol: method and path in, text out */
#ifndef MF_PLAIN_H
#define MF_PLAIN_H

#include <stdint.h>

struct call;
struct proto;

/*
 * For our own small services.  An operation's `http` is "GET /healthz", compared whole; HEAD finds
 * GET's.  Arguments are those of the query.  A fault is one line of text.
 */
extern const struct proto plain;

/* The faults a plain service needs for its struct general_faults. */
extern const struct fault PLAIN_INTERNAL, PLAIN_UNAVAILABLE, PLAIN_NOT_FOUND, PLAIN_BAD,
    PLAIN_TOO_LARGE;
#define PLAIN_GENERAL { .internal = &PLAIN_INTERNAL, .unavailable = &PLAIN_UNAVAILABLE, \
	.not_built = &PLAIN_NOT_FOUND, .too_large = &PLAIN_TOO_LARGE, .incomplete = &PLAIN_BAD, \
	.malformed = &PLAIN_BAD, .no_environment = &PLAIN_NOT_FOUND, \
	.not_subscribed = &PLAIN_NOT_FOUND, .stopped = &PLAIN_UNAVAILABLE }

/* A line of text as the answer. */
void plain_text(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A number of the query; throws when it is malformed or out of bounds. */
int64_t plain_int(struct call *c, const char *name, int64_t initial, int64_t min, int64_t max);

#endif
