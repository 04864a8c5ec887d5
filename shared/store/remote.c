/* shared/store/remote.c - what the stores of others have in common: settings, reading, removing */
#include "shared/store/remote.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/db/db.h"

enum { LIST = 1000, RESUMES = 3, GET_MEMORY = 4 << 20 };

struct remote_get {
	struct store_get    get;
	struct task        *task;
	struct mem         *mem; /* of its own: an object may have 10,000 bodies; NULL: at its end */
	int64_t             environment;
	const char         *id;
	struct http_stream *from;
	int64_t             offset, end;
	int                 resumed;
};

struct remote *
remote_of(struct store *s)
{
	return (struct remote *)(void *)s;
}

bool
remote_open(struct remote *r, const struct conf *c, const struct store_driver *driver,
    const struct remote_kind *kind, const char *endpoint, char *error, size_t size)
{
	r->store.driver = driver;
	r->kind = kind;
	r->part = c->store_part;
	pthread_mutex_init(&r->lock, NULL);
	if (!http_service_parse(&r->http, endpoint)) {
		snprintf(error, size, "MF_STORE_ENDPOINT=%s is no http or https address", endpoint);
		return false;
	}
	r->http.name = "store";
	r->http.timeout = c->store_timeout;
	r->http.ca_file = c->store_ca_file[0] != '\0' ? c->store_ca_file : NULL;
	if (c->object_max / REMOTE_PARTS >= r->part) {
		snprintf(error, size, "MF_OBJECT_MAX is more than %d times MF_STORE_PART", REMOTE_PARTS);
		return false;
	}
	return true;
}

static const char *
public_id(struct task *t, struct remote *r, int64_t environment)
{
	size_t      i = (size_t)environment % REMOTE_NAMES;
	char        kept[sizeof(r->names[0].public_id)] = "";
	const char *found;
	struct rows rows;

	pthread_mutex_lock(&r->lock);
	if (r->names[i].environment == environment)
		memcpy(kept, r->names[i].public_id, sizeof(kept));
	pthread_mutex_unlock(&r->lock);
	if (kept[0] != '\0')
		return mem_text(t->mem, kept);
	rows = db_rows(t, &Q_store_public_id, db_i64(environment));
	if (rows.n == 0)
		task_throw(t, &FAULT_INTERNAL, "there is no environment %" PRId64, environment);
	found = row_text(&rows, 0, "public_id");
	if (strlen(found) >= sizeof(kept))
		return found;
	pthread_mutex_lock(&r->lock);
	r->names[i].environment = environment;
	memcpy(r->names[i].public_id, found, strlen(found) + 1);
	pthread_mutex_unlock(&r->lock);
	return found;
}

struct remote_name
remote_name(struct task *t, struct store *s, int64_t environment, const char *id)
{
	struct remote     *r = remote_of(s);
	struct remote_name name = { .environment = environment, .id = mem_text(t->mem, id) };

	if (r->kind->wants_public_id)
		name.public_id = public_id(t, r, environment);
	return name;
}

/* The words of an error document, without its end and without what is no text. */
static const char *
beginning(struct mem *m, const struct buf *body)
{
	enum { MOST = 300 };

	return mem_text_n(m, body->data, body->len < MOST ? body->len : MOST);
}

void
remote_failed(struct task *t, struct store *s, const char *what, const struct http_answer *a,
    const char *request_id)
{
	struct log l = log_begin("store");

	log_text(&l, "cannot", what);
	log_text(&l, "at", remote_of(s)->http.origin);
	log_int(&l, "status", a->status);
	log_text(&l, "error", a->error);
	log_text(&l, "request", request_id);
	log_text(&l, "said", a->body.len > 0 ? beginning(t->mem, &a->body) : NULL);
	log_end(&l);
	task_note_why(t, "store: %s: status %d", what, (int)a->status);
	task_throw(t, &FAULT_UNAVAILABLE, NULL);
}

void
remote_lied(struct task *t, struct store *s, const char *what, const char *said)
{
	struct log l = log_begin("store");

	log_text(&l, "wrong_digest", what);
	log_text(&l, "at", remote_of(s)->http.origin);
	log_text(&l, "said", said);
	log_end(&l);
	task_note_why(t, "store: %s: another digest", what);
	task_throw(t, &FAULT_UNAVAILABLE, NULL);
}

void
remote_check_range(struct task *t, struct store *s, struct http_stream *h, int64_t offset,
    const char *request_id_header)
{
	const char        *range = http_answer_header(h, "content-range");
	const char        *expected = mem_fmt(t->mem, "bytes %" PRId64 "-", offset);
	struct http_answer a = { .status = http_status(h), .error = http_error(h),
		.body = buf_new(t->mem) };
	char               said[256];

	if ((a.status == 206 && range != NULL && text_starts(range, expected)) ||
	    (a.status == 200 && offset == 0))
		return;
	buf_add(&a.body, said, http_read(h, said, sizeof(said)));
	remote_failed(t, s, "get", &a, http_answer_header(h, request_id_header));
}

const char *
remote_path(struct task *t, struct store *s, int64_t environment, const char *id)
{
	(void)t, (void)s, (void)environment, (void)id;
	return NULL;
}

static void
open_get(void *arg)
{
	struct remote_get *g = arg;
	struct store      *s = g->get.store;
	struct remote_name name = remote_name(g->task, s, g->environment, g->id);

	g->from = remote_of(s)->kind->get(g->task, s, &name, g->offset, g->end - g->offset);
}

static void
end_get(void *arg)
{
	struct remote_get *g = arg;

	mem_free(g->mem); /* closes the stream */
	g->mem = NULL;
	g->from = NULL;
}

struct store_get *
remote_read(struct task *t, struct store *s, int64_t environment, const char *id, int64_t offset,
    int64_t length)
{
	struct remote_get *g = mem_one(t->mem, struct remote_get);

	*g = (struct remote_get){ .get.store = s, .task = t, .environment = environment,
		.id = mem_text(t->mem, id), .offset = offset, .end = offset + length };
	mem_defer(t->mem, end_get, g);
	if (length == 0)
		return &g->get;
	g->mem = task_arena(t, GET_MEMORY);
	task_within(t, g->mem, open_get, g);
	return &g->get;
}

/* Broken off: go on where it was, a few times. */
static void
resume(struct task *t, struct remote_get *g)
{
	const char *why = http_error(g->from);

	log_say("store", "body %s broke off: %s", g->id, why != NULL ? why : "it is too short");
	http_close(g->from);
	if (why == NULL || g->resumed++ == RESUMES)
		task_throw(t, &FAULT_UNAVAILABLE, NULL);
	task_within(t, g->mem, open_get, g);
}

size_t
remote_next(struct task *t, struct store_get *get, void *p, size_t n)
{
	struct remote_get *g = (struct remote_get *)(void *)get;
	size_t             got = 0;

	if ((int64_t)n > g->end - g->offset)
		n = (size_t)(g->end - g->offset);
	while (got < n) {
		size_t some = http_read(g->from, (char *)p + got, n - got);

		got += some;
		g->offset += (int64_t)some;
		if (some == 0)
			resume(t, g);
	}
	if (g->offset == g->end)
		end_get(g);
	return got;
}

void
remote_remove(struct task *t, struct store *s, int64_t environment, const char *id)
{
	struct mem_mark           mark = mem_mark(t->mem);
	struct remote_name        name = remote_name(t, s, environment, id);
	const struct remote_kind *k = remote_of(s)->kind;
	struct rows r = db_rows(t, &Q_store_is_coming, db_i64(environment), db_text(id));

	/* Before the body: an upload that is committed meanwhile leaves one. */
	if (row_bool(&r, 0, "coming"))
		k->abort(t, s, &name);
	k->remove(t, s, &name);
	if (row_bool(&r, 0, "coming"))
		db_rows(t, &Q_store_not_coming, db_i64(environment), db_text(id));
	mem_release(t->mem, mark);
}

void
remote_unnamed(struct task *t, struct store *s, int64_t before,
    void (*each)(void *arg, int64_t environment, const char *id), void *arg)
{
	struct rows r = db_rows(t, &Q_store_unnamed, db_time(before), db_i64(LIST));

	(void)s;
	for (size_t i = 0; i < r.n; i++)
		each(arg, row_i64(&r, i, "home"), row_text(&r, i, "body"));
}

void
remote_unmark(struct task *t, struct store *s, int64_t environment, const char *id)
{
	(void)s;
	db_rows(t, &Q_store_not_coming, db_i64(environment), db_text(id));
}

bool
remote_remove_all(struct task *t, struct store *s, int64_t environment)
{
	struct remote_name name = remote_name(t, s, environment, NULL);

	if (!remote_of(s)->kind->remove_all(t, s, &name, clock_monotonic() + STORE_ENOUGH))
		return false;
	db_rows(t, &Q_store_none_coming, db_i64(environment));
	return true;
}
