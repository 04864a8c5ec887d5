/* fcgi/activity.h - when environments were last used, as this process knows it */
#ifndef MF_ACTIVITY_H
#define MF_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

struct task;
struct world;

/*
 * Requests note their environment in a table of this process, which is written to the database in
 * one statement every ACTIVITY_EACH and when the process drains: there is no write per request.
 * So active_at is up to that much behind, which mf-sweep allows for (core.sweep_step); what a
 * killed process had not written is lost.
 */
#define ACTIVITY_EACH (30 * SECOND)

/*
 * Environment `id` was used at `now`.  Takes no lock when that was noted within the second before.
 * False: there is no room, and it is not noted; activity_write makes some.
 */
bool activity_note(int64_t id, int64_t now);
/* Write what was not written yet; throws as statements do, and then it is still to be written. */
void activity_write(struct task *t);

/* Start the thread that writes; write a last time. */
void activity_start(const struct world *world);
void activity_end(const struct world *world);

#endif
