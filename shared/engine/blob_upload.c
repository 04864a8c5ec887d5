/* shared/engine/blob_upload.c - uploads in parts: begin, abort, complete, list */
#include "shared/engine/blob_upload.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

enum { MOST_PARTS = 10000, ID_RANDOM = 50 };

const char *
blob_upload_id(struct task *t, const struct space *sp)
{
	return mem_fmt(t->mem, "%014llx%s", (unsigned long long)sp->now,
	    id_text(&t->ids, t->mem, ID_BASE62, ID_RANDOM));
}

enum blob_result
blob_upload_make(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_upload *u)
{
	struct rows        r = db_rows(t, &Q_blob_upload_make, db_i64(sp->environment),
	           db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(who),
	           db_text(u->key), db_text(u->id), db_time(u->started_at),
	           db_texts(u->headers.list, u->headers.n),
	           db_texts(u->metadata.list, u->metadata.n), db_text(u->storage_class),
	           db_text(u->checksum_algorithm), db_text(u->checksum_type),
	           db_text(u->owner != NULL ? u->owner : who), blob_pairs_param(&u->acl),
	           blob_pairs_param(&u->tags), db_text(u->lock.mode), blob_until_param(&u->lock),
	           db_text(u->lock.hold));
	struct blob_bucket b;
	enum blob_result   result;

	if (r.n == 1)
		return BLOB_OK;
	result = blob_bucket_find(t, sp, who, bucket, &b);
	if (result == BLOB_OK && !b.locks && (u->lock.mode != NULL || u->lock.hold != NULL))
		return BLOB_NO_LOCKS;
	if (result == BLOB_OK) /* it has come meanwhile */
		task_throw(t, &FAULT_CONFLICT, NULL);
	return result;
}

static void
lock(struct task *t, const struct space *sp, const char *bucket, const char *id)
{
	db_begin(t);
	db_rows(t, &Q_blob_upload_lock, db_i64(sp->id), db_text(bucket), db_text(id));
}

enum blob_result
blob_upload_abort(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *id)
{
	struct rows      r;
	enum blob_result result;

	lock(t, sp, bucket, id);
	r = db_rows(t, &Q_blob_upload_abort, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(key), db_text(id));
	db_commit(t);
	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	return result == BLOB_OK && row_null(&r, 0, "id") ? BLOB_NO_UPLOAD : result;
}

static void
read_upload(const struct rows *r, size_t i, struct blob_upload *u)
{
	*u = (struct blob_upload){
		.id = row_text(r, i, "id"),                 .key = row_text(r, i, "key"),
		.owner = row_text(r, i, "owner"),           .started_at = row_time(r, i, "started_at"),
		.storage_class = row_text(r, i, "storage_class"),
		.checksum_algorithm = row_text(r, i, "checksum_algorithm"),
		.checksum_type = row_text(r, i, "checksum_type"),
	};
}

static void
read_part(const struct rows *r, size_t i, struct blob_part *p)
{
	*p = (struct blob_part){
		.number = row_i64(r, i, "number"),          .modified_at = row_time(r, i, "modified_at"),
		.size = row_i64(r, i, "size"),              .etag = row_text(r, i, "etag"),
		.checksum_algorithm = row_text(r, i, "part_algorithm"),
		.checksum = row_text(r, i, "checksum"),     .crc64nvme = row_text(r, i, "crc64nvme"),
	};
}

enum blob_result
blob_upload_find(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *id, int64_t after, int64_t limit, struct blob_upload *u,
    struct blob_part **parts, size_t *n, bool *more)
{
	struct rows      r = db_rows(t, &Q_blob_upload_find, db_i64(sp->environment),
	         db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(key), db_text(id),
	         db_i64(after), db_i64(limit + 1));
	const char     **headers;
	enum blob_result result;

	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	if (result == BLOB_OK && row_null(&r, 0, "id"))
		result = BLOB_NO_UPLOAD;
	if (result != BLOB_OK)
		return result;
	read_upload(&r, 0, u);
	u->headers.n = row_texts(t, &r, 0, "headers", &headers);
	u->headers.list = headers;
	*n = row_null(&r, 0, "number") ? 0 : r.n;
	*more = *n > (size_t)limit;
	if (*more)
		--*n;
	*parts = mem_array(t->mem, struct blob_part, *n + 1);
	for (size_t i = 0; i < *n; i++)
		read_part(&r, i, &(*parts)[i]);
	return BLOB_OK;
}

enum blob_result
blob_upload_list(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_listing *l, const char *after_id, struct blob_upload_entry **out, size_t *n,
    bool *more)
{
	bool             folds = l->delimiter != NULL && *l->delimiter != '\0';
	const char      *after = folds ? blob_begin_after(t->mem, l) : l->after;
	const char      *greatest = blob_past(t->mem, "", 0);
	struct rows      r = db_rows(t, &Q_blob_upload_list, db_i64(sp->environment),
	         db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(after),
	         db_text(after_id != NULL ? after_id : greatest), db_text(l->prefix),
	         db_text(blob_past(t->mem, l->prefix, strlen(l->prefix))),
	         db_text(folds ? l->delimiter : NULL), db_i64(l->limit + 1), db_text(greatest),
	         db_i64(blob_characters(l->prefix)));
	enum blob_result result;

	space_live(t, &r);
	*n = 0;
	result = blob_bucket_result(&r, who);
	if (result != BLOB_OK)
		return result;
	*n = blob_page(&r, l->limit, more);
	*out = mem_array(t->mem, struct blob_upload_entry, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		(*out)[i].common = row_text(&r, i, "common");
		read_upload(&r, i, &(*out)[i].upload);
	}
	return BLOB_OK;
}

enum blob_result
blob_upload_take(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *id, struct blob_upload *u, struct blob_part **parts, size_t *n)
{
	enum blob_result result;
	bool             more;

	lock(t, sp, bucket, id);
	result = blob_upload_find(t, sp, who, bucket, key, id, 0, MOST_PARTS, u, parts, n, &more);
	if (result != BLOB_OK)
		db_commit(t);
	return result;
}

enum blob_result
blob_upload_complete(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *id, struct blob_object *o, const int64_t *left_out, size_t n_left_out,
    const struct blob_condition *when)
{
	struct rows      r = db_rows(t, &Q_blob_upload_complete, db_i64(sp->environment),
	         db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(who), db_text(o->key),
	         db_text(id), db_time(o->modified_at), db_i64(o->size), db_text(o->etag),
	         db_text(o->checksum_algorithm), db_text(o->checksum_type), db_text(o->checksum),
	         db_i64s(left_out, n_left_out), db_bool(when->absent), db_text(when->etag),
	         db_text(o->owner != NULL ? o->owner : who));
	enum blob_result result;

	db_commit(t);
	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	if (result != BLOB_OK)
		return result;
	o->versioned = !row_null(&r, 0, "versioning");
	o->version = blob_version_id(row_text(&r, 0, "version"));
	if (o->version != NULL)
		return BLOB_OK;
	if (row_bool(&r, 0, "disturbed"))
		return BLOB_DISTURBED;
	return when->etag != NULL && !row_bool(&r, 0, "found") ? BLOB_NO_KEY : BLOB_UNMET;
}
