/* shared/core/seed.h - made-up records on their way into real servers */
#ifndef MF_SEED_H
#define MF_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/mockdata/mock.h"

struct conf;
struct task;

/*
 * A row of core.seeding is all that the records are made from, and where they go.  mf-seed takes
 * it, loads them (shared/client/load.h) and says how far it is; a request only waits, so no thread
 * of the pool is held up by a customer's server.
 *
 * It may die anywhere.  PostgreSQL and MySQL then show nothing of what it loaded, and whoever comes
 * next begins again; Redis has some of the records, which are written again.  `succeeded` is
 * written after the server has committed; a crash between the two loads once more what is there,
 * which replaces each record by itself.  After five tries it has failed, and says why.
 *
 * Two are never at one seeding: a lease of three minutes is renewed twice a second, and who finds
 * it gone stops before it commits.
 */
#define SEED_WORK "seed" /* the channel that is rung when there is something to do */

enum { SEED_MOST_WAITING = 10 }; /* of one server */

struct seed_wish {
	int64_t                     environment;
	const char                 *service; /* "mysql" */
	const struct mock_template *template;
	struct mock_inputs          in;
	int64_t                     count;
	const char                 *into;    /* table, or what keys begin with */
};

struct seeding {
	int64_t     id, count, done;
	const char *state;  /* "waiting", "running", "succeeded", "failed" */
	const char *fault;  /* "unfit", "interrupted", "unavailable"; NULL: none */
	const char *reason; /* why it failed, for a person */
	bool        made;   /* the table was not there */
};

/* Its number; 0: the environment has no such server that runs, or too many wait for it. */
int64_t seed_create(struct task *t, const struct seed_wish *w);
/* NULL: the account's environment has no such. */
struct seeding *seed_find(struct task *t, int64_t account, const char *public_id, int64_t id);

/*
 * What mf-seed does.  With MF_TEST=1, MF_SEED_FAULT names the step at which the process kills
 * itself: claimed, opened, half, completed, committed.
 */
struct seeder {
	const struct conf *conf;
	char               machine[80]; /* this run of this machine, as its processes are numbered */
	char               who[120];    /* this process among all that ever were */
};

void seed_introduce(struct seeder *s);
struct seed_hand;
/* What is due is taken, and is *id of *public_id; NULL: nothing is. */
struct seed_hand *seed_take(struct task *t, struct seeder *s, volatile int64_t *id,
    const char **public_id);
/*
 * To its end, or to its next try: then that time is returned, else 0.  Afterwards its environment's
 * channel is to be rung.
 */
int64_t seed_do(struct seed_hand *h);
/* What we did failed half way: others may take it. */
void seed_drop(struct task *t, struct seeder *s, int64_t id);
/* When something is due next; 0: nothing is. */
int64_t seed_due(struct task *t);
/* Processes of this machine that died had seedings in hand; what is long over goes. */
void seed_look(struct task *t, struct seeder *s);

#endif
