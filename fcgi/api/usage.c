/* fcgi/api/usage.c - what environments have cost */
#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/core/life.h"
#include "shared/core/usage.h"

static const struct member period_members[] = {
	{ "period_start", S_TIME, MUST, NULL, NULL },
	{ "period_end", S_TIME, MUST | NULLS, "null: it runs", NULL },
	{ "hourly_rate", S_NUMBER, MUST, "US$", NULL },
	{ "cost", S_NUMBER, MUST, "Hours * rate, not rounded", NULL },
	{ "charge", S_INT(0, 0), MUST | NULLS, "The charge it was billed with", NULL },
};
static const struct member environment_usage_members[] = {
	{ "id", S_ID("env-"), MUST, NULL, NULL },
	{ "status", S_STRING, MUST, NULL, NULL },
	{ "hourly_rate", S_NUMBER, MUST, "US$", NULL },
	{ "total", S_NUMBER, MUST, "Of all pages", NULL },
	{ "at", S_TIME, MUST, "Until then", NULL },
	{ "usage", S_LIST(S_OBJECT(NULL, period_members), 0, 0), MUST, "Newest first", NULL },
	NEXT_CURSOR,
};
static const struct shape environment_usage_shape =
    S_OBJECT("EnvironmentUsage", environment_usage_members);

const struct doc doc_get_environment_usage = {
	.tag = "Usage", .summary = "When an environment ran, and what that cost", .flags = DOC_PAGED,
	.answers = { { 200, "Its usage", &environment_usage_shape, NULL, 0 } },
	.faults = { &API_NO_ENVIRONMENT },
};

static const struct member sum_members[] = {
	{ "id", S_ID("env-"), MUST, NULL, NULL },
	{ "name", S_STRING, MUST | NULLS, NULL, NULL },
	{ "status", S_STRING, MUST, NULL, NULL },
	{ "cost", S_NUMBER, MUST, "US$ in that time", NULL },
};
static const struct member usage_members[] = {
	{ "from", S_TIME, MUST, NULL, NULL },
	{ "to", S_TIME, MUST, NULL, NULL },
	{ "total", S_NUMBER, MUST, "Of all pages", NULL },
	{ "environments", S_LIST(S_OBJECT(NULL, sum_members), 0, 0), MUST, "Newest first", NULL },
	NEXT_CURSOR,
};
static const struct shape  usage_shape = S_OBJECT("Usage", usage_members);
static const struct member usage_query[] = {
	{ "from", S_TIME, 0, "From then on; the beginning of the month of UTC when not given", NULL },
	{ "to", S_TIME, 0, "Until then; now when not given", NULL },
};

const struct doc doc_get_usage = {
	.tag = "Usage", .summary = "What all environments cost in a time", .flags = DOC_PAGED,
	.query = usage_query, .n_query = COUNT(usage_query),
	.answers = { { 200, "The sums", &usage_shape, NULL, 0 } },
};

static void
put_number_or_null(struct enc *o, const char *name, int64_t number)
{
	if (number != 0)
		enc_int(o, name, number);
	else
		enc_null(o, name);
}

static void
put_period(struct call *c, const struct usage_period *p)
{
	struct mem *m = c->task->mem;

	enc_struct(c->out, NULL);
	enc_text(c->out, "period_start", clock_iso_micro(m, p->start));
	enc_text_or_null(c->out, "period_end", p->end != 0 ? clock_iso_micro(m, p->end) : NULL);
	enc_number(c->out, "hourly_rate", p->hourly_rate);
	enc_number(c->out, "cost", p->cost);
	put_number_or_null(c->out, "charge", p->charge);
	enc_end(c->out);
}

/* Also of one that was destroyed: what it cost remains to be seen. */
void
api_get_environment_usage(struct call *c)
{
	struct api_page      page = api_page_of_times(c);
	struct life         *e = life_find(c->task, c->account, problem_param(c, "id"));
	struct usage_period *list;
	const char          *total;
	size_t               n;

	problem_check(c);
	if (e == NULL)
		task_throw(c->task, &API_NO_ENVIRONMENT, NULL);
	total = usage_total(c->task, e->id);
	n = usage_list(c->task, e->id, page.after_time, page.limit + 1, &list);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_text(c->out, "id", e->public_id);
	enc_text(c->out, "status", e->state);
	enc_number(c->out, "hourly_rate", e->hourly_rate);
	enc_number(c->out, "total", total);
	enc_text(c->out, "at", clock_iso_micro(c->task->mem, c->task->now));
	enc_list(c->out, "usage", NULL);
	for (size_t i = 0; i < n && i < page.limit; i++)
		put_period(c, &list[i]);
	enc_end(c->out);
	api_put_time_cursor(c, n > page.limit ? list[page.limit - 1].start : 0);
	enc_end(c->out);
}

/* Without "from" and "to": the month of UTC so far. */
void
api_get_usage(struct call *c)
{
	struct mem      *m = c->task->mem;
	int64_t          to = api_time_arg(c, "to", c->task->now);
	int64_t          from = api_time_arg(c, "from", clock_month(to));
	struct api_page  page = api_page(c, "env-");
	struct usage_sum *list;
	const char       *total;
	size_t            n;

	if (from > to)
		problem_field(c, "from", "is to be no later than \"to\"");
	problem_check(c);
	n = usage_sums(c->task, c->account, from, to, page.after, page.limit + 1, &list, &total);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_text(c->out, "from", clock_iso_micro(m, from));
	enc_text(c->out, "to", clock_iso_micro(m, to));
	enc_number(c->out, "total", total);
	enc_list(c->out, "environments", NULL);
	for (size_t i = 0; i < n && i < page.limit; i++) {
		enc_struct(c->out, NULL);
		enc_text(c->out, "id", list[i].public_id);
		enc_text_or_null(c->out, "name", list[i].name);
		enc_text(c->out, "status", list[i].state);
		enc_number(c->out, "cost", list[i].cost);
		enc_end(c->out);
	}
	enc_end(c->out);
	api_put_cursor(c, n > page.limit ? list[page.limit - 1].public_id : NULL);
	enc_end(c->out);
}
