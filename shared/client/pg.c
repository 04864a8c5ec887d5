/* shared/client/pg.c - talk with a customer's PostgreSQL server */
#include "shared/client/pg.h"

#include <poll.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"

enum load_result
pg_lost(struct load *l)
{
	struct pg_link *k = l->link;

	return load_said(l, LOAD_AGAIN, k->pg != NULL ? PQerrorMessage(k->pg) : "no memory");
}

/* Classes of SQLSTATE (PostgreSQL 15 manual, appendix A): what may pass by itself. */
static enum load_result
failed(struct load *l, const PGresult *res)
{
	static const char *const passing[] = { "08", "40", "53", "55", "57", "42P07", "25P03" };
	const char              *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char              *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (state == NULL || text == NULL)
		return pg_lost(l);
	for (size_t i = 0; i < COUNT(passing); i++)
		if (strncmp(state, passing[i], strlen(passing[i])) == 0)
			return load_said(l, LOAD_AGAIN, text);
	return load_said(l, LOAD_REFUSED, text);
}

bool
pg_wait(struct load *l, bool out, int64_t end)
{
	struct pg_link  *k = l->link;
	struct pollfd p = { .fd = PQsocket(k->pg), .events = (short)(out ? POLLIN | POLLOUT : POLLIN) };
	int64_t       left = end - clock_monotonic();

	return left > 0 && poll(&p, 1, (int)(left / MILLISECOND) + 1) > 0;
}

enum load_result
pg_slow(struct load *l)
{
	return load_fail(l, LOAD_AGAIN, "no answer in time");
}

enum load_result
pg_push(struct load *l, int64_t end)
{
	struct pg_link *k = l->link;
	int          left;

	while ((left = PQflush(k->pg)) == 1) {
		if (!pg_wait(l, true, end))
			return pg_slow(l);
		if (PQconsumeInput(k->pg) == 0)
			return pg_lost(l);
	}
	return left == 0 ? LOAD_OK : pg_lost(l);
}

/* The next result; *res NULL: there is none any more. */
static enum load_result
next_result(struct load *l, int64_t end, PGresult **res)
{
	struct pg_link     *k = l->link;
	enum load_result r = pg_push(l, end);

	*res = NULL;
	while (r == LOAD_OK && PQisBusy(k->pg)) {
		if (!pg_wait(l, false, end))
			return pg_slow(l);
		if (PQconsumeInput(k->pg) == 0)
			return pg_lost(l);
	}
	if (r == LOAD_OK)
		*res = PQgetResult(k->pg);
	return r;
}

enum load_result
pg_finish(struct load *l, PGresult **rows)
{
	int64_t          end = clock_monotonic() + PG_REPLY;
	enum load_result first = LOAD_OK, r;
	PGresult        *res;

	while ((r = next_result(l, end, &res)) == LOAD_OK && res != NULL) {
		ExecStatusType status = PQresultStatus(res);

		if (status == PGRES_TUPLES_OK && rows != NULL && *rows == NULL) {
			*rows = res;
			continue;
		}
		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN &&
		    first == LOAD_OK)
			first = failed(l, res);
		PQclear(res);
		if (status == PGRES_COPY_IN)
			break;
	}
	return r != LOAD_OK ? r : first;
}

enum load_result
pg_run(struct load *l, const char *sql, PGresult **rows)
{
	struct pg_link *k = l->link;

	return PQsendQuery(k->pg, sql) == 1 ? pg_finish(l, rows) : pg_lost(l);
}

