/* shared/core/reseal.h - all secrets of the database under the first key of the key file */
#ifndef MF_RESEAL_H
#define MF_RESEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/idempotency.h"

/*
 * To change the key while requests are served:
 *   1. add the new key to MF_SECRET_KEY_FILE as the last line; restart the pool, and wait a
 *      minute for mf-provision: everyone can open
 *   2. make it the first line; restart the pool: everyone seals under it
 *   3. reseal (mf-admin reseal), which may be stopped and started again
 *   4. remove the old line; restart the pool
 */
struct reseal {
	int64_t environment, ord; /* where this run is; zero at first */
	int64_t server;           /* after the accounts come the passwords of real servers, */
	int64_t account;          /* and answers kept for an Idempotency-Key: account and key */
	char    key[IDEMPOTENCY_KEY + 1];
	int64_t done;
};

/* The next batch, in a transaction of its own; false: there was none. */
bool reseal(struct task *t, struct reseal *r);

#endif
