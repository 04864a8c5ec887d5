/* fcgi/board.h - what the pool's processes know of each other, in shared memory */
#ifndef MF_BOARD_H
#define MF_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/wake.h"

struct buf;

/*
 * Counters for /metrics, gathered over all children; what each thread runs, so that a child's death
 * can be laid at an operation's door; and the operations that are refused for it.  One table, no
 * locks: every field is atomic, entries are only ever added.
 */
enum {
	BOARD_OPS = 1024,      /* names of operations */
	BOARD_NAME = 64,
	BOARD_THREADS = 288,   /* per process */
	BOARD_REFUSED = 64,
};

struct board;

/* Zeroed shared memory, board_size() bytes. */
size_t board_size(void);

/* One request is done. */
void board_count(struct board *b, const char *op, int status, int64_t us);

/* What a process shows of itself, about once a second. */
struct board_process {
	uint64_t sessions, db_open, db_busy, db_statements, db_connects, db_failures, resident;
};
void board_show(struct board *b, unsigned index, const struct board_process *p);
/* How many requests wait there, at once. */
void board_parked(struct board *b, unsigned index, size_t n);
/* Everything as Prometheus text. */
void board_print(struct board *b, struct buf *out);

/* Life of process `index`: starting, ready for requests. */
void board_ready(struct board *b, unsigned index);
bool board_is_ready(const struct board *b, unsigned index);
/* Process `index` is gone or not there yet; what it counted stays. */
void board_clear(struct board *b, unsigned index);
/* The parent stops the pool: whoever drains empties the backlog of the socket, too. */
void board_stop(struct board *b);
bool board_stopping(const struct board *b);
/* Children are started again after a death: for /metrics. */
void board_restarted(struct board *b);

/*
 * The bell speaks for this host to the others: one process at a time.  True: it is (now) this one.
 */
bool board_take_bell(struct board *b, unsigned index);

/*
 * This thread begins an operation for someone (an environment's id, or an account's made negative).
 * False: that killed two children within a minute, and is refused for ten.
 * board_thread() says once per thread who it is; without it nothing is noted.
 */
void board_thread(struct board *b, unsigned index, unsigned thread);
bool board_enter(struct board *b, int64_t whose, const char *op);
void board_leave(void);
/* In a handler of SIGSEGV, SIGABRT ...: it was this thread. */
void board_blame(void);
/*
 * For the parent: process `index` died.  What the thread was in that did it, or NULL; noted.
 * *refused: it is not served to them any more, for a while.
 */
const char *board_died(struct board *b, unsigned index, int64_t *whose, bool *refused);

#endif
