/* shared/engine/blob_event.h - what buckets tell queues of their objects: an outbox */
#ifndef MF_BLOB_EVENT_H
#define MF_BLOB_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/engine/blob.h"
#include "shared/engine/queue.h"

struct task;

/*
 * An event is written in the transaction that changes the object, so there is one exactly for what
 * was committed.  Later it becomes a message of its queue: in the order of the changes, at least
 * once (here: exactly once, since both are rows).  One whose queue is not there is tried again
 * BLOB_EVENT_TRIES times, within a minute, and then dropped.  Reset and destroy leave what is still
 * under way to the collector.
 */
enum { BLOB_EVENT_TRIES = 5 };

struct blob_event {
	struct queue_name to;
	const char       *head, *tail; /* the body is head, its number in 18 digits, tail; or head */
};

/* Part of the transaction of a data statement (db_enclose), which says whether sp still is so. */
void blob_event_add(struct task *t, const struct space *sp, const char *sender,
    const struct blob_event *list, size_t n);

/* Up to `limit` spaces past `after` that have something to send at t->now. */
size_t blob_event_spaces(struct task *t, int64_t after, size_t limit, int64_t **out);

/* The services whose spaces hold the buckets and the queues. */
struct blob_event_services {
	const char *buckets, *queues;
};
/* A queue that got something. */
struct blob_event_sent {
	int64_t space, queue;
};
/*
 * Send the first ones of a space.  *list are the queues that got some; *more: there are more, or
 * another process is at it and may not see the last of them.
 */
size_t blob_event_send(struct task *t, int64_t space, const struct blob_event_services *s,
    struct blob_event_sent **list, bool *more);

/*
 * What happened to an object without a request: a rule of its bucket, time, a job.  Whoever does
 * that writes a row of blob.happened in the transaction that does it, and only of buckets that want
 * to be told (blob.is_told); the face takes them and makes events of them, in one transaction.
 */
struct blob_happening {
	const char *bucket;  /* NULL: it has gone */
	const char *event;   /* "LifecycleExpiration:Delete", ... */
	const char *key, *version, *etag, *class;
	int64_t     size;    /* -1: not said */
	int64_t     until;   /* of a restored copy; 0: none */
	int64_t     at;      /* the environment's time */
};

/* Such a row, of o as it was put at sp->now; part of the transaction that puts it. */
void blob_happened_add(struct task *t, const struct space *sp, const char *bucket,
    const char *event, const struct blob_object *o);
/* Up to `limit` spaces past `after` in which something happened. */
size_t blob_happened_spaces(struct task *t, int64_t after, size_t limit, int64_t **out);
/*
 * Up to `limit` of them, all of one bucket, which are gone; part of a transaction.  Fills in
 * public_id, and by sp's id its environment and generation.  0: none, another is at it, or the
 * environment does not run.
 */
size_t blob_happened_take(struct task *t, struct space *sp, const char *service, size_t limit,
    struct blob_happening **out, const char **public_id);

#endif
