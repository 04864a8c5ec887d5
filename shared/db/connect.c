/* shared/db/connect.c - a libpq connection as this project wants it */
#include "shared/db/connect.h"

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"

/* Notices are for people at a terminal. */
static void
ignore_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static bool
set_up(PGconn *pg, const struct conf *c)
{
	char      timeout[32];
	const char *values[] = { timeout };
	PGresult *r;
	bool      ok;

	snprintf(timeout, sizeof(timeout), "%lld",
	    (long long)(c->db_statement_timeout / MILLISECOND));
	r = PQexecParams(pg,
	    "select set_config('statement_timeout', $1, false),"
	    " set_config('synchronous_commit', 'on', false),"
	    " set_config('timezone', 'UTC', false), set_config('search_path', '', false),"
	    " set_config('idle_in_transaction_session_timeout', $1, false),"
	    " set_config('plan_cache_mode', 'force_generic_plan', false),"
	    " set_config('jit', 'off', false)",
	    1, NULL, values, NULL, NULL, 0);
	ok = PQresultStatus(r) == PGRES_TUPLES_OK;
	PQclear(r);
	return ok;
}

PGconn *
connect_pg(const struct conf *c, const char *conninfo)
{
	const char *const keys[] = { "dbname", "client_encoding", "connect_timeout",
		"fallback_application_name", NULL };
	const char *const values[] = { conninfo, "UTF8", "5", "mockfactory", NULL };
	PGconn           *pg = PQconnectdbParams(keys, values, 1);

	if (pg != NULL && PQstatus(pg) == CONNECTION_OK) {
		PQsetNoticeProcessor(pg, ignore_notice, NULL);
		if (set_up(pg, c))
			return pg;
	}
	log_say("db", "cannot connect: %s", pg != NULL ? PQerrorMessage(pg) : "no memory");
	PQfinish(pg);
	return NULL;
}
