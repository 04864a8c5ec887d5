/* shared/core/provision_look.c - what is found on this machine, held against what the rows say */
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "queries.h"
#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/core/provision.h"
#include "shared/core/server.h"
#include "shared/db/db.h"
#include "shared/run/proc.h"
#include "shared/run/run.h"

enum { MOST_DEATHS = 5, HOST_ID = 16 };

#define CLEARING (2 * SECOND) /* of one sweep at most */
#define RAN_WELL MINUTE /* deaths further apart than that do not add up */

/* --- who we are --- */

/* The name of this machine's directory; a new one is known to the database before it is written. */
static void
read_host(struct task *t, struct provision *p)
{
	char   *path = mem_fmt(t->mem, "%s/.host", p->runner->servers);
	int     fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, p->host, HOST_ID) : -1;

	if (fd >= 0)
		close(fd);
	p->host[n > 0 ? n : 0] = '\0';
}

static void
write_host(struct task *t, struct provision *p)
{
	char *path = mem_fmt(t->mem, "%s/.host", p->runner->servers);
	char *beside = mem_fmt(t->mem, "%s.%d", path, (int)getpid());
	int   fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, p->host, strlen(p->host)) < 0 || link(beside, path) != 0)
		read_host(t, p); /* a copy of us was quicker */
	if (fd >= 0)
		close(fd);
	unlink(beside);
}

static void
see_engines(struct task *t, const struct provision *p)
{
	const struct runner *r = p->runner;

	for (size_t i = 0; i < r->n_engines; i++) {
		const struct run_engine *e = &r->engines[i];

		db_rows(t, &Q_server_see_engine, db_text(p->host), db_text(e->name),
		    db_text(r->refusal != NULL ? NULL : e->version),
		    db_text(r->refusal != NULL ? r->refusal : e->why), db_time(t->now));
	}
}

void
provision_introduce(struct task *t, struct provision *p)
{
	char        boot[40] = "";
	struct rows r;

	if (p->host[0] == '\0') {
		read_host(t, p);
		if (p->host[0] == '\0') {
			snprintf(p->host, sizeof(p->host), "%s", id_text(&t->ids, t->mem, ID_LOWER, HOST_ID));
			see_engines(t, p);
			write_host(t, p);
		}
		r = db_rows(t, &Q_server_host_known, db_text(p->host));
		p->strange = !row_bool(&r, 0, "known");
		if (p->strange)
			log_say("provision", "%s belongs to another database: what is in it stays",
			    p->runner->servers);
		proc_boot(boot);
		snprintf(p->who, sizeof(p->who), "%s/%lld/%lld/%s", p->host, (long long)getpid(),
		    (long long)proc_started(getpid()), boot);
	}
	see_engines(t, p);
}

/* Copies of us that died had servers in hand: others may take them at once. */
static void
free_dead(struct task *t, struct provision *p)
{
	struct rows r = db_rows(t, &Q_server_dead_locks, db_text(p->host));
	char        boot[40] = "";

	proc_boot(boot);
	for (size_t i = 0; i < r.n; i++) {
		const char *who = row_text(&r, i, "locked_by");
		char        other[40];
		long long   pid, started;

		if (sscanf(who, "%*[^/]/%lld/%lld/%39s", &pid, &started, other) == 3 &&
		    strcmp(other, boot) == 0 && proc_started(pid) == started)
			continue;
		db_rows(t, &Q_server_unlock, db_text(who));
		log_say("provision", "took over from %s", who);
	}
}

/* --- what died --- */

static bool
note_death(struct task *t, const struct rows *r, size_t i, struct server *s, const char *said,
    const char **public_id)
{
	int64_t     ran = row_time(r, i, "ran_at"), tries = row_i64(r, i, "tries") + 1;
	bool        over;
	const char *why;
	struct rows held;

	if (t->now - ran >= RAN_WELL)
		tries = 1;
	over = tries >= MOST_DEATHS;
	why = mem_fmt(t->mem, "%s ended unexpectedly at %s%s%.200s", s->engine,
	    clock_iso(t->mem, t->now), said[0] != '\0' ? ": " : "", said);
	db_begin(t);
	held = db_rows(t, &Q_server_hold_environment, db_i64(row_i64(r, i, "id")));
	if (held.n > 0 && db_rows(t, &Q_server_died, db_i64(row_i64(r, i, "id")),
	    db_i64(row_i64(r, i, "epoch")), db_i64(tries), db_text(why),
	    over ? db_null(db_time(0)) : db_time(t->now + (tries - 1) * (tries - 1) * SECOND),
	    db_time(t->now), db_text(over ? "failed" : "starting")).n > 0) {
		*public_id = row_text(&held, 0, "public_id");
		life_settle(t, row_i64(&held, 0, "id"), public_id);
		log_say("provision", "%s of %s: %s", s->engine, *public_id, why);
	}
	db_commit(t);
	return *public_id != NULL;
}

static const char *
last_line(struct mem *m, const char *text)
{
	size_t n = strlen(text), at;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	for (at = n; at > 0 && text[at - 1] != '\n';)
		at--;
	return mem_text_n(m, text + at, n - at);
}

size_t
provision_check(struct task *t, struct provision *p, const char ***changed)
{
	struct rows r;
	size_t      n = 0;

	free_dead(t, p);
	r = db_rows(t, &Q_server_running, db_text(p->host));
	*changed = mem_array(t->mem, const char *, r.n + 1);
	for (size_t i = 0; i < r.n; i++) {
		struct server      s = { .mem = t->mem, .engine = row_text(&r, i, "engine"),
			     .key = mem_fmt(t->mem, "%lld-%lld", (long long)row_i64(&r, i, "id"),
			         (long long)row_i64(&r, i, "epoch")) };
		struct run_process process;

		if (!p->runner->ops->inspect(p->runner, &s, &process) || process.pid != 0)
			continue;
		(*changed)[n] = NULL;
		n += note_death(t, &r, i, &s, last_line(t->mem, p->runner->ops->logs(p->runner, &s, 600)),
		    &(*changed)[n]);
	}
	return n;
}

/* --- what nobody wished for --- */

struct found {
	struct mem *mem;
	char      **keys;
	size_t      n, cap;
};

static void
note_key(void *arg, const char *key)
{
	struct found *f = arg;

	if (f->n == f->cap) {
		char **more = mem_array(f->mem, char *, f->cap * 2);

		memcpy(more, f->keys, f->n * sizeof(*more));
		f->keys = more;
		f->cap *= 2;
	}
	f->keys[f->n++] = mem_text(f->mem, key);
}

static struct found
find_all(struct task *t, struct provision *p)
{
	struct found f = { .mem = t->mem, .cap = 64 };

	f.keys = mem_array(t->mem, char *, f.cap);
	p->runner->ops->list(p->runner, note_key, &f);
	return f;
}

/* "17-2", or "17-2.new" of files half made. */
static bool
read_key(const char *key, int64_t *id, int64_t *epoch)
{
	char      *end;
	long long  a = strtoll(key, &end, 10), b;

	if (end == key || *end != '-' || a <= 0)
		return false;
	b = strtoll(end + 1, &end, 10);
	if ((*end != '\0' && strcmp(end, ".new") != 0) || b <= 0)
		return false;
	*id = a;
	*epoch = b;
	return true;
}

static void
remove_stranger(struct task *t, struct provision *p, int64_t id, int64_t epoch)
{
	char         *name = mem_fmt(t->mem, "%lld", (long long)id);
	int           lock = runner_lock(p->runner, name);
	struct server s = { .mem = t->mem, .engine = "",
		        .key = mem_fmt(t->mem, "%lld-%lld", (long long)id, (long long)epoch) };

	if (lock < 0)
		return;
	if (p->runner->ops->stop(p->runner, &s, true) && p->runner->ops->remove(p->runner, &s))
		log_say("provision", "removed %s, which no row names", s.key);
	else
		log_say("provision", "%s", s.why);
	runner_unlock(p->runner, name, lock, true);
}

void
provision_clear(struct provision *p, int64_t most)
{
	int64_t end = clock_monotonic() + most;

	while (p->runner->ops->clear(p->runner) && clock_monotonic() < end)
		continue;
}

void
provision_sweep(struct task *t, struct provision *p)
{
	struct found f;
	int64_t     *ids;
	struct rows  r;

	if (p->strange)
		return;
	/* First what is there, then the rows: what is made meanwhile had its row before. */
	f = find_all(t, p);
	ids = mem_array(t->mem, int64_t, f.n + 1);
	for (size_t i = 0; i < f.n; i++) {
		int64_t epoch;

		read_key(f.keys[i], &ids[i], &epoch);
	}
	r = db_rows(t, &Q_server_known, db_i64s(ids, f.n));
	for (size_t i = 0; i < f.n; i++) {
		int64_t id, epoch;
		bool    known = false;

		if (!read_key(f.keys[i], &id, &epoch))
			continue;
		for (size_t k = 0; k < r.n && !known; k++)
			known = row_i64(&r, k, "id") == id && row_i64(&r, k, "epoch") <= epoch;
		if (!known)
			remove_stranger(t, p, id, epoch);
	}
	provision_clear(p, CLEARING);
	p->runner->ops->tidy(p->runner);
}

void
provision_rest(struct task *t, struct provision *p)
{
	struct found f = find_all(t, p);

	for (size_t i = 0; i < f.n; i++) {
		int64_t       id, epoch;
		struct server s = { .mem = t->mem, .key = f.keys[i], .engine = "" };

		if (read_key(f.keys[i], &id, &epoch) && !p->runner->ops->stop(p->runner, &s, false))
			log_say("provision", "%s", s.why);
	}
	read_host(t, p);
	db_rows(t, &Q_server_rest, db_text(p->host), db_time(t->now));
}
