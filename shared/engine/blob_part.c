/* shared/engine/blob_part.c - parts of an upload, and the pieces of an object made of them */
#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"
#include "shared/engine/blob_upload.h"

static const char *
seal_of(const struct blob_pairs *headers)
{
	for (size_t i = 0; i + 1 < headers->n; i += 2)
		if (strcmp(headers->list[i], BLOB_SEAL) == 0)
			return headers->list[i + 1];
	return NULL;
}

/* Why nothing was put. */
static enum blob_result
why_not(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *upload, const struct blob_part *p, struct blob_upload *u)
{
	struct blob_part *parts;
	const char       *seal;
	size_t            n;
	bool              more;
	enum blob_result  result =
	    blob_upload_find(t, sp, who, bucket, key, upload, 0, 0, u, &parts, &n, &more);

	if (result != BLOB_OK)
		return result;
	seal = seal_of(&u->headers);
	if (p->seal != NULL ? seal == NULL || strcmp(p->seal, seal) != 0 : seal != NULL)
		return BLOB_OTHER_SEAL;
	if (u->checksum_algorithm == NULL || (p->checksum_algorithm != NULL &&
	    strcmp(u->checksum_algorithm, p->checksum_algorithm) == 0))
		task_throw(t, &FAULT_CONFLICT, NULL); /* it has come, or its source has gone, meanwhile */
	return BLOB_OTHER_CHECKSUM;
}

enum blob_result
blob_part_put(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *upload, const struct blob_part *p, struct blob_upload *u)
{
	struct param home = db_i64(p->home);
	struct rows  r;

	if (p->body == NULL)
		home = db_null(home);
	r = db_rows(t, &Q_blob_part_put, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(key), db_text(upload),
	    db_i64(p->number), db_time(p->modified_at), db_i64(p->size), db_text(p->etag),
	    db_text(p->checksum_algorithm), db_text(p->checksum), db_text(p->crc64nvme), home,
	    db_text(p->body),
	    db_bytes(p->body == NULL ? p->bytes : NULL, p->body == NULL ? (size_t)p->size : 0),
	    db_text(p->seal));
	if (r.n == 0)
		return why_not(t, sp, who, bucket, key, upload, p, u);
	u->headers = blob_pairs_read(t, &r, 0, "headers");
	return BLOB_OK;
}

enum blob_result
blob_part_copy(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *upload, const struct blob_part *p, const char *from_bucket,
    const struct blob_object *from)
{
	struct rows r = db_rows(t, &Q_blob_part_copy, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(key), db_text(upload),
	    db_i64(p->number), db_time(p->modified_at), db_text(p->checksum_algorithm),
	    db_text(p->checksum), db_text(p->crc64nvme), db_text(from_bucket), db_text(from->key),
	    db_i64(from->seq), db_text(from->place));
	struct blob_upload u;

	if (r.n == 1)
		return BLOB_OK;
	return why_not(t, sp, who, bucket, key, upload, p, &u);
}

static struct rows
pieces(struct task *t, const struct space *sp, const struct blob_object *o, int64_t from,
    int64_t to, struct param number)
{
	struct rows r = db_rows(t, &Q_blob_pieces, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(o->parts), db_i64(from), db_i64(to), number);

	space_live(t, &r);
	return r;
}

static void
read_piece(const struct rows *r, size_t i, struct blob_part *p)
{
	size_t n;

	*p = (struct blob_part){
		.number = row_i64(r, i, "number"),          .size = row_i64(r, i, "size"),
		.start = row_i64(r, i, "start"),            .checksum = row_text(r, i, "checksum"),
		.checksum_algorithm = row_text(r, i, "checksum_algorithm"),
		.crc64nvme = row_text(r, i, "crc64nvme"),   .home = row_i64(r, i, "home"),
		.body = row_text(r, i, "body"),
		.bytes = row_bytes(r, i, "bytes", &n),
	};
}

size_t
blob_pieces(struct task *t, const struct space *sp, const struct blob_object *o, int64_t from,
    int64_t length, struct blob_part **out)
{
	struct rows r = pieces(t, sp, o, from, from + length, db_null(db_i64(0)));
	size_t      n = row_null(&r, 0, "number") ? 0 : r.n;

	*out = mem_array(t->mem, struct blob_part, n + 1);
	for (size_t i = 0; i < n; i++)
		read_piece(&r, i, &(*out)[i]);
	return n;
}

bool
blob_piece(struct task *t, const struct space *sp, const struct blob_object *o, int64_t number,
    struct blob_part *out, int64_t *total)
{
	struct rows r = pieces(t, sp, o, 0, 0, db_i64(number));

	*total = row_i64(&r, 0, "total");
	if (row_null(&r, 0, "number"))
		return false;
	read_piece(&r, 0, out);
	return true;
}

size_t
blob_parts(struct task *t, const struct space *sp, const struct blob_object *o, int64_t after,
    int64_t limit, struct blob_part **out, int64_t *total, bool *more)
{
	struct rows r = db_rows(t, &Q_blob_parts, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(o->parts), db_i64(after), db_i64(limit + 1));
	size_t      n;

	space_live(t, &r);
	*total = row_i64(&r, 0, "total");
	n = row_null(&r, 0, "number") ? 0 : r.n;
	*more = n > (size_t)limit;
	n -= *more;
	*out = mem_array(t->mem, struct blob_part, n + 1);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = (struct blob_part){ .number = row_i64(&r, i, "number"),
			.size = row_i64(&r, i, "size"), .checksum = row_text(&r, i, "checksum"),
			.checksum_algorithm = row_text(&r, i, "checksum_algorithm") };
	return n;
}
