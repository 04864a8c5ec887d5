/* shared/engine/blob.c - objects: put, get, copy, delete */
#include "shared/engine/blob.h"

#include <assert.h>
#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/blob_row.h"

enum { BODY_ID_LENGTH = 26 }; /* 36^26 is 134 bits */

const char *
blob_body_id(struct task *t)
{
	return id_text(&t->ids, t->mem, ID_LOWER, BODY_ID_LENGTH);
}

struct param
blob_pairs_param(const struct blob_pairs *p)
{
	return p->list != NULL ? db_texts(p->list, p->n) : db_null(db_texts(NULL, 0));
}

struct blob_pairs
blob_pairs_read(struct task *t, const struct rows *r, size_t i, const char *column)
{
	struct blob_pairs p = { 0 };
	const char      **list;

	if (row_null(r, i, column))
		return p;
	p.n = row_texts(t, r, i, column, &list);
	p.list = list;
	return p;
}

enum blob_result
blob_bucket_result(const struct rows *r, const char *who)
{
	const char *owner;

	if (row_null(r, 0, "bucket"))
		return BLOB_NO_BUCKET;
	owner = row_text(r, 0, "bucket_owner");
	return who != NULL && strcmp(owner, who) == 0 ? BLOB_OK : BLOB_FOREIGN;
}

const char *
blob_version_id(const char *place)
{
	size_t n = place != NULL ? strlen(place) : 0;

	return n > 0 && place[n - 1] == '-' ? "" : place;
}

/* Does it ask for what only a bucket with locks has? */
static bool
wants_lock(const struct blob_object *o)
{
	return o->lock.mode != NULL || o->lock.hold != NULL;
}

struct param
blob_until_param(const struct blob_lock *l)
{
	return l->mode != NULL ? db_time(l->until) : db_null(db_time(0));
}

static enum blob_result
put_result(struct task *t, const struct rows *r, const char *who, bool may_miss,
    struct blob_object *o)
{
	enum blob_result result;

	space_live(t, r);
	result = blob_bucket_result(r, who);
	if (result != BLOB_OK)
		return result;
	o->versioned = !row_null(r, 0, "versioning");
	o->version = blob_version_id(row_text(r, 0, "version"));
	if (o->version != NULL)
		return BLOB_OK;
	if (wants_lock(o) && !row_bool(r, 0, "locks"))
		return BLOB_NO_LOCKS;
	return may_miss && !row_bool(r, 0, "found") ? BLOB_NO_KEY : BLOB_UNMET;
}

/* Why blob_put wrote nothing. A bucket that has come meanwhile: once more. */
static enum blob_result
why_not_put(struct task *t, const struct space *sp, const char *who, const char *bucket,
    bool absent, bool wants)
{
	struct blob_bucket b;
	enum blob_result   result = blob_bucket_find(t, sp, who, bucket, &b);

	if (result == BLOB_OK && wants && !b.locks)
		return BLOB_NO_LOCKS;
	if (result == BLOB_OK && !absent)
		task_throw(t, &FAULT_CONFLICT, NULL);
	return result == BLOB_OK ? BLOB_UNMET : result;
}

/* False: nothing was put. */
static bool
put_plain(struct task *t, const struct space *sp, const char *who, const char *bucket,
    struct blob_object *o, bool absent, struct param home)
{
	struct rows r;

	db_ahead(t, &Q_blob_bucket_stay, db_i64(sp->id), db_text(bucket));
	r = db_rows(t, &Q_blob_put_plain, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(o->key), db_time(o->modified_at),
	    db_i64(o->size), db_text(o->etag), db_texts(o->headers.list, o->headers.n),
	    db_texts(o->metadata.list, o->metadata.n), db_text(o->storage_class),
	    db_text(o->checksum_algorithm), db_text(o->checksum_type), db_text(o->checksum), home,
	    db_text(o->body),
	    db_bytes(o->body == NULL ? o->bytes : NULL, o->body == NULL ? (size_t)o->size : 0),
	    db_bool(absent), db_text(o->owner != NULL ? o->owner : who), blob_pairs_param(&o->acl),
	    blob_pairs_param(&o->tags));
	o->version = "";
	return r.n == 1;
}

enum blob_result
blob_put(struct task *t, const struct space *sp, const char *who, const char *bucket,
    struct blob_object *o, const struct blob_condition *when)
{
	const struct query *q = when->etag != NULL ? &Q_blob_put_match : &Q_blob_put;
	struct param        home = db_i64(o->home);
	struct rows         r;

	assert(o->body != NULL || o->bytes != NULL);
	if (o->body == NULL)
		home = db_null(home);
	if (when->etag == NULL && !o->versioned && !wants_lock(o) &&
	    put_plain(t, sp, who, bucket, o, when->absent, home))
		return BLOB_OK;
	r = db_rows(t, q, db_i64(sp->environment), db_i64(sp->generation), db_i64(sp->id),
	    db_text(bucket),
	    db_text(who), db_text(o->key), db_time(o->modified_at), db_i64(o->size), db_text(o->etag),
	    db_texts(o->headers.list, o->headers.n), db_texts(o->metadata.list, o->metadata.n),
	    db_text(o->storage_class), db_text(o->checksum_algorithm), db_text(o->checksum_type),
	    db_text(o->checksum), home, db_text(o->body),
	    db_bytes(o->body == NULL ? o->bytes : NULL, o->body == NULL ? (size_t)o->size : 0),
	    when->etag != NULL ? db_text(when->etag) : db_bool(when->absent),
	    db_text(o->owner != NULL ? o->owner : who), blob_pairs_param(&o->acl),
	    blob_pairs_param(&o->tags), db_text(o->lock.mode), blob_until_param(&o->lock),
	    db_text(o->lock.hold));
	if (when->etag != NULL)
		return put_result(t, &r, who, true, o);
	if (r.n == 0)
		return why_not_put(t, sp, who, bucket, when->absent, wants_lock(o));
	o->version = row_text(&r, 0, "version");
	o->versioned = *o->version != '\0';
	return BLOB_OK;
}

enum blob_result
blob_copy(struct task *t, const struct space *sp, const char *who, const char *bucket,
    struct blob_object *o, const struct blob_condition *when, const char *from_bucket,
    const struct blob_object *from)
{
	struct rows r = db_rows(t, &Q_blob_copy, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(o->key), db_time(o->modified_at),
	    db_text(from_bucket), db_text(from->key), db_i64(from->seq),
	    db_texts(o->headers.list, o->headers.n), db_texts(o->metadata.list, o->metadata.n),
	    db_text(o->storage_class), db_text(o->checksum_algorithm), db_text(o->checksum_type),
	    db_text(o->checksum), db_bool(when->absent), db_text(when->etag),
	    db_text(o->owner != NULL ? o->owner : who), blob_pairs_param(&o->acl),
	    blob_pairs_param(&o->tags), db_text(o->lock.mode), blob_until_param(&o->lock),
	    db_text(o->lock.hold), db_text(from->place), db_text(o->etag));

	space_live(t, &r);
	if (blob_bucket_result(&r, who) == BLOB_OK && !row_bool(&r, 0, "source"))
		task_throw(t, &FAULT_CONFLICT, NULL);
	return put_result(t, &r, who, when->etag != NULL, o);
}

void
blob_object_read(const struct rows *r, size_t i, struct blob_object *o)
{
	/* In the order in which listings have them. */
	*o = (struct blob_object){ .key = row_text(r, i, "key") };
	o->seq = row_i64(r, i, "seq");
	o->place = row_text(r, i, "version");
	o->version = blob_version_id(o->place);
	o->modified_at = row_time(r, i, "modified_at");
	o->owner = row_text(r, i, "owner");
	o->size = row_i64(r, i, "size");
	o->etag = row_text(r, i, "etag");
	o->storage_class = row_text(r, i, "storage_class");
	o->checksum_algorithm = row_text(r, i, "checksum_algorithm");
	o->checksum_type = row_text(r, i, "checksum_type");
}

/* What every current object may have besides. */
static void
read_content(struct task *t, const struct rows *r, struct blob_object *o)
{
	size_t n;

	o->headers = blob_pairs_read(t, r, 0, "headers");
	o->metadata = blob_pairs_read(t, r, 0, "metadata");
	o->acl = blob_pairs_read(t, r, 0, "acl");
	o->tags = blob_pairs_read(t, r, 0, "tags");
	o->checksum = row_text(r, 0, "checksum");
	o->body = row_text(r, 0, "body");
	o->parts = row_text(r, 0, "parts");
	o->home = row_i64(r, 0, "home");
	o->bytes = row_bytes(r, 0, "bytes", &n);
}

static void
read_rest(struct task *t, const struct rows *r, struct blob_object *o)
{
	read_content(t, r, o);
	o->lock = (struct blob_lock){ .mode = row_text(r, 0, "lock_mode"),
		.until = row_time(r, 0, "retain_until"), .hold = row_text(r, 0, "legal_hold") };
	o->restored = (struct blob_restored){ .rank = row_i64(r, 0, "rank"),
		.ready_at = row_time(r, 0, "ready_at"), .until_at = row_time(r, 0, "until_at") };
	o->latest = row_bool(r, 0, "latest");
	o->delete_marker = row_bool(r, 0, "delete_marker");
}

enum blob_result
blob_get_plain(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, bool with_bytes, struct blob_object *out)
{
	struct rows r = db_rows(t, &Q_blob_get_plain, db_i64(sp->environment),
	    db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(who), db_text(key),
	    db_bool(with_bytes));

	*out = (struct blob_object){ .key = NULL };
	if (r.n == 0)
		return BLOB_UNMET;
	if (row_null(&r, 0, "seq"))
		return BLOB_NO_KEY;
	*out = (struct blob_object){
		.key = key, .place = "", .version = "", .latest = true, .seq = row_i64(&r, 0, "seq"),
		.modified_at = row_time(&r, 0, "modified_at"), .owner = row_text(&r, 0, "owner"),
		.size = row_i64(&r, 0, "size"), .etag = row_text(&r, 0, "etag"),
		.storage_class = row_text(&r, 0, "storage_class"),
		.checksum_algorithm = row_text(&r, 0, "checksum_algorithm"),
		.checksum_type = row_text(&r, 0, "checksum_type"),
	};
	read_content(t, &r, out);
	return row_bool(&r, 0, "archived") ? BLOB_UNMET : BLOB_OK;
}

enum blob_result
blob_get(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *version, bool with_bytes, struct blob_object *out)
{
	struct param     p[] = { db_i64(sp->environment), db_i64(sp->generation), db_i64(sp->id),
		    db_text(bucket), db_text(key), db_bool(with_bytes), db_text(version) };
	struct rows      r = version == NULL ? db_run(t, &Q_blob_get, p, COUNT(p) - 1) :
	         db_run(t, &Q_blob_get_version, p, COUNT(p));
	enum blob_result result;

	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	if (result != BLOB_OK)
		return result;
	blob_object_read(&r, 0, out);
	read_rest(t, &r, out);
	out->versioned = !row_null(&r, 0, "versioning");
	out->locks = row_bool(&r, 0, "locks");
	if (out->key != NULL)
		return out->delete_marker ? BLOB_MARKER : BLOB_OK;
	out->version = blob_version_id(row_text(&r, 0, "marker"));
	out->delete_marker = out->version != NULL;
	return version == NULL ? BLOB_NO_KEY : BLOB_NO_VERSION;
}
