/* fcgi/api/environment.c - environments found, listed, and moved through their states */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/wire/json.h"

#define FOUND_ENVIRONMENT &API_NO_ENVIRONMENT, &API_DESTROYED

static const char *const   states[] = { "provisioning", "running", "stopped", "destroying",
	"destroyed", "error" };
static const struct member list_query[] = {
	{ "status", S_WORD(states), 0, "Only those; all that are not destroyed when not given", NULL },
};
static const struct member list_members[] = {
	{ "environments", S_LIST(S_SAME(environment_shape), 0, 0), MUST, "Newest first", NULL },
	NEXT_CURSOR,
};
static const struct shape list_shape = S_OBJECT("Environments", list_members);

const struct doc doc_list_environments = {
	.tag = "Environments", .summary = "Environments, newest first", .flags = DOC_PAGED,
	.query = list_query, .n_query = COUNT(list_query),
	.answers = { { 200, "A page of environments", &list_shape, NULL, 0 } },
};
const struct doc doc_get_environment = {
	.tag = "Environments", .summary = "An environment with its credentials",
	.flags = DOC_CACHED | DOC_WAITS,
	.answers = { { 200, "The environment", &secret_environment_shape, NULL, HAS_ETAG },
		{ 304, "It is as you have it", NULL, NULL, HAS_ETAG } },
	.faults = { FOUND_ENVIRONMENT },
};
const struct doc doc_destroy_environment = {
	.tag = "Environments", .summary = "Destroy an environment",
	.about = "Destroying what is destroyed is no error.", .flags = DOC_ASYNC | DOC_TAGGED,
	.answers = {
		{ 202, "Its servers are being removed", &environment_shape, NULL,
		    HAS_LOCATION | HAS_RETRY },
		{ 204, "It is destroyed", NULL, NULL, 0 },
	},
	.faults = { &API_NO_ENVIRONMENT },
};

#define CHANGES_ENVIRONMENT \
	.tag = "Environments", .flags = DOC_ASYNC | DOC_TAGGED, \
	.answers = { \
		{ 200, "The environment as it is now", &secret_environment_shape, NULL, HAS_ETAG }, \
		{ 202, "Its servers follow; Location names the operation", &secret_environment_shape, \
		    NULL, HAS_ETAG | HAS_LOCATION | HAS_RETRY }, \
	}, \
	.faults = { FOUND_ENVIRONMENT, &API_WRONG_STATE, &API_SERVER_FAILED, \
		&API_QUOTA_HOURS }

const struct doc doc_stop_environment = { .summary = "Pause: its services refuse, its data stays",
	CHANGES_ENVIRONMENT };
const struct doc doc_start_environment = { .summary = "Go on", CHANGES_ENVIRONMENT };

static const struct member reset_members[] = {
	{ "service", S_TEXT(1, 64), 0, "Only this one; all when not given", NULL },
};
static const struct shape reset_shape = S_WISH("Reset", reset_members);

const struct doc doc_reset_environment = { .summary = "Empty all services, or one",
	.request = &reset_shape, CHANGES_ENVIRONMENT };

enum { MOST_WAIT_S = 60 };

static const int64_t RECHECK = 5 * SECOND; /* a waiter looks by itself that often */

const char *
api_channel(struct call *c, const char *public_id)
{
	return mem_fmt(c->task->mem, "env:%s", public_id);
}

struct life *
api_environment(struct call *c)
{
	const char  *id = problem_param(c, "id");
	struct life *e = life_find(c->task, c->account, id);

	if (e == NULL)
		task_throw(c->task, &API_NO_ENVIRONMENT, NULL);
	if (strcmp(e->state, "destroyed") == 0)
		task_throw(c->task, &API_DESTROYED, "%s was destroyed at %s.", id,
		    clock_iso(c->task->mem, e->destroyed_at));
	return e;
}

int64_t
api_preferred_wait(struct call *c)
{
	const char *prefer = request_header(c->req, "prefer");
	int64_t     seconds = 0;

	while (prefer != NULL && *prefer != '\0') {
		size_t n;

		prefer += strspn(prefer, ",; \t");
		n = strcspn(prefer, ",; \t");
		if (n > 5 && strncmp(prefer, "wait=", 5) == 0)
			text_i64(mem_text_n(c->task->mem, prefer + 5, n - 5), 0, INT32_MAX, &seconds);
		prefer += n;
	}
	return seconds < MOST_WAIT_S ? seconds : MOST_WAIT_S;
}

/* With If-None-Match and Prefer: wait, the answer comes when there is something new, or at the end
 * of the wait. */
void
api_get_environment(struct call *c)
{
	struct life *e = api_environment(c);
	const char  *etag = api_etag(c, e);
	int64_t      wait = api_preferred_wait(c), deadline = c->started + wait * SECOND;

	call_header(c, "ETag", etag);
	if (api_listed(request_header(c->req, "if-none-match"), etag)) {
		int64_t recheck = c->task->now + RECHECK;

		if (call_park(c, api_channel(c, e->public_id), deadline,
		    recheck < deadline ? recheck : deadline))
			return;
		if (wait > 0)
			call_header(c, "Preference-Applied", "wait");
		c->reply.status = 304;
		return;
	}
	if (wait > 0)
		call_header(c, "Preference-Applied", "wait");
	api_answer(c, 200);
	api_put_environment(c, NULL, e, true);
}

void
api_list_environments(struct call *c)
{
	const char     *state = api_word_arg(c, "status", states, COUNT(states));
	struct api_page page = api_page(c, "env-");
	struct life    *list;
	size_t          n;

	problem_check(c);
	n = life_list(c->task, c->account, state, page.after, page.limit + 1, &list);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_list(c->out, "environments", NULL);
	for (size_t i = 0; i < n && i < page.limit; i++)
		api_put_environment(c, NULL, &list[i], false);
	enc_end(c->out);
	api_put_cursor(c, n > page.limit ? list[page.limit - 1].public_id : NULL);
	enc_end(c->out);
}

/*
 * What came of a change: its fault, or the environment as it is now, when its real servers have
 * followed.
 */
static void
answer_change(struct call *c, const char *kind, enum life_change change)
{
	const char  *id = problem_param(c, "id");
	struct life *e = api_environment(c);
	bool         pending = api_servers_pending(e);

	if (change == LIFE_NO_HOURS)
		api_check_quota(c, "hours");
	if (change == LIFE_REFUSED)
		task_throw(c->task, &API_WRONG_STATE, "%s is %s.", id, e->state);
	if (change == LIFE_DONE)
		call_ring(c, api_channel(c, id));
	if (pending && api_wait_servers(c, e))
		return;
	/* Who waited for servers to start hears why they did not. */
	if (c->runs > 0 && strcmp(e->state, "error") == 0)
		task_throw(c->task, &API_SERVER_FAILED, "%s", e->reason);
	call_header(c, "ETag", api_etag(c, e));
	if (pending)
		api_operation(c, kind, id);
	api_answer(c, pending ? 202 : 200);
	api_put_environment(c, NULL, e, true);
}

/* A request that waited has made its change: what it wants to know is how far that is. */
static enum life_change
once(struct call *c, enum life_change (*change)(struct task *t, int64_t account, const char *id))
{
	return c->runs > 0 ? LIFE_SAME : change(c->task, c->account, problem_param(c, "id"));
}

void
api_check_no_fields(struct call *c)
{
	fields_of(c, c->args, "", NULL, 0);
	problem_check(c);
}

void
api_stop_environment(struct call *c)
{
	api_check_no_fields(c);
	api_match_environment(c);
	answer_change(c, "stop", once(c, life_stop));
}

void
api_start_environment(struct call *c)
{
	api_check_no_fields(c);
	api_match_environment(c);
	answer_change(c, "start", once(c, life_start));
}

/* Destroying what is destroyed is no error: a script may run twice. */
void
api_destroy_environment(struct call *c)
{
	const char      *id = problem_param(c, "id");
	enum life_change change;
	struct life     *e;

	api_match_environment(c);
	change = once(c, life_destroy);
	if (change == LIFE_NONE)
		task_throw(c->task, &API_NO_ENVIRONMENT, NULL);
	if (change == LIFE_DONE)
		call_ring(c, api_channel(c, id));
	e = life_find(c->task, c->account, id);
	if (e == NULL || strcmp(e->state, "destroying") != 0)
		api_no_content(c);
	else if (!api_wait_servers(c, e)) {
		api_operation(c, "destroy", id);
		api_answer(c, 202);
		api_put_environment(c, NULL, e, false);
	}
}

/* {} empties all services, {"service": "aws_s3"} one. */
void
api_reset_environment(struct call *c)
{
	const char      *id = problem_param(c, "id");
	struct fields    f = fields_in(c, c->args, "", &reset_shape);
	const char      *service = field_text(&f, "service");
	enum life_change change;

	problem_check(c);
	api_match_environment(c);
	change = c->runs > 0 ? LIFE_SAME : life_reset(c->task, c->account, id, service);
	if (change == LIFE_NO_SERVICE) {
		fields_wrong(&f, "service", "%s has no such service", id);
		problem_check(c);
	}
	answer_change(c, "reset", change);
}
