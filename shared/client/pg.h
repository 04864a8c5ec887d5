/* shared/client/pg.h - talk with a customer's PostgreSQL server; for shared/client only */
#ifndef MF_PG_H
#define MF_PG_H

#include <libpq-fe.h>

#include "shared/base/buf.h"
#include "shared/client/load.h"

/*
 * libpq waits without end where it waits at all, so it is told not to (PQsetnonblocking), and we
 * wait, for PG_REPLY at most.
 */
#define PG_REPLY (60 * SECOND)

struct pg_link {
	PGconn     *pg;
	struct buf  batch;
	struct mem *row;
	bool        staged;
};

/* What libpq says went wrong with the connection; the time that was over. */
enum load_result pg_lost(struct load *l);
enum load_result pg_slow(struct load *l);
/* Until something comes, or with `out` until something more can be sent; false: not by `end`. */
bool pg_wait(struct load *l, bool out, int64_t end);
/* All that is to be sent is. */
enum load_result pg_push(struct load *l, int64_t end);
/* To the end of what was sent, or to where rows are copied in; *rows (or NULL) is the caller's. */
enum load_result pg_finish(struct load *l, PGresult **rows);
enum load_result pg_run(struct load *l, const char *sql, PGresult **rows);

#endif
