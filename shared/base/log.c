/* shared/base/log.c - one logfmt line per event, to standard error */
#include "shared/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/base/clock.h"

static void
add(struct log *l, const char *p, size_t n)
{
	size_t room = sizeof(l->line) - 2 - l->len;

	if (n > room)
		n = room;
	memcpy(l->line + l->len, p, n);
	l->len += (unsigned)n;
}

/* Bare words stay bare; anything else is quoted, with control characters as \xNN. */
static void
add_value(struct log *l, const char *value)
{
	static const char bare[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+*@,%~?&";
	char escaped[5];

	if (*value != '\0' && value[strspn(value, bare)] == '\0') {
		add(l, value, strlen(value));
		return;
	}
	add(l, "\"", 1);
	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\') {
			add(l, "\\", 1);
			add(l, p, 1);
		} else if (c < 0x20 || c == 0x7f) {
			snprintf(escaped, sizeof(escaped), "\\x%02x", (unsigned)c);
			add(l, escaped, 4);
		} else {
			add(l, p, 1);
		}
	}
	add(l, "\"", 1);
}

struct log
log_begin(const char *event)
{
	struct log      l = { .len = 0 };
	struct timespec ts;
	struct tm       tm;
	char            when[40];
	int64_t         now = clock_now();

	ts.tv_sec = (time_t)(now / SECOND);
	gmtime_r(&ts.tv_sec, &tm);
	add(&l, when, strftime(when, sizeof(when), "ts=%Y-%m-%dT%H:%M:%S", &tm));
	add(&l, when, (size_t)snprintf(when, sizeof(when), ".%06dZ", (int)(now % SECOND)));
	log_text(&l, "event", event);
	return l;
}

void
log_text(struct log *l, const char *key, const char *value)
{
	if (value == NULL)
		return;
	add(l, " ", 1);
	add(l, key, strlen(key));
	add(l, "=", 1);
	add_value(l, value);
}

void
log_int(struct log *l, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	log_text(l, key, text);
}

void
log_end(struct log *l)
{
	const char *p = l->line;
	size_t      left;

	l->line[l->len++] = '\n';
	for (left = l->len; left > 0;) {
		ssize_t n = write(STDERR_FILENO, p, left);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			p += n;
			left -= (size_t)n;
		}
	}
}

static void
say(const char *event, const char *fmt, va_list ap)
{
	struct log l = log_begin(event);
	char       sentence[1024];

	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	log_text(&l, "say", sentence);
	log_end(&l);
}

void
log_say(const char *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(event, fmt, ap);
	va_end(ap);
}

void
log_die(const char *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(event, fmt, ap);
	va_end(ap);
	exit(1);
}
