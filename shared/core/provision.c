/* shared/core/provision.c - making true what is wished of one real server */
#include "shared/core/provision.h"

#include <signal.h>
#include <unistd.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/life.h"
#include "shared/core/secret.h"
#include "shared/core/server.h"
#include "shared/db/db.h"
#include "shared/run/run.h"

enum { MOST_TRIES = 5, MOST_PORT_TRIES = 3, PREFERRED_LAST = 32767 };

#define LEASE       MINUTE
#define START_WAIT  (30 * SECOND)
#define OCCUPIED    (200 * MILLISECOND) /* somebody else works on it: look again then */

/* The time to wait before try n + 1. */
static int64_t
pause_after(int64_t tries)
{
	static const int64_t pauses[] = { 0, 200 * MILLISECOND, SECOND, 4 * SECOND, 10 * SECOND };

	return tries < (int64_t)COUNT(pauses) ? pauses[tries] : 15 * SECOND;
}

/* For tests: the process ends here as if the machine had ended it. */
static void
reached(const struct provision *p, const char *step)
{
	if (p->conf->test && strcmp(p->conf->provision_fault, step) == 0)
		kill(getpid(), SIGKILL);
}

bool
provision_take(struct task *t, struct provision *p, struct provision_work *w)
{
	struct rows r = db_rows(t, &Q_server_claim, db_text(p->host), db_text(p->who), db_time(t->now),
	    db_time(t->now + LEASE), db_i64(1));
	const void *sealed;
	size_t      n;

	if (r.n == 0)
		return false;
	sealed = row_bytes(&r, 0, "password", &n);
	*w = (struct provision_work){
		.id = row_i64(&r, 0, "id"), .environment = row_i64(&r, 0, "environment_id"),
		.epoch = row_i64(&r, 0, "epoch"), .port = row_i64(&r, 0, "port"),
		.tries = row_i64(&r, 0, "tries"), .ran_at = row_time(&r, 0, "ran_at"),
		.uid = row_i64(&r, 0, "uid"), .public_id = row_text(&r, 0, "public_id"),
		.service = row_text(&r, 0, "service"), .engine = row_text(&r, 0, "engine"),
		.wish = row_text(&r, 0, "wish"), .state = row_text(&r, 0, "state"),
		.address = row_text(&r, 0, "address"), .user = row_text(&r, 0, "user_name"),
		.database = row_text(&r, 0, "database_name"),
	};
	w->password = secret_open(t, server_context(t, w->public_id), sealed, n);
	reached(p, "claimed");
	return true;
}

static struct server
server_of(struct task *t, const struct provision *p, const struct provision_work *w, int64_t epoch)
{
	return (struct server){
		.mem = t->mem, .key = mem_fmt(t->mem, "%lld-%lld", (long long)w->id, (long long)epoch),
		.engine = w->engine, .address = w->address, .port = w->port, .user = w->user,
		.password = w->password, .database = w->database, .superuser = p->conf->single_user,
		.uid = w->uid, .gid = w->uid,
	};
}

/* --- recording --- */

/* What became of it; false: it was taken out of our hands, and is another's to say. */
static bool
settle(struct task *t, struct provision *p, const struct provision_work *w, const char *state,
    int64_t tries, const char *reason, int64_t due)
{
	const char *public_id;
	struct rows r;

	db_begin(t);
	db_rows(t, &Q_server_hold_environment, db_i64(w->id));
	r = db_rows(t, &Q_server_settle, db_i64(w->id), db_text(p->who), db_text(w->wish),
	    db_i64(w->epoch), db_text(state), db_i64(tries), db_text(reason),
	    due != 0 ? db_time(due) : db_null(db_time(0)), db_time(t->now));
	if (r.n > 0)
		life_settle(t, w->environment, &public_id);
	db_commit(t);
	reached(p, "settled");
	return r.n > 0;
}

static void
say(const struct provision_work *w, const char *what, const char *why)
{
	struct log l = log_begin("provision");

	log_text(&l, "env", w->public_id);
	log_text(&l, "service", w->service);
	log_int(&l, "server", w->id);
	log_text(&l, "done", what);
	log_text(&l, "why", why);
	log_end(&l);
}

/* Another port, as long as nobody was told of the one it has. */
static bool
take_other_port(struct task *t, struct provision *p, const struct provision_work *w)
{
	const struct conf *c = p->conf;
	int64_t            next = w->port + 1;

	if (w->ran_at != 0)
		return false;
	if (next > c->server_port_last || w->port == PREFERRED_LAST)
		next = c->server_port_first;
	return db_rows(t, &Q_server_new_port, db_i64(w->id), db_text(p->who),
	    db_i64(c->server_port_first), db_i64(c->server_port_last), db_i64(next),
	    db_time(t->now)).n == 1;
}

static void
failed(struct task *t, struct provision *p, const struct provision_work *w, const struct server *s,
    int64_t *again)
{
	int64_t tries = w->tries + 1;
	int64_t most = s->trouble == RUN_PORT_BUSY ? MOST_PORT_TRIES : MOST_TRIES;

	say(w, "failed", s->why);
	t->now = clock_now();
	if (s->trouble == RUN_PORT_BUSY && take_other_port(t, p, w)) {
		*again = t->now;
		return;
	}
	*again = t->now + pause_after(tries);
	if (strcmp(w->wish, "running") == 0 && (tries >= most || s->trouble == RUN_MISSING)) {
		*again = 0;
		settle(t, p, w, "failed", tries, s->why, 0);
	} else
		settle(t, p, w, strcmp(w->wish, "running") == 0 ? "starting" : w->state, tries, s->why,
		    *again);
}

/* --- doing --- */

/* Every reset has left its predecessor's files, and maybe its process. */
static bool
clear_older(struct task *t, struct provision *p, const struct provision_work *w, struct server *now)
{
	for (int64_t epoch = 1; epoch < w->epoch; epoch++) {
		struct server old = server_of(t, p, w, epoch);

		if (!p->runner->ops->remove(p->runner, &old)) {
			snprintf(now->why, sizeof(now->why), "%s", old.why);
			return false;
		}
	}
	reached(p, "cleared");
	return true;
}

static bool
bring_up(struct task *t, struct provision *p, const struct provision_work *w, struct server *s)
{
	const struct runner_ops *ops = p->runner->ops;
	struct run_process       process;

	if (!clear_older(t, p, w, s) || !ops->ensure(p->runner, s))
		return false;
	reached(p, "ensured");
	if (!ops->start(p->runner, s, &process))
		return false;
	reached(p, "started");
	if (!ops->wait(p->runner, s, START_WAIT)) {
		struct server hung = *s;

		ops->stop(p->runner, &hung, true);
		return false;
	}
	reached(p, "usable");
	return true;
}

static bool
fulfil(struct task *t, struct provision *p, const struct provision_work *w, struct server *s)
{
	const struct runner_ops *ops = p->runner->ops;

	if (strcmp(w->wish, "running") == 0)
		return bring_up(t, p, w, s);
	if (!clear_older(t, p, w, s))
		return false;
	if (strcmp(w->wish, "stopped") == 0) {
		if (!ops->stop(p->runner, s, false))
			return false;
		reached(p, "stopped");
		return true;
	}
	if (!ops->remove(p->runner, s))
		return false;
	reached(p, "removed");
	return true;
}

static void
forget(struct task *t, struct provision *p, const struct provision_work *w)
{
	const char *public_id;

	db_begin(t);
	db_rows(t, &Q_server_hold_environment, db_i64(w->id));
	if (db_rows(t, &Q_server_delete, db_i64(w->id), db_text(p->who)).n > 0)
		life_settle(t, w->environment, &public_id);
	db_commit(t);
	reached(p, "settled");
}

void
provision_do(struct task *t, struct provision *p, struct provision_work *w, int64_t *again)
{
	char         *name = mem_fmt(t->mem, "%lld", (long long)w->id);
	struct server s = server_of(t, p, w, w->epoch);
	bool          gone = strcmp(w->wish, "gone") == 0, good;
	int           lock = runner_lock(p->runner, name);

	*again = 0;
	if (lock < 0) {
		*again = t->now + OCCUPIED;
		db_rows(t, &Q_server_postpone, db_i64(w->id), db_text(p->who), db_time(*again));
		return;
	}
	reached(p, "locked");
	good = fulfil(t, p, w, &s);
	/* The lock covers what is done on this machine; what is thrown below does not keep it. */
	runner_unlock(p->runner, name, lock, good && gone);
	t->now = clock_now();
	if (!good)
		failed(t, p, w, &s, again);
	else if (gone)
		forget(t, p, w);
	else
		settle(t, p, w, w->wish, strcmp(w->wish, "running") == 0 ? w->tries : 0, NULL, 0);
	if (good)
		say(w, w->wish, NULL);
}

void
provision_drop(struct task *t, struct provision *p, int64_t id)
{
	db_rows(t, &Q_server_postpone, db_i64(id), db_text(p->who), db_time(t->now + SECOND));
}

int64_t
provision_due(struct task *t)
{
	struct rows r = db_rows0(t, &Q_server_due);

	return r.n > 0 ? row_time(&r, 0, "due_at") : 0;
}
