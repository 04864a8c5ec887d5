/* shared/core/crew.h - those who work off a queue of rows, several at once */
#ifndef MF_CREW_H
#define MF_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/base/channel.h"
#include "shared/core/job.h"

struct crew;
struct mem;

enum { SLOT_WORDS = CHANNEL_SLOTS / 64 };

/* What a crew does: mf-provision's and mf-seed's. */
struct crew_craft {
	const char *name;    /* who sends our notifications, and speaks in the log */
	const char *channel; /* is rung when there may be something to do */
	/* Take what is due and do it; *id is in hand from when it is taken. False: nothing is. */
	bool    (*work)(struct crew *c, struct task *t, volatile int64_t *id);
	/* What work threw at: others may take it. */
	void    (*drop)(struct crew *c, struct task *t, int64_t id);
	/* Something for quiet times, one piece of it; true: there is more. May be NULL. */
	bool    (*quiet)(struct crew *c, struct mem *m);
	/* When something is due next; 0: nothing is. */
	int64_t (*due)(struct task *t);
};

/* What the first thread does now and then. */
struct crew_chore {
	int64_t  each;
	void   (*run)(struct crew *c);
	bool     late; /* not before the crew has begun to work */
	int64_t  last; /* monotonic; 0: never */
};

/*
 * Worker threads, each with one row in hand; a first thread, the caller's, listens, keeps the
 * times and looks around.  A worker that found work wakes another before it begins, so as many work
 * as there is work.
 *
 *     crew_init(&c, &conf, &craft, master);
 *     crew_start(&c, threads, quiet);
 *     crew_run(&c, chores, n, life, once);
 *     crew_stop(&c);
 */
struct crew {
	struct job       job;     /* the first thread's */
	const struct conf       *conf;
	const struct crew_craft *craft;
	void            *master;  /* the craft's own */
	pthread_mutex_t  lock;
	pthread_cond_t   more, quiet;
	pthread_t        threads[64];
	unsigned         n_threads, kicks, busy;
	bool             stopping, quiet_wanted;
	int64_t          last_work; /* monotonic */
	int64_t          next;      /* real time of the next try of something; 0: none */
	uint64_t         rung[SLOT_WORDS]; /* slots whose waiters are to hear of a change */
	int              outgoing;  /* eventfd: something is in rung, or in next */
	char             name[48];  /* who sends our notifications */
};

void crew_init(struct crew *c, const struct conf *conf, const struct crew_craft *craft,
    void *master);
void crew_start(struct crew *c, int64_t threads, bool quiet);
/* Listen and do chores for so long; with `once` no longer than there is something to do. */
void crew_run(struct crew *c, struct crew_chore *chores, size_t n, int64_t life, bool once);
/* No more is taken; what is in hand is done first. */
void crew_stop(struct crew *c);

/* There may be something to do. */
void crew_kick(struct crew *c);
/* There will be, at that real time. */
void crew_remind(struct crew *c, int64_t at);
/* Something changed for those who wait for this environment. */
void crew_ring(struct crew *c, const char *public_id);

#endif
