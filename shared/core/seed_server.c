/* shared/core/seed_server.c - made-up records on their way into real servers: the loading */
#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/seed_hand.h"
#include "shared/db/db.h"

enum { SEEN_EVERY = 100 };

#define REPORT (500 * MILLISECOND)

/* False: it was taken out of our hands. */
static bool
report(struct seed_hand *h, int64_t done)
{
	struct task    *t = h->t;
	struct mem_mark mark = mem_mark(t->mem);
	bool            ours;

	t->now = clock_now();
	ours = db_rows(t, &Q_seeding_progress, db_i64(h->id), db_text(h->s->who), db_i64(done),
	    db_bool(h->load.made), db_time(t->now), db_time(t->now + SEED_LEASE)).n == 1;
	mem_release(t->mem, mark);
	h->reported = clock_monotonic();
	return ours;
}

static void
close_load(void *arg)
{
	struct seed_hand *h = arg;

	h->ops->close(&h->load);
}

static void
set_columns(struct seed_hand *h)
{
	static const enum load_type types[] = { [MOCK_TEXT] = LOAD_TEXT, [MOCK_INT] = LOAD_INT,
		[MOCK_NUMBER] = LOAD_NUMBER, [MOCK_BOOL] = LOAD_BOOL, [MOCK_DATE] = LOAD_DATE,
		[MOCK_TIME] = LOAD_TIME, [MOCK_LIST] = LOAD_LIST };
	struct load_column *columns = mem_array(h->t->mem, struct load_column, h->template->n_fields);

	for (size_t i = 0; i < h->template->n_fields; i++)
		columns[i] = (struct load_column){ h->template->fields[i].name,
			types[h->template->fields[i].type] };
	h->load.columns = columns;
	h->load.n_columns = h->template->n_fields;
}

static enum load_result
load_record(struct seed_hand *h, int64_t index)
{
	const struct mock_value *made = mock_make(h->record, h->template, &h->in, (uint64_t)index);
	size_t                   n = h->template->n_fields;
	struct load_value       *values = mem_array(h->record, struct load_value, n);
	enum load_result         r;

	for (size_t i = 0; i < n; i++)
		values[i] = (struct load_value){ made[i].text, made[i].list, made[i].n };
	r = h->ops->row(&h->load, values);
	mem_reset(h->record);
	return r;
}

/* Out of our hands: another does it, or it is too late. */
static enum load_result
taken(struct seed_hand *h)
{
	return load_fail(&h->load, LOAD_AGAIN, "taken over by another process");
}

static enum load_result
load_records(struct seed_hand *h)
{
	enum load_result r = LOAD_OK;

	for (int64_t i = 0; i < h->count && r == LOAD_OK; i++) {
		r = load_record(h, i);
		if (i == h->count / 2)
			seed_reached(h->s, "half");
		if (r == LOAD_OK && i % SEEN_EVERY == 0 && clock_monotonic() - h->reported >= REPORT &&
		    !report(h, i + 1))
			r = taken(h);
	}
	return r;
}

static enum load_result
load_all(struct seed_hand *h)
{
	enum load_result r = h->ops->open(&h->load);

	if (r != LOAD_OK)
		return r;
	if (!report(h, 0))
		return taken(h);
	seed_reached(h->s, "opened");
	r = load_records(h);
	if (r == LOAD_OK)
		r = h->ops->complete(&h->load);
	if (r != LOAD_OK)
		return r;
	seed_reached(h->s, "completed");
	if (!report(h, h->count))
		return taken(h);
	r = h->ops->commit(&h->load);
	seed_reached(h->s, "committed");
	return r;
}

enum seed_end
seed_server(struct seed_hand *h)
{
	set_columns(h);
	mem_defer(h->t->mem, close_load, h);
	switch (load_all(h)) {
	case LOAD_OK:
		return SEED_DONE;
	case LOAD_REFUSED:
		return seed_because(h, SEED_UNFIT, h->load.why);
	case LOAD_AGAIN:
		break;
	}
	return seed_because(h, SEED_AGAIN, h->load.why);
}
