/* shared/engine/blob_event.c - what buckets tell queues of their objects: an outbox */
#include "shared/engine/blob_event.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/blob_row.h"

enum { BATCH = 100, PAUSE = 3 }; /* events; seconds: 3, then 6, 9, 12 */

void
blob_event_add(struct task *t, const struct space *sp, const char *sender,
    const struct blob_event *list, size_t n)
{
	const char **texts = mem_array(t->mem, const char *, 6 * n + 1);
	const char **owner = texts, **region = texts + n, **name = texts + 2 * n;
	const char **id = texts + 3 * n, **head = texts + 4 * n, **tail = texts + 5 * n;

	for (size_t i = 0; i < n; i++) {
		owner[i] = list[i].to.owner;
		region[i] = list[i].to.region;
		name[i] = list[i].to.name;
		id[i] = queue_public_id(t);
		head[i] = list[i].head;
		tail[i] = list[i].tail;
	}
	db_rows(t, &Q_blob_event_add, db_i64(sp->id), db_texts(owner, n), db_texts(region, n),
	    db_texts(name, n), db_texts(id, n), db_text(sender), db_texts(head, n), db_texts(tail, n),
	    db_time(sp->now));
}

static size_t
read_spaces(struct task *t, const struct rows *r, int64_t **out)
{
	*out = mem_array(t->mem, int64_t, r->n + 1);
	for (size_t i = 0; i < r->n; i++)
		(*out)[i] = row_i64(r, i, "space");
	return r->n;
}

size_t
blob_event_spaces(struct task *t, int64_t after, size_t limit, int64_t **out)
{
	struct rows r = db_rows(t, &Q_blob_event_spaces, db_time(t->now), db_i64(after),
	    db_i64((int64_t)limit));

	return read_spaces(t, &r, out);
}

size_t
blob_event_send(struct task *t, int64_t space, const struct blob_event_services *s,
    struct blob_event_sent **list, bool *more)
{
	struct rows r = db_rows(t, &Q_blob_event_send, db_i64(space), db_time(t->now), db_i64(BATCH),
	    db_i64(PAUSE), db_i64(BLOB_EVENT_TRIES), db_text(s->buckets), db_text(s->queues));
	size_t      n = row_null(&r, 0, "queue") ? 0 : r.n;

	*more = !row_bool(&r, 0, "mine") || row_i64(&r, 0, "taken") == BATCH;
	*list = mem_array(t->mem, struct blob_event_sent, n + 1);
	for (size_t i = 0; i < n; i++)
		(*list)[i] = (struct blob_event_sent){ row_i64(&r, i, "space"),
			row_i64(&r, i, "queue") };
	return n;
}

void
blob_happened_add(struct task *t, const struct space *sp, const char *bucket, const char *event,
    const struct blob_object *o)
{
	db_rows(t, &Q_blob_happened_add, db_i64(sp->id), db_text(bucket), db_text(event),
	    db_text(o->key), db_text(o->version), db_i64(o->size), db_text(o->etag), db_time(sp->now));
}

size_t
blob_happened_spaces(struct task *t, int64_t after, size_t limit, int64_t **out)
{
	struct rows r = db_rows(t, &Q_blob_happened_spaces, db_i64(after), db_i64((int64_t)limit));

	return read_spaces(t, &r, out);
}

size_t
blob_happened_take(struct task *t, struct space *sp, const char *service, size_t limit,
    struct blob_happening **out, const char **public_id)
{
	struct rows r = db_rows(t, &Q_blob_happened_take, db_i64(sp->id), db_i64((int64_t)limit),
	    db_text(service));

	*out = mem_array(t->mem, struct blob_happening, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct blob_happening){ .bucket = row_text(&r, i, "bucket"),
			.event = row_text(&r, i, "event"), .key = row_text(&r, i, "key"),
			.version = blob_version_id(row_text(&r, i, "version")),
			.etag = row_text(&r, i, "etag"), .class = row_text(&r, i, "class"),
			.size = row_null(&r, i, "size") ? -1 : row_i64(&r, i, "size"),
			.until = row_time(&r, i, "until_at"), .at = row_time(&r, i, "at") };
	if (r.n > 0) {
		sp->environment = row_i64(&r, 0, "environment");
		sp->generation = row_i64(&r, 0, "generation");
		*public_id = row_text(&r, 0, "public_id");
	}
	return r.n;
}
