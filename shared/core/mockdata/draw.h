/* shared/core/mockdata/draw.h - chance that is the same everywhere, and dates */
#ifndef MF_DRAW_H
#define MF_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;

/*
 * SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): the
 * state goes up by 0x9e3779b97f4a7c15, and what is drawn is the state, mixed.  A stream begins at
 * mix(mix(mix(seed + 0x9e3779b97f4a7c15) ^ FNV-1a(name)) ^ index).  Only integers are used,
	so every
 * machine draws the same; for that, no two draws may be arguments of one call, whose order is the
 * compiler's.
 */
struct draw {
	uint64_t state;
};

struct draw draw_start(uint64_t seed, const char *name, uint64_t index);
uint64_t    draw_next(struct draw *d);
/* 0 to n - 1; n > 0. */
size_t      draw_below(struct draw *d, size_t n);
int64_t     draw_between(struct draw *d, int64_t first, int64_t last);
bool        draw_percent(struct draw *d, int percent);
/* n hexadecimal digits. */
char       *draw_hex(struct draw *d, struct mem *m, size_t n);

#define DRAW_OF(d, table) (&(table)[draw_below((d), COUNT(table))])

/* Days since 1970 of a day of the Gregorian calendar, and back. */
int64_t date_days(int64_t year, int64_t month, int64_t day);
void    date_civil(int64_t days, int64_t *year, int64_t *month, int64_t *day);
char   *date_text(struct mem *m, int64_t days);
/* Whole years from one day to a later one, as birthdays count. */
int64_t date_years(int64_t from, int64_t to);
int64_t date_year(int64_t days);

#endif
