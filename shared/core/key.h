/* shared/core/key.h - API keys: made, shown once, checked, revoked */
#ifndef MF_KEY_H
#define MF_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct caller;
struct task;

/*
 * A key reads mf_live_<prefix: 12 base62>_<secret: 32 base62><check: 6 base62>.  The check is the
 * CRC-32 of all that stands before it, so that a mistyped key costs no statement and a scanner of
 * leaked secrets can tell a key from noise.  Kept are the prefix, by which a key is looked up and
 * recognised, and the SHA-256 of the whole. A key carries 190 random bits: hashing it slowly
 * would gain nothing.
 */
enum { KEY_PREFIX = 12, KEY_SECRET = 32, KEY_CHECK = 6,
	KEY_LENGTH = 8 + KEY_PREFIX + 1 + KEY_SECRET + KEY_CHECK };

struct key {
	int64_t     id;
	const char *public_id;  /* key-abc123defg */
	const char *name, *prefix;
	int64_t     created_at, expires_at, revoked_at, used_at; /* 0: never */
	unsigned    scopes;     /* what it may do (scope.h) */
};

/*
 * A new key of the account; its text, which cannot be had again, goes to *text. expires_at 0:
 * never.  SCOPE_ALL is everything, also what later programs add.
 */
struct key *key_create(struct task *t, int64_t account, const char *name, unsigned scopes,
    int64_t expires_at, const char **text);
/* True when text has the form of a key and its check is right. */
bool key_wellformed(const char *text);
/*
 * Whose key this is, and what it may; false: nobody's, or it is revoked or expired.  One
 * statement, and once a minute a second.
 */
bool key_check(struct task *t, const char *text, struct caller *out);
/*
 * Up to `most` keys of an account, oldest first, made after the one `after` (NULL: from the
 * start).
 */
size_t key_list(struct task *t, int64_t account, const char *after, size_t most, struct key **out);
/* One key of an account; NULL: there is none. */
struct key *key_find(struct task *t, int64_t account, const char *public_id);
/* The same, held for a change in the caller's transaction. */
struct key *key_hold(struct task *t, int64_t account, const char *public_id);
struct key *key_rename(struct task *t, int64_t account, const char *public_id, const char *name);
/*
 * From now on the key opens nothing; NULL: the account has no such key. Revoking again is no
 * error.
 */
struct key *key_revoke(struct task *t, int64_t account, const char *public_id);
/* The account of a key and its public id, by public id or prefix; 0: there is no such key. */
int64_t key_owner(struct task *t, const char *public_id_or_prefix, const char **public_id);
/* Whether the account has a key that works. */
bool key_any(struct task *t, int64_t account);

#endif
