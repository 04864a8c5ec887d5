/* fcgi/api/data_s3.c - made-up records put into a bucket, as JSON files of a thousand each */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/around.h"
#include "fcgi/api/data.h"
#include "fcgi/courier.h"
#include "fcgi/proto/problem.h"
#include "shared/core/weigh.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"
#include "shared/db/db.h"
#include "shared/engine/blob_event.h"
#include "shared/store/store.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

#define DEFAULT_BUCKET "mock-data"
#define REGION         "us-east-1"

/* Where the files go, and whose they are. */
struct target {
	struct space space;
	const char  *who, *bucket;
	int64_t      account, storage; /* who owns the environment, and may store */
	bool         created, versioned;
	int64_t      bytes;
};

/* What nearly every bucket is called like; names with dots are left to S3 itself. */
static bool
name_fits(const char *name)
{
	size_t n = strlen(name);

	return strspn(name, ID_LOWER "-") == n && name[0] != '-' && name[n - 1] != '-' &&
	    !text_starts(name, "xn--");
}

static void
find_target(struct call *c, const struct data_wish *w, struct target *out)
{
	struct environment *e = environment_load(c->task, problem_param(c, "id"));
	struct blob_bucket  b;

	*out = (struct target){ .bucket = w->bucket != NULL ? w->bucket : DEFAULT_BUCKET };
	if (e == NULL || e->state != ENV_RUNNING)
		task_throw(c->task, &API_WRONG_STATE, NULL);
	if (e->n_accounts == 0 || !environment_space(c->task, e, w->into, &out->space))
		problem_field(c, "seed_into", "%s was made without %s", e->public_id, w->into);
	else if (!name_fits(out->bucket))
		problem_field(c, "s3_bucket", "is to be 3 to 63 of a-z, 0-9 and - (not at its ends)");
	problem_check(c);
	out->who = e->accounts[0].account_id;
	out->account = e->account;
	out->storage = e->storage;
	out->created = blob_bucket_make(c->task, &out->space, out->who, &(struct blob_new_bucket){
	    .name = out->bucket, .region = REGION }, &b) ==
	    BLOB_OK;
	if (!out->created && strcmp(b.owner, out->who) != 0) {
		problem_field(c, "s3_bucket", "belongs to another account of the environment");
		problem_check(c);
	}
}

/* One object; the same bytes as the SDK's upload would leave, digests included. */
static void
put_file(struct call *c, struct target *to, const char *key, const struct buf *b)
{
	static const char *const    headers[] = { "content-type", "application/json" };
	static const struct blob_condition always = { 0 };
	struct mem        *m = c->task->mem;
	struct store_put  *put = NULL;
	unsigned char      crc[DIGEST_MOST];
	struct blob_object o = { .key = key, .modified_at = to->space.now, .size = (int64_t)b->len,
		.headers = { headers, COUNT(headers) }, .storage_class = "STANDARD",
		.checksum_algorithm = "CRC64NVME", .checksum_type = "FULL_OBJECT",
		.home = to->space.environment, .versioned = to->versioned };
	enum blob_result   r;

	if (!weigh_fits(c->task, c->world->limit, to->account, to->storage, o.size))
		task_throw(c->task, &API_QUOTA_STORAGE, NULL);
	o.etag = digest_hex(m, DIGEST_MD5, b->data, b->len);
	digest_once(DIGEST_CRC64NVME, b->data, b->len, crc);
	o.checksum = base64_encode(m, crc, digest_size(DIGEST_CRC64NVME));
	if ((int64_t)b->len <= c->world->conf->inline_max) {
		o.bytes = b->data;
	} else {
		o.body = blob_body_id(c->task);
		put = store_create(c->task, c->world->store, o.home, o.body);
		store_write(c->task, put, b->data, b->len);
		store_keep(c->task, put);
	}
	db_begin(c->task);
	r = blob_put(c->task, &to->space, to->who, to->bucket, &o, &always);
	if (r == BLOB_OK)
		blob_happened_add(c->task, &to->space, to->bucket, "ObjectCreated:Put", &o);
	db_commit(c->task);
	if (put != NULL && r == BLOB_OK)
		store_named(put);
	else if (put != NULL)
		store_drop(put);
	if (r != BLOB_OK) /* the bucket went meanwhile */
		task_throw(c->task, &FAULT_CONFLICT, NULL);
	to->versioned = o.versioned;
	to->bytes += o.size;
}

void
data_seed_s3(struct call *c, const struct data_wish *w)
{
	struct target to;
	struct buf    b = buf_new(c->task->mem);
	struct enc   *e = enc_new(c->task->mem, &enc_traits_json, &b);
	const char  **keys;
	size_t        n = 0;

	around_alone(c); /* files cannot be taken back */
	find_target(c, w, &to);
	keys = mem_array(c->task->mem, const char *, (size_t)(w->count / DATA_PART + 1));
	for (int64_t first = 0; first < w->count; first += DATA_PART) {
		int64_t last = first + DATA_PART < w->count ? first + DATA_PART : w->count;

		enc_reset(e);
		enc_list(e, NULL, NULL);
		data_write(w, first, last, e);
		enc_end(e);
		keys[n] = mem_fmt(c->task->mem, "%s%s-%04zu.json", w->prefix != NULL ? w->prefix : "",
		    w->template->name, n + 1);
		put_file(c, &to, keys[n++], &b);
	}
	courier_kick();
	data_answer(c, w, 201);
	enc_text(c->out, "seeded_into", w->into);
	enc_text(c->out, "bucket", to.bucket);
	enc_bool(c->out, "bucket_created", to.created);
	enc_int(c->out, "bytes", to.bytes);
	enc_list(c->out, "objects", NULL);
	for (size_t i = 0; i < n; i++)
		enc_text(c->out, NULL, keys[i]);
	enc_end(c->out);
	enc_end(c->out);
}
