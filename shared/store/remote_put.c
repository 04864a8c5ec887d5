/* shared/store/remote_put.c - a body on its way into a store of somebody else */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/store/remote.h"
#include "shared/wire/digest.h"

/* How often we say that a body is still coming; the collector waits longer than that. */
#define STILL_COMING (10 * SECOND)

struct remote_put {
	struct store_put   put;
	struct task       *task;
	struct remote_name name;
	char              *part;    /* what is not sent yet; not the arena's either */
	size_t             n, most;
	const char        *upload;  /* NULL: all of it fits one request so far */
	int                parts;
	char              *etags;   /* not the arena's: what a part took there is given back */
	size_t             n_etags;
	struct digest     *whole;   /* of the parts' digests */
	int64_t            seen;    /* monotonic: when we last said so */
	bool               kept;
};

static struct remote_put *
put_of(struct store_put *put)
{
	return (struct remote_put *)(void *)put;
}

static void
give_back(void *arg)
{
	struct remote_put *p = arg;

	free(p->etags);
	free(p->part);
	p->etags = p->part = NULL;
}

struct store_put *
remote_create(struct task *t, struct store *s, int64_t environment, const char *id)
{
	struct remote_put *p = mem_one(t->mem, struct remote_put);

	*p = (struct remote_put){ .put.store = s, .task = t, .most = (size_t)remote_of(s)->part };
	p->name = remote_name(t, s, environment, id);
	p->whole = digest_new(t->mem, DIGEST_MD5);
	mem_defer(t->mem, give_back, p);
	db_rows(t, &Q_store_coming, db_i64(environment), db_text(id), db_time(clock_now()));
	p->seen = clock_monotonic();
	p->part = malloc(p->most);
	if (p->part == NULL)
		abort();
	return &p->put;
}

/* Or the collector would take it for forgotten. */
static void
still_coming(struct task *t, struct remote_put *p)
{
	struct rows r;

	if (clock_monotonic() - p->seen < STILL_COMING)
		return;
	r = db_rows(t, &Q_store_still_coming, db_i64(p->name.environment), db_text(p->name.id),
	    db_time(clock_now()));
	if (r.n == 0) {
		log_say("store", "body %s took so long that the collector removed it", p->name.id);
		task_throw(t, &FAULT_UNAVAILABLE, NULL);
	}
	p->seen = clock_monotonic();
}

static void
note_etag(struct remote_put *p, const char *etag)
{
	size_t len = strlen(etag) + 1;
	char  *grown = realloc(p->etags, p->n_etags + len);

	if (grown == NULL)
		abort();
	p->etags = grown;
	memcpy(p->etags + p->n_etags, etag, len);
	p->n_etags += len;
}

/* One part goes out, and what that took of the arena is given back: there may be 10,000. */
static void
send_part(struct task *t, struct remote_put *p)
{
	const struct remote_kind *k = remote_of(p->put.store)->kind;
	unsigned char             md5[DIGEST_MOST];
	struct mem_mark           mark;

	if (p->upload == NULL)
		p->upload = k->begin(t, p->put.store, &p->name);
	if (p->parts == REMOTE_PARTS)
		task_throw(t, &FAULT_INTERNAL, "body %s has too many parts", p->name.id);
	mark = mem_mark(t->mem);
	digest_once(DIGEST_MD5, p->part, p->n, md5);
	digest_add(p->whole, md5, REMOTE_MD5);
	p->parts++;
	note_etag(p, k->part(t, p->put.store, &p->name, p->upload, p->parts, p->part, p->n, md5));
	still_coming(t, p);
	mem_release(t->mem, mark);
	p->n = 0;
}

void
remote_write(struct task *t, struct store_put *put, const void *data, size_t n)
{
	struct remote_put *p = put_of(put);
	const char        *at = data;

	assert(!p->kept);
	while (n > 0) {
		size_t some = p->most - p->n < n ? p->most - p->n : n;

		if (some == 0) {
			send_part(t, p);
			continue;
		}
		memcpy(p->part + p->n, at, some);
		p->n += some;
		at += some;
		n -= some;
	}
}

void
remote_keep(struct task *t, struct store_put *put)
{
	struct remote_put        *p = put_of(put);
	const struct remote_kind *k = remote_of(put->store)->kind;
	struct mem_mark           mark = mem_mark(t->mem);
	unsigned char             md5[DIGEST_MOST];

	assert(!p->kept);
	if (p->upload == NULL) {
		digest_once(DIGEST_MD5, p->part, p->n, md5);
		k->put(t, put->store, &p->name, p->part, p->n, md5);
	} else {
		send_part(t, p);
		digest_end(p->whole, md5);
		k->commit(t, put->store, &p->name, p->upload, p->etags, p->parts, md5);
	}
	still_coming(t, p);
	p->kept = true;
	give_back(p);
	mem_release(t->mem, mark);
}

/* The trigger has done it. */
void
remote_named(struct store_put *put)
{
	(void)put;
}

/* Its row stays: the collector removes the body as it does one nobody came back for. */
void
remote_drop(struct store_put *put)
{
	(void)put;
}
