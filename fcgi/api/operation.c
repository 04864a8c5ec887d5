/* fcgi/api/operation.c - changes that were answered 202: how far they are */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/data.h"
#include "fcgi/api/doc.h"
#include "fcgi/proto/problem.h"
#include "fcgi/route.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/core/seed.h"

static const int64_t RECHECK = SECOND;

/*
 * An operation has no row: its id names the change and the environment ("op-stop-env-abc123defg"),
 * and how far it is can be seen from that.  So any process can tell, after any crash.  Of records
 * on their way into servers and buckets there are several, each a row
 * ("op-seed-env-abc123defg-17").
 */
static const struct kind {
	const char *name;
	const char *becomes; /* the state it leads to; NULL: the one before */
} kinds[] = {
	{ "create", "running" }, { "start", "running" }, { "stop", "stopped" }, { "reset", NULL },
	{ "destroy", "destroyed" },
};

static const char *const   kind_names[] = { "create", "start", "stop", "reset", "destroy",
	"seed" };
static const char *const   outcomes[] = { "running", "succeeded", "failed" };
static const struct member operation_members[] = {
	{ "id", S_STRING, MUST, NULL, NULL },
	{ "kind", S_WORD(kind_names), MUST, NULL, NULL },
	{ "environment", S_ID("env-"), MUST, NULL, NULL },
	{ "status", S_WORD(outcomes), MUST, "How far it is", NULL },
	{ "reason", S_STRING, 0, "Why it failed", NULL },
	{ "count", S_INT(1, DATA_MOST_SEEDED), 0, "With seed: how many records it is about", NULL },
	{ "done", S_INT(0, DATA_MOST_SEEDED), 0, "How many of them are there", NULL },
	{ "percent", S_INT(0, 100), 0, NULL, NULL },
};
static const struct shape operation_shape = S_OBJECT("Operation", operation_members);

const struct doc doc_get_operation = {
	.tag = "Environments", .summary = "How far a change is that was answered 202",
	.flags = DOC_WAITS,
	.answers = { { 200, "The operation", &operation_shape, NULL, 0 } },
	.faults = { &API_NO_OPERATION },
};

#define SEED "op-seed-"

static const char *
tell(struct call *c, const char *id)
{
	call_header(c, "Location", mem_fmt(c->task->mem, "/api/v1/operations/%s", id));
	call_header(c, "Retry-After", "1");
	return id;
}

const char *
api_operation(struct call *c, const char *kind, const char *public_id)
{
	return tell(c, mem_fmt(c->task->mem, "op-%s-%s", kind, public_id));
}

const char *
api_seeding_operation(struct call *c, const char *public_id, int64_t seeding)
{
	return tell(c, mem_fmt(c->task->mem, SEED "%s-%lld", public_id, (long long)seeding));
}

/* The kind an id names, and where the environment's begins; NULL: it is none of ours. */
static const struct kind *
read_id(const char *id, const char **public_id)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		size_t n = strlen(kinds[i].name);

		if (!text_starts(id, "op-") || strncmp(id + 3, kinds[i].name, n) != 0 || id[3 + n] != '-')
			continue;
		*public_id = id + 3 + n + 1;
		return route_is_environment(*public_id, strlen(*public_id)) ? &kinds[i] : NULL;
	}
	return NULL;
}

/* NULL: it did what it was to do; else why not. */
static const char *
failure(struct call *c, const struct kind *k, const struct life *e)
{
	if (strcmp(e->state, "error") == 0)
		return e->reason != NULL ? e->reason : "The environment is in error.";
	if (k->becomes == NULL || strcmp(e->state, k->becomes) == 0)
		return NULL;
	return mem_fmt(c->task->mem, "%s is %s: something else was wished since.", e->public_id,
	    e->state);
}

static void
put_operation(struct call *c, const char *kind, const char *public_id, bool pending,
    const char *why)
{
	api_answer(c, 200);
	if (pending)
		call_header(c, "Retry-After", "1");
	enc_struct(c->out, NULL);
	enc_text(c->out, "id", problem_param(c, "id"));
	enc_text(c->out, "kind", kind);
	enc_text(c->out, "environment", public_id);
	enc_text(c->out, "status", pending ? "running" : why != NULL ? "failed" : "succeeded");
	enc_text(c->out, "reason", why);
}

/* True: the answer comes later. */
static bool
wait_more(struct call *c, const char *public_id)
{
	return call_park(c, api_channel(c, public_id), c->started + api_preferred_wait(c) * SECOND,
	    c->task->now + RECHECK);
}

/* --- records on their way --- */

/* The environment's public id, and the number after it; NULL: it is none of these. */
static const char *
read_seeding(struct call *c, const char *id, int64_t *seeding)
{
	const char *public_id, *dash;

	if (!text_starts(id, SEED) || (dash = strrchr(id, '-')) < id + strlen(SEED))
		return NULL;
	id += strlen(SEED);
	public_id = mem_text_n(c->task->mem, id, (size_t)(dash - id));
	return route_is_environment(public_id, strlen(public_id)) &&
	    text_i64(dash + 1, 1, INT64_MAX, seeding) ? public_id : NULL;
}

static void
get_seeding(struct call *c, const char *public_id, int64_t id)
{
	struct seeding *s = seed_find(c->task, c->account, public_id, id);
	bool            pending;

	if (s == NULL)
		task_throw(c->task, &API_NO_OPERATION, NULL);
	pending = strcmp(s->state, "waiting") == 0 || strcmp(s->state, "running") == 0;
	if (pending && wait_more(c, public_id))
		return;
	put_operation(c, "seed", public_id, pending, pending ? NULL : s->reason);
	enc_int(c->out, "count", s->count);
	enc_int(c->out, "done", s->done);
	enc_int(c->out, "percent", s->done * 100 / s->count);
	enc_end(c->out);
}

/* --- changes --- */

static void
get_change(struct call *c)
{
	const char        *public_id = NULL;
	const struct kind *k = read_id(problem_param(c, "id"), &public_id);
	struct life       *e = k != NULL ? life_find(c->task, c->account, public_id) : NULL;
	bool               pending;

	if (e == NULL)
		task_throw(c->task, &API_NO_OPERATION, NULL);
	pending = api_servers_pending(e);
	if (pending && wait_more(c, public_id))
		return;
	put_operation(c, k->name, e->public_id, pending, pending ? NULL : failure(c, k, e));
	enc_end(c->out);
}

/* With Prefer: wait the answer comes when it is done, or at the end of the wait. */
void
api_get_operation(struct call *c)
{
	int64_t     seeding;
	const char *public_id = read_seeding(c, problem_param(c, "id"), &seeding);

	if (public_id != NULL)
		get_seeding(c, public_id, seeding);
	else
		get_change(c);
}
