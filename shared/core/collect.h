/* shared/core/collect.h - what reset and destroy left behind, removed piece by piece */
#ifndef MF_COLLECT_H
#define MF_COLLECT_H

#include <stdbool.h>
#include <stdint.h>

struct store;
struct task;

/*
 * Reset and destroy only drop the pointer to a space.  The collector empties dropped spaces from
 * every table of core.customer_table, deletes the space, and with an environment's last space all
 * it had in the store.  Any number of collectors may run at once, and each may be killed
 * anywhere: what a batch did is committed, what it did not do is found again.
 */
struct collect {
	int64_t before;          /* spaces dropped before this real time; no statement is that old */
	int64_t after_at, after; /* where this run is; zero at first */
	int64_t rows, spaces;    /* what it did */
};

/* Work on the next space for one batch, in a transaction of its own; false: none is left. */
bool collect_spaces(struct task *t, struct store *s, struct collect *c);

#endif
