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

struct db {
	const struct conf *conf;
	pthread_mutex_t    lock;
	pthread_cond_t     freed;
	struct conn       *idle;
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

/* A connection the server has hung up on tells so by being readable while idle. */
static bool
alive(struct conn *c)
{
	char    byte;
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

/* What was counted as open and busy is so no more. */
static void
give_up(struct db *db, bool had_one)
{
	pthread_mutex_lock(&db->lock);
	db->busy--;
	db->open--;
	db->failures += had_one;
	pthread_cond_signal(&db->freed);
	pthread_mutex_unlock(&db->lock);
}

void
pool_give(struct db *db, struct conn *c, bool usable)
{
	if (!usable || PQstatus(c->pg) != CONNECTION_OK) {
		conn_close(c);
		give_up(db, true);
		return;
	}
	pthread_mutex_lock(&db->lock);
	db->busy--;
	c->next = db->idle;
	db->idle = c;
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
