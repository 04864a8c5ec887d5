/* shared/core/weigh.c - whether what comes in fits into its owner's storage quota */
#include "shared/core/weigh.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/limit.h"
#include "shared/core/quota.h"

#define WHAT  "stored"
#define OLD   (10 * MINUTE)
#define TIGHT (30 * SECOND)

static struct limit_sum
weigh(struct task *t, struct limit *l, const char *who, int64_t account)
{
	struct limit_sum s = { .known = quota_stored(t, account), .at = t->now };

	limit_learn(l, WHAT, who, s.known, s.at);
	return s;
}

bool
weigh_fits(struct task *t, struct limit *l, int64_t account, int64_t quota, int64_t size)
{
	const char      *who = mem_fmt(t->mem, "%lld", (long long)account);
	struct limit_sum s;
	int64_t          weight;

	if (quota == 0)
		return true;
	if (__builtin_add_overflow(size, QUOTA_EACH, &weight))
		return false;
	s = limit_sum(l, WHAT, who);
	if (s.at < t->now - OLD)
		s = weigh(t, l, who, account);
	if (s.known + s.added > quota - weight && s.at < t->now - TIGHT)
		s = weigh(t, l, who, account);
	if (s.known + s.added > quota - weight)
		return false;
	limit_add(l, WHAT, who, weight);
	return true;
}
