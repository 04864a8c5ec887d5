/* shared/engine/queue.c - queues themselves: make, find, list, change, empty, remove */
#include "shared/engine/queue.h"

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

static void
read_settings(const struct rows *r, struct queue *q)
{
	*q = (struct queue){
		.id = row_i64(r, 0, "queue"),         .hide_s = row_i64(r, 0, "hide_s"),
		.delay_s = row_i64(r, 0, "delay_s"),  .keep_s = row_i64(r, 0, "keep_s"),
		.wait_s = row_i64(r, 0, "wait_s"),    .size_most = row_i64(r, 0, "size_most"),
		.encrypted = row_bool(r, 0, "encrypted"), .policy = row_text(r, 0, "policy"),
		.key = row_text(r, 0, "key"),         .key_reuse_s = row_i64(r, 0, "key_reuse_s"),
	};
}

enum queue_result
queue_make(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue *q, int64_t pause, struct queue *out)
{
	struct rows r = db_rows(t, &Q_queue_make, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name),
	    db_i64(q->hide_s), db_i64(q->delay_s), db_i64(q->keep_s), db_i64(q->wait_s),
	    db_i64(q->size_most), db_bool(q->encrypted), db_text(q->policy), db_text(q->key),
	    db_i64(q->key_reuse_s), db_texts(q->tags.list, q->tags.n), db_time(sp->now),
	    db_time(sp->now - pause * SECOND));

	space_live(t, &r);
	if (!row_null(&r, 0, "deleted"))
		return QUEUE_REFUSED;
	if (!row_null(&r, 0, "made")) {
		*out = *q;
		out->id = row_i64(&r, 0, "made");
		out->created_at = out->changed_at = sp->now;
		return QUEUE_OK;
	}
	/* Its maker committed after we began: look again. */
	if (row_null(&r, 0, "queue"))
		task_throw(t, &FAULT_CONFLICT, NULL);
	read_settings(&r, out);
	return QUEUE_THERE;
}

enum queue_result
queue_find(struct task *t, const struct space *sp, const struct queue_name *n, struct queue *out)
{
	struct rows  r = db_rows(t, &Q_queue_find, db_i64(sp->environment), db_i64(sp->generation),
	     db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name));
	const char **tags;

	space_live(t, &r);
	if (row_null(&r, 0, "queue"))
		return QUEUE_NONE;
	read_settings(&r, out);
	out->created_at = row_time(&r, 0, "created_at");
	out->changed_at = row_time(&r, 0, "changed_at");
	out->tags.n = row_texts(t, &r, 0, "tags", &tags);
	out->tags.list = tags;
	return QUEUE_OK;
}

enum queue_result
queue_count(struct task *t, const struct space *sp, const struct queue_name *n, struct queue *out,
    struct queue_counts *counts)
{
	struct rows r = db_rows(t, &Q_queue_count, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name), db_time(sp->now));

	space_live(t, &r);
	if (row_null(&r, 0, "queue"))
		return QUEUE_NONE;
	read_settings(&r, out);
	out->created_at = row_time(&r, 0, "created_at");
	out->changed_at = row_time(&r, 0, "changed_at");
	*counts = (struct queue_counts){ .visible = row_i64(&r, 0, "visible"),
		.delayed = row_i64(&r, 0, "delayed"), .hidden = row_i64(&r, 0, "hidden") };
	return QUEUE_OK;
}

size_t
queue_list(struct task *t, const struct space *sp, const struct queue_name *n, const char *prefix,
    int64_t limit, const char ***names)
{
	struct rows r = db_rows(t, &Q_queue_list, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name), db_text(prefix),
	    db_i64(limit));
	size_t      found;

	space_live(t, &r);
	found = row_null(&r, 0, "name") ? 0 : r.n;
	*names = mem_array(t->mem, const char *, found + 1);
	for (size_t i = 0; i < found; i++)
		(*names)[i] = row_text(&r, i, "name");
	return found;
}

/* Null where nothing shall change. */
static struct param
change(int64_t value)
{
	return value < 0 ? db_null(db_i64(0)) : db_i64(value);
}

enum queue_result
queue_change(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_change *to)
{
	struct param encrypted = db_bool(to->encrypted > 0);
	struct rows  r;

	if (to->encrypted < 0)
		encrypted = db_null(encrypted);
	r = db_rows(t, &Q_queue_change, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name),
	    change(to->hide_s), change(to->delay_s), change(to->keep_s), change(to->wait_s),
	    change(to->size_most), encrypted, db_text(to->policy), db_text(to->key),
	    change(to->key_reuse_s), db_time(sp->now));
	space_live(t, &r);
	return row_null(&r, 0, "queue") ? QUEUE_NONE : QUEUE_OK;
}

enum queue_result
queue_tag(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_tags *put, const char *const *names, size_t n_names, int64_t most)
{
	struct rows r = db_rows(t, &Q_queue_tag, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name),
	    db_texts(put->list, put->n), db_texts(names, n_names), db_i64(most));

	space_live(t, &r);
	if (row_null(&r, 0, "queue"))
		return QUEUE_NONE;
	return row_bool(&r, 0, "done") ? QUEUE_OK : QUEUE_REFUSED;
}

enum queue_result
queue_purge(struct task *t, const struct space *sp, const struct queue_name *n, int64_t pause)
{
	struct rows r = db_rows(t, &Q_queue_purge, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name), db_time(sp->now),
	    db_time(sp->now - pause * SECOND), db_time(t->now));

	space_live(t, &r);
	if (row_null(&r, 0, "queue"))
		return QUEUE_NONE;
	return row_bool(&r, 0, "purged") ? QUEUE_OK : QUEUE_REFUSED;
}

enum queue_result
queue_remove(struct task *t, const struct space *sp, const struct queue_name *n, int64_t pause,
    int64_t *id)
{
	struct rows r = db_rows(t, &Q_queue_remove, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name), db_time(sp->now),
	    db_time(sp->now - pause * SECOND), db_time(t->now));

	space_live(t, &r);
	*id = row_i64(&r, 0, "queue");
	return row_null(&r, 0, "queue") ? QUEUE_NONE : QUEUE_OK;
}

size_t
queue_collect(struct task *t, int64_t before, size_t limit, bool *more)
{
	struct rows r = db_rows(t, &Q_queue_collect, db_time(before), db_i64((int64_t)limit));

	*more = r.n > 0;
	return r.n > 0 ? (size_t)row_i64(&r, 0, "messages") : 0;
}
