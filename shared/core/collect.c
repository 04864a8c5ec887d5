/* shared/core/collect.c - what reset and destroy left behind, removed piece by piece */
#include "shared/core/collect.h"

#include "queries.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/blob.h"

enum { BATCH = 2000 };

/*
 * The space is empty.  False: it has to stay for now, because another environment names a body in
 * the store of its own, which is destroyed; or because not all of that is removed yet.
 */
static bool
finish(struct task *t, struct store *s, const struct rows *space)
{
	int64_t     id = row_i64(space, 0, "id"), environment = row_i64(space, 0, "environment_id");
	struct rows r;

	if (row_bool(space, 0, "destroyed")) {
		r = db_rows(t, &Q_collect_last, db_i64(environment), db_i64(id));
		if (row_bool(&r, 0, "last") && !blob_forget(t, s, environment))
			return false;
	}
	db_rows(t, &Q_collect_done, db_i64(id));
	return true;
}

bool
collect_spaces(struct task *t, struct store *s, struct collect *c)
{
	struct rows space, r;
	int64_t     rows;
	bool        done = false;

	db_begin(t);
	space = db_rows(t, &Q_collect_take, db_time(c->before), db_time(c->after_at), db_i64(c->after));
	if (space.n == 0) {
		db_commit(t);
		return false;
	}
	r = db_rows(t, &Q_collect_empty, db_i64(row_i64(&space, 0, "id")), db_i64(BATCH));
	rows = row_i64(&r, 0, "rows");
	if (rows < BATCH)
		done = finish(t, s, &space);
	db_commit(t);
	c->rows += rows;
	c->spaces += done;
	if (rows < BATCH) {
		c->after_at = row_time(&space, 0, "dropped_at");
		c->after = row_i64(&space, 0, "id");
	}
	return true;
}
