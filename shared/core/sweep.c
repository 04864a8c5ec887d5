/* shared/core/sweep.c - environments that nobody uses: warned of, stopped, destroyed */
#include "shared/core/sweep.h"

#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/audit.h"
#include "shared/core/life.h"
#include "shared/core/mail.h"
#include "shared/core/usage.h"
#include "shared/db/db.h"
#include "shared/run/connected.h"

enum { BATCH = 100 };

/* An environment held, and what its owner is told of it. */
struct held {
	int64_t     id, account, hours, changed_at, idle_from, servers;
	const char *public_id, *name, *state;
	bool        persistent;
};

static int64_t
kept(const struct sweep *s)
{
	return s->conf->stopped_days * DAY;
}

/* Never longer than what it announces. */
static int64_t
notice(const struct sweep *s)
{
	return s->conf->stopped_notice < kept(s) ? s->conf->stopped_notice : kept(s);
}

size_t
sweep_connected(struct task *t, const struct sweep *s)
{
	int64_t    *ports, *ids, *times;
	size_t      n = connected_ports(t->mem, &ports);
	struct rows r;

	if (n == 0)
		return 0;
	r = db_rows(t, &Q_sweep_connected, db_i64s(ports, n));
	if (r.n == 0)
		return 0;
	ids = mem_array(t->mem, int64_t, r.n);
	times = mem_array(t->mem, int64_t, r.n);
	for (size_t i = 0; i < r.n; i++) {
		ids[i] = row_i64(&r, i, "id");
		times[i] = s->now;
	}
	sweep_used(t, ids, times, r.n);
	return r.n;
}

void
sweep_used(struct task *t, const int64_t *ids, const int64_t *at, size_t n)
{
	db_rows(t, &Q_sweep_used, db_i64s(ids, n), db_times(at, n));
}

size_t
sweep_find(struct task *t, struct sweep *s, struct sweep_due **out)
{
	struct rows r = db_rows(t, &Q_sweep_find, db_time(s->now), db_i64(s->conf->shutdown_warning),
	    db_i64(s->conf->shutdown_grace), db_i64(kept(s)), db_i64(notice(s)), db_i64(s->after),
	    db_i64(BATCH));

	*out = mem_array(t->mem, struct sweep_due, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct sweep_due){ row_i64(&r, i, "id"), row_text(&r, i, "step") };
	return r.n;
}

static bool
hold(struct task *t, const struct sweep *s, const struct sweep_due *due, struct held *h)
{
	struct rows r;

	db_begin(t);
	r = db_rows(t, &Q_sweep_hold, db_i64(due->id), db_text(due->step), db_time(s->now),
	    db_i64(s->conf->shutdown_warning), db_i64(s->conf->shutdown_grace), db_i64(kept(s)),
	    db_i64(notice(s)));
	if (r.n == 0)
		return false;
	*h = (struct held){
		.id = row_i64(&r, 0, "id"), .account = row_i64(&r, 0, "account_id"),
		.hours = row_i64(&r, 0, "auto_shutdown_hours"), .servers = row_i64(&r, 0, "servers"),
		.changed_at = row_time(&r, 0, "changed_at"), .idle_from = row_time(&r, 0, "idle_from"),
		.public_id = row_text(&r, 0, "public_id"), .name = row_text(&r, 0, "name"),
		.state = row_text(&r, 0, "state"), .persistent = row_bool(&r, 0, "persistent"),
	};
	return true;
}

/* "env-abc123defg (my tests)" */
static const char *
title(struct task *t, const struct held *h)
{
	if (h->name == NULL)
		return h->public_id;
	return mem_fmt(t->mem, "%s (%s)", h->public_id, h->name);
}

/* A mail about this step, which belongs to this idle time only. */
static void
tell(struct task *t, const struct sweep *s, const struct held *h, const char *step,
    const char *subject, const char *text)
{
	const char *about = mem_fmt(t->mem, "%s %s %lld", step, h->public_id,
	    (long long)h->idle_from);
	const char *body = mem_fmt(t->mem, "%s\n\n%s/api/v1/environments/%s\n", text, s->conf->url,
	    h->public_id);

	mail_put(t, h->account, about, mem_fmt(t->mem, "%s %s", title(t, h), subject), body);
}

static void
warn(struct task *t, struct sweep *s, const struct held *h)
{
	int64_t at = h->idle_from + h->hours * HOUR, soonest = s->now + s->conf->shutdown_warning;

	tell(t, s, h, "warn", "will be stopped", mem_fmt(t->mem,
	    "Your environment %s has not been used since %s.\n"
	    "Unless it is used again, it will be stopped about %s.",
	    title(t, h), clock_iso(t->mem, h->idle_from),
	    clock_iso(t->mem, at > soonest ? at : soonest)));
	s->warned++;
}

static void
stop(struct task *t, struct sweep *s, const struct held *h)
{
	const char *then;

	life_stop_held(t, h->id, h->state, h->servers);
	audit_note(t, h->account, "mf-sweep", "StopEnvironment", h->public_id);
	if (h->persistent)
		then = mem_fmt(t->mem, "Its data is kept for %lld days, unless it is started before.",
		    (long long)s->conf->stopped_days);
	else
		then = mem_fmt(t->mem, "Its data will be destroyed about %s, unless it is started before.",
		    clock_iso(t->mem, s->now + s->conf->shutdown_grace));
	tell(t, s, h, "stop", "was stopped", mem_fmt(t->mem,
	    "Your environment %s has not been used since %s and was stopped at %s.\n"
	    "It costs nothing from then on; in all it has cost US$ %s.\n%s",
	    title(t, h), clock_iso(t->mem, h->idle_from), clock_iso(t->mem, s->now),
	    usage_total_cents(t, h->id), then));
	s->stopped++;
}

static void
announce(struct task *t, struct sweep *s, const struct held *h)
{
	int64_t at = h->changed_at + kept(s), soonest = s->now + notice(s);

	tell(t, s, h, "notice", "will be destroyed", mem_fmt(t->mem,
	    "Your environment %s is in state \"%s\" since %s.\n"
	    "Unless it is started again, it will be destroyed with its data about %s.",
	    title(t, h), h->state, clock_iso(t->mem, h->changed_at),
	    clock_iso(t->mem, at > soonest ? at : soonest)));
	s->noticed++;
}

static void
destroy(struct task *t, struct sweep *s, const struct held *h)
{
	life_destroy_held(t, h->id, h->state, h->servers);
	audit_note(t, h->account, "mf-sweep", "DestroyEnvironment", h->public_id);
	tell(t, s, h, "destroy", "was destroyed", mem_fmt(t->mem,
	    "Your environment %s, in state \"%s\" since %s, was destroyed with its data at %s.\n"
	    "In all it has cost US$ %s.",
	    title(t, h), h->state, clock_iso(t->mem, h->changed_at), clock_iso(t->mem, s->now),
	    usage_total_cents(t, h->id)));
	s->destroyed++;
}

bool
sweep_do(struct task *t, struct sweep *s, const struct sweep_due *due)
{
	struct sweep done = *s;
	struct held  h;

	t->now = s->now;
	if (!hold(t, s, due, &h)) {
		db_commit(t);
		return false;
	}
	if (strcmp(due->step, "warn") == 0)
		warn(t, &done, &h);
	else if (strcmp(due->step, "stop") == 0)
		stop(t, &done, &h);
	else if (strcmp(due->step, "notice") == 0)
		announce(t, &done, &h);
	else
		destroy(t, &done, &h);
	db_rows(t, &Q_sweep_note, db_i64(h.id), db_text(due->step), db_time(s->now));
	db_commit(t);
	*s = done;
	return true;
}
