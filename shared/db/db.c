/* shared/db/db.c - statements against PostgreSQL, for tasks */
/* Fuzz targets are linked without this file: a function here is one in tests/fuzz/no_db.h, too. */
#include "shared/db/db.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/pool.h"
#include "shared/db/wire.h"

/* What a task holds of the database. */
struct db_link {
	struct db   *db;
	struct conn *conn;
	bool         begin_pending, in_transaction;
	bool         enclosed; /* begin and commit are db_enclose's and db_commit_all's */
	bool         relaxed;
	const struct query *ahead; /* travels with the next statement; NULL: none */
	struct wire         ahead_wire;
};

/* What went out together: for each result to come, the statement that it prepares, or NULL. */
enum { SENT_MOST = 8 };
struct sent {
	const struct query *prepares[SENT_MOST];
	int                 n;
};

static _Thread_local int fail_in;

void
db_attach(struct task *t, struct db *db)
{
	t->db = calloc(1, sizeof(*t->db));
	if (t->db == NULL)
		abort();
	t->db->db = db;
}

void
db_detach(struct task *t)
{
	db_release(t);
	free(t->db);
	t->db = NULL;
}

/* Give the task a connection; false when none is to be had. */
static bool
hold(struct db_link *l)
{
	l->conn = pool_take(l->db);
	return l->conn != NULL;
}

static void
let_go(struct db_link *l, bool usable)
{
	l->enclosed = false;
	l->ahead = NULL;
	if (l->conn == NULL)
		return;
	pool_give(l->db, l->conn, usable);
	l->conn = NULL;
	l->in_transaction = l->begin_pending = false;
}

/* Which of our faults a failed result is. */
static const struct fault *
fault_of(const PGresult *result)
{
	static const char *const again[] = { "53", "57", "58", "08", "55", "25006" };
	const char              *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (state == NULL)
		return &FAULT_UNAVAILABLE;
	if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0)
		return &FAULT_CONFLICT;
	for (size_t i = 0; i < COUNT(again); i++)
		if (strncmp(state, again[i], strlen(again[i])) == 0)
			return &FAULT_UNAVAILABLE;
	return &FAULT_INTERNAL;
}

static bool
send_text(struct db_link *l, const char *sql, struct sent *sent)
{
	sent->prepares[sent->n++] = NULL;
	return PQsendQueryParams(l->conn->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool
send_query(struct db_link *l, const struct query *q, const struct wire *w, struct sent *sent)
{
	PGconn *pg = l->conn->pg;

	if (!l->conn->prepared[q->number]) {
		sent->prepares[sent->n++] = q;
		if (PQsendPrepare(pg, q->name, q->sql, (int)q->n_types, q->types) != 1)
			return false;
	}
	sent->prepares[sent->n++] = NULL;
	return PQsendQueryPrepared(pg, q->name, (int)q->n_types, w->values, w->lengths, w->formats,
	    1) == 1;
}

/* Send what is pending and the statement as one pipeline; false when the connection failed. */
static bool
send_statement(struct db_link *l, const struct query *q, const struct wire *w, struct sent *sent)
{
	if (!l->in_transaction && l->conn->relaxed != l->relaxed) {
		/* Part of what follows: a failure there would take it back. */
		l->conn->relaxed = -1;
		if (!send_text(l, l->relaxed ? "set synchronous_commit to off"
		                             : "set synchronous_commit to on", sent))
			return false;
	}
	if (l->begin_pending && !send_text(l, "begin", sent))
		return false;
	if (l->ahead != NULL && !send_query(l, l->ahead, &l->ahead_wire, sent))
		return false;
	return send_query(l, q, w, sent) && PQpipelineSync(l->conn->pg) == 1;
}

/*
 * Read the results up to the sync; the last one, which is the statement's own, or the first that
 * failed, is returned.  NULL: the connection was lost.
 */
static PGresult *
read_results(struct db_link *l, const struct sent *sent)
{
	PGconn   *pg = l->conn->pg;
	PGresult *kept = NULL, *r;
	int       seen = 0, nulls = 0;

	while (nulls < 2) {
		ExecStatusType      status;
		const struct query *prepared;

		if ((r = PQgetResult(pg)) == NULL) {
			nulls++;
			continue;
		}
		nulls = 0;
		status = PQresultStatus(r);
		if (status == PGRES_PIPELINE_SYNC) {
			PQclear(r);
			return kept;
		}
		prepared = seen < sent->n ? sent->prepares[seen] : NULL;
		if (status == PGRES_COMMAND_OK && prepared != NULL)
			l->conn->prepared[prepared->number] = true;
		seen++;
		if (kept == NULL && (status == PGRES_FATAL_ERROR || seen == sent->n))
			kept = r;
		else
			PQclear(r);
	}
	if (kept != NULL)
		PQclear(kept);
	return NULL;
}

/* What a transaction that goes no further has done is undone; false: the connection is lost. */
static bool
roll_back(struct db_link *l)
{
	struct sent sent = { .n = 0 };
	PGresult   *result;
	bool        good;

	if (!send_text(l, "rollback", &sent) || PQpipelineSync(l->conn->pg) != 1 ||
	    (result = read_results(l, &sent)) == NULL)
		return false;
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return good;
}

void
db_release(struct task *t)
{
	struct db_link *l = t->db;

	if (l == NULL)
		return;
	let_go(l, !l->in_transaction || roll_back(l));
	l->begin_pending = false;
}

static void
clear_result(void *kept)
{
	PQclear(*(PGresult **)kept);
}

/*
 * Where a result will be kept until the task's memory is reset: made before the statement is sent,
 * since a full arena throws, and afterwards that would lose the result.
 */
static PGresult **
place_for_result(struct task *t)
{
	PGresult **kept = mem_one(t->mem, PGresult *);

	mem_defer(t->mem, clear_result, kept);
	return kept;
}

static _Noreturn void
unavailable(struct task *t, const char *why)
{
	/* Said first: the sentence may be the connection's own. */
	log_say("db", "%.*s", (int)strcspn(why, "\n"), why);
	task_note_why(t, "%s", why);
	let_go(t->db, false);
	t->db->begin_pending = false;
	task_throw(t, &FAULT_UNAVAILABLE, NULL);
}

/* A failed statement: the connection stays good unless a transaction was open on it. */
static _Noreturn void
failed(struct task *t, const char *name, const PGresult *result)
{
	const struct fault *f = fault_of(result);
	const char         *why = mem_fmt(t->mem, "%s: %s", name, PQresultErrorMessage(result));

	let_go(t->db, !t->db->in_transaction && f != &FAULT_UNAVAILABLE);
	t->db->begin_pending = false;
	if (f != &FAULT_CONFLICT)
		log_say("db", "%.*s", (int)strcspn(why, "\n"), why);
	task_note_why(t, "%s", why);
	task_throw(t, f, f == &FAULT_INTERNAL ? "%s" : NULL, why);
}

/*
 * As if the connection were lost.  What the server does a moment later is done now, so that a test
 * finds no locks of the transaction.
 */
static void
fail_on_purpose(struct task *t)
{
	if (fail_in == 0 || --fail_in > 0)
		return;
	if (t->db->in_transaction)
		roll_back(t->db);
	unavailable(t, "failed on purpose");
}

int
db_fail_in(int n)
{
	int left = fail_in;

	fail_in = n;
	return left;
}

void
db_travel(struct task *t, const struct query *q, const struct param *params, size_t n)
{
	struct db_link *l = t->db;

	assert(l != NULL && l->ahead == NULL && n == q->n_types);
	wire_encode(t, q, params, &l->ahead_wire);
	l->ahead = q;
}

struct rows
db_run(struct task *t, const struct query *q, const struct param *params, size_t n)
{
	struct db_link *l = t->db;
	struct wire     w;
	struct sent     sent = { .n = 0 };
	PGresult      **kept, *result;
	int            *next = mem_one(t->mem, int);

	assert(l != NULL && n == q->n_types);
	wire_encode(t, q, params, &w);
	kept = place_for_result(t);
	fail_on_purpose(t);
	if (l->conn == NULL && !hold(l))
		unavailable(t, "no connection to the database");
	t->round_trips++;
	pool_count_statement(l->db);
	if (!send_statement(l, q, &w, &sent))
		unavailable(t, PQerrorMessage(l->conn->pg));
	l->in_transaction |= l->begin_pending;
	l->begin_pending = false;
	l->ahead = NULL;
	result = *kept = read_results(l, &sent);
	if (result == NULL)
		unavailable(t, PQerrorMessage(l->conn->pg));
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		failed(t, q->name, result);
	if (!l->in_transaction) {
		l->conn->relaxed = l->relaxed;
		let_go(l, true);
	}
	t->rows += (unsigned)PQntuples(result);
	return (struct rows){
		.result = result,
		.next = next,
		.n = PQresultStatus(result) == PGRES_TUPLES_OK
		    ? (size_t)PQntuples(result) : (size_t)strtoull(PQcmdTuples(result), NULL, 10),
	};
}

void
db_relax(struct task *t, bool relaxed)
{
	assert(!t->db->in_transaction);
	t->db->relaxed = relaxed;
}

void
db_begin(struct task *t)
{
	if (t->db->enclosed)
		return;
	assert(!t->db->in_transaction && !t->db->begin_pending);
	t->db->begin_pending = true;
}

void
db_enclose(struct task *t)
{
	db_begin(t);
	t->db->enclosed = true;
}

void
db_commit_all(struct task *t)
{
	t->db->enclosed = false;
	db_commit(t);
}

void
db_commit(struct task *t)
{
	struct db_link *l = t->db;
	struct sent     sent = { .n = 0 };
	PGresult      **kept, *result;

	if (l->enclosed)
		return;
	l->begin_pending = false;
	if (!l->in_transaction)
		return;
	kept = place_for_result(t);
	fail_on_purpose(t);
	t->round_trips++;
	if (!send_text(l, "commit", &sent) || PQpipelineSync(l->conn->pg) != 1 ||
	    (result = *kept = read_results(l, &sent)) == NULL)
		unavailable(t, PQerrorMessage(l->conn->pg));
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		failed(t, "commit", result);
	/* COMMIT of a transaction that had failed answers ROLLBACK, without an error. */
	assert(strcmp(PQcmdStatus(result), "COMMIT") == 0);
	let_go(l, true);
}
