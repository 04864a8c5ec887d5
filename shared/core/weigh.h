/* shared/core/weigh.h - whether what comes in fits into its owner's storage quota */
#ifndef MF_WEIGH_H
#define MF_WEIGH_H

#include <stdbool.h>
#include <stdint.h>

struct limit;
struct task;

/*
 * May an account whose quota is `quota` bytes (0: no limit) store `size` more?  True counts them
 * in.  What it stores already is weighed by the database (core/quota.h) each ten minutes, and
 * when it would be too much, every half a minute; in between what comes in is added up in `l`: the
 * pool's, one for each host, or mf-seed's.  So no request writes anything, and few read.  Each who
 * adds up may let in what is left.
 */
bool weigh_fits(struct task *t, struct limit *l, int64_t account, int64_t quota, int64_t size);

#endif
