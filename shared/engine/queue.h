/* shared/engine/queue.h - message queues, as every cloud means them */
#ifndef MF_QUEUE_H
#define MF_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/engine/space.h"

struct mem;
struct task;

/*
 * A queue belongs to an account (owner) in a region; every call names it by these and its name, and
 * finds it in the statement that does the work: one round trip.  All times are the environment's
 * own (sp->now), lengths of time are whole seconds.  Every function throws FAULT_STALE when the
 * environment is no longer what sp says, and never throws for something that is not there.
 *
 * A message is visible when its time has come.  Receiving one hides it for a while and counts; who
 * received it last may delete it, and says by that count which receipt it means.  How long it is
 * hidden may be changed by whoever received it ever.
 */
struct queue_name {
	const char *owner, *region, *name;
};

/* name, value, name, value, ...: n counts texts, so it is even. */
struct queue_tags {
	const char *const *list;
	size_t             n;
};

struct queue {
	int64_t           id;
	int64_t           hide_s, delay_s, keep_s, wait_s;
	int64_t           size_most;      /* bytes, as the face counts them */
	bool              encrypted;      /* kept for the face: nothing here is */
	const char       *policy;         /* likewise; NULL: none */
	const char       *key;            /* likewise, to encrypt with; NULL: none */
	int64_t           key_reuse_s;    /* likewise, until the key is asked for again */
	struct queue_tags tags;
	int64_t           created_at, changed_at;
};

enum queue_result {
	QUEUE_OK,
	QUEUE_NONE,     /* no such queue */
	QUEUE_THERE,    /* queue_make: it exists already, see *out */
	QUEUE_REFUSED,  /* queue_tag: too many; queue_make, queue_purge: too early */
};

/*
 * *out is without tags and times when it was there.  QUEUE_REFUSED: one of that name was deleted
 * less than `pause` seconds ago.
 */
enum queue_result queue_make(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue *q, int64_t pause, struct queue *out);
enum queue_result queue_find(struct task *t, const struct space *sp, const struct queue_name *n,
    struct queue *out);

/* Messages to be received, not visible yet for the first time, and received but not deleted. */
struct queue_counts {
	int64_t visible, delayed, hidden;
};
/* Without tags; reads every message of the queue. */
enum queue_result queue_count(struct task *t, const struct space *sp, const struct queue_name *n,
    struct queue *out, struct queue_counts *counts);

/* Up to `limit` names after n->name that begin with prefix. */
size_t queue_list(struct task *t, const struct space *sp, const struct queue_name *n,
    const char *prefix, int64_t limit, const char ***names);

/* What shall become different: -1 and NULL leave it as it is. */
struct queue_change {
	int64_t     hide_s, delay_s, keep_s, wait_s, size_most;
	int         encrypted; /* -1, 0, 1 */
	const char *policy;    /* "": none */
	const char *key;       /* likewise */
	int64_t     key_reuse_s;
};
enum queue_result queue_change(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_change *change);

/* Put some tags, remove those with some names; QUEUE_REFUSED: there would be more than `most`. */
enum queue_result queue_tag(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_tags *put, const char *const *names, size_t n_names, int64_t most);

/*
 * Both cost the same whatever the queue holds: the collector removes the messages.  QUEUE_REFUSED:
 * it was purged less than `pause` seconds ago.
 */
enum queue_result queue_purge(struct task *t, const struct space *sp, const struct queue_name *n,
    int64_t pause);
/* The name is remembered for the `pause` of queue_make. */
enum queue_result queue_remove(struct task *t, const struct space *sp, const struct queue_name *n,
    int64_t pause, int64_t *id);

/* What is rung when a queue of that space gets a message (fcgi/wake.h). */
const char *queue_channel(struct mem *m, int64_t space, int64_t queue);
/* An id for a message, as the world knows it. */
const char *queue_public_id(struct task *t);

struct queue_message {
	int64_t     id;               /* within the installation; not for clients */
	const char *public_id, *body, *md5;
	const char *attributes, *attributes_md5; /* as the face wrote them, or NULL */
	const char *trace, *group;    /* or NULL */
	const char *sender;           /* the account */
	/* To send: */
	int64_t     size;             /* one larger than the queue's size_most is not sent */
	int64_t     delay_s;          /* -1: the queue's own */
	/* Received: */
	int64_t     sent_at, receives, first_received_at;
};

/* q gets id, delay_s and size_most, by which the caller sees what was sent. */
enum queue_result queue_send(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_message *list, size_t count, struct queue *q);

/*
 * Claim up to `most` messages, oldest first, and hide them for hide_s seconds, -1: as the queue
 * says.  q gets id and wait_s.  When nothing came, *next_at is when the next message will be
 * visible, 0: there is none.  Messages past their time are dropped on the way, in a further round
 * trip when there was nothing else.
 */
enum queue_result queue_receive(struct task *t, const struct space *sp, const struct queue_name *n,
    int64_t most, int64_t hide_s, struct queue *q, struct queue_message **out, size_t *count,
    int64_t *next_at);

/* One receipt: the message, and how often it had been received then. */
struct queue_receipt {
	int64_t id, receives;
	int64_t hide_s; /* queue_hide */
	bool    done;   /* queue_hide: the message is there */
};
/* A message that is gone, or that somebody received since, is left alone. q gets the id. */
enum queue_result queue_delete(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_receipt *list, size_t count, struct queue *q);
/* Hide messages from now on for hide_s; one that is visible again stays so. q gets the id. */
enum queue_result queue_hide(struct task *t, const struct space *sp, const struct queue_name *n,
    struct queue_receipt *list, size_t count, struct queue *q);

/*
 * The collector: remove up to `limit` messages that were purged or lost their queue before the real
 * time `before`; returns how many, call it until *more is false.
 */
size_t queue_collect(struct task *t, int64_t before, size_t limit, bool *more);

#endif
