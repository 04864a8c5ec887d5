/* shared/base/log.h - one logfmt line per event, to standard error */
#ifndef MF_LOG_H
#define MF_LOG_H

#include <stdint.h>

/*
 * A line is built in place and leaves with one write, so lines of several processes never mix.
 * Values are escaped; what does not fit is cut.  Never give it a body, a token or a signature.
 *
 *     struct log l = log_begin("request");
 *     log_text(&l, "op", "aws.s3.PutObject");
 *     log_int(&l, "status", 200);
 *     log_end(&l);
 */
struct log {
	char   line[2048];
	unsigned len;
};

struct log log_begin(const char *event);
void       log_text(struct log *l, const char *key, const char *value); /* NULL: left out */
void       log_int(struct log *l, const char *key, int64_t value);
void       log_end(struct log *l);

/* A line with a sentence only: log_say("pool", "listening on %s", path). */
void log_say(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, and exit with status 1. */
_Noreturn void log_die(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
