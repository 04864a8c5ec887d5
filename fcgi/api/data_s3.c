/* fcgi/api/data_s3.c - made-up records put into a bucket, as JSON files of a thousand each */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/data.h"
#include "fcgi/courier.h"
#include "fcgi/proto/problem.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/core/seed.h"
#include "shared/core/weigh.h"
#include "shared/engine/blob.h"
#include "shared/engine/blob_access.h"

#define DEFAULT_BUCKET "mock-data"

enum { SAMPLE = 100 };

static const char *
bucket_name(const struct data_wish *w)
{
	return w->bucket != NULL ? w->bucket : DEFAULT_BUCKET;
}

static const char *
prefix(const struct data_wish *w)
{
	return w->prefix != NULL ? w->prefix : "";
}

/* What nearly every bucket is called like; names with dots are left to S3 itself. */
static bool
name_fits(const char *name)
{
	size_t n = strlen(name);

	return strspn(name, ID_LOWER "-") == n && name[0] != '-' && name[n - 1] != '-' &&
	    !text_starts(name, "xn--");
}

/* About what the files will weigh, going by the first records. */
static int64_t
weight(struct call *c, const struct data_wish *w)
{
	int64_t    n = w->count < SAMPLE ? w->count : SAMPLE;
	struct buf b = seed_file(c->task->mem, w->mem, w->template, &w->in, 0, n);

	return (int64_t)b.len * w->count / n;
}

/* The bucket, found or made: whether it was made. */
static bool
make_bucket(struct call *c, const struct data_wish *w, const struct space *sp, const char *who)
{
	struct blob_new_bucket wish = { .name = bucket_name(w), .region = BLOB_FIRST_REGION };
	struct blob_bucket     b;

	if (blob_bucket_make(c->task, sp, who, &wish, &b) == BLOB_OK)
		return true;
	if (strcmp(b.owner, who) != 0) {
		problem_field(c, "s3_bucket", "belongs to another account of the environment");
		problem_check(c);
	}
	return false;
}

/*
 * The bucket is made here, so that a name that will not do is refused at once.  The account's pool
 * counts what will come in; mf-seed weighs each file once more.
 */
void
data_ask_s3(struct call *c, const struct data_wish *w, const struct life *l, struct seed_wish *out)
{
	struct environment *e = environment_load(c->task, l->public_id);
	struct space       *sp = mem_one(c->task->mem, struct space);

	if (e == NULL || e->state != ENV_RUNNING)
		task_throw(c->task, &API_WRONG_STATE, NULL);
	if (e->n_accounts == 0 || !environment_space(c->task, e, w->into, sp))
		problem_field(c, "seed_into", "%s was made without %s", e->public_id, w->into);
	else if (!name_fits(bucket_name(w)))
		problem_field(c, "s3_bucket", "is to be 3 to 63 of a-z, 0-9 and - (not at its ends)");
	problem_check(c);
	if (!weigh_fits(c->task, c->world->limit, e->account, e->storage, weight(c, w)))
		task_throw(c->task, &API_QUOTA_STORAGE, NULL);
	out->space = sp;
	out->bucket = bucket_name(w);
	out->made = make_bucket(c, w, sp, e->accounts[0].account_id);
	out->into = prefix(w);
}

void
data_put_s3(struct call *c, const struct data_wish *w, const struct seeding *s, bool done)
{
	enc_text(c->out, "bucket", bucket_name(w));
	enc_bool(c->out, "bucket_created", s->made);
	if (done) {
		enc_int(c->out, "bytes", s->bytes);
		courier_kick(); /* what mf-seed has told of them goes on now */
	}
	enc_list(c->out, "objects", NULL);
	for (int64_t i = 0; i < w->count; i += SEED_FILE)
		enc_text(c->out, NULL, seed_file_key(c->task->mem, prefix(w), w->template, i));
	enc_end(c->out);
}
