/* shared/engine/blob_delete.c - deleting objects and versions */
#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

/* What row i says of one key. */
static void
read_removed(const struct rows *r, size_t i, struct blob_removed *out)
{
	const char *outcome = row_text(r, i, "outcome");

	*out = (struct blob_removed){ .versioned = !row_null(r, i, "versioning"),
		.marker = row_bool(r, i, "marker"), .result = BLOB_OK,
		.version = blob_version_id(row_text(r, i, "version")) };
	if (strcmp(outcome, "missing") == 0)
		out->result = BLOB_NO_KEY;
	if (strcmp(outcome, "unmet") == 0)
		out->result = BLOB_UNMET;
	if (strcmp(outcome, "locked") == 0)
		out->result = BLOB_LOCKED;
}

static enum blob_result
whole_result(struct task *t, const struct rows *r, const char *who, const struct blob_remover *by)
{
	enum blob_result result;

	space_live(t, r);
	result = blob_bucket_result(r, who);
	if (result == BLOB_OK && by->passes_asked && !row_bool(r, 0, "locks"))
		return BLOB_NO_LOCKS;
	return result;
}

static struct param
passes_param(const struct blob_remover *by)
{
	return by->passes_asked ? db_bool(by->passes) : db_null(db_bool(false));
}

enum blob_result
blob_delete(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const struct blob_removal *what, const struct blob_remover *by,
    struct blob_removed *out)
{
	struct rows      r = db_rows(t, &Q_blob_delete, db_i64(sp->environment), db_i64(sp->generation),
	         db_i64(sp->id), db_text(bucket), db_text(who), db_text(key), db_text(what->etag),
	         db_text(what->version), db_text(by->owner != NULL ? by->owner : who),
	         db_time(sp->now), passes_param(by));
	enum blob_result result = whole_result(t, &r, who, by);

	if (result != BLOB_OK)
		return result;
	read_removed(&r, 0, out);
	return out->result;
}

enum blob_result
blob_delete_many(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *const *keys, const struct blob_removal *what, size_t n,
    const struct blob_remover *by, struct blob_removed *out)
{
	const char **etags = mem_array(t->mem, const char *, n + 1);
	const char **versions = mem_array(t->mem, const char *, n + 1);
	struct rows  r;

	for (size_t i = 0; i < n; i++) {
		etags[i] = what[i].etag;
		versions[i] = what[i].version;
	}
	r = db_rows(t, &Q_blob_delete_many, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_texts(keys, n), db_texts(etags, n),
	    db_texts(versions, n), db_text(by->owner != NULL ? by->owner : who), db_time(sp->now),
	    passes_param(by));
	for (size_t i = 0; i < r.n && !row_null(&r, i, "ord"); i++)
		read_removed(&r, i, &out[row_i64(&r, i, "ord") - 1]);
	return whole_result(t, &r, who, by);
}
