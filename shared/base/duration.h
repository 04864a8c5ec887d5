/* shared/base/duration.h - spans of time as ISO 8601 writes them */
#ifndef MF_DURATION_H
#define MF_DURATION_H

#include <stdbool.h>
#include <stdint.h>

struct mem;

/*
 * [+-]PnW, or [+-]P[nD][T[nH][nM][n[.n]S]], into microseconds, at most 400 years.  Years and months
 * are refused: nobody knows how long they are.  False leaves *out alone.
 */
bool duration_parse(const char *s, int64_t *out);
/* The same span written: "PT0S", "-P1DT2H3M4.5S". */
char *duration_text(struct mem *m, int64_t span);

#endif
