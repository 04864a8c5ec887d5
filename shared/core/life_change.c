/* shared/core/life_change.c - environments stopped, started, emptied, destroyed; their clocks */
#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/task.h"
#include "shared/core/life.h"
#include "shared/db/db.h"

static const int64_t EARLIEST = DAY;
static const int64_t LATEST = INT64_C(253402300799) * SECOND; /* 9999-12-31T23:59:59Z */

/* An environment held for a change. */
struct held {
	int64_t           id; /* 0: there is none */
	const char       *state;
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
		.clock = { row_i64(&r, 0, "clock_offset"), row_time(&r, 0, "clock_frozen") },
	};
}

static bool
is(const struct held *h, const char *state)
{
	return strcmp(h->state, state) == 0;
}

static enum life_change
move(struct task *t, int64_t account, const char *public_id, const char *from, const char *to)
{
	struct held h = hold(t, account, public_id);

	if (h.id == 0 || is(&h, "destroyed"))
		return LIFE_NONE;
	if (is(&h, to))
		return LIFE_SAME;
	if (!is(&h, from))
		return LIFE_REFUSED;
	db_rows(t, &Q_life_move, db_i64(h.id), db_text(to), db_time(t->now));
	return LIFE_DONE;
}

enum life_change
life_stop(struct task *t, int64_t account, const char *public_id)
{
	return move(t, account, public_id, "running", "stopped");
}

enum life_change
life_start(struct task *t, int64_t account, const char *public_id)
{
	return move(t, account, public_id, "stopped", "running");
}

enum life_change
life_destroy(struct task *t, int64_t account, const char *public_id)
{
	struct held h = hold(t, account, public_id);

	if (h.id == 0)
		return LIFE_NONE;
	if (is(&h, "destroyed"))
		return LIFE_SAME;
	db_rows(t, &Q_life_destroy, db_i64(h.id), db_time(t->now));
	return LIFE_DONE;
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
	return row_i64(&r, 0, "services") > 0 ? LIFE_DONE : LIFE_NO_SERVICE;
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
    const struct life_clock_wish *w, struct life_clock *out)
{
	struct held h = hold(t, account, public_id);

	if (h.id == 0 || is(&h, "destroyed"))
		return LIFE_NONE;
	if (!life_clock_apply(&h.clock, w, t->now))
		return LIFE_REFUSED;
	db_rows(t, &Q_life_set_clock, db_i64(h.id), db_i64(h.clock.offset),
	    h.clock.frozen != 0 ? db_time(h.clock.frozen) : db_null(db_time(0)), db_time(t->now),
	    db_i64(t->now));
	*out = h.clock;
	return LIFE_DONE;
}
