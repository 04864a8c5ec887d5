/* shared/db/db.c - statements against PostgreSQL, for tasks */
#include "shared/db/db.h"

#include <assert.h>
#include <errno.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/connect.h"
#include "shared/db/wire.h"

enum { WAIT_FOR_CONNECTION_S = 5 };

/* One connection, always in pipeline mode. */
struct conn {
	struct conn *next;
	PGconn      *pg;
	bool         prepared[]; /* by query number */
};

struct db {
	const struct conf *conf;
	pthread_mutex_t    lock;
	pthread_cond_t     freed;
	struct conn       *idle;
	unsigned           open, busy, most;
	uint64_t           statements, connects, failures;
};

/* What a task holds of the database. */
struct db_link {
	struct db   *db;
	struct conn *conn;
	bool         begin_pending, in_transaction;
	const char  *why; /* of the last failure, in the arena */
};

static _Thread_local int fail_in;

struct db *
db_open(const struct conf *c)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		abort();
	db->conf = c;
	db->most = (unsigned)c->db_connections;
	pthread_mutex_init(&db->lock, NULL);
	pthread_cond_init(&db->freed, NULL);
	return db;
}

static void
conn_close(struct conn *c)
{
	PQfinish(c->pg);
	free(c);
}

void
db_close(struct db *db)
{
	while (db->idle != NULL) {
		struct conn *c = db->idle;

		db->idle = c->next;
		conn_close(c);
	}
	pthread_cond_destroy(&db->freed);
	pthread_mutex_destroy(&db->lock);
	free(db);
}

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

/* A connection the server has hung up on tells so by being readable while idle. */
static bool
alive(struct conn *c)
{
	char byte;
	ssize_t n = recv(PQsocket(c->pg), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* An idle connection, or NULL with *may_open set when a new one may be made in its stead. */
static struct conn *
take_idle(struct db *db, bool *may_open)
{
	struct timespec until;
	struct conn    *c = NULL;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_FOR_CONNECTION_S;
	*may_open = false;
	pthread_mutex_lock(&db->lock);
	while (db->idle == NULL && db->open >= db->most)
		if (pthread_cond_timedwait(&db->freed, &db->lock, &until) != 0)
			break;
	if (db->idle != NULL) {
		c = db->idle;
		db->idle = c->next;
		db->busy++;
	} else if (db->open < db->most) {
		db->open++;
		db->busy++;
		*may_open = true;
	}
	pthread_mutex_unlock(&db->lock);
	return c;
}

static void
give_back(struct db *db, struct conn *c, bool usable)
{
	if (c != NULL && !usable)
		conn_close(c);
	pthread_mutex_lock(&db->lock);
	db->busy--;
	if (c != NULL && usable) {
		c->next = db->idle;
		db->idle = c;
	} else {
		db->open--;
		db->failures += c != NULL;
	}
	pthread_cond_signal(&db->freed);
	pthread_mutex_unlock(&db->lock);
}

static struct conn *
conn_open(struct db *db)
{
	struct conn *c = calloc(1, sizeof(*c) + (size_t)n_queries * sizeof(c->prepared[0]));

	if (c == NULL)
		abort();
	c->pg = connect_pg(db->conf, db->conf->db);
	if (c->pg != NULL && PQenterPipelineMode(c->pg) == 1)
		return c;
	if (c->pg != NULL)
		PQfinish(c->pg);
	free(c);
	return NULL;
}

/* Give the task a connection; false when none is to be had. */
static bool
hold(struct db_link *l)
{
	bool         may_open;
	struct conn *c = take_idle(l->db, &may_open);

	if (c != NULL && !alive(c)) {
		/* After a restart of the server every idle connection is dead: replace this one. */
		conn_close(c);
		c = NULL;
		may_open = true;
	}
	if (c == NULL && may_open && (c = conn_open(l->db)) == NULL)
		give_back(l->db, NULL, false);
	if (c != NULL && may_open) {
		pthread_mutex_lock(&l->db->lock);
		l->db->connects++;
		pthread_mutex_unlock(&l->db->lock);
	}
	l->conn = c;
	return c != NULL;
}

static void
let_go(struct db_link *l, bool usable)
{
	if (l->conn == NULL)
		return;
	give_back(l->db, l->conn, usable && PQstatus(l->conn->pg) == CONNECTION_OK);
	l->conn = NULL;
	l->in_transaction = l->begin_pending = false;
}

void
db_release(struct task *t)
{
	if (t->db == NULL)
		return;
	/* An open transaction is ended by closing its connection: rare, and never wrong. */
	let_go(t->db, !t->db->in_transaction);
	t->db->begin_pending = false;
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

/*
 * Send what is pending and the statement as one pipeline; false when the connection failed.  The
 * number of results to come before the statement's own is left in *before.
 */
static bool
send_statement(struct db_link *l, const struct query *q, const struct wire *w, int *before)
{
	PGconn *pg = l->conn->pg;

	*before = 0;
	if (l->begin_pending) {
		if (PQsendQueryParams(pg, "begin", 0, NULL, NULL, NULL, NULL, 1) != 1)
			return false;
		++*before;
	}
	if (!l->conn->prepared[q->number]) {
		if (PQsendPrepare(pg, q->name, q->sql, (int)q->n_types, q->types) != 1)
			return false;
		++*before;
	}
	return PQsendQueryPrepared(pg, q->name, (int)q->n_types, w->values, w->lengths, w->formats,
	           1) == 1 &&
	    PQpipelineSync(pg) == 1;
}

/*
 * Read the results up to the sync; the statement's own, or the first that failed, is returned.
 * NULL: the connection was lost.
 */
static PGresult *
read_results(struct db_link *l, const struct query *q, int before)
{
	PGconn   *pg = l->conn->pg;
	PGresult *kept = NULL, *r;
	int       seen = 0, nulls = 0;

	while (nulls < 2) {
		ExecStatusType status;

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
		if (status == PGRES_FATAL_ERROR || seen == before) {
			if (kept == NULL)
				kept = r;
			else
				PQclear(r);
		} else {
			PQclear(r);
		}
		if (status == PGRES_COMMAND_OK && seen == before - 1 &&
		    !l->conn->prepared[q->number])
			l->conn->prepared[q->number] = true;
		seen++;
	}
	if (kept != NULL)
		PQclear(kept);
	return NULL;
}

static void
clear_result(void *result)
{
	PQclear(result);
}

static _Noreturn void
unavailable(struct task *t, const char *why)
{
	/* Said first: the sentence may be the connection's own. */
	log_say("db", "%.*s", (int)strcspn(why, "\n"), why);
	let_go(t->db, false);
	t->db->begin_pending = false;
	task_throw(t, &FAULT_UNAVAILABLE, NULL);
}

/* A failed statement: the connection stays good unless a transaction was open on it. */
static _Noreturn void
failed(struct task *t, const struct query *q, PGresult *result)
{
	const struct fault *f = fault_of(result);
	const char         *why = mem_fmt(t->mem, "%s: %s", q->name, PQresultErrorMessage(result));

	PQclear(result);
	let_go(t->db, !t->db->in_transaction && f != &FAULT_UNAVAILABLE);
	t->db->begin_pending = false;
	if (f != &FAULT_CONFLICT)
		log_say("db", "%.*s", (int)strcspn(why, "\n"), why);
	task_throw(t, f, f == &FAULT_INTERNAL ? "%s" : NULL, why);
}

static bool
fail_on_purpose(void)
{
	return fail_in > 0 && --fail_in == 0;
}

int
db_fail_in(int n)
{
	int left = fail_in;

	fail_in = n;
	return left;
}

struct rows
db_run(struct task *t, const struct query *q, const struct param *params, size_t n)
{
	struct db_link *l = t->db;
	struct wire     w;
	PGresult       *result;
	int             before;

	assert(l != NULL && n == q->n_types);
	wire_encode(t, q, params, &w);
	if (fail_on_purpose())
		unavailable(t, "failed on purpose");
	if (l->conn == NULL && !hold(l))
		unavailable(t, "no connection to the database");
	t->round_trips++;
	__atomic_fetch_add(&l->db->statements, 1, __ATOMIC_RELAXED);
	if (!send_statement(l, q, &w, &before))
		unavailable(t, PQerrorMessage(l->conn->pg));
	l->in_transaction |= l->begin_pending;
	l->begin_pending = false;
	result = read_results(l, q, before);
	if (result == NULL)
		unavailable(t, PQerrorMessage(l->conn->pg));
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		failed(t, q, result);
	mem_defer(t->mem, clear_result, result);
	if (!l->in_transaction)
		let_go(l, true);
	t->rows += (unsigned)PQntuples(result);
	return (struct rows){
		.result = result,
		.n = PQresultStatus(result) == PGRES_TUPLES_OK
		    ? (size_t)PQntuples(result) : (size_t)strtoull(PQcmdTuples(result), NULL, 10),
	};
}

void
db_begin(struct task *t)
{
	assert(!t->db->in_transaction && !t->db->begin_pending);
	t->db->begin_pending = true;
}

void
db_commit(struct task *t)
{
	static const struct query commit = { .number = -1, .name = "commit", .sql = "commit" };
	struct db_link           *l = t->db;
	PGresult                 *result;

	l->begin_pending = false;
	if (!l->in_transaction)
		return;
	if (fail_on_purpose())
		unavailable(t, "failed on purpose");
	t->round_trips++;
	if (PQsendQueryParams(l->conn->pg, "commit", 0, NULL, NULL, NULL, NULL, 1) != 1 ||
	    PQpipelineSync(l->conn->pg) != 1 || (result = read_results(l, &commit, 0)) == NULL)
		unavailable(t, PQerrorMessage(l->conn->pg));
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		failed(t, &commit, result);
	/* COMMIT of a transaction that had failed answers ROLLBACK, without an error. */
	assert(strcmp(PQcmdStatus(result), "COMMIT") == 0);
	PQclear(result);
	let_go(l, true);
}

void
db_stats(struct db *db, struct db_stats *out)
{
	pthread_mutex_lock(&db->lock);
	*out = (struct db_stats){ .open = db->open, .busy = db->busy, .connects = db->connects,
		.failures = db->failures };
	pthread_mutex_unlock(&db->lock);
	out->statements = __atomic_load_n(&db->statements, __ATOMIC_RELAXED);
}
