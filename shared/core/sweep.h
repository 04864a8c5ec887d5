/* shared/core/sweep.h - environments that nobody uses: warned of, stopped, destroyed */
#ifndef MF_SWEEP_H
#define MF_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct task;

/*
 * What is due for an environment is decided by core.sweep_step (sql/migrations/0012_sweep.sql)
 * alone, when it is found and again when it is held; what is done, and the mail that says so, are
 * one transaction.  So any number may sweep at once, and each may be killed anywhere.
 */
struct sweep {
	const struct conf *conf;
	int64_t            now;   /* what is due then */
	int64_t            after; /* where this run is; zero at first */
	int64_t            warned, stopped, destroyed, noticed; /* what it did */
};

/*
 * Environments with a real server to which somebody of this machine's network is connected are in
 * use: note them so.  Every machine with real servers sweeps, at least every hour.
 */
size_t sweep_connected(struct task *t, const struct sweep *s);

/* One environment for which something is due. */
struct sweep_due {
	int64_t     id;
	const char *step;
};
/* The next ones; none: the run is over. */
size_t sweep_find(struct task *t, struct sweep *s, struct sweep_due **out);
/* Do it, in a transaction of its own; false: it was not due any more, or is in other hands. */
bool sweep_do(struct task *t, struct sweep *s, const struct sweep_due *due);

/* Environments ids[] (none twice) were used at the times at[]. */
void sweep_used(struct task *t, const int64_t *ids, const int64_t *at, size_t n);

#endif
