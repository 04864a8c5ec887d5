/* shared/db/listen.c - a connection that hears and sends notifications */
#include "shared/db/listen.h"

#include <libpq-fe.h>
#include <stdlib.h>

#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/db/connect.h"

struct listen {
	PGconn     *pg;
	const char *channel;
};

static bool
run(PGconn *pg, const char *sql, int n, const char *const *values)
{
	PGresult *r = PQexecParams(pg, sql, n, NULL, values, NULL, NULL, 0);
	bool      ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;

	if (!ok)
		log_say("listen", "%s", PQerrorMessage(pg));
	PQclear(r);
	return ok;
}

/* The name of a channel stands in the text of LISTEN, so it is quoted by the library. */
static bool
begin(PGconn *pg, const char *channel)
{
	char *name = PQescapeIdentifier(pg, channel, strlen(channel));
	char  sql[256];
	int   n;

	if (name == NULL)
		return false;
	n = snprintf(sql, sizeof(sql), "listen %s", name);
	PQfreemem(name);
	return n > 0 && (size_t)n < sizeof(sql) && run(pg, "set synchronous_commit = off", 0, NULL) &&
	    run(pg, sql, 0, NULL);
}

struct listen *
listen_open(const struct conf *c, const char *channel)
{
	PGconn        *pg = connect_pg(c, c->db_direct[0] != '\0' ? c->db_direct : c->db);
	struct listen *l;

	if (pg == NULL)
		return NULL;
	if (!begin(pg, channel)) {
		PQfinish(pg);
		return NULL;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		abort();
	l->pg = pg;
	l->channel = channel;
	return l;
}

void
listen_close(struct listen *l)
{
	PQfinish(l->pg);
	free(l);
}

int
listen_fd(const struct listen *l)
{
	return PQsocket(l->pg);
}

bool
listen_take(struct listen *l, void (*each)(void *arg, const char *payload), void *arg)
{
	PGnotify *n;

	if (PQconsumeInput(l->pg) != 1)
		return false;
	while ((n = PQnotifies(l->pg)) != NULL) {
		each(arg, n->extra);
		PQfreemem(n);
	}
	return PQstatus(l->pg) == CONNECTION_OK;
}

bool
listen_tell(struct listen *l, const char *payload)
{
	return run(l->pg, "select pg_notify($1, $2)", 2, (const char *const[]){ l->channel, payload });
}
