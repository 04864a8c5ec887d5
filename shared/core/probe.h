/* shared/core/probe.h - the smallest statements: for the health check, the bench, the tests */
#ifndef MF_PROBE_H
#define MF_PROBE_H

#include <stddef.h>
#include <stdint.h>

struct task;

/* Throws when the database does not answer, or was not migrated. */
void probe_answers(struct task *t);
/* One small row, durable; its id. */
int64_t probe_put(struct task *t, const char *word);
/* How many rows of that word there are. */
int64_t probe_count(struct task *t, const char *word);
/* Bytes in a row of their own, durable; its id. */
int64_t probe_store(struct task *t, const void *p, size_t n);
/* The bytes of a row, NULL when there is none: a single look-up by primary key. */
const void *probe_load(struct task *t, int64_t id, size_t *n);

#endif
