/* shared/db/pool.c - the connections of a process */
#include "shared/db/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/db/connect.h"
#include "shared/db/db.h"

enum { WAIT_FOR_CONNECTION_S = 5 };
#define REFUSE_FOR (50 * MILLISECOND) /* after a failed try */

/*
 * Who waits for a connection, first come first served: what is freed goes to the first of them, not
 * to whoever is quicker.  Otherwise a busy pool lets some wait for seconds.
 */
struct waiter {
	struct waiter *next;
	pthread_cond_t served;
	struct conn   *conn;
	bool           may_open;
};

struct db {
	const struct conf *conf;
	pthread_mutex_t    lock;
	struct waiter     *waiters, **last_waiter;
	struct conn       *idle; /* none while anybody waits */
	unsigned           open, busy, most;
	int64_t            refuse_until; /* monotonic */
	uint64_t           statements, connects, failures;
};

struct db *
db_open(const struct conf *c)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		abort();
	db->conf = c;
	db->most = (unsigned)c->db_connections;
	pthread_mutex_init(&db->lock, NULL);
	db->last_waiter = &db->waiters;
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
	pthread_mutex_destroy(&db->lock);
	free(db);
}

/* A connection the server has hung up on tells so by being readable while idle. */
static bool
alive(struct conn *c)
{
	char    byte;
	ssize_t n = recv(PQsocket(c->pg), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* Under the lock: the first who waits, now out of the queue; NULL: nobody does. */
static struct waiter *
first_waiter(struct db *db)
{
	struct waiter *w = db->waiters;

	if (w != NULL) {
		db->waiters = w->next;
		if (db->waiters == NULL)
			db->last_waiter = &db->waiters;
	}
	return w;
}

/* Under the lock: it waits no longer. */
static void
leave_queue(struct db *db, struct waiter *leaving)
{
	struct waiter **w = &db->waiters;

	while (*w != leaving)
		w = &(*w)->next;
	*w = leaving->next;
	if (leaving->next == NULL)
		db->last_waiter = w;
}

/* Under the lock: wait for what another gives back, not for ever. */
static struct conn *
wait_in_queue(struct db *db, bool *may_open)
{
	struct waiter   me = { .served = PTHREAD_COND_INITIALIZER };
	struct timespec until;
	bool            late = false;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_FOR_CONNECTION_S;
	*db->last_waiter = &me;
	db->last_waiter = &me.next;
	while (me.conn == NULL && !me.may_open && !late)
		late = pthread_cond_timedwait(&me.served, &db->lock, &until) != 0;
	if (me.conn == NULL && !me.may_open)
		leave_queue(db, &me);
	pthread_cond_destroy(&me.served);
	*may_open = me.may_open;
	return me.conn;
}

/* An idle connection, or NULL with *may_open set when a new one may be made in its stead. */
static struct conn *
take_idle(struct db *db, bool *may_open)
{
	struct conn *c;

	*may_open = false;
	pthread_mutex_lock(&db->lock);
	c = db->idle;
	if (c != NULL) {
		db->idle = c->next;
		db->busy++;
	} else if (db->open < db->most) {
		db->open++;
		db->busy++;
		*may_open = true;
	} else {
		c = wait_in_queue(db, may_open);
	}
	pthread_mutex_unlock(&db->lock);
	return c;
}

/* What was counted as open and busy is so no more, or another's to open. */
static void
give_up(struct db *db, bool had_one)
{
	struct waiter *w;

	pthread_mutex_lock(&db->lock);
	db->failures += had_one;
	if ((w = first_waiter(db)) != NULL) {
		w->may_open = true;
		pthread_cond_signal(&w->served);
	} else {
		db->busy--;
		db->open--;
	}
	pthread_mutex_unlock(&db->lock);
}

void
pool_give(struct db *db, struct conn *c, bool usable)
{
	struct waiter *w;

	if (!usable || PQstatus(c->pg) != CONNECTION_OK) {
		conn_close(c);
		give_up(db, true);
		return;
	}
	pthread_mutex_lock(&db->lock);
	if ((w = first_waiter(db)) != NULL) {
		w->conn = c;
		pthread_cond_signal(&w->served);
	} else {
		db->busy--;
		c->next = db->idle;
		db->idle = c;
	}
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

/* A new connection, unless the last try failed just now. */
static struct conn *
try_open(struct db *db)
{
	struct conn *c = NULL;
	bool         refuse;

	pthread_mutex_lock(&db->lock);
	refuse = clock_monotonic() < db->refuse_until;
	pthread_mutex_unlock(&db->lock);
	if (!refuse)
		c = conn_open(db);
	pthread_mutex_lock(&db->lock);
	if (c != NULL)
		db->connects++;
	else if (!refuse)
		db->refuse_until = clock_monotonic() + REFUSE_FOR;
	pthread_mutex_unlock(&db->lock);
	return c;
}

struct conn *
pool_take(struct db *db)
{
	bool         may_open;
	struct conn *c = take_idle(db, &may_open);

	if (c != NULL && !alive(c)) {
		/* After a restart of the server every idle connection is dead: replace this one. */
		conn_close(c);
		c = NULL;
		may_open = true;
	}
	if (c == NULL && may_open && (c = try_open(db)) == NULL)
		give_up(db, false);
	return c;
}

void
pool_count_statement(struct db *db)
{
	__atomic_fetch_add(&db->statements, 1, __ATOMIC_RELAXED);
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
