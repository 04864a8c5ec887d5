/* shared/base/clock.h - time: the only place that asks the system for it, and formats it */
#ifndef MF_CLOCK_H
#define MF_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct mem;

/* All times are microseconds since 1970-01-01 UTC, unless a name says otherwise. */
#define MILLISECOND INT64_C(1000)
#define SECOND      INT64_C(1000000)
#define MINUTE      (60 * SECOND)
#define HOUR        (60 * MINUTE)
#define DAY         (24 * HOUR)

int64_t clock_now(void);
int64_t clock_monotonic(void); /* for durations; its zero means nothing */

/* Formats, in the arena, always UTC. */
char *clock_iso(struct mem *m, int64_t at);       /* 2026-11-23T07:21:46Z */
char *clock_iso_milli(struct mem *m, int64_t at); /* 2026-11-23T07:21:46.123Z */
char *clock_iso_micro(struct mem *m, int64_t at); /* 2026-11-23T07:21:46.123456Z */
char *clock_http(struct mem *m, int64_t at);      /* Mon, 23 Nov 2026 07:21:46 GMT (RFC 9110) */
char *clock_basic(struct mem *m, int64_t at);     /* 20261123T072146Z, as SigV4 has it */
/*
 * Sun Nov 22 23:21:46 PST 2026: as Java's Date prints itself in Los Angeles, where some messages of
 * AWS come from.  Summer time by the rules of 2007, whatever the year.
 */
char *clock_pacific(struct mem *m, int64_t at);

/* When the month of UTC that `at` is in began. */
int64_t clock_month(int64_t at);

/* Each returns false and leaves *at alone when s is not such a time. */
bool clock_parse_iso(const char *s, int64_t *at);   /* RFC 3339: fraction and offset allowed */
bool clock_parse_http(const char *s, int64_t *at);  /* the three forms of RFC 9110 */
bool clock_parse_mail(const char *s, int64_t *at);  /* RFC 5322: an offset in place of GMT */
bool clock_parse_basic(const char *s, int64_t *at);

#endif
