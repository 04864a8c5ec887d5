/* shared/engine/blob_rename.c - objects get other keys */
#include "shared/engine/blob_rename.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

static struct param
time_or_null(const int64_t *at)
{
	return at != NULL ? db_time(*at) : db_null(db_time(0));
}

static enum blob_result
result_of(struct task *t, const struct rows *r, int64_t seq)
{
	static const struct {
		const char      *outcome;
		enum blob_result result;
	} results[] = { { "done", BLOB_OK }, { "again", BLOB_OK }, { "missing", BLOB_NO_KEY },
		{ "unmet", BLOB_UNMET }, { "reused", BLOB_REUSED } };
	const char *outcome = row_text(r, 0, "outcome");

	for (size_t i = 0; outcome != NULL && i < COUNT(results); i++)
		if (strcmp(results[i].outcome, outcome) == 0)
			return results[i].result;
	if (outcome != NULL && seq == BLOB_NO_SEQ)
		return BLOB_NO_KEY;
	task_throw(t, &FAULT_CONFLICT, NULL); /* the object changed, or the bucket is another by now */
}

enum blob_result
blob_rename(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_renaming *what, struct blob_moved *out)
{
	struct param     seq = db_i64(what->seq);
	struct rows      r;
	enum blob_result result;

	if (what->seq == BLOB_ANY_SEQ)
		seq = db_null(seq);
	r = db_rows(t, &Q_blob_rename, db_i64(sp->environment), db_i64(sp->generation), db_i64(sp->id),
	    db_text(bucket), db_text(who), db_text(what->from), db_text(what->to), seq,
	    db_bool(what->when.absent), db_text(what->when.etag), time_or_null(what->since),
	    time_or_null(what->not_since),
	    db_text(what->marker_owner != NULL ? what->marker_owner : who), db_time(sp->now),
	    db_text(what->account), db_text(what->token), db_text(what->asked), db_time(t->now));
	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	if (result != BLOB_OK)
		return result;
	*out = (struct blob_moved){ .version = blob_version_id(row_text(&r, 0, "version")),
		.gone = blob_version_id(row_text(&r, 0, "gone")), .size = row_i64(&r, 0, "size"),
		.versioned = !row_null(&r, 0, "versioning"), .etag = row_text(&r, 0, "etag") };
	result = result_of(t, &r, what->seq);
	out->again = result == BLOB_OK && strcmp(row_text(&r, 0, "outcome"), "again") == 0;
	return result;
}
