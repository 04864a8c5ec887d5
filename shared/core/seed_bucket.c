/* shared/core/seed_bucket.c - made-up records on their way into a bucket: the next file */
#include <string.h>

#include "queries.h"
#include "shared/base/buf.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/environment.h"
#include "shared/core/seed_hand.h"
#include "shared/core/weigh.h"
#include "shared/db/db.h"
#include "shared/engine/blob_event.h"
#include "shared/store/store.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

enum { MOST_RUNS = 3 };

/* Records [h->done, last), and whose they will be. */
struct file {
	struct seed_hand  *h;
	struct space       space;
	const char        *who;
	int64_t            last;
	struct blob_object object;
	enum seed_end      end;
};

/* This is the step at which the process is to kill itself, if it is. */
static void
reached(const struct file *f, const char *step, bool here)
{
	if (here)
		seed_reached(f->h->s, step);
}

/* NULL: the environment does not run any more, or was reset. */
static const struct environment *
find_space(struct file *f)
{
	struct seed_hand         *h = f->h;
	const struct environment *e = environment_load(h->t, h->public_id);

	if (e == NULL || e->state != ENV_RUNNING || e->n_accounts == 0)
		return NULL;
	for (size_t i = 0; i < e->n_services; i++)
		if (e->services[i].space == h->space &&
		    environment_space(h->t, e, e->services[i].service, &f->space)) {
			f->who = e->accounts[0].account_id;
			return e;
		}
	return NULL;
}

/* The object as the SDK's upload would leave it, digests included. */
static void
describe(struct file *f, const struct buf *b)
{
	static const char *const headers[] = { "content-type", "application/json" };
	struct mem   *m = f->h->t->mem;
	unsigned char crc[DIGEST_MOST];

	digest_once(DIGEST_CRC64NVME, b->data, b->len, crc);
	f->object = (struct blob_object){
		.key = seed_file_key(m, f->h->prefix, f->h->template, f->h->done),
		.modified_at = f->space.now, .size = (int64_t)b->len,
		.etag = digest_hex(m, DIGEST_MD5, b->data, b->len),
		.headers = { headers, COUNT(headers) }, .storage_class = "STANDARD",
		.checksum_algorithm = "CRC64NVME", .checksum_type = "FULL_OBJECT",
		.checksum = base64_encode(m, crc, digest_size(DIGEST_CRC64NVME)),
		.home = f->space.environment,
	};
}

/* In the object itself, or in the store: NULL for the former. */
static struct store_put *
keep_bytes(struct file *f, const struct buf *b)
{
	struct seed_hand *h = f->h;
	struct store_put *put;

	if (f->object.size <= h->s->conf->inline_max) {
		f->object.bytes = b->data;
		return NULL;
	}
	f->object.body = blob_body_id(h->t);
	put = store_create(h->t, h->s->store, f->object.home, f->object.body);
	store_write(h->t, put, b->data, b->len);
	store_keep(h->t, put);
	return put;
}

/* The object, what is told of it, and that it is done: one transaction, or nothing. */
static enum seed_end
commit(struct file *f)
{
	static const struct blob_condition always = { 0 };
	struct seed_hand *h = f->h;
	struct task      *t = h->t;
	bool              over = f->last == h->count;

	db_begin(t);
	if (db_rows(t, &Q_seeding_file, db_i64(h->id), db_text(h->s->who), db_i64(h->done),
	    db_i64(f->last), db_i64(f->object.size), db_time(t->now)).n == 0)
		return seed_because(h, SEED_AGAIN, "taken over by another process");
	if (blob_put(t, &f->space, f->who, h->bucket, &f->object, &always) != BLOB_OK)
		return seed_because(h, SEED_INTERRUPTED,
		    "The bucket was deleted before the records were in it.");
	blob_happened_add(t, &f->space, h->bucket, "ObjectCreated:Put", &f->object);
	reached(f, "completed", over);
	db_commit(t);
	reached(f, "committed", over);
	return over ? SEED_DONE : SEED_GOES_ON;
}

static void
put_file(void *arg)
{
	struct file              *f = arg;
	struct seed_hand         *h = f->h;
	const struct environment *e = find_space(f);
	struct store_put         *put;
	struct buf                b;

	if (e == NULL) {
		f->end = seed_gone(h);
		return;
	}
	reached(f, "opened", true);
	b = seed_file(h->t->mem, h->record, h->template, &h->in, h->done, f->last);
	describe(f, &b);
	if (!weigh_fits(h->t, h->s->limit, e->account, e->storage, f->object.size)) {
		f->end = seed_because(h, SEED_FULL, "The account stores all it may.");
		return;
	}
	put = keep_bytes(f, &b);
	reached(f, "half", h->done <= h->count / 2 && h->count / 2 < f->last);
	f->end = commit(f);
	db_release(h->t); /* what was not committed is undone */
	if (put == NULL)
		return;
	if (f->end == SEED_DONE || f->end == SEED_GOES_ON)
		store_named(put);
	else
		store_drop(put);
}

enum seed_end
seed_bucket(struct seed_hand *h)
{
	struct file f = { .h = h,
		.last = h->done + SEED_FILE < h->count ? h->done + SEED_FILE : h->count };
	const struct fault *fault;

	for (int i = 0; i < MOST_RUNS; i++) {
		fault = task_try(h->t, put_file, &f);
		if (fault == NULL)
			return f.end;
		db_release(h->t);
		if (fault != &FAULT_CONFLICT && fault != &FAULT_STALE)
			break;
	}
	log_say("seed", "%s: %s", fault->name, h->t->detail != NULL ? h->t->detail : h->t->why);
	return seed_because(h, SEED_AGAIN, fault->text);
}
