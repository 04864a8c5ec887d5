/* shared/engine/space.h - whose data a statement works on */
#ifndef MF_SPACE_H
#define MF_SPACE_H

#include <stdint.h>

/*
 * One service's data of one environment.  Every key of every customer table begins with `id`.
 *
 * Each data statement also gets the environment and the generation that were authenticated, and
 * joins
 *
 *     with live as (select from core.environment
 *                    where id = $1 and generation = $2 and state = 'running')
 *
 * It is written so that it returns at least one row when the environment is live; no row at all
 * means that the cached environment is stale: the engine throws FAULT_STALE (space_live), and
 * call_serve reloads, authenticates again and runs once more.
 */
struct space {
	int64_t environment, generation;
	int64_t id;
	int64_t now; /* the environment's own time: what data semantics use; microseconds */
};

struct rows;
struct task;

/* Throw FAULT_STALE when a data statement returned nothing. */
void space_live(struct task *t, const struct rows *r);

#endif
