/* tests/fuzz/no_log.h - in the place of shared/base/log.c: nothing is said */
#ifndef MF_NO_LOG_H
#define MF_NO_LOG_H

#include <stdlib.h>

#include "shared/base/log.h"

struct log
log_begin(const char *event)
{
	(void)event;
	return (struct log){ .len = 0 };
}

void
log_text(struct log *l, const char *key, const char *value)
{
	(void)l;
	(void)key;
	(void)value;
}

void
log_int(struct log *l, const char *key, int64_t value)
{
	(void)l;
	(void)key;
	(void)value;
}

void
log_end(struct log *l)
{
	(void)l;
}

void
log_say(const char *event, const char *fmt, ...)
{
	(void)event;
	(void)fmt;
}

void
log_die(const char *event, const char *fmt, ...)
{
	(void)event;
	(void)fmt;
	abort();
}

#endif
