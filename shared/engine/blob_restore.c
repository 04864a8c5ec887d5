/* shared/engine/blob_restore.c - copies of archived objects that can be read for a while */
#include "shared/engine/blob_restore.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

enum blob_result
blob_restore(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const struct blob_object *o, const struct blob_restored *copy)
{
	struct param     before = db_time(o->restored.ready_at);
	struct rows      r;
	enum blob_result result;

	if (o->restored.ready_at == 0)
		before = db_null(before);
	r = db_rows(t, &Q_blob_restore, db_i64(sp->environment), db_i64(sp->generation),
	    db_i64(sp->id), db_text(bucket), db_text(who), db_text(o->key), db_i64(o->seq),
	    db_i64(copy->rank), db_time(copy->ready_at), db_time(copy->until_at), before);
	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	if (result == BLOB_OK && row_null(&r, 0, "done"))
		task_throw(t, &FAULT_CONFLICT, NULL);
	return result;
}

void
blob_restores(struct task *t, const struct space *sp, struct blob_object **list, size_t n)
{
	int64_t    *seqs = mem_array(t->mem, int64_t, n + 1);
	struct rows r;

	for (size_t i = 0; i < n; i++)
		seqs[i] = list[i]->seq;
	r = db_rows(t, &Q_blob_restores, db_i64(sp->id), db_i64s(seqs, n));
	for (size_t i = 0; i < r.n; i++)
		list[row_i64(&r, i, "ord") - 1]->restored = (struct blob_restored){
			.ready_at = row_time(&r, i, "ready_at"), .until_at = row_time(&r, i, "until_at") };
}

size_t
blob_restore_turn(struct task *t, size_t limit)
{
	struct rows r = db_rows(t, &Q_blob_restore_turn, db_time(t->now), db_i64((int64_t)limit));

	return (size_t)row_i64(&r, 0, "n");
}
