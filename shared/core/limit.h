/* shared/core/limit.h - how often somebody may do something, counted in memory the pool shares */
#ifndef MF_LIMIT_H
#define MF_LIMIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * One bucket for each (what, who), as GCRA has it (ITU-T I.371): `most` within `within`
 * microseconds, all at once if need be, then evenly.  No request writes anything but this memory;
 * each web host counts for itself.  When there are more than the table holds, those that have
 * been idle longest begin anew.  Any thread of any process may call; nobody waits, but for a moment
 * for another who is new at the same time.
 */
struct limit;

struct limit_rule {
	const char *what;
	int64_t     most, within;
};

/* Zeroed shared memory, limit_size() bytes. */
size_t limit_size(void);

/*
 * Take one: 0, or how many microseconds to wait, and none was taken.  l NULL, here and below: there
 * is no such memory, and nothing is limited or known.
 */
int64_t limit_take(struct limit *l, const struct limit_rule *r, const char *who, int64_t now);
/* The same answer without taking any. */
int64_t limit_look(struct limit *l, const struct limit_rule *r, const char *who, int64_t now);

/*
 * A number that is known for `who` since some time, and what came to it since: the weight of an
 * account's objects.  All zero: nothing is known.
 */
struct limit_sum {
	int64_t known, at, added;
};
struct limit_sum limit_sum(struct limit *l, const char *what, const char *who);
void             limit_learn(struct limit *l, const char *what, const char *who, int64_t known,
    int64_t now);
void             limit_add(struct limit *l, const char *what, const char *who, int64_t n);

#endif
