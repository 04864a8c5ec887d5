/* fcgi/wake.h - tells waiting requests that something happened: any thread, process, host */
#ifndef MF_WAKE_H
#define MF_WAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/base/channel.h"

/*
 * A channel is any text; it is hashed to one of WAKE_SLOTS slots, so a waiter may be woken for
 * nothing and looks again.  Correctness never depends on a wake-up: waiters recheck by themselves.
 *
 * The slots live in memory shared by the pool (wake_create in the parent, before the children).
 * Ringing marks the slot for every process that has a waiter there and wakes those only; one
 * process per host gathers what was rung and, at most every 5 ms, tells the other hosts in one
 * pg_notify on channel mf_wake, sent by its own connection and never from inside a request's
 * transaction.
 *
 * No wake-up falls between a handler's look at the database and its parking.  The waiter does
 *
 *     since = wake_now(w);           before it looks
 *     ... looks, finds nothing ...
 *     wake_watch(w, index, slot, +1);
 *     if (wake_rang_since(w, slot, since))     then look again
 *
 * and the other side rings after its commit: it either finds the watch, or is seen by the check.
 */
enum { WAKE_SLOTS = CHANNEL_SLOTS, WAKE_PROCESSES = 128 };

struct wake;

/* Zeroed memory shared by the processes, wake_size() bytes; wake_create maps it itself. */
size_t       wake_size(void);
struct wake *wake_create(void);
unsigned     wake_slot(const char *channel);
/* From any thread, after commit. */
void wake_ring(struct wake *w, unsigned slot);

/* For the waiting side of process `index`: */
uint64_t wake_now(const struct wake *w);
bool     wake_rang_since(const struct wake *w, unsigned slot, uint64_t since);
/* change: one waiter more (1) or less (-1); under a lock of the process. */
void     wake_watch(struct wake *w, unsigned index, unsigned slot, int change);
/* Sleep until something rang for this process or the monotonic deadline; false: the deadline. */
bool wake_wait(struct wake *w, unsigned index, int64_t deadline);
/* The slots that rang since the last call, as bits; clears them. */
void wake_take(struct wake *w, unsigned index, uint64_t bits[WAKE_SLOTS / 64]);
/* Wake the waiting thread of this process itself: a request was parked, or it shall stop. */
void wake_nudge(struct wake *w, unsigned index);
/* Process `index` is gone, or not there yet: nobody waits in it. */
void wake_clear(struct wake *w, unsigned index);

/* For the one process that speaks to other hosts: */
void wake_take_outgoing(struct wake *w, uint64_t bits[WAKE_SLOTS / 64]);
/* A name came from another host: ring here, but do not send it out again. */
void wake_ring_here(struct wake *w, unsigned slot);
/*
 * An eventfd, the same in all processes, is written when there is something to send out after there
 * was nothing; -1: none.
 */
void wake_set_outgoing_fd(struct wake *w, int fd);

#endif
