/* shared/core/life_change.c - environments stopped, started, emptied, destroyed; their clocks */
#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/task.h"
#include "shared/core/life.h"
#include "shared/core/quota.h"
#include "shared/core/server.h"
#include "shared/db/db.h"

static const int64_t EARLIEST = DAY;
static const int64_t LATEST = INT64_C(253402300799) * SECOND; /* 9999-12-31T23:59:59Z */

/* An environment held for a change. */
struct held {
	int64_t           id; /* 0: there is none */
	const char       *state;
	int64_t           servers;
	struct life_clock clock;
};

static struct held
hold(struct task *t, int64_t account, const char *public_id)
{
	struct rows r;

	db_begin(t);
	r = db_rows(t, &Q_life_lock, db_i64(account), db_text(public_id));
	if (r.n == 0)
		return (struct held){ 0 };
	return (struct held){
		.id = row_i64(&r, 0, "id"),
		.state = row_text(&r, 0, "state"),
		.servers = row_i64(&r, 0, "servers"),
		.clock = { row_i64(&r, 0, "clock_offset"), row_time(&r, 0, "clock_frozen") },
	};
}

static bool
is(const struct held *h, const char *state)
{
	return strcmp(h->state, state) == 0;
}

void
life_enter(struct task *t, int64_t id, const char *from, const char *to, const char *reason)
{
	(void)from;
	db_rows(t, &Q_life_enter, db_i64(id), db_text(to), db_text(reason), db_time(t->now));
}

static void
wish(struct task *t, const struct held *h, const char *what)
{
	if (h->servers > 0)
		db_rows(t, &Q_server_wish, db_i64(h->id), db_text(what), db_time(t->now));
}

void
life_stop_held(struct task *t, int64_t id, const char *state, int64_t servers)
{
	struct held h = { .id = id, .state = state, .servers = servers };

	wish(t, &h, "stopped");
	life_enter(t, id, state, "stopped", NULL);
}

void
life_destroy_held(struct task *t, int64_t id, const char *state, int64_t servers)
{
	struct held h = { .id = id, .state = state, .servers = servers };

	wish(t, &h, "gone");
	db_rows(t, &Q_life_strip, db_i64(id), db_time(t->now));
	life_enter(t, id, state, servers > 0 ? "destroying" : "destroyed", NULL);
}

/* It is stopped at once, as far as anybody is billed for it; its servers follow. */
enum life_change
life_stop(struct task *t, int64_t account, const char *public_id)
{
	struct held h = hold(t, account, public_id);

	if (h.id == 0 || is(&h, "destroyed"))
		return LIFE_NONE;
	if (is(&h, "stopped"))
		return LIFE_SAME;
	if (is(&h, "destroying"))
		return LIFE_REFUSED;
	life_stop_held(t, h.id, h.state, h.servers);
	return LIFE_DONE;
}

enum life_change
life_start(struct task *t, int64_t account, const char *public_id)
{
	struct held h = hold(t, account, public_id);

	if (h.id == 0 || is(&h, "destroyed"))
		return LIFE_NONE;
	if (is(&h, "running") || is(&h, "provisioning"))
		return LIFE_SAME;
	if (is(&h, "destroying"))
		return LIFE_REFUSED;
	if (quota_refusal(t, account) != NULL)
		return LIFE_NO_HOURS;
	wish(t, &h, "running");
	life_enter(t, h.id, h.state, h.servers > 0 ? "provisioning" : "running", NULL);
	return LIFE_DONE;
}

enum life_change
life_destroy(struct task *t, int64_t account, const char *public_id)
{
	struct held h = hold(t, account, public_id);

	if (h.id == 0)
		return LIFE_NONE;
	if (is(&h, "destroyed") || is(&h, "destroying"))
		return LIFE_SAME;
	life_destroy_held(t, h.id, h.state, h.servers);
	return LIFE_DONE;
}

bool
life_settle(struct task *t, int64_t id, const char **public_id)
{
	const char *state, *failure;
	int64_t     servers, running;
	struct rows r;

	r = db_rows(t, &Q_server_environment, db_i64(id));
	if (r.n == 0)
		return false;
	state = row_text(&r, 0, "state");
	failure = row_text(&r, 0, "failure");
	servers = row_i64(&r, 0, "servers");
	running = row_i64(&r, 0, "running");
	*public_id = row_text(&r, 0, "public_id");
	if (strcmp(state, "destroying") == 0 && servers == 0) {
		db_rows(t, &Q_server_free_user, db_i64(id));
		life_enter(t, id, state, "destroyed", NULL);
	} else if (strcmp(state, "provisioning") == 0 && servers == running)
		life_enter(t, id, state, "running", NULL);
	else if (failure != NULL && (strcmp(state, "provisioning") == 0 || strcmp(state,
	    "running") == 0)) {
		/* Nobody pays for half of it: the others rest until somebody starts it again. */
		db_rows(t, &Q_server_give_up, db_i64(id), db_time(t->now));
		life_enter(t, id, state, "error", failure);
	} else
		return false;
	return true;
}

enum life_change
life_reset(struct task *t, int64_t account, const char *public_id, const char *service)
{
	struct held h = hold(t, account, public_id);
	struct rows r;

	if (h.id == 0 || is(&h, "destroyed"))
		return LIFE_NONE;
	if (!is(&h, "running") && !is(&h, "stopped"))
		return LIFE_REFUSED;
	r = db_rows(t, &Q_life_reset, db_i64(h.id), db_text(service), db_time(t->now));
	if (h.servers > 0)
		db_rows(t, &Q_server_reset, db_i64(h.id), db_text(service), db_time(t->now));
	return row_i64(&r, 0, "services") > 0 ? LIFE_DONE : LIFE_NO_SERVICE;
}

bool
life_hold(struct task *t, int64_t account, const char *public_id, int64_t *generation)
{
	struct rows r = db_rows(t, &Q_life_lock, db_i64(account), db_text(public_id));

	*generation = r.n > 0 ? row_i64(&r, 0, "generation") : 0;
	return r.n > 0;
}

enum life_change
life_update(struct task *t, int64_t account, const char *public_id, const struct life_update *u)
{
	struct held  h = hold(t, account, public_id);
	struct param hours = db_i64(u->auto_shutdown_hours);

	if (h.id == 0 || is(&h, "destroyed"))
		return LIFE_NONE;
	if (is(&h, "destroying"))
		return LIFE_REFUSED;
	db_rows(t, &Q_life_update, db_i64(h.id), db_bool(u->rename), db_text(u->name),
	    u->auto_shutdown_hours != 0 ? hours : db_null(hours),
	    u->persistent != NULL ? db_bool(*u->persistent) : db_null(db_bool(false)), db_time(t->now));
	return LIFE_DONE;
}

int64_t
life_clock_now(const struct life_clock *c, int64_t now)
{
	return c->frozen != 0 ? c->frozen : now + c->offset;
}

bool
life_clock_apply(struct life_clock *c, const struct life_clock_wish *w, int64_t now)
{
	int64_t shown = life_clock_now(c, now);
	bool    stands = w->freeze == FREEZE_ON || (w->freeze == FREEZE_AS_IT_IS && c->frozen != 0);

	if (w->kind == CLOCK_NOW)
		shown = w->value;
	else if (w->kind == CLOCK_OFFSET && __builtin_add_overflow(now, w->value, &shown))
		return false;
	else if (w->kind == CLOCK_ADVANCE && __builtin_add_overflow(shown, w->value, &shown))
		return false;
	if (shown < EARLIEST || shown > LATEST)
		return false;
	/* A clock that stands keeps the distance it had when it was set. */
	*c = (struct life_clock){ .offset = shown - now, .frozen = stands ? shown : 0 };
	return true;
}

enum life_change
life_set_clock(struct task *t, int64_t account, const char *public_id,
    const struct life_clock_wish *w)
{
	struct held h = hold(t, account, public_id);

	if (h.id == 0 || is(&h, "destroyed"))
		return LIFE_NONE;
	if (!life_clock_apply(&h.clock, w, t->now))
		return LIFE_REFUSED;
	db_rows(t, &Q_life_set_clock, db_i64(h.id), db_i64(h.clock.offset),
	    h.clock.frozen != 0 ? db_time(h.clock.frozen) : db_null(db_time(0)), db_time(t->now),
	    db_i64(t->now));
	return LIFE_DONE;
}
