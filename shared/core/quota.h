/* shared/core/quota.h - what accounts may use, and what they do */
#ifndef MF_QUOTA_H
#define MF_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct task;

/*
 * An account's quotas are its tier's (core.tier), or its own where it has any (core.account).
 * -1: no limit.  `environments` counts all that are not destroyed; `hours` those that environments
 * ran in this month of UTC, added up; `storage` what objects, parts of uploads and messages weigh.
 *
 * Environments and hours are held by core.quota_refusal, in the statement that makes or starts one;
 * hours besides by quota_stop, from mf-sweep; storage where bodies come in (shared/core/weigh.h);
 * requests by the pool (shared/core/limit.h).
 */
struct quota {
	int64_t environments, hours, storage, requests;
};

/* Of n quotas the ids and titles, in their order. */
struct tier {
	const char  *id, *title;
	struct quota quota;
};

struct quota_use {
	int64_t environments;
	int64_t hours_us; /* microseconds */
};

/* An account's quotas, and what of them is used. */
struct quota quota_load(struct task *t, int64_t account, struct quota_use *use);
size_t       quota_tiers(struct task *t, struct tier **out);
/* Why the account may not start an environment: "hours", "disabled"; NULL: it may. */
const char  *quota_refusal(struct task *t, int64_t account);

/*
 * What all objects, parts and messages of an account weigh: their sizes, and QUOTA_EACH for each,
 * so that none is without weight.  Looks at each of them.
 */
enum { QUOTA_EACH = 1024 };
int64_t quota_stored(struct task *t, int64_t account);

/*
 * Stop an environment whose account has used up its hours or is disabled, and tell its owner;
 * false: there was none past *after, which moves on.  In a transaction of its own.
 */
bool quota_stop(struct task *t, const struct conf *c, int64_t *after);

#endif
