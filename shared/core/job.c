/* shared/core/job.c - what every job does around its work */
#include "shared/core/job.h"

#include <stdlib.h>

#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

enum { MOST_RUNS = 5 };

static void
attach(struct job *j)
{
	j->task = calloc(1, sizeof(*j->task));
	if (j->task == NULL)
		abort();
	task_init(j->task, mem_new((size_t)j->conf->task_memory));
	db_attach(j->task, j->db);
}

void
job_start(struct job *j, const struct conf *c)
{
	*j = (struct job){ .conf = c, .db = db_open(c) };
	attach(j);
}

void
job_join(struct job *j, const struct job *first)
{
	*j = (struct job){ .conf = first->conf, .db = first->db, .joined = true };
	attach(j);
}

bool
job_step(struct job *j, void (*body)(void *arg), void *arg)
{
	const struct fault *f = NULL;

	for (int i = 0; i < MOST_RUNS; i++) {
		task_begin(j->task);
		f = task_try(j->task, body, arg);
		db_release(j->task);
		if (f != &FAULT_CONFLICT)
			break;
	}
	if (f != NULL)
		log_say("job", "%s: %s", f->name, j->task->detail != NULL ? j->task->detail : f->text);
	return f == NULL;
}

void
job_end(struct job *j)
{
	db_detach(j->task);
	mem_free(j->task->mem);
	free(j->task);
	if (!j->joined)
		db_close(j->db);
}
