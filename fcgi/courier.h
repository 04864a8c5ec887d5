/* fcgi/courier.h - takes events of buckets from the outbox to their queues */
#ifndef MF_COURIER_H
#define MF_COURIER_H

#include <stdbool.h>
#include <stdint.h>

struct task;
struct world;

/*
 * A thread in every process, of which one at a time works on a space (blob_event.h).  It is here,
 * not a job of its own, because a process that has written an event knows it at once, and because
 * receivers that wait are woken through the pool's memory (wake.h): no notification, no connection
 * kept for listening.  It also looks by itself every COURIER_EACH, which is when events go on that
 * a killed process had written, or whose queue was not there: one probe of an index.
 */
#define COURIER_EACH (5 * SECOND)

void courier_start(const struct world *world);
/* This process has committed an event. */
void courier_kick(void);
/*
 * Send what is due of the spaces past *after, which follows them; throws as statements do, and may
 * then go on behind the space that threw.  True: there may be more at once.
 */
bool courier_carry(struct task *t, const struct world *world, int64_t *after);
/* The same for what happened without a request (blob_event.h): it becomes events. */
bool courier_tell(struct task *t, const struct world *world, int64_t *after);

#endif
