/* tests/fuzz/fuzz_httpdate.c - dates in all their forms */
#include "tests/fuzz/fuzz.h"

#include "shared/base/clock.h"

/* Written and read again, a time is the same. */
static void
round_trip(struct mem *m, int64_t at)
{
	int64_t again, second = at - (at % SECOND + SECOND) % SECOND;

	/* An offset may lead past the years that can be written. */
	if (at < INT64_C(-62135596800) * SECOND || at >= INT64_C(253402300800) * SECOND)
		return;
	assert(clock_parse_iso(clock_iso(m, at), &again) && again == second);
	assert(clock_parse_http(clock_http(m, at), &again) && again == second);
	assert(clock_parse_basic(clock_basic(m, at), &again) && again == second);
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	int64_t at;

	(void)n;
	if (clock_parse_http(p, &at))
		round_trip(t->mem, at);
	if (clock_parse_mail(p, &at))
		round_trip(t->mem, at);
	if (clock_parse_iso(p, &at))
		round_trip(t->mem, at);
	if (clock_parse_basic(p, &at))
		round_trip(t->mem, at);
}
