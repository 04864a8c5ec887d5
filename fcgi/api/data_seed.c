/* fcgi/api/data_seed.c - made-up records into servers and buckets: asked for, waited for */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/around.h"
#include "fcgi/api/data.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/core/life.h"
#include "shared/core/seed.h"
#include "shared/core/server.h"

static const int64_t MOST_WAIT = 30 * SECOND;
static const int64_t RECHECK = 2 * SECOND; /* a waiter looks by itself that often */

/* --- servers --- */

/* The table, or what keys begin with: as asked for, or of the template's name. */
static const char *
server_into(struct call *c, const struct data_wish *w)
{
	if (strcmp(w->into, "redis") != 0)
		return w->table != NULL ? w->table : w->template->name;
	return w->prefix != NULL ? w->prefix : mem_fmt(c->task->mem, "%s:", w->template->name);
}

static void
ask_server(struct call *c, const struct data_wish *w, const struct life *e, struct seed_wish *out)
{
	if (api_server(e, w->into) == NULL) {
		problem_field(c, "seed_into", "%s was made without %s", e->public_id, w->into);
		problem_check(c);
	}
	out->service = w->into;
	out->into = server_into(c, w);
}

static void
put_server(struct call *c, const struct data_wish *w, const struct seeding *s, bool done)
{
	bool redis = strcmp(w->into, "redis") == 0;

	enc_text(c->out, redis ? "key_prefix" : "table", server_into(c, w));
	if (done && !redis)
		enc_bool(c->out, "table_created", s->made);
}

/* --- any of them --- */

static bool
into_s3(const struct data_wish *w)
{
	return strcmp(w->into, "aws_s3") == 0;
}

static int64_t
ask(struct call *c, const struct data_wish *w, const struct life *e)
{
	struct seed_wish wish = { .environment = e->id, .template = w->template, .in = w->in,
		.count = w->count };
	int64_t          id;

	if (into_s3(w))
		data_ask_s3(c, w, e, &wish);
	else
		ask_server(c, w, e, &wish);
	id = seed_create(c->task, &wish);
	if (id == 0)
		task_throw(c->task, &API_WRONG_STATE, "%s of %s does not run, or %d requests wait for it "
		    "already.", w->into, e->public_id, SEED_MOST_WAITING);
	call_ring(c, SEED_WORK);
	return id;
}

static void
put_result(struct call *c, const struct data_wish *w, const struct seeding *s,
    const char *operation)
{
	bool done = operation == NULL;

	data_answer(c, w, done ? 201 : 202);
	enc_text(c->out, "seeded_into", w->into);
	if (into_s3(w))
		data_put_s3(c, w, s, done);
	else
		put_server(c, w, s, done);
	enc_text(c->out, "operation", operation);
	enc_end(c->out);
}

static _Noreturn void
refuse(struct call *c, const struct seeding *s)
{
	static const struct { const char *name; const struct fault *fault; } faults[] = {
		{ "unfit", &API_DATA_UNFIT }, { "interrupted", &API_WRONG_STATE },
		{ "full", &API_QUOTA_STORAGE }, { "unavailable", &API_SERVER_FAILED },
	};
	size_t i = 0;

	while (i < COUNT(faults) - 1 && strcmp(s->fault, faults[i].name) != 0)
		i++;
	task_throw(c->task, faults[i].fault, "%s", s->reason);
}

/* What is destroyed takes its seeding with it, in its own time. */
void
data_seed(struct call *c, const struct data_wish *w, const struct life *e)
{
	int64_t        *id = &w->kept->seeding;
	struct seeding *s;

	if (*id == 0) {
		*id = ask(c, w, e);
		around_resume(c, mem_fmt(c->task->mem, "%lld %lld", (long long)w->kept->seed,
		    (long long)*id));
	}
	s = seed_find(c->task, c->account, e->public_id, *id);
	if (s == NULL)
		task_throw(c->task, &API_NO_OPERATION, NULL);
	if (strcmp(s->state, "failed") == 0)
		refuse(c, s);
	if (strcmp(s->state, "succeeded") == 0) {
		put_result(c, w, s, NULL);
		return;
	}
	if (!(c->runs == 0 && api_prefers_async(c)) && call_park(c, api_channel(c, e->public_id),
	    c->started + MOST_WAIT, c->task->now + RECHECK))
		return;
	put_result(c, w, s, api_seeding_operation(c, e->public_id, *id));
}
