/* fcgi/park.h - requests that wait without a thread */
#ifndef MF_PARK_H
#define MF_PARK_H

#include <stdbool.h>
#include <stdint.h>

struct session;
struct world;

/*
 * The waiter thread sleeps in wake_wait; sessions whose channel rang, whose deadline or recheck has
 * come, go to a few resume threads that run their handler again.  A client that hangs up is noticed
 * within a second, and its session dropped.
 */
struct park;

/* `threads` of its threads resume; on the board they are numbered from first_thread. */
struct park *park_start(const struct world *world, unsigned index, unsigned first_thread,
    unsigned threads);
/*
 * Takes over a session that session_serve or session_resume left parked.  When something rang since
 * its handler looked, or there are MF_PARKED_MAX already, it runs again at once instead: in the
 * latter case, and once park_hurry was called, for the last time.
 */
void park_add(struct park *p, struct session *s);
/* Nobody waits any more: all run once again, as at their deadline. */
void park_hurry(struct park *p);
/* Ends the threads; call it when there are no sessions left, or never. */
void park_stop(struct park *p);

#endif
