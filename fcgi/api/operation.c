/* fcgi/api/operation.c - changes that were answered 202: how far they are */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/proto/problem.h"
#include "fcgi/route.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/core/life.h"

static const int64_t RECHECK = SECOND;

/*
 * An operation has no row: its id names the change and the environment ("op-stop-env-abc123defg"),
 * and how far it is can be seen from that.  So any process can tell, after any crash.
 */
static const struct kind {
	const char *name;
	const char *becomes; /* the state it leads to; NULL: the one before */
} kinds[] = {
	{ "create", "running" }, { "start", "running" }, { "stop", "stopped" }, { "reset", NULL },
	{ "destroy", "destroyed" },
};

static const char *const   kind_names[] = { "create", "start", "stop", "reset", "destroy" };
static const char *const   outcomes[] = { "running", "succeeded", "failed" };
static const struct member operation_members[] = {
	{ "id", S_STRING, MUST, NULL, NULL },
	{ "kind", S_WORD(kind_names), MUST, NULL, NULL },
	{ "environment", S_ID("env-"), MUST, NULL, NULL },
	{ "status", S_WORD(outcomes), MUST, "How far it is", NULL },
	{ "reason", S_STRING, 0, "Why it failed", NULL },
};
static const struct shape operation_shape = S_OBJECT("Operation", operation_members);

const struct doc doc_get_operation = {
	.tag = "Environments", .summary = "How far a change is that was answered 202",
	.flags = DOC_WAITS,
	.answers = { { 200, "The operation", &operation_shape, NULL, 0 } },
	.faults = { &API_NO_OPERATION },
};

const char *
api_operation(struct call *c, const char *kind, const char *public_id)
{
	const char *id = mem_fmt(c->task->mem, "op-%s-%s", kind, public_id);

	call_header(c, "Location", mem_fmt(c->task->mem, "/api/v1/operations/%s", id));
	call_header(c, "Retry-After", "1");
	return id;
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
put_operation(struct call *c, const struct kind *k, const struct life *e, bool pending)
{
	const char *why = pending ? NULL : failure(c, k, e);

	api_answer(c, 200);
	if (pending)
		call_header(c, "Retry-After", "1");
	enc_struct(c->out, NULL);
	enc_text(c->out, "id", problem_param(c, "id"));
	enc_text(c->out, "kind", k->name);
	enc_text(c->out, "environment", e->public_id);
	enc_text(c->out, "status", pending ? "running" : why != NULL ? "failed" : "succeeded");
	enc_text(c->out, "reason", why);
	enc_end(c->out);
}

/* With Prefer: wait the answer comes when it is done, or at the end of the wait. */
void
api_get_operation(struct call *c)
{
	const char        *public_id = NULL;
	const struct kind *k = read_id(problem_param(c, "id"), &public_id);
	struct life       *e = k != NULL ? life_find(c->task, c->account, public_id) : NULL;
	bool               pending;

	if (e == NULL)
		task_throw(c->task, &API_NO_OPERATION, NULL);
	pending = api_servers_pending(e);
	if (pending && call_park(c, api_channel(c, public_id),
	        c->started + api_preferred_wait(c) * SECOND, c->task->now + RECHECK))
		return;
	put_operation(c, k, e, pending);
}
