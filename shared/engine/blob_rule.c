/* shared/engine/blob_rule.c - what becomes of objects by themselves */
#include "shared/engine/blob_rule.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/blob_row.h"
#include "shared/engine/blob_upload.h"

/*
 * So many keys a step looks at, and so many rows it changes at most by one action: more only where
 * a key has many versions.
 */
enum { REACH = 1000, BATCH = 2 * REACH };

void
blob_rules_set(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *json)
{
	db_rows(t, &Q_blob_rules_drop, db_i64(sp->id), db_text(who), db_text(bucket));
	if (json != NULL)
		db_rows(t, &Q_blob_rules_add, db_i64(sp->id), db_text(who), db_text(bucket),
		    db_text(json));
}

/* The bucket in hand, and which of its keys: past after, not past upto (NULL: to the end). */
struct pass {
	struct task  *task;
	struct space  space;
	int64_t       bucket;
	const char   *name, *owner;
	const char   *after, *upto, *last; /* last: upto, or what no key is past */
};

static int64_t
act(const struct pass *p, const struct query *q)
{
	struct rows r = db_rows(p->task, q, db_i64(p->space.id), db_i64(p->bucket),
	    db_time(p->space.now), db_i64(BATCH), db_text(p->after), db_text(p->last));

	return row_i64(&r, 0, "n");
}

static int64_t
expire(const struct pass *p)
{
	struct rows r = db_rows(p->task, &Q_blob_rule_expire, db_i64(p->space.id),
	    db_i64(p->bucket), db_time(p->space.now), db_i64(BATCH), db_text(p->after),
	    db_text(p->last), db_text(p->name));

	return row_i64(&r, 0, "n");
}

static int64_t
abort_uploads(const struct pass *p)
{
	struct rows r = db_rows(p->task, &Q_blob_rule_uploads, db_i64(p->space.id),
	    db_i64(p->bucket), db_time(p->space.now), db_i64(BATCH), db_text(p->after),
	    db_text(p->last));

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

/* What a row of blob_rule_take says, and how far this step goes. */
static void
take(struct pass *p, const struct rows *r)
{
	struct rows reach;

	p->space = (struct space){ .environment = row_i64(r, 0, "environment"),
		.generation = row_i64(r, 0, "generation"), .id = row_i64(r, 0, "space"),
		.now = row_time(r, 0, "now") };
	p->bucket = row_i64(r, 0, "bucket");
	p->name = row_text(r, 0, "name");
	p->owner = row_text(r, 0, "owner");
	p->after = row_text(r, 0, "after_key");
	reach = db_rows(p->task, &Q_blob_rule_reach, db_i64(p->space.id), db_i64(p->bucket),
	    db_text(p->after), db_i64(REACH));
	p->upto = row_text(&reach, 0, "upto");
	p->last = p->upto != NULL ? p->upto : blob_past(p->task->mem, "", 0);
}

/* One step of the bucket; false: its day is done. */
static bool
step(const struct pass *p, int64_t *n)
{
	if (act_all(p, n))
		return true;
	db_rows(p->task, &Q_blob_rule_reached, db_i64(p->space.id), db_i64(p->bucket),
	    db_time(p->space.now), db_text(p->upto));
	return p->upto != NULL;
}

bool
blob_rules_step(struct task *t, struct blob_rule_run *at, int64_t *n)
{
	struct pass          p = { .task = t };
	struct blob_rule_run before = *at;
	struct rows          r;

	*n = 0;
	db_enclose(t);
	r = db_rows(t, &Q_blob_rule_take, db_time(t->now), db_i64(at->space), db_i64(at->bucket));
	if (r.n == 0) {
		db_commit_all(t);
		return false;
	}
	take(&p, &r);
	*at = (struct blob_rule_run){ p.space.id, p.bucket }; /* also past one that fails */
	if (step(&p, n))
		*at = before;
	db_commit_all(t);
	return true;
}
