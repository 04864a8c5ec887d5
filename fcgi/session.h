/* fcgi/session.h - one request in the hands of this process, from its parameters to its answer */
#ifndef MF_SESSION_H
#define MF_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/call.h"
#include "fcgi/gateway.h"

struct world;

/*
 * A session is an object of its own, bound to no thread: one thread begins it, and when it waits
 * (parked, see park.h) another finishes it.  One thread at a time owns it.  Ended sessions go to a
 * short free list, with their arena and their hold on the database pool.
 */
struct session {
	struct session *next;
	struct gateway  gateway;
	struct task     task;
	struct request  request;
	struct call     call;
	int64_t         began;    /* monotonic */
	uint64_t        since;    /* wake_now before the handler last ran */
	uint64_t        body_in;
	bool            parked;   /* has been, for the log */

	/* park.c's */
	struct session *slot_next, *slot_before;
	unsigned        slot;
	size_t          heap_at;  /* 0: not in the heap */
	int64_t         wake_at;  /* monotonic */
};

/* Takes over the connection.  Aborts when there is no memory. */
struct session *session_open(const struct world *world, int fd);
/* Serve; true: parked, session_resume later.  False: answered, the session is gone. */
bool session_serve(struct session *s);
/* Run the handler again; with `hurry` it may not park again.  As session_serve. */
bool session_resume(struct session *s, bool hurry);
/* The client hung up while it waited. */
void session_drop(struct session *s);

/* Sessions in this process that are not ended. */
unsigned session_count(void);

#endif
