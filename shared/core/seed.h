/* shared/core/seed.h - made-up records on their way into real servers and buckets */
#ifndef MF_SEED_H
#define MF_SEED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/base/buf.h"
#include "shared/core/mockdata/mock.h"

struct conf;
struct limit;
struct mem;
struct space;
struct store;
struct task;

/*
 * A row of core.seeding is all that the records are made from, and where they go.  mf-seed takes
 * it, puts them there and says how far it is; a request only waits, so no thread of the pool is
 * held up by a customer's server, or by many records.
 *
 * Into a server (seed_server.c, shared/client/load.h) all of them are loaded in one go.  mf-seed
 * may die anywhere.  PostgreSQL and MySQL then show nothing of what it loaded, and whoever comes
 * next begins again; Redis has some of the records, which are written again.  `succeeded` is
 * written after the server has committed; a crash between the two loads once more what is there,
 * which replaces each record by itself.
 *
 * Into a bucket (seed_bucket.c) go files of SEED_FILE records each, and each file is a piece of
 * work of its own.  The transaction that puts it notes how far the row is, so a file is put exactly
 * once, whoever dies; and it lets go of the row, so many records of one environment keep no others
 * waiting.
 *
 * After five tries without progress it has failed, and says why.  Two are never at one seeding: a
 * lease of three minutes is renewed twice a second, or is longer than a file takes, and who finds
 * it gone stops before it commits.
 */
#define SEED_WORK "seed" /* the channel that is rung when there is something to do */

enum { SEED_MOST_WAITING = 10 }; /* of one server, or of one environment's buckets */
enum { SEED_FILE = 1000 };       /* records of one file */

struct seed_wish {
	int64_t                     environment;
	const char                 *service; /* "mysql"; of a bucket NULL, and then */
	const struct space         *space;
	const char                 *bucket;
	bool                        made;    /* it was not there */
	const struct mock_template *template;
	struct mock_inputs          in;
	int64_t                     count;
	const char                 *into;    /* table, or what keys begin with */
};

struct seeding {
	int64_t     id, count, done;
	int64_t     bytes;  /* of the files in a bucket */
	const char *state;  /* "waiting", "running", "succeeded", "failed" */
	const char *fault;  /* "unfit", "interrupted", "unavailable", "full"; NULL: none */
	const char *reason; /* why it failed, for a person */
	bool        made;   /* the table or the bucket was not there */
};

/* Its number; 0: no such server or environment runs, or too many wait for it. */
int64_t seed_create(struct task *t, const struct seed_wish *w);
/* NULL: the account's environment has no such. */
struct seeding *seed_find(struct task *t, int64_t account, const char *public_id, int64_t id);

/*
 * Records [first, last) as a file has them, JSON in `m`, each made in `record`; and the key of the
 * file that begins with `first`.
 */
struct buf  seed_file(struct mem *m, struct mem *record, const struct mock_template *of,
    const struct mock_inputs *in, int64_t first, int64_t last);
const char *seed_file_key(struct mem *m, const char *prefix, const struct mock_template *of,
    int64_t first);

/*
 * What mf-seed does.  One of its threads, where there are several, is for buckets alone: customers'
 * slow servers keep only each other waiting.  With MF_TEST=1, MF_SEED_FAULT names the step at
 * which the process kills itself: claimed, opened, half, completed, committed.
 */
struct seeder {
	const struct conf *conf;
	struct store      *store;       /* of the files, */
	struct limit      *limit;       /* and what accounts store (weigh.h) */
	_Atomic int64_t    serving;     /* threads that have a server in hand, or may get one */
	char               machine[80]; /* this run of this machine, as its processes are numbered */
	char               who[120];    /* this process among all that ever were */
};

void seed_introduce(struct seeder *s);
struct seed_hand;
/* What is due is taken, and is *id of *public_id; NULL: nothing is. */
struct seed_hand *seed_take(struct task *t, struct seeder *s, volatile int64_t *id,
    const char **public_id);
/*
 * All of it, or its next file.  When it goes on: the next file, or another try.  0: it is over, and
 * its environment's channel is to be rung.
 */
int64_t seed_do(struct seed_hand *h);
/* What we did failed half way: others may take it. */
void seed_drop(struct task *t, struct seeder *s, int64_t id);
/* When something is due next; 0: nothing is. */
int64_t seed_due(struct task *t);
/* Processes of this machine that died had seedings in hand; what is long over goes. */
void seed_look(struct task *t, struct seeder *s);

#endif
