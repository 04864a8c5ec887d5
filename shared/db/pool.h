/* shared/db/pool.h - the connections of a process; only db.c uses it */
#ifndef MF_DB_POOL_H
#define MF_DB_POOL_H

#include <libpq-fe.h>
#include <stdbool.h>

struct db;

/* One connection, always in pipeline mode. */
struct conn {
	struct conn *next;
	PGconn      *pg;
	int          relaxed;    /* synchronous_commit is off: 0, 1; -1: not known */
	bool         prepared[]; /* by query number */
};

/*
 * A living connection for the caller alone, after a wait of seconds where none is free; NULL: none
 * is to be had.  When one could not be made, the next tries are refused for a moment: hundreds of
 * them a second would only keep a database from starting.
 */
struct conn *pool_take(struct db *db);
/* Back into the pool, or closed when it is not usable any more. */
void pool_give(struct db *db, struct conn *c, bool usable);
void pool_count_statement(struct db *db);

#endif
