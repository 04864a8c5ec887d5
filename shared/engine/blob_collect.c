/* shared/engine/blob_collect.c - stored bodies that nobody names any more */
#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"
#include "shared/store/store.h"

/* So many rows one statement changes, whatever there is: none runs into its timeout. */
enum { ROWS = 10000 };

/* Bodies stored before the grace period whose marker still stands. */
struct marked {
	struct mem  *mem;
	size_t       n, limit;
	int64_t     *homes;
	const char **bodies;
};

static void
note_marked(void *arg, int64_t environment, const char *id)
{
	struct marked *m = arg;

	if (m->n == m->limit)
		return;
	m->homes[m->n] = environment;
	m->bodies[m->n++] = mem_text(m->mem, id);
}

/*
 * A process died between storing a body and taking its marker away: after the row was committed the
 * marker goes, before that the body goes too.
 */
static size_t
collect_marked(struct task *t, struct store *s, int64_t before, size_t limit)
{
	struct marked m = { .mem = t->mem, .limit = limit, .homes = mem_array(t->mem, int64_t, limit),
		.bodies = mem_array(t->mem, const char *, limit) };
	struct rows   r;

	store_unnamed(t, s, before, note_marked, &m);
	if (m.n == 0)
		return 0;
	r = db_rows(t, &Q_blob_named, db_i64s(m.homes, m.n), db_texts(m.bodies, m.n));
	for (size_t i = 0; i < r.n; i++) {
		size_t k = (size_t)row_i64(&r, i, "ord") - 1;

		if (row_bool(&r, i, "named"))
			store_unmark(t, s, m.homes[k], m.bodies[k]);
		else
			store_remove(t, s, m.homes[k], m.bodies[k]);
	}
	return m.n;
}

/* A list of parts that goes makes its bodies loose. */
static void
remove_loose(struct task *t, struct store *s, const struct rows *r, size_t i)
{
	if (row_null(r, i, "body"))
		db_rows(t, &Q_blob_parts_remove, db_i64(row_i64(r, i, "parts_space")),
		    db_text(row_text(r, i, "parts")));
	else
		store_remove(t, s, row_i64(r, i, "home"), row_text(r, i, "body"));
}

/*
 * First the files, then the rows that say they may go: dying in between does the first part once
 * more. A body that a copy still names keeps its file; the copy's end makes it loose again, in a
 * row of its own.
 */
static size_t
collect_loose(struct task *t, struct store *s, int64_t before, size_t limit)
{
	struct rows r;
	int64_t    *ids;

	do
		r = db_rows(t, &Q_blob_loose_see, db_time(t->now), db_i64(ROWS));
	while (row_i64(&r, 0, "n") == ROWS);
	db_begin(t);
	r = db_rows(t, &Q_blob_loose_take, db_time(before), db_i64((int64_t)limit));
	ids = mem_array(t->mem, int64_t, r.n + 1);
	for (size_t i = 0; i < r.n; i++) {
		ids[i] = row_i64(&r, i, "id");
		if (!row_bool(&r, i, "named"))
			remove_loose(t, s, &r, i);
	}
	if (r.n > 0)
		db_rows(t, &Q_blob_loose_done, db_i64s(ids, r.n));
	db_commit(t);
	return r.n;
}

size_t
blob_collect(struct task *t, struct store *s, int64_t before, size_t limit)
{
	size_t n = collect_loose(t, s, before, limit);

	/* Which bodies are marked is asked of every environment's directory: once a run, not a step. */
	return n > 0 ? n : collect_marked(t, s, before, limit);
}

bool
blob_forget(struct task *t, struct store *s, int64_t environment)
{
	struct rows r = db_rows(t, &Q_blob_home_named, db_i64(environment));

	if (row_bool(&r, 0, "named"))
		return false;
	if (!store_remove_all(t, s, environment))
		return false;
	do
		r = db_rows(t, &Q_blob_home_forget, db_i64(environment), db_i64(ROWS));
	while (row_i64(&r, 0, "n") == ROWS);
	return true;
}
