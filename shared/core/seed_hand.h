/* shared/core/seed_hand.h - a seeding in hand, between the files of seed.h */
#ifndef MF_SEED_HAND_H
#define MF_SEED_HAND_H

#include "shared/client/load.h"
#include "shared/core/seed.h"

struct seat;

#define SEED_LEASE (3 * MINUTE) /* longer than any one step may take */

struct seed_hand {
	struct task   *t;
	struct seeder *s;
	int64_t        id, count, tries, created_at;
	int64_t        reported; /* monotonic */
	const char    *public_id;
	const struct mock_template *template;
	struct mock_inputs          in;
	bool           there, running;
	struct mem    *record;   /* where one is made */
	struct seat   *seat;     /* a thread's leave to have a server in hand */
	char           why[LOAD_WHY];

	/* Of a server. */
	const char            *engine;
	struct load            load;
	const struct load_ops *ops;

	/* Of a bucket; NULL: it is a server's. */
	const char *bucket, *prefix;
	int64_t     space;
	int64_t     done; /* records that are there */
};

/* How one piece of work ended; but for the first two `why` says more. */
enum seed_end {
	SEED_DONE,        /* and the row says so, or is to */
	SEED_GOES_ON,     /* the row says so */
	SEED_AGAIN,       /* not now */
	SEED_UNFIT,       /* not ever */
	SEED_INTERRUPTED, /* it is not there any more */
	SEED_FULL,        /* the account stores all it may */
};

enum seed_end seed_server(struct seed_hand *h);
enum seed_end seed_bucket(struct seed_hand *h);

/* Kills this process, when it is told to at that step. */
void seed_reached(const struct seeder *s, const char *step);
/* Put the sentence; returns end. */
enum seed_end seed_because(struct seed_hand *h, enum seed_end end, const char *why);
/* Because what it goes into does not run any more, or was emptied. */
enum seed_end seed_gone(struct seed_hand *h);

#endif
