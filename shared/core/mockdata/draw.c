/* shared/core/mockdata/draw.c - chance that is the same everywhere, and dates */
#include "shared/core/mockdata/draw.h"

#include <assert.h>

#include "shared/base/mem.h"

static const uint64_t GOLDEN = 0x9e3779b97f4a7c15;

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct draw
draw_start(uint64_t seed, const char *name, uint64_t index)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return (struct draw){ mix(mix(mix(seed + GOLDEN) ^ hash) ^ index) };
}

uint64_t
draw_next(struct draw *d)
{
	d->state += GOLDEN;
	return mix(d->state);
}

/* The upper half times n, divided by 2^32: uneven by less than n / 2^32. */
size_t
draw_below(struct draw *d, size_t n)
{
	assert(n > 0 && n <= UINT32_MAX);
	return (size_t)(((draw_next(d) >> 32) * n) >> 32);
}

int64_t
draw_between(struct draw *d, int64_t first, int64_t last)
{
	if (last <= first)
		return first;
	return first + (int64_t)draw_below(d, (size_t)(last - first) + 1);
}

bool
draw_percent(struct draw *d, int percent)
{
	return draw_below(d, 100) < (size_t)percent;
}

char *
draw_hex(struct draw *d, struct mem *m, size_t n)
{
	char    *s = mem_alloc(m, n + 1);
	uint64_t bits = 0;

	for (size_t i = 0; i < n; i++) {
		if (i % 16 == 0)
			bits = draw_next(d);
		s[i] = "0123456789abcdef"[bits & 15];
		bits >>= 4;
	}
	return s;
}

/* Years begin in March here, so that the leap day is a year's last; 400 years are 146,097 days. */
int64_t
date_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void
date_civil(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t z = days + 719468, era = z / 146097, of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

char *
date_text(struct mem *m, int64_t days)
{
	int64_t year, month, day;

	date_civil(days, &year, &month, &day);
	return mem_fmt(m, "%04lld-%02lld-%02lld", (long long)year, (long long)month, (long long)day);
}

int64_t
date_years(int64_t from, int64_t to)
{
	int64_t y, m, d, year, month, day;

	date_civil(from, &y, &m, &d);
	date_civil(to, &year, &month, &day);
	return year - y - (month < m || (month == m && day < d));
}

int64_t
date_year(int64_t days)
{
	int64_t year, month, day;

	date_civil(days, &year, &month, &day);
	return year;
}
