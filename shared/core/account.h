/* shared/core/account.h - accounts: who owns environments and pays for them */
#ifndef MF_ACCOUNT_H
#define MF_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

struct account {
	int64_t     id;
	const char *public_id; /* acc-abc123defg */
	const char *name, *email; /* email NULL: none known */
	bool        confirmed;    /* it is theirs: by a link, a provider, or who runs this */
	const char *tier;
	int64_t     created_at;
	bool        disabled;
};

/* Who calls the control API, as the credential and its account say. */
struct caller {
	int64_t  account;
	unsigned scopes;     /* SCOPE_BIT(...) (scope.h) */
	int64_t  session;    /* 0: an API key */
	int64_t  expires_at; /* of the key; 0: never */
	int64_t  requests;   /* it may make in a minute; 0: no limit */
};

/*
 * A new account of the tier "custom": without limits.  Name and email were checked by the caller
 * (UTF-8, not empty).
 */
struct account *account_create(struct task *t, const char *name, const char *email);
/* By internal id; NULL: there is none. */
struct account *account_load(struct task *t, int64_t id);
/* By public id, or by a name that only one account has; NULL: none, or several of that name;
 * disabled ones when no other has it. */
struct account *account_find(struct task *t, const char *public_id_or_name);
/* All of them, disabled ones, too. */
size_t          account_list(struct task *t, struct account **out);
/*
 * Its tier from now on, also for environments it has (their generation is raised); false: there is
 * no such tier.
 */
bool            account_set_tier(struct task *t, int64_t id, const char *tier);
/*
 * Quotas in place of its tier's, as decimal numbers; NULL: as it is, "": its tier's.  The
 * generation of its environments is raised.
 */
struct account_quota {
	const char *environments, *hours, *storage, *requests;
};
void            account_set_quota(struct task *t, int64_t id, const struct account_quota *q);
/*
 * From the next request on nothing opens it: its sessions are over, its environments are stopped,
 * with their credentials and servers, and none is started (mf-sweep stops what slips through).
 * Data stays.  In the caller's transaction; returns how many were stopped.
 */
size_t          account_disable(struct task *t, int64_t id);
/* It may log in again and use its keys; its environments stay stopped until they are started. */
void            account_enable(struct task *t, int64_t id);
/* Within a transaction: wait for everyone else who sets up this installation. */
void account_lock_first(struct task *t);

#endif
