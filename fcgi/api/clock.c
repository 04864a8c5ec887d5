/* fcgi/api/clock.c - the clock of an environment: read, set, moved on, stopped */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/duration.h"
#include "shared/core/life.h"
#include "shared/wire/json.h"

/* Microseconds as a decimal number of seconds. */
static const char *
seconds_text(struct mem *m, int64_t us)
{
	int64_t left = us < 0 ? -us : us, fraction = left % SECOND;
	int     width = 6;

	if (fraction == 0)
		return mem_fmt(m, "%s%lld", us < 0 ? "-" : "", (long long)(left / SECOND));
	for (; fraction % 10 == 0; fraction /= 10)
		width--;
	return mem_fmt(m, "%s%lld.%0*lld", us < 0 ? "-" : "", (long long)(left / SECOND), width,
	    (long long)fraction);
}

static void
put_clock(struct call *c, const struct life_clock *k)
{
	struct mem *m = c->task->mem;
	int64_t     now = life_clock_now(k, c->task->now);

	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_text(c->out, "now", clock_iso_milli(m, now));
	enc_bool(c->out, "frozen", k->frozen != 0);
	enc_number(c->out, "offset", seconds_text(m, now - c->task->now));
	enc_text(c->out, "offset_duration", duration_text(m, now - c->task->now));
	enc_text(c->out, "real", clock_iso_milli(m, c->task->now));
	enc_end(c->out);
}

void
api_get_clock(struct call *c)
{
	struct life *e = api_environment(c);

	put_clock(c, &e->clock);
}

static bool
read_time(const struct fields *f, const char *name, int64_t *out)
{
	const char *s = fields_text(f, name, 1, 64);

	if (s == NULL)
		return false;
	if (clock_parse_iso(s, out))
		return true;
	fields_wrong(f, name, "is to be a time, as 2030-01-31T12:00:00Z");
	return false;
}

/* "freeze" is true, false, or the time to stand at. */
static void
read_freeze(const struct fields *f, struct life_clock_wish *w)
{
	struct json_object *j = json_get(f->object, "freeze");

	if (j == NULL)
		return;
	if (json_object_get_type(j) == json_type_string) {
		w->freeze = FREEZE_ON;
		if (read_time(f, "freeze", &w->value))
			w->kind = CLOCK_NOW;
	} else {
		w->freeze = fields_bool(f, "freeze", false) ? FREEZE_ON : FREEZE_OFF;
	}
}

/*
 * One of "offset", "now" and "advance" says where the clock shall be, "freeze" whether it shall
 * stand; a time in "freeze" says both.
 */
static void
read_clock_wish(struct call *c, struct life_clock_wish *w)
{
	static const char *const known[] = { "offset", "now", "advance", "freeze" };
	struct fields            f = fields_of(c, c->args, "", known, COUNT(known));
	int                      given = 0;

	*w = (struct life_clock_wish){ .kind = CLOCK_SAME };
	read_freeze(&f, w);
	given += w->kind != CLOCK_SAME;
	if (fields_duration(&f, "offset", &w->value))
		w->kind = CLOCK_OFFSET;
	if (read_time(&f, "now", &w->value))
		w->kind = CLOCK_NOW;
	if (fields_duration(&f, "advance", &w->value)) {
		w->kind = CLOCK_ADVANCE;
		if (w->value < 0)
			fields_wrong(&f, "advance", "is to be forward; set \"now\" or \"offset\" to go back");
	}
	for (size_t i = 0; i < 3; i++)
		given += json_get(c->args, known[i]) != NULL;
	if (given > 1)
		fields_wrong(&f, "offset", "only one of offset, now, advance and a time in freeze");
	else if (given == 0 && json_get(c->args, "freeze") == NULL)
		fields_wrong(&f, "offset", "one of offset, now, advance and freeze is to be given");
	problem_check(c);
}

void
api_set_clock(struct call *c)
{
	const char            *id = problem_param(c, "id");
	struct life_clock_wish w;
	struct life_clock      k;
	enum life_change       change;

	read_clock_wish(c, &w);
	change = life_set_clock(c->task, c->account, id, &w, &k);
	if (change == LIFE_NONE)
		api_environment(c); /* throws: there is none, or it was destroyed */
	if (change == LIFE_REFUSED) {
		problem_field(c, "now", "the clock goes from 1970 to 9999");
		problem_check(c);
	}
	call_ring(c, api_channel(c, id));
	put_clock(c, &k);
}
