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

const char *
probe_read(struct task *t, int64_t id)
{
	struct rows r = db_rows(t, &Q_probe_read, db_i64(id));

	return r.n == 1 ? row_text(&r, 0, "word") : NULL;
}
