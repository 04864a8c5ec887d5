/* shared/core/crew.h - those who work on real servers, several at once */
#ifndef MF_CREW_H
#define MF_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/base/channel.h"
#include "shared/core/job.h"
#include "shared/core/provision.h"

enum { SLOT_WORDS = CHANNEL_SLOTS / 64 };

/*
 * Worker threads, each with one server in hand; a first thread, the caller's, listens, keeps the
 * times and looks around.  A worker that found work wakes another before it begins, so as many work
 * as there is work.
 *
 * The caller sets p.conf and p.runner, calls crew_init, introduces p and calls crew_start; between
 * that and crew_stop it reads `outgoing`, tells what is in rung, and kicks at the time in `next`.
 */
struct crew {
	struct job       job;  /* the first thread's */
	struct provision p;
	pthread_mutex_t  lock;
	pthread_cond_t   more, quiet;
	pthread_t        threads[64];
	unsigned         kicks, busy;
	bool             stopping, copies_wanted;
	int64_t          last_work; /* monotonic */
	int64_t          next;      /* real time of the next try of something; 0: none */
	uint64_t         rung[SLOT_WORDS]; /* slots whose waiters are to hear of a change */
	int              outgoing;  /* eventfd: something is in rung, or in next */
	char             name[48];  /* who sends our notifications */
};

void crew_init(struct crew *c);
/* With `ahead`, files of servers to come are copied in quiet times. */
void crew_start(struct crew *c, bool ahead);
/* No more is taken; what is in hand is done first. */
void crew_stop(struct crew *c);

/* There may be something to do. */
void crew_kick(struct crew *c);
/* There will be, at that real time. */
void crew_remind(struct crew *c, int64_t at);
/* Something changed for those who wait for this environment. */
void crew_ring(struct crew *c, const char *public_id);

#endif
