/* fcgi/api/clock.c - the clock of an environment: read, set, moved on, stopped */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/duration.h"
#include "shared/core/life.h"
#include "shared/wire/json.h"

static const struct member clock_members[] = {
	{ "now", S_TIME, MUST, "What it shows", NULL },
	{ "frozen", S_BOOL, MUST, "It stands", NULL },
	{ "offset", S_NUMBER, MUST, "Seconds from real time", NULL },
	{ "offset_duration", S_STRING, MUST, "The same in ISO 8601", NULL },
	{ "real", S_TIME, MUST, "Real time", NULL },
};
static const struct shape clock_shape = S_OBJECT("Clock", clock_members);

/* Weeks, days, hours, minutes and seconds; months and years have no length. */
#define DURATION \
	"^[+-]?P(\\d{1,4}W|(?=[0-9T])(\\d{1,5}D)?(T(?=\\d)(\\d{1,6}H)?(\\d{1,8}M)?" \
	"(\\d{1,9}(\\.\\d{1,6})?S)?)?)$"
static const struct shape spans[] = { S_NUMBER, S_PATTERN(DURATION) };
static const struct shape freezes[] = { S_BOOL, S_TIME };
static const struct member clock_wish_members[] = {
	{ "offset", S_EITHER(spans), 0, "So far from real time: seconds, or a duration", NULL },
	{ "now", S_TIME, 0, "It shows this now", NULL },
	{ "advance", S_EITHER(spans), 0, "Forward by seconds, or a duration", NULL },
	{ "freeze", S_EITHER(freezes), 0, "It stands, runs on, or stands at that time", NULL },
};
static const struct shape clock_wish_shape = S_WISH("ClockChange", clock_wish_members);

#define CHANGES_CLOCK \
	.tag = "Clock", .about = "One of offset, now and advance, or none, and freeze or not.", \
	.flags = DOC_TAGGED, .request = &clock_wish_shape, \
	.answers = { { 200, "The clock", &clock_shape, NULL, HAS_ETAG } }, \
	.faults = { &API_NO_ENVIRONMENT, &API_DESTROYED }

const struct doc doc_set_clock = { .summary = "Move an environment's clock", CHANGES_CLOCK };
const struct doc doc_change_clock = { .summary = "Move an environment's clock, as PUT does",
	CHANGES_CLOCK };
const struct doc doc_get_clock = {
	.tag = "Clock", .summary = "An environment's clock",
	.about = "The ETag is that of the environment.",
	.answers = { { 200, "The clock", &clock_shape, NULL, HAS_ETAG } },
	.faults = { &API_NO_ENVIRONMENT, &API_DESTROYED },
};

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
put_clock(struct call *c, const struct life *e)
{
	struct mem              *m = c->task->mem;
	const struct life_clock *k = &e->clock;
	int64_t                  now = life_clock_now(k, c->task->now);

	call_header(c, "ETag", api_etag(c, e));
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
	put_clock(c, api_environment(c));
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
		if (fields_time(f, "freeze", &w->value))
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
	struct fields f = fields_in(c, c->args, "", &clock_wish_shape);
	int           given = 0;

	*w = (struct life_clock_wish){ .kind = CLOCK_SAME };
	read_freeze(&f, w);
	given += w->kind != CLOCK_SAME;
	if (fields_duration(&f, "offset", &w->value))
		w->kind = CLOCK_OFFSET;
	if (fields_time(&f, "now", &w->value))
		w->kind = CLOCK_NOW;
	if (fields_duration(&f, "advance", &w->value)) {
		w->kind = CLOCK_ADVANCE;
		if (w->value < 0)
			fields_wrong(&f, "advance", "is to be forward; set \"now\" or \"offset\" to go back");
	}
	for (size_t i = 0; i < 3; i++)
		given += json_get(c->args, clock_wish_members[i].name) != NULL;
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
	struct life           *e;

	read_clock_wish(c, &w);
	api_match_environment(c);
	if (life_set_clock(c->task, c->account, id, &w) == LIFE_REFUSED) {
		problem_field(c, "now", "the clock goes from 1970 to 9999");
		problem_check(c);
	}
	e = api_environment(c); /* throws: there is none, or it was destroyed */
	call_ring(c, api_channel(c, id));
	put_clock(c, e);
}

void
api_change_clock(struct call *c)
{
	api_set_clock(c);
}
