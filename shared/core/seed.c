/* shared/core/seed.c - made-up records on their way into real servers: the rows */
#include "shared/core/seed.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

int64_t
seed_create(struct task *t, const struct seed_wish *w)
{
	struct rows r = db_rows(t, &Q_seeding_create, db_i64(w->environment), db_text(w->service),
	    db_text(w->template->name), db_i64((int64_t)w->in.seed), db_i64(w->in.today),
	    db_i64(w->in.related), db_i64(w->count), db_text(w->into), db_time(t->now),
	    db_i64(SEED_MOST_WAITING));

	return r.n == 1 ? row_i64(&r, 0, "id") : 0;
}

struct seeding *
seed_find(struct task *t, int64_t account, const char *public_id, int64_t id)
{
	struct rows     r = db_rows(t, &Q_seeding_find, db_i64(account), db_text(public_id),
	    db_i64(id));
	struct seeding *s;

	if (r.n == 0)
		return NULL;
	s = mem_one(t->mem, struct seeding);
	*s = (struct seeding){
		.id = id, .count = row_i64(&r, 0, "count"), .done = row_i64(&r, 0, "done"),
		.state = row_text(&r, 0, "state"), .fault = row_text(&r, 0, "fault"),
		.reason = row_text(&r, 0, "reason"), .made = row_bool(&r, 0, "made"),
	};
	return s;
}
