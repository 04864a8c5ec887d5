/* shared/base/clock.c - time: the only place that asks the system for it, and formats it */
#include "shared/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/base/mem.h"

static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

static int64_t
read_clock(clockid_t which)
{
	struct timespec ts;

	if (clock_gettime(which, &ts) != 0)
		abort();
	return (int64_t)ts.tv_sec * SECOND + ts.tv_nsec / 1000;
}

int64_t
clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* Broken down UTC; returns the microseconds within the second. */
static int
split(int64_t at, struct tm *tm)
{
	int64_t s = at / SECOND, rest = at % SECOND;
	time_t  when;

	if (rest < 0) {
		rest += SECOND;
		s--;
	}
	when = (time_t)s;
	if (gmtime_r(&when, tm) == NULL)
		abort();
	return (int)rest;
}

static char *
put_digits(char *p, int value, int n)
{
	for (int i = n; i-- > 0; value /= 10)
		p[i] = (char)('0' + value % 10);
	return p + n;
}

/* 2026-11-23T07:21:46.123456Z with so many digits after the point; listings hold thousands. */
static char *
iso(struct mem *m, int64_t at, int digits)
{
	struct tm tm;
	int       us = split(at, &tm), year = tm.tm_year + 1900;
	char     *text = mem_raw(m, 40), *p = text;

	p = put_digits(p, year < 0 ? 0 : year, year > 99999 ? 6 : year > 9999 ? 5 : 4);

	*p++ = '-';
	p = put_digits(p, tm.tm_mon + 1, 2);
	*p++ = '-';
	p = put_digits(p, tm.tm_mday, 2);
	*p++ = 'T';
	p = put_digits(p, tm.tm_hour, 2);
	*p++ = ':';
	p = put_digits(p, tm.tm_min, 2);
	*p++ = ':';
	p = put_digits(p, tm.tm_sec, 2);
	if (digits > 0)
		*p++ = '.';
	p = put_digits(p, digits == 3 ? us / 1000 : us, digits);
	*p++ = 'Z';
	*p = '\0';
	return text;
}

char *
clock_iso(struct mem *m, int64_t at)
{
	return iso(m, at, 0);
}

char *
clock_iso_milli(struct mem *m, int64_t at)
{
	return iso(m, at, 3);
}

char *
clock_iso_micro(struct mem *m, int64_t at)
{
	return iso(m, at, 6);
}

char *
clock_http(struct mem *m, int64_t at)
{
	struct tm tm;

	split(at, &tm);
	return mem_fmt(m, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

char *
clock_basic(struct mem *m, int64_t at)
{
	struct tm tm;

	split(at, &tm);
	return mem_fmt(m, "%04d%02d%02dT%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Second Sunday of March, 2:00, to first Sunday of November, 1:00: standard time, as tm is in. */
static bool
summer_time(const struct tm *tm)
{
	int  sunday = tm->tm_mday - tm->tm_wday; /* the last one */
	bool today = tm->tm_wday == 0;

	if (tm->tm_mon == 2)
		return sunday > 7 && !(today && sunday <= 14 && tm->tm_hour < 2);
	if (tm->tm_mon == 10)
		return sunday < 1 || (today && sunday <= 7 && tm->tm_hour < 1);
	return tm->tm_mon > 2 && tm->tm_mon < 10;
}

char *
clock_pacific(struct mem *m, int64_t at)
{
	struct tm tm;
	bool      summer;

	split(at - 8 * HOUR, &tm);
	if ((summer = summer_time(&tm)))
		split(at - 7 * HOUR, &tm);
	return mem_fmt(m, "%s %s %02d %02d:%02d:%02d %s %04d", days[tm.tm_wday], months[tm.tm_mon],
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, summer ? "PDT" : "PST", tm.tm_year + 1900);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar; month counts from 1. */
static int64_t
days_from_civil(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	    day_of_year - 719468;
}

int64_t
clock_month(int64_t at)
{
	struct tm tm;

	split(at, &tm);
	return days_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, 1) * DAY;
}

/* False unless every field is in range; a leap second counts as the second before it. */
static bool
join(int year, int month, int day, int hour, int minute, int second, int64_t *at)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	if (day > lengths[month - 1] + (month == 2 && leap))
		return false;
	if (second == 60)
		second = 59;
	*at = days_from_civil(year, month, day) * DAY + hour * HOUR + minute * MINUTE +
	    second * SECOND;
	return true;
}

/* n decimal digits at *s as a number; -1 when they are not there. */
static int
digits(const char **s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

static bool
literal(const char **s, const char *want)
{
	size_t n = strlen(want);

	if (strncmp(*s, want, n) != 0)
		return false;
	*s += n;
	return true;
}

/* The offset of RFC 3339, in microseconds to take off; false when there is none. */
static bool
parse_offset(const char **s, int64_t *offset)
{
	char sign = **s;
	int  hours, minutes;

	*offset = 0;
	if (sign == 'Z' || sign == 'z') {
		(*s)++;
		return true;
	}
	if (sign != '+' && sign != '-')
		return false;
	(*s)++;
	hours = digits(s, 2);
	if (**s == ':')
		(*s)++;
	minutes = digits(s, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*offset = (hours * 60 + minutes) * MINUTE * (sign == '-' ? -1 : 1);
	return true;
}

static int64_t
parse_fraction(const char **s)
{
	int64_t value = 0, unit = SECOND;

	if (**s != '.' || (*s)[1] < '0' || (*s)[1] > '9')
		return 0;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++) {
		unit /= 10;
		value += (**s - '0') * unit;
	}
	return value;
}

bool
clock_parse_iso(const char *s, int64_t *at)
{
	int     year, month, day, hour, minute, second;
	int64_t when, fraction, offset;

	year = digits(&s, 4);
	if (year < 0 || !literal(&s, "-") || (month = digits(&s, 2)) < 0 || !literal(&s, "-") ||
	    (day = digits(&s, 2)) < 0 || (*s != 'T' && *s != 't' && *s != ' '))
		return false;
	s++;
	hour = digits(&s, 2);
	if (hour < 0 || !literal(&s, ":") || (minute = digits(&s, 2)) < 0 || !literal(&s, ":") ||
	    (second = digits(&s, 2)) < 0 || !join(year, month, day, hour, minute, second, &when))
		return false;
	fraction = parse_fraction(&s);
	if (!parse_offset(&s, &offset) || *s != '\0')
		return false;
	*at = when + fraction - offset;
	return true;
}

bool
clock_parse_basic(const char *s, int64_t *at)
{
	int     year = digits(&s, 4), month = year < 0 ? -1 : digits(&s, 2);
	int     day = month < 0 ? -1 : digits(&s, 2), hour, minute, second;
	int64_t when;

	if (day < 0 || !literal(&s, "T") || (hour = digits(&s, 2)) < 0 ||
	    (minute = digits(&s, 2)) < 0 || (second = digits(&s, 2)) < 0 ||
	    !literal(&s, "Z") || *s != '\0')
		return false;
	if (!join(year, month, day, hour, minute, second, &when))
		return false;
	*at = when;
	return true;
}

static int
month_named(const char *name)
{
	for (int i = 0; i < 12; i++)
		if (strcmp(name, months[i]) == 0)
			return i + 1;
	return -1;
}

/* All of s was read: conversions as many as wanted, and its end reached. */
static bool
whole(const char *s, int converted, int wanted, int end)
{
	return converted == wanted && end > 0 && s[end] == '\0';
}

bool
clock_parse_http(const char *s, int64_t *at)
{
	char name[4], zone[4];
	int  day, year, hour, minute, second, n, end = -1;

	/* IMF-fixdate, then the obsolete forms of RFC 850 and asctime. */
	n = sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]%n", &day, name, &year,
	    &hour, &minute, &second, zone, &end);
	if (whole(s, n, 7, end) && strcmp(zone, "GMT") == 0)
		return join(year, month_named(name), day, hour, minute, second, at);
	end = -1;
	n = sscanf(s, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d %3[A-Z]%n", &day, name, &year,
	    &hour, &minute, &second, zone, &end);
	if (whole(s, n, 7, end) && strcmp(zone, "GMT") == 0) {
		year += year < 70 ? 2000 : 1900;
		return join(year, month_named(name), day, hour, minute, second, at);
	}
	end = -1;
	n = sscanf(s, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", name, &day, &hour, &minute,
	    &second, &year, &end);
	if (whole(s, n, 6, end))
		return join(year, month_named(name), day, hour, minute, second, at);
	return false;
}

bool
clock_parse_mail(const char *s, int64_t *at)
{
	char        name[4];
	int         day, year, hour, minute, second, n, end = -1;
	int64_t     when, offset;
	const char *zone;

	n = sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %n", &day, name, &year, &hour,
	    &minute, &second, &end);
	if (n != 6 || end < 0 || (s[end] != '+' && s[end] != '-'))
		return false;
	zone = s + end;
	if (!parse_offset(&zone, &offset) || *zone != '\0' ||
	    !join(year, month_named(name), day, hour, minute, second, &when))
		return false;
	*at = when - offset;
	return true;
}
