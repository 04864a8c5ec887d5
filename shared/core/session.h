/* shared/core/session.h - sessions: who is logged in, and until when */
#ifndef MF_SESSION_CORE_H
#define MF_SESSION_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct caller;
struct conf;
struct task;

/*
 * A session begins with a log-in and is a row of core.session.  It has access tokens (access.h),
 * good for MF_ACCESS_LIFE, and one refresh token, good once: using it makes the next one.  When a
 * refresh token comes a second time, somebody has copied it, and the session is over for
 * everyone.  A session ends MF_SESSION_IDLE after its last refresh, MF_SESSION_LIFE after its
 * log-in, or when it is revoked: from the next request on, in every process.
 *
 * A refresh token reads mf_refresh_ and 43 of base62; only its SHA-256 is kept.
 */
struct session_wish {
	int64_t     account;
	const char *method;          /* "password" or "sso" */
	const char *address, *agent; /* of the client, for its owner to recognise it; may be NULL */
};

struct session_tokens {
	const char *session;         /* ses-abc123defg */
	int64_t     account;
	const char *access, *refresh;
	int64_t     access_ends, refresh_ends;
};

struct session {
	int64_t     id;
	const char *public_id, *method, *address, *agent;
	int64_t     created_at, refreshed_at, expires_at;
};

/* Make a session for this account: one statement.  False: the account is disabled. */
bool session_create(struct task *t, const struct conf *c, const struct session_wish *w,
    struct session_tokens *out);
/* Whose access token this is; false: nobody's, or the session is over.  One statement. */
bool session_check(struct task *t, const char *access, struct caller *out);

enum session_refreshed {
	SESSION_REFRESHED,
	SESSION_OVER,   /* no such token, or its session is over */
	SESSION_REUSED, /* it was used before: the session is revoked now */
};
enum session_refreshed session_refresh(struct task *t, const struct conf *c, const char *refresh,
    struct session_tokens *out);

/* Those of an account that last, oldest first, at most 100 past `after` (NULL: from the start). */
size_t session_list(struct task *t, int64_t account, const char *after, size_t most,
    struct session **out);
/* False: the account has no such session, or it is over. */
bool session_revoke(struct task *t, int64_t account, const char *public_id, const char *reason);
/* The same by internal id. */
void session_end(struct task *t, int64_t account, int64_t id, const char *reason);
/* All of an account but that one (0: all); how many. */
int64_t session_revoke_others(struct task *t, int64_t account, int64_t but, const char *reason);

#endif
