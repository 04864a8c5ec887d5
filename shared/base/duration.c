/* shared/base/duration.c - spans of time as ISO 8601 writes them */
#include "shared/base/duration.h"

#include <stddef.h>

#include "shared/base/buf.h"
#include "shared/base/clock.h"

static const int64_t MOST = 400 * 366 * DAY;

/* The parts in their order; the first two stand before the T. */
static const struct part {
	char    letter;
	bool    timed;
	int64_t unit;
} parts[] = {
	{ 'W', false, 7 * DAY }, { 'D', false, DAY }, { 'H', true, HOUR }, { 'M', true, MINUTE },
	{ 'S', true, SECOND },
};

enum { N_PARTS = sizeof(parts) / sizeof(parts[0]) };

/* A number with its fraction, in units; false when there is none or it is past MOST. */
static bool
read_number(const char **s, int64_t *whole, int64_t *millionths)
{
	int64_t place = 1000000;

	*whole = *millionths = 0;
	if (**s < '0' || **s > '9')
		return false;
	for (; **s >= '0' && **s <= '9'; (*s)++) {
		*whole = *whole * 10 + (**s - '0');
		if (*whole > MOST / SECOND)
			return false;
	}
	if (**s != '.' && **s != ',')
		return true;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++) {
		place /= 10;
		*millionths += (**s - '0') * place;
	}
	return (*s)[-1] >= '0' && (*s)[-1] <= '9';
}

/* One part past number `from`; its own number, or -1 when it cannot be read. */
static int
read_part(const char **s, int from, bool timed, int64_t *sum)
{
	int64_t whole, millionths;

	if (!read_number(s, &whole, &millionths))
		return -1;
	for (int i = from; i < N_PARTS; i++) {
		if (parts[i].letter != **s || parts[i].timed != timed)
			continue;
		if (millionths != 0 && parts[i].letter != 'S')
			return -1;
		if (whole > MOST / parts[i].unit)
			return -1;
		*sum += whole * parts[i].unit + millionths;
		(*s)++;
		return *sum <= MOST ? i : -1;
	}
	return -1;
}

bool
duration_parse(const char *s, int64_t *out)
{
	bool    negative = *s == '-', timed = false;
	int64_t sum = 0;
	int     last = -1;

	s += *s == '-' || *s == '+';
	if (*s++ != 'P' || *s == '\0')
		return false;
	while (*s != '\0') {
		if (*s == 'T' && !timed) {
			timed = true;
			if (*++s == '\0')
				return false;
			continue;
		}
		last = read_part(&s, last + 1, timed, &sum);
		if (last < 0)
			return false;
	}
	*out = negative ? -sum : sum;
	return true;
}

char *
duration_text(struct mem *m, int64_t span)
{
	struct buf b = buf_new(m);
	int64_t    left = span < 0 ? -span : span;
	int64_t    days = left / DAY, hours = left % DAY / HOUR, minutes = left % HOUR / MINUTE;
	int64_t    seconds = left % MINUTE / SECOND, fraction = left % SECOND;

	buf_text(&b, span < 0 ? "-P" : "P");
	if (days > 0)
		buf_fmt(&b, "%lldD", (long long)days);
	if (left % DAY == 0 && days > 0)
		return b.data;
	buf_char(&b, 'T');
	if (hours > 0)
		buf_fmt(&b, "%lldH", (long long)hours);
	if (minutes > 0)
		buf_fmt(&b, "%lldM", (long long)minutes);
	if (fraction > 0) {
		int width = 6;

		for (; fraction % 10 == 0; fraction /= 10)
			width--;
		buf_fmt(&b, "%lld.%0*lldS", (long long)seconds, width, (long long)fraction);
	} else if (seconds > 0 || left == 0) {
		buf_fmt(&b, "%lldS", (long long)seconds);
	}
	return b.data;
}
