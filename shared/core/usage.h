/* shared/core/usage.h - the meter: when environments ran, and what that costs */
#ifndef MF_USAGE_H
#define MF_USAGE_H

#include <stddef.h>
#include <stdint.h>

struct task;

/*
 * Every change of an environment's state opens or closes its period in the same statement: a
 * trigger sees to that, with the state's `changed_at` as its time.  A period never spans a full
 * hour of UTC, costs hours * rate as an exact decimal (what has no end in decimals is rounded at
 * the 18th), and is never changed once it has ended.  Sums are exact: they add microseconds * rate
 * and divide once.  An open period has no cost yet; what is asked for tells what it came to.
 */

/*
 * What mf-meter does: up to `most` environments whose period began before the hour that `now`
 * is in get it split at each full hour, in one transaction with the opening of the next one.
 * Returns how many; *hours: full hours closed.  Any number may do it at once.
 */
size_t usage_turn(struct task *t, int64_t now, size_t most, int64_t *hours);

struct usage_period {
	int64_t     start, end;         /* end 0: it runs */
	const char *hourly_rate, *cost; /* decimal digits */
	int64_t     charge;             /* 0: not paid */
};

/* Up to `most` periods of environment `id`, latest first, begun before `before` (0: all). */
size_t usage_list(struct task *t, int64_t id, int64_t before, size_t most,
    struct usage_period **out);
/* What environment `id` has cost until the task's now. */
const char *usage_total(struct task *t, int64_t id);
/* The same as people read it, in whole cents: "0.83". */
const char *usage_total_cents(struct task *t, int64_t id);

struct usage_sum {
	const char *public_id, *name, *state; /* name NULL: none was given */
	const char *cost;
};

/*
 * What the account's environments cost between two times, newest environment first, after the one
 * with that public id (NULL: from the start); those that did not run then are left out.  *total:
 * of all of them, on this page or not.
 */
size_t usage_sums(struct task *t, int64_t account, int64_t from, int64_t to, const char *after,
    size_t most, struct usage_sum **out, const char **total);

#endif
