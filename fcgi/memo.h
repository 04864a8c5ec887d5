/* fcgi/memo.h - what a process remembers of an environment, for one generation of it */
#ifndef MF_MEMO_H
#define MF_MEMO_H

#include "shared/engine/space.h"

struct mem;
struct task;

/*
 * For what nearly every request must know before it may begin, and what changes seldom: whatever
 * changes it raises core.environment.generation in the same statement, so what is remembered of
 * an older generation is never asked for again.  A caller whose generation is old itself finds
 * that out with its next data statement, as with the environment (env_cache.h); until it has run
 * one, what it read here may be old.  Decide nothing final by it: refuse nobody without having
 * looked.
 *
 * Bounded in entries and in bytes: what does not fit is forgotten, in no special order.  A value is
 * far smaller than 1 MB: who lets customers set it sees to that, since more ends the process.
 * Every function may be called from any thread, and with a memo of NULL, which remembers nothing.
 */
struct memo;

/* A deep copy of a value in arena m. */
typedef void *memo_copy(struct mem *m, const void *value);

struct memo *memo_new(void);
void         memo_free(struct memo *memo);

/* The value under key in that space and generation, the task's own copy; NULL: not remembered. */
void *memo_get(struct memo *memo, struct task *t, const struct space *sp, const char *key,
    memo_copy *copy);
void  memo_put(struct memo *memo, const struct space *sp, const char *key, const void *value,
    memo_copy *copy);
void  memo_forget(struct memo *memo, const struct space *sp, const char *key);

#endif
