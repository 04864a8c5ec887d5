/* shared/core/access.h - access tokens: who calls, signed, for some minutes */
#ifndef MF_ACCESS_H
#define MF_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

struct task;

/*
 * A JWT (RFC 7519) as RFC 9068 has it, signed with HMAC-SHA256 under a key derived from
 * MF_SECRET_KEY_FILE, so that every web host can read what any has written.  The first key of that
 * file signs, all verify; `kid` says which.
 *
 * The algorithm is not read from the token: its header must be, byte for byte, one that we write.
 * A token says which session it belongs to; whether that still lasts only the database knows.
 */
struct access {
	const char *account; /* public ids */
	const char *session;
	int64_t     issued_at, expires_at; /* whole seconds */
};

char *access_write(struct task *t, const struct access *a);
/* False: not ours, changed, or past its time. */
bool access_read(struct task *t, const char *token, struct access *out);

#endif
