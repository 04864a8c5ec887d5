/* shared/core/password.h - passwords: judged, hashed, compared */
#ifndef MF_PASSWORD_H
#define MF_PASSWORD_H

#include <stdbool.h>

struct task;

/*
 * Argon2id (RFC 9106) with m = 19 MiB, t = 2, p = 1, OWASP's present minimum ("Password Storage
 * Cheat Sheet"), encoded with its parameters and a random salt of 16 bytes.
 *
 * A hash takes 19 MiB and tens of milliseconds, so a process makes PASSWORD_AT_ONCE of them at a
 * time.  Some more may wait; beyond those FAULT_UNAVAILABLE is thrown, so that log-ins can eat up
 * neither the memory nor all threads of a process.  Hold no connection while calling these.
 */
enum { PASSWORD_LEAST = 8, PASSWORD_MOST = 256, PASSWORD_AT_ONCE = 2, PASSWORD_WAITING = 6 };

/* Why it is not good enough for the account of that address; NULL: it is. */
const char *password_weak(const char *password, const char *email);
/* In the arena. */
char *password_hash(struct task *t, const char *password);
/*
 * Is it the password of that hash?  hash NULL: nobody's, which takes as long to say.  *old: right,
 * but of other parameters; the caller keeps a new hash.
 */
bool password_right(struct task *t, const char *hash, const char *password, bool *old);

#endif
