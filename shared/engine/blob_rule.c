/* shared/engine/blob_rule.c - what becomes of objects by themselves */
#include "shared/engine/blob_rule.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/blob_upload.h"

enum { BATCH = 500 };

void
blob_rules_set(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *json)
{
	db_rows(t, &Q_blob_rules_drop, db_i64(sp->id), db_text(who), db_text(bucket));
	if (json != NULL)
		db_rows(t, &Q_blob_rules_add, db_i64(sp->id), db_text(who), db_text(bucket),
		    db_text(json));
}

/* The bucket in hand. */
struct pass {
	struct task  *task;
	struct space  space;
	int64_t       bucket;
	const char   *name, *owner;
};

static int64_t
act(const struct pass *p, const struct query *q)
{
	struct rows r = db_rows(p->task, q, db_i64(p->space.id), db_i64(p->bucket),
	    db_time(p->space.now), db_i64(BATCH));

	return row_i64(&r, 0, "n");
}

static int64_t
expire(const struct pass *p)
{
	struct rows r = db_rows(p->task, &Q_blob_rule_expire, db_i64(p->space.id),
	    db_i64(p->bucket), db_time(p->space.now), db_i64(BATCH), db_text(p->name));

	return row_i64(&r, 0, "n");
}

static int64_t
abort_uploads(const struct pass *p)
{
	struct rows r = db_rows(p->task, &Q_blob_rule_uploads, db_i64(p->space.id),
	    db_i64(p->bucket), db_time(p->space.now), db_i64(BATCH));

	for (size_t i = 0; i < r.n; i++)
		blob_upload_abort(p->task, &p->space, p->owner, p->name, row_text(&r, i, "key"),
		    row_text(&r, i, "id"));
	return (int64_t)r.n;
}

/* A batch of each action; true: one of them has more. */
static bool
act_all(const struct pass *p, int64_t *n)
{
	static const struct query *const actions[] = { &Q_blob_rule_past, &Q_blob_rule_marker,
		&Q_blob_rule_move, &Q_blob_rule_move_past };
	int64_t                    done = expire(p);
	bool                       more = done == BATCH;

	*n = done;
	for (size_t i = 0; i < COUNT(actions); i++) {
		done = act(p, actions[i]);
		*n += done;
		more = more || done == BATCH;
	}
	done = abort_uploads(p);
	*n += done;
	return more || done == BATCH;
}

bool
blob_rules_step(struct task *t, struct blob_rule_run *at, int64_t *n)
{
	struct pass          p = { .task = t };
	struct blob_rule_run before;
	struct rows          r;

	*n = 0;
	db_enclose(t);
	r = db_rows(t, &Q_blob_rule_take, db_time(t->now), db_i64(at->space), db_i64(at->bucket));
	if (r.n == 0) {
		db_commit_all(t);
		return false;
	}
	p.space = (struct space){ .environment = row_i64(&r, 0, "environment"),
		.generation = row_i64(&r, 0, "generation"), .id = row_i64(&r, 0, "space"),
		.now = row_time(&r, 0, "now") };
	p.bucket = row_i64(&r, 0, "bucket");
	p.name = row_text(&r, 0, "name");
	p.owner = row_text(&r, 0, "owner");
	before = *at;
	*at = (struct blob_rule_run){ p.space.id, p.bucket }; /* also past one that fails */
	if (act_all(&p, n))
		*at = before;
	else
		db_rows(t, &Q_blob_rule_pass, db_i64(p.space.id), db_i64(p.bucket),
		    db_time(p.space.now));
	db_commit_all(t);
	return true;
}
