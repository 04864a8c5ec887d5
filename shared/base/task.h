/* shared/base/task.h - one unit of work: its arena, its time, its way out */
#ifndef MF_TASK_H
#define MF_TASK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/base/id.h"

struct mem;
struct db_link;

/*
 * A fault is a constant, compared by address.  `code` is what the client reads, in the words of the
 * cloud whose face threw it; `text` is its sentence.
 */
struct fault {
	const char *name; /* the constant's own name, for the log */
	const char *code;
	int         status;
	const char *text;
};

/* Faults below the faces; each face says them in its own words (see service.general). */
extern const struct fault FAULT_INTERNAL;    /* our mistake: logged with detail, told without */
extern const struct fault FAULT_MEMORY;      /* the task went past its ceiling */
extern const struct fault FAULT_UNAVAILABLE; /* the database or a store is away or full */
extern const struct fault FAULT_STALE;       /* the cached environment is old: reload, run again */
extern const struct fault FAULT_CONFLICT;    /* 40001 or 40P01: run the database part again */

/*
 * The world as one request or one step of a job sees it.  One thread at a time owns a task.  `now`
 * is real time, fixed when the task begins; an environment's own time is derived from it
 * (core/environment.h).
 */
struct task {
	struct mem        *mem;
	int64_t            now; /* microseconds since 1970 */
	struct id_source   ids;
	struct db_link    *db;  /* owned by shared/db */
	unsigned           round_trips, rows;

	jmp_buf            *way_out; /* owned by task_try */
	const struct fault *fault;   /* what was thrown, until the next task_try */
	const char         *detail;  /* a sentence for the user, or for the log when internal */
	char                why[160]; /* what was away or full, for the log alone; "": nothing was */
};

void task_init(struct task *t, struct mem *m);
/* Begin the next piece of work: fresh time, empty arena. */
void task_begin(struct task *t);

/* Why a FAULT_UNAVAILABLE is about to be thrown; the first line is kept. */
void task_note_why(struct task *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Run body(arg); NULL when it returned, the fault when it threw.  The arena is not touched: what
 * body allocated stays until mem_reset.
 */
const struct fault *task_try(struct task *t, void (*body)(void *arg), void *arg);

/*
 * Another arena that throws past its ceiling as the task's own does, for what shall go before the
 * task ends; the caller frees it, mem_defer at the latest.  Run body(arg) with it in the place of
 * t->mem; what body throws goes on once t->mem is put back.
 */
struct mem *task_arena(struct task *t, size_t ceiling);
void        task_within(struct task *t, struct mem *m, void (*body)(void *arg), void *arg);

/*
 * Leave for the innermost task_try.  detail may be NULL: then the fault's own text is all there is.
 * Never throw inside a library's callback, nor while holding a mutex.
 */
_Noreturn void task_throw(struct task *t, const struct fault *f, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));
_Noreturn void task_rethrow(struct task *t, const struct fault *f);

#endif
