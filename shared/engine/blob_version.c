/* shared/engine/blob_version.c - versions of objects, their tags and locks */
#include "shared/engine/blob_version.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

/* Of a statement that changes a bucket. */
static enum blob_result
bucket_done(struct task *t, const struct rows *r, const char *who)
{
	enum blob_result result;

	space_live(t, r);
	result = blob_bucket_result(r, who);
	return result == BLOB_OK && row_null(r, 0, "done") ? BLOB_FIXED : result;
}

enum blob_result
blob_set_versioning(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *versioning)
{
	struct rows r;

	db_begin(t);
	db_rows(t, &Q_blob_bucket_lock, db_i64(sp->id), db_text(bucket));
	r = db_rows(t, &Q_blob_versioning_set, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(versioning));
	db_commit(t);
	return bucket_done(t, &r, who);
}

enum blob_result
blob_set_locks(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_bucket *b)
{
	struct param days = db_i64(b->lock_days), years = db_i64(b->lock_years);
	struct rows  r;

	if (b->lock_days == 0)
		days = db_null(days);
	if (b->lock_years == 0)
		years = db_null(years);
	r = db_rows(t, &Q_blob_locks_set, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(b->lock_mode), days, years);
	return bucket_done(t, &r, who);
}

enum blob_result
blob_tag_bucket(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_pairs *tags)
{
	struct rows r = db_rows(t, &Q_blob_bucket_tag, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), blob_pairs_param(tags));

	return bucket_done(t, &r, who);
}

/* Of a statement that changes a version. */
static enum blob_result
version_done(struct task *t, const struct rows *r, const char *who, const char *version,
    bool needs_locks, struct blob_object *out)
{
	enum blob_result result;

	space_live(t, r);
	result = blob_bucket_result(r, who);
	if (result != BLOB_OK)
		return result;
	*out = (struct blob_object){ .key = row_text(r, 0, "key"),
		.version = blob_version_id(row_text(r, 0, "version")), .latest = row_bool(r, 0, "latest"),
		.versioned = !row_null(r, 0, "versioning"), .etag = row_text(r, 0, "etag"),
		.delete_marker = row_bool(r, 0, "delete_marker"), .locks = row_bool(r, 0, "locks") };
	if (out->key == NULL)
		return version == NULL ? BLOB_NO_KEY : BLOB_NO_VERSION;
	if (needs_locks && !out->locks)
		return BLOB_NO_LOCKS;
	if (out->delete_marker)
		return BLOB_MARKER;
	if (row_bool(r, 0, "kept"))
		return BLOB_LOCKED;
	if (row_null(r, 0, "done")) /* it was overwritten or deleted this very moment */
		task_throw(t, &FAULT_CONFLICT, NULL);
	return BLOB_OK;
}

enum blob_result
blob_tag(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *version, const struct blob_pairs *tags, struct blob_object *out)
{
	struct rows r = db_rows(t, &Q_blob_tag, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(key), db_text(version),
	    blob_pairs_param(tags));

	return version_done(t, &r, who, version, false, out);
}

enum blob_result
blob_retain(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *version, const struct blob_lock *lock, bool passes,
    struct blob_object *out)
{
	struct rows r = db_rows(t, &Q_blob_retain, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(key), db_text(version),
	    db_text(lock->mode), blob_until_param(lock), db_time(sp->now), db_bool(passes));
	return version_done(t, &r, who, version, true, out);
}

enum blob_result
blob_hold(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *version, const char *hold, struct blob_object *out)
{
	struct rows r = db_rows(t, &Q_blob_hold, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(key), db_text(version),
	    db_text(hold));

	return version_done(t, &r, who, version, true, out);
}

static struct rows
fetch(struct task *t, const struct space *sp, const char *bucket, const struct blob_listing *l,
    const char *after_version)
{
	const char *upto = blob_past(t->mem, l->prefix, strlen(l->prefix));
	const char *greatest = blob_past(t->mem, "", 0);
	bool        folds = l->delimiter != NULL && *l->delimiter != '\0';

	if (after_version == NULL)
		after_version = greatest;
	if (!folds)
		return db_rows(t, &Q_blob_list_versions, db_i64(sp->environment), db_i64(sp->generation),
		    db_i64(sp->id), db_text(bucket), db_text(l->after), db_text(after_version),
		    db_text(l->prefix), db_text(upto), db_i64(l->limit + 1));
	return db_rows(t, &Q_blob_list_versions_by, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(blob_begin_after(t->mem, l)),
	    db_text(after_version), db_text(l->prefix), db_text(upto), db_i64(l->limit + 1),
	    db_text(l->delimiter), db_i64(blob_characters(l->prefix)), db_text(greatest));
}

enum blob_result
blob_list_versions(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_listing *l, const char *after_version, struct blob_entry **out, size_t *n,
    bool *more)
{
	struct rows      r = fetch(t, sp, bucket, l, after_version);
	enum blob_result result;

	space_live(t, &r);
	*n = 0;
	result = blob_bucket_result(&r, who);
	if (result != BLOB_OK)
		return result;
	*n = blob_page(&r, l->limit, more);
	*out = mem_array(t->mem, struct blob_entry, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		struct blob_object *o = &(*out)[i].object;

		(*out)[i].common = row_text(&r, i, "common");
		blob_object_read(&r, i, o);
		o->latest = row_bool(&r, i, "latest");
		o->delete_marker = row_bool(&r, i, "delete_marker");
	}
	return BLOB_OK;
}
