/* fcgi/api/data_server.c - made-up records into real servers: asked for, waited for */
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

const char *
data_into(struct call *c, const struct data_wish *w)
{
	if (strcmp(w->into, "redis") != 0)
		return w->table != NULL ? w->table : w->template->name;
	return w->prefix != NULL ? w->prefix : mem_fmt(c->task->mem, "%s:", w->template->name);
}

static int64_t
ask(struct call *c, const struct data_wish *w, const struct life *e)
{
	const struct server_row *s = api_server(e, w->into);
	struct seed_wish         wish = { .environment = e->id, .service = w->into,
		.template = w->template, .in = w->in, .count = w->count, .into = data_into(c, w) };
	int64_t                  id;

	if (s == NULL) {
		problem_field(c, "seed_into", "%s was made without %s", e->public_id, w->into);
		problem_check(c);
	}
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
	bool redis = strcmp(w->into, "redis") == 0;

	data_answer(c, w, operation != NULL ? 202 : 201);
	enc_text(c->out, "seeded_into", w->into);
	enc_text(c->out, redis ? "key_prefix" : "table", data_into(c, w));
	if (operation != NULL)
		enc_text(c->out, "operation", operation);
	else if (!redis)
		enc_bool(c->out, "table_created", s->made);
	enc_end(c->out);
}

static _Noreturn void
refuse(struct call *c, const struct seeding *s)
{
	bool unfit = strcmp(s->fault, "unfit") == 0, interrupted = strcmp(s->fault, "interrupted") == 0;

	task_throw(c->task, unfit ? &API_DATA_UNFIT : interrupted ? &API_WRONG_STATE
	    : &API_SERVER_FAILED, "%s", s->reason);
}

/* A server that is destroyed takes its seeding with it, in its own time. */
void
data_seed_server(struct call *c, const struct data_wish *w, const struct life *e)
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
