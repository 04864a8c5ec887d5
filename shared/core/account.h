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
/* By public id, or by a name that only one account has; NULL: none, or several of that name. */
struct account *account_find(struct task *t, const char *public_id_or_name);
size_t          account_list(struct task *t, struct account **out);
/*
 * Its tier from now on, also for environments it has (their generation is raised); false: there is
 * no such tier.
 */
bool            account_set_tier(struct task *t, int64_t id, const char *tier);
/* From the next request on nothing opens it; its environments stay. */
void            account_disable(struct task *t, int64_t id);
/* Within a transaction: wait for everyone else who sets up this installation. */
void account_lock_first(struct task *t);

#endif
