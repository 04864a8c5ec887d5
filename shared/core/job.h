/* shared/core/job.h - what every job does around its work */
#ifndef MF_JOB_H
#define MF_JOB_H

#include <stdbool.h>

struct conf;
struct db;
struct task;

/*
 * A job is a program that cron starts: it runs to its end, may be killed anywhere, and prints one
 * line of summary.  Each step is one task: a fresh arena, a fresh time.
 */
struct job {
	const struct conf *conf;
	struct task       *task;
	struct db         *db;
	bool               joined; /* the database is another one's */
};

void job_start(struct job *j, const struct conf *c);
/*
 * Run body(arg) as one task; a conflict with others runs it again, so body is a function of its
 * argument and the database.  False: it failed, which is in the log with what was thrown.
 */
bool job_step(struct job *j, void (*body)(void *arg), void *arg);
/* Another task on the same database, for another thread; it ends before the first one does. */
void job_join(struct job *j, const struct job *first);
void job_end(struct job *j);

#endif
