/* shared/engine/blob_bucket.c - buckets */
#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

enum blob_result
blob_bucket_make(struct task *t, const struct space *sp, const char *who,
    const struct blob_new_bucket *b, struct blob_bucket *out)
{
	struct rows r = db_rows(t, &Q_blob_bucket_make, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(b->name), db_text(who), db_text(b->region), db_time(sp->now),
	    db_bool(b->locks), blob_pairs_param(&b->tags));

	space_live(t, &r);
	if (!row_null(&r, 0, "made")) {
		*out = (struct blob_bucket){ .id = row_i64(&r, 0, "made"), .name = b->name, .owner = who,
			.region = b->region, .created_at = sp->now, .locks = b->locks, .tags = b->tags,
			.versioning = b->locks ? "Enabled" : NULL };
		return BLOB_OK;
	}
	/* Its maker committed after we began: look again. */
	if (row_null(&r, 0, "owner"))
		task_throw(t, &FAULT_CONFLICT, NULL);
	*out = (struct blob_bucket){ .name = b->name, .owner = row_text(&r, 0, "owner"),
		.region = row_text(&r, 0, "region") };
	return BLOB_THERE;
}

enum blob_result
blob_bucket_find(struct task *t, const struct space *sp, const char *who, const char *name,
    struct blob_bucket *out)
{
	struct rows r = db_rows(t, &Q_blob_bucket_find, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(name));

	space_live(t, &r);
	*out = (struct blob_bucket){ .id = row_i64(&r, 0, "bucket"), .name = name,
		.owner = row_text(&r, 0, "bucket_owner"), .region = row_text(&r, 0, "region"),
		.created_at = row_time(&r, 0, "created_at"),
		.versioning = row_text(&r, 0, "versioning"), .locks = row_bool(&r, 0, "locks"),
		.lock_mode = row_text(&r, 0, "lock_mode"), .lock_days = row_i64(&r, 0, "lock_days"),
		.lock_years = row_i64(&r, 0, "lock_years"), .tags = blob_pairs_read(t, &r, 0, "tags") };
	return blob_bucket_result(&r, who);
}

size_t
blob_bucket_list(struct task *t, const struct space *sp, const char *who, const char *after,
    const char *prefix, const char *region, int64_t limit, struct blob_bucket **out)
{
	struct rows r = db_rows(t, &Q_blob_bucket_list, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(who), db_text(after), db_text(prefix), db_text(region),
	    db_i64(limit));
	size_t      n;

	space_live(t, &r);
	n = row_null(&r, 0, "name") ? 0 : r.n;
	*out = mem_array(t->mem, struct blob_bucket, n + 1);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = (struct blob_bucket){ .name = row_text(&r, i, "name"), .owner = who,
			.region = row_text(&r, i, "region"), .created_at = row_time(&r, i, "created_at") };
	return n;
}

enum blob_result
blob_bucket_remove(struct task *t, const struct space *sp, const char *who, const char *name)
{
	struct rows      r;
	enum blob_result result;

	db_begin(t);
	db_rows(t, &Q_blob_bucket_lock, db_i64(sp->id), db_text(name));
	r = db_rows(t, &Q_blob_bucket_remove, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(name), db_text(who));
	db_commit(t);
	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	return result == BLOB_OK && row_null(&r, 0, "removed") ? BLOB_NOT_EMPTY : result;
}
