/* shared/engine/space.c - whose data a statement works on */
#include "shared/engine/space.h"

#include "shared/base/task.h"
#include "shared/db/db.h"

void
space_live(struct task *t, const struct rows *r)
{
	if (r->n == 0)
		task_throw(t, &FAULT_STALE, NULL);
}
