/* shared/core/seed.c - made-up records on their way into servers and buckets: the rows */
#include "shared/core/seed.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/space.h"
#include "shared/wire/enc.h"

static struct rows
create_files(struct task *t, const struct seed_wish *w)
{
	return db_rows(t, &Q_seeding_create_files, db_i64(w->environment),
	    db_i64(w->space->generation), db_i64(w->space->id), db_text(w->bucket), db_bool(w->made),
	    db_text(w->template->name), db_i64((int64_t)w->in.seed), db_i64(w->in.today),
	    db_i64(w->in.related), db_i64(w->count), db_text(w->into), db_time(t->now),
	    db_i64(SEED_MOST_WAITING));
}

int64_t
seed_create(struct task *t, const struct seed_wish *w)
{
	struct rows r = w->service == NULL ? create_files(t, w)
	    : db_rows(t, &Q_seeding_create, db_i64(w->environment), db_text(w->service),
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
		.bytes = row_i64(&r, 0, "bytes"), .state = row_text(&r, 0, "state"),
		.fault = row_text(&r, 0, "fault"), .reason = row_text(&r, 0, "reason"),
		.made = row_bool(&r, 0, "made"),
	};
	return s;
}

struct buf
seed_file(struct mem *m, struct mem *record, const struct mock_template *of,
    const struct mock_inputs *in, int64_t first, int64_t last)
{
	struct buf  b = buf_new(m);
	struct enc *e = enc_new(m, &enc_traits_json, &b);

	enc_list(e, NULL, NULL);
	mock_write(e, record, of, in, first, last);
	enc_end(e);
	return b;
}

const char *
seed_file_key(struct mem *m, const char *prefix, const struct mock_template *of, int64_t first)
{
	return mem_fmt(m, "%s%s-%04lld.json", prefix, of->name, (long long)(first / SEED_FILE + 1));
}
