/* shared/db/guest.c - a word with a PostgreSQL server that is not ours */
#include "shared/db/guest.h"

#include <libpq-fe.h>

bool
guest_ask(const char *conninfo, const char *sql)
{
	const char *const names[] = { "dbname", "connect_timeout", "options", "passfile", NULL };
	const char *const values[] = { conninfo, "2", "-c statement_timeout=2000", "/nonexistent",
	    NULL };
	PGconn           *pg = PQconnectdbParams(names, values, 1);
	PGresult         *r;
	bool              good = false;

	if (PQstatus(pg) == CONNECTION_OK) {
		r = PQexec(pg, sql);
		good = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
		PQclear(r);
	}
	PQfinish(pg);
	return good;
}
