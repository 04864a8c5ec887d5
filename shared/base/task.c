/* shared/base/task.c - one unit of work: its arena, its time, its way out */
#include "shared/base/task.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"

const struct fault FAULT_INTERNAL = { "FAULT_INTERNAL", "InternalError", 500,
	"We met an error of our own. Please try again." };
const struct fault FAULT_MEMORY = { "FAULT_MEMORY", "RequestTooLarge", 413,
	"The request needs more memory than one request may take." };
const struct fault FAULT_UNAVAILABLE = { "FAULT_UNAVAILABLE", "ServiceUnavailable", 503,
	"The service is not available right now. Please try again." };
const struct fault FAULT_STALE = { "FAULT_STALE", "ServiceUnavailable", 503,
	"The environment is changing. Please try again." };
const struct fault FAULT_CONFLICT = { "FAULT_CONFLICT", "ServiceUnavailable", 503,
	"Too many changes at once. Please try again." };

static void
throw_full(void *arg)
{
	struct task *t = arg;

	/* No detail: formatting one would need memory. */
	task_rethrow(t, &FAULT_MEMORY);
}

void
task_init(struct task *t, struct mem *m)
{
	*t = (struct task){ .mem = m, .now = clock_now() };
	mem_on_full(m, throw_full, t);
}

void
task_begin(struct task *t)
{
	assert(t->way_out == NULL);
	mem_reset(t->mem);
	t->now = clock_now();
	t->fault = NULL;
	t->detail = NULL;
	t->round_trips = t->rows = 0;
	t->why[0] = '\0';
}

void
task_note_why(struct task *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	t->why[strcspn(t->why, "\n")] = '\0';
}

const struct fault *
task_try(struct task *t, void (*body)(void *arg), void *arg)
{
	jmp_buf  here;
	jmp_buf *volatile outer = t->way_out;

	t->fault = NULL;
	t->detail = NULL;
	if (setjmp(here) == 0) {
		t->way_out = &here;
		body(arg);
	}
	t->way_out = outer;
	return t->fault;
}

struct mem *
task_arena(struct task *t, size_t ceiling)
{
	struct mem *m = mem_new(ceiling);

	mem_on_full(m, throw_full, t);
	return m;
}

void
task_within(struct task *t, struct mem *m, void (*body)(void *arg), void *arg)
{
	struct mem *volatile outer = t->mem;
	const struct fault  *f;

	t->mem = m;
	f = task_try(t, body, arg);
	t->mem = outer;
	if (f != NULL)
		task_rethrow(t, f);
}

void
task_rethrow(struct task *t, const struct fault *f)
{
	assert(t->way_out != NULL);
	t->fault = f;
	longjmp(*t->way_out, 1);
}

void
task_throw(struct task *t, const struct fault *f, const char *detail, ...)
{
	va_list ap;

	va_start(ap, detail);
	t->detail = detail != NULL ? mem_vfmt(t->mem, detail, ap) : NULL;
	va_end(ap);
	task_rethrow(t, f);
}
