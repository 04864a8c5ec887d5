/* shared/core/provision.h - making true what is wished of real servers */
#ifndef MF_PROVISION_H
#define MF_PROVISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct runner;
struct task;

/*
 * What mf-provision does, piece by piece; each is one task and may end anywhere.  A server in
 * hand is locked three times over: its row says by whom (so that others take something else),
 * until when (so that a machine that went away does not keep it), and a lock of the runner's on
 * this machine says so truly, as long as the process lives.
 *
 * Every step is idempotent and comes after what it is based on was committed, so a copy that
 * dies is followed by one that does the same again: it finds the files made, the process
 * started, and goes on.
 *
 * With MF_TEST=1, MF_PROVISION_FAULT names the step at which the process kills itself: claimed,
 * locked, cleared, ensured, noted, started, usable, stopped, removed, settled.
 */
struct provision {
	const struct conf *conf;
	struct runner     *runner;
	char               host[40]; /* which machine: of the directory with its files */
	char               who[120]; /* this process among all that ever were */
	bool               strange;  /* its files are of another database: nothing is swept */
};

/*
 * Who we are, and what this machine can run; again now and then, so that others see we are
 * there.
 */
void provision_introduce(struct task *t, struct provision *p);

/* A server in our hands. */
struct provision_work {
	int64_t     id, environment, epoch, port, tries, ran_at, uid;
	const char *public_id, *engine, *wish, *state, *address, *user, *password, *database;
	const char *service;
};
/* What is due is taken; false: nothing is. */
bool provision_take(struct task *t, struct provision *p, struct provision_work *out);
/*
 * Make it true, and say so in the database.  *again is when it is due once more (0: it is not);
 * afterwards its environment's channel is to be rung.
 */
void provision_do(struct task *t, struct provision *p, struct provision_work *w, int64_t *again);
/* What we did failed half way: others may take it. */
void provision_drop(struct task *t, struct provision *p, int64_t id);

/* When something is due next, 0: nothing is. */
int64_t provision_due(struct task *t);
/*
 * Servers that ought to run and do not are due; those that fail again and again are given up.
 * Their environments' public ids, to be rung.
 */
size_t provision_check(struct task *t, struct provision *p, const char ***changed);
/* Processes and files that no row names go. */
void provision_sweep(struct task *t, struct provision *p);
/* What was removed goes for good, as long as that takes, but no longer than `most`. */
void provision_clear(struct provision *p, int64_t most);
/* Stop every server of this machine, for now: who comes next starts them. */
void provision_rest(struct task *t, struct provision *p);

#endif
