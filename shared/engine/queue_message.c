/* shared/engine/queue_message.c - messages: send, receive, delete, hide */
#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/db/db.h"
#include "shared/engine/queue.h"

const char *
queue_channel(struct mem *m, int64_t space, int64_t queue)
{
	return mem_fmt(m, "queue:%lld:%lld", (long long)space, (long long)queue);
}

/* A random UUID (RFC 9562, version 4). */
const char *
queue_public_id(struct task *t)
{
	unsigned char b[16];
	const char   *h;

	id_bytes(&t->ids, b, sizeof(b));
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	h = text_hex(t->mem, b, sizeof(b));
	return mem_fmt(t->mem, "%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12, h + 16, h + 20);
}

/* The columns of messages to send, each as an array. */
struct columns {
	const char **public_id, **body, **md5, **attributes, **attributes_md5, **trace, **group;
	int64_t     *size, *delay_s;
};

static void
fill(struct mem *m, const struct queue_message *list, size_t n, struct columns *c)
{
	const char **texts = mem_array(m, const char *, 7 * n + 1);
	int64_t     *numbers = mem_array(m, int64_t, 2 * n + 1);

	*c = (struct columns){ texts, texts + n, texts + 2 * n, texts + 3 * n, texts + 4 * n,
		texts + 5 * n, texts + 6 * n, numbers, numbers + n };
	for (size_t i = 0; i < n; i++) {
		c->public_id[i] = list[i].public_id;
		c->body[i] = list[i].body;
		c->md5[i] = list[i].md5;
		c->attributes[i] = list[i].attributes;
		c->attributes_md5[i] = list[i].attributes_md5;
		c->trace[i] = list[i].trace;
		c->group[i] = list[i].group;
		c->size[i] = list[i].size;
		c->delay_s[i] = list[i].delay_s;
	}
}

enum queue_result
queue_send(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_message *list, size_t count, struct queue *q)
{
	struct columns c;
	struct rows    r;

	fill(t->mem, list, count, &c);
	r = db_rows(t, &Q_queue_send, db_i64(sp->environment), db_i64(sp->generation), db_i64(sp->id),
	    db_text(n->owner), db_text(n->region), db_text(n->name), db_time(sp->now),
	    db_text(count > 0 ? list[0].sender : ""), db_texts(c.public_id, count),
	    db_texts(c.body, count), db_texts(c.md5, count), db_texts(c.attributes, count),
	    db_texts(c.attributes_md5, count), db_texts(c.trace, count), db_texts(c.group, count),
	    db_i64s(c.size, count), db_i64s(c.delay_s, count));
	space_live(t, &r);
	*q = (struct queue){ .id = row_i64(&r, 0, "queue"), .delay_s = row_i64(&r, 0, "delay_s"),
		.size_most = row_i64(&r, 0, "size_most") };
	return row_null(&r, 0, "queue") ? QUEUE_NONE : QUEUE_OK;
}

static void
read_message(const struct rows *r, size_t i, struct queue_message *m)
{
	*m = (struct queue_message){
		.id = row_i64(r, i, "id"),                .public_id = row_text(r, i, "public_id"),
		.body = row_text(r, i, "body"),           .md5 = row_text(r, i, "md5"),
		.attributes = row_text(r, i, "attributes"),
		.attributes_md5 = row_text(r, i, "attributes_md5"),
		.trace = row_text(r, i, "trace"),         .group = row_text(r, i, "group_id"),
		.sender = row_text(r, i, "sender"),       .sent_at = row_time(r, i, "sent_at"),
		.receives = row_i64(r, i, "receives"),
		.first_received_at = row_time(r, i, "first_received_at"),
	};
}

enum queue_result
queue_receive(struct task *t, const struct space *sp, const struct queue_name *n, int64_t most,
    int64_t hide_s, struct queue *q, struct queue_message **out, size_t *count, int64_t *next_at)
{
	struct rows r;

	do {
		r = db_rows(t, &Q_queue_receive, db_i64(sp->environment), db_i64(sp->generation),
		    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name),
		    db_time(sp->now), db_i64(most), db_i64(hide_s));
		space_live(t, &r);
	} while (row_null(&r, 0, "id") && row_i64(&r, 0, "expired") > 0);
	*count = 0;
	*next_at = row_time(&r, 0, "next_at");
	*q = (struct queue){ .id = row_i64(&r, 0, "queue"), .wait_s = row_i64(&r, 0, "wait_s") };
	if (row_null(&r, 0, "queue"))
		return QUEUE_NONE;
	if (row_null(&r, 0, "id"))
		return QUEUE_OK;
	*out = mem_array(t->mem, struct queue_message, r.n);
	for (size_t i = 0; i < r.n; i++)
		read_message(&r, i, &(*out)[i]);
	*count = r.n;
	return QUEUE_OK;
}

enum queue_result
queue_delete(struct task *t, const struct space *sp, const struct queue_name *n,
    const struct queue_receipt *list, size_t count, struct queue *q)
{
	int64_t    *ids = mem_array(t->mem, int64_t, 2 * count + 1), *receives = ids + count;
	struct rows r;

	for (size_t i = 0; i < count; i++) {
		ids[i] = list[i].id;
		receives[i] = list[i].receives;
	}
	r = db_rows(t, &Q_queue_delete, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(n->owner), db_text(n->region), db_text(n->name),
	    db_i64s(ids, count), db_i64s(receives, count));
	space_live(t, &r);
	*q = (struct queue){ .id = row_i64(&r, 0, "queue") };
	return row_null(&r, 0, "queue") ? QUEUE_NONE : QUEUE_OK;
}

enum queue_result
queue_hide(struct task *t, const struct space *sp, const struct queue_name *n,
    struct queue_receipt *list, size_t count, struct queue *q)
{
	int64_t    *ids = mem_array(t->mem, int64_t, 2 * count + 1), *hide = ids + count;
	struct rows r;

	for (size_t i = 0; i < count; i++) {
		ids[i] = list[i].id;
		hide[i] = list[i].hide_s;
		list[i].done = false;
	}
	r = db_rows(t, &Q_queue_hide, db_i64(sp->environment), db_i64(sp->generation), db_i64(sp->id),
	    db_text(n->owner), db_text(n->region), db_text(n->name), db_time(sp->now),
	    db_i64s(ids, count), db_i64s(hide, count));
	space_live(t, &r);
	*q = (struct queue){ .id = row_i64(&r, 0, "queue") };
	if (row_null(&r, 0, "queue"))
		return QUEUE_NONE;
	for (size_t i = 0; i < r.n && !row_null(&r, i, "ord"); i++)
		list[row_i64(&r, i, "ord") - 1].done = row_bool(&r, i, "done");
	return QUEUE_OK;
}
