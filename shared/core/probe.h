/* shared/core/probe.h - the smallest statements: for the health check, the bench, the tests */
#ifndef MF_PROBE_H
#define MF_PROBE_H

#include <stdint.h>

struct task;

/* Throws when the database does not answer, or was not migrated. */
void probe_answers(struct task *t);
/* One small row, durable; its id. */
int64_t probe_put(struct task *t, const char *word);
/* How many rows of that word there are. */
int64_t probe_count(struct task *t, const char *word);
/* The word of a row, NULL when there is none: a single look-up by primary key. */
const char *probe_read(struct task *t, int64_t id);

#endif
