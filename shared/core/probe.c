/* shared/core/probe.c - the smallest statements: for the health check, the bench, the tests */
#include "shared/core/probe.h"

#include "queries.h"
#include "shared/base/task.h"

void
probe_answers(struct task *t)
{
	db_rows0(t, &Q_probe_answers);
}

int64_t
probe_put(struct task *t, const char *word)
{
	struct rows r = db_rows(t, &Q_probe_put, db_text(word), db_time(t->now));

	return row_i64(&r, 0, "id");
}

int64_t
probe_count(struct task *t, const char *word)
{
	struct rows r = db_rows(t, &Q_probe_count, db_text(word));

	return row_i64(&r, 0, "n");
}

int64_t
probe_store(struct task *t, const void *p, size_t n)
{
	struct rows r = db_rows(t, &Q_probe_store, db_bytes(p, n));

	return row_i64(&r, 0, "id");
}

const void *
probe_load(struct task *t, int64_t id, size_t *n)
{
	struct rows r = db_rows(t, &Q_probe_load, db_i64(id));

	return r.n == 1 ? row_bytes(&r, 0, "bytes", n) : NULL;
}
