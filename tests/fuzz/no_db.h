/* tests/fuzz/no_db.h - a database that is away: every statement throws FAULT_UNAVAILABLE */
#ifndef MF_NO_DB_H
#define MF_NO_DB_H

#include "shared/base/task.h"
#include "shared/db/db.h"

/*
 * In the place of shared/db/db.c: a program that has these functions is linked without that.  So a
 * handler runs up to its first statement, which is past all it reads of a request by itself.
 */
int
db_fail_in(int n)
{
	return n;
}

void
db_attach(struct task *t, struct db *db)
{
	(void)t;
	(void)db;
}

void
db_detach(struct task *t)
{
	(void)t;
}

void
db_release(struct task *t)
{
	(void)t;
}

void
db_relax(struct task *t, bool relaxed)
{
	(void)t;
	(void)relaxed;
}

void
db_begin(struct task *t)
{
	(void)t;
}

void
db_enclose(struct task *t)
{
	(void)t;
}

void
db_commit(struct task *t)
{
	(void)t;
}

void
db_commit_all(struct task *t)
{
	(void)t;
}

void
db_travel(struct task *t, const struct query *q, const struct param *params, size_t n)
{
	(void)t;
	(void)q;
	(void)params;
	(void)n;
}

struct rows
db_run(struct task *t, const struct query *q, const struct param *params, size_t n)
{
	(void)params;
	(void)n;
	task_throw(t, &FAULT_UNAVAILABLE, "%s was not asked", q->name);
}

#endif
