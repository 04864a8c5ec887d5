/* fcgi/call.c - one request on its way through a service */
#include "fcgi/call.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "fcgi/activity.h"
#include "fcgi/board.h"
#include "fcgi/env_cache.h"
#include "fcgi/route.h"
#include "fcgi/wake.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/db/db.h"

enum { MOST_RERUNS = 8 };

/* A channel to ring when the request has committed. */
struct call_ring {
	struct call_ring *next;
	unsigned          slot;
};

/* One run of the request: what task_try needs to know. */
struct run {
	struct call *c;
	const char  *key;    /* of the environment, NULL for our own services */
	bool         fresh;  /* past the cache */
	bool         authenticated;
};

enum scope
op_scope(const struct op *op)
{
	return (enum scope)(op->flags / OP_SCOPE);
}

const struct op *
op_named(const struct service *s, const char *name)
{
	for (size_t i = 0; i < s->n_ops; i++)
		if (strcmp(s->ops[i].name, name) == 0)
			return &s->ops[i];
	return NULL;
}

void
call_header(struct call *c, const char *name, const char *value)
{
	reply_header(c->task->mem, &c->reply, name, value);
}

bool
call_park(struct call *c, const char *channel, int64_t deadline, int64_t recheck)
{
	if (c->hurry || deadline <= c->task->now)
		return false;
	if (c->kept == NULL)
		c->kept = mem_one(c->task->mem, struct call);
	c->parking = (struct parking){ .wanted = true, .channel = channel, .deadline = deadline,
		.recheck = recheck };
	return true;
}

void
call_ring(struct call *c, const char *channel)
{
	struct call_ring *r = mem_one(c->task->mem, struct call_ring);

	*r = (struct call_ring){ .next = c->rings, .slot = wake_slot(channel) };
	c->rings = r;
}

/*
 * The environment of the address.  One nobody has is taken for an environment without accounts: it
 * refuses callers, anonymous ones too, in the words in which any other refuses strangers.
 */
static void
find_environment(struct run *run)
{
	struct call *c = run->c;

	c->env = env_cache_get(c->world->cache, c->task, run->key, run->fresh);
	if (c->env == NULL)
		c->env = mem_one(c->task->mem, struct environment);
}

/* What only an authenticated caller may learn of the environment. */
static void
check_environment(struct call *c)
{
	const struct general_faults *g = &c->service->general;
	const struct fault          *f = NULL;
	const char                  *whose =
	    c->service->data != NULL ? c->service->data : c->service->id;

	if (c->env->id == 0)
		f = g->no_environment;
	else if (c->env->state != ENV_RUNNING)
		f = g->stopped;
	else if (whose != NULL && !environment_space(c->task, c->env, whose, &c->space))
		f = g->not_subscribed;
	if (f == NULL)
		return;
	if (c->who == NULL && c->service->stranger != NULL)
		c->service->stranger(c);
	task_throw(c->task, f, NULL);
}

static void
authenticate(struct run *run)
{
	struct call *c = run->c;

	if (c->service->authenticate != NULL && (c->op == NULL || (c->op->flags & OP_OPEN) == 0))
		c->service->authenticate(c);
	run->authenticated = true;
}

/* Note who runs what: an operation that kills its process is refused for a while. */
static void
enter(struct call *c)
{
	int64_t whose = c->env != NULL ? c->env->id : -c->account;

	if (c->world->board != NULL && !board_enter(c->world->board, whose, c->counted))
		task_throw(c->task, &FAULT_UNAVAILABLE, "%s is switched off for a while: it failed badly",
		    c->op->name);
}

static void
note_use(struct call *c)
{
	if (activity_note(c->env->id, c->task->now))
		return;
	activity_write(c->task);
	activity_note(c->env->id, c->task->now);
}

static _Noreturn void
not_built(struct call *c)
{
	task_throw(c->task, c->service->general.not_built, "%s is not built yet.", c->op->name);
}

/* Nobody hears of an operation that is none, or not built, before others could have told. */
static void
check_operation(struct call *c, bool known)
{
	if (c->op == NULL && !known)
		c->service->stranger(c);
	if (c->op == NULL)
		c->service->proto->unknown(c);
	assert(c->op != NULL);
	if (c->op->handler == NULL && known)
		not_built(c);
}

static void
run_once(void *arg)
{
	struct run *run = arg;
	struct call *c = run->c;
	bool         known;

	if (c->req->malformed)
		task_throw(c->task, c->service->general.malformed, NULL);
	if (run->key != NULL)
		find_environment(run);
	c->op = c->service->proto->find(c);
	c->counted = mem_fmt(c->task->mem, "%s.%s.%s", c->service->cloud, c->service->name,
	    c->op != NULL ? c->op->name : "Unknown");
	authenticate(run);
	known = c->who != NULL || c->service->stranger == NULL;
	if (run->key != NULL) {
		check_environment(c);
		if (known)
			note_use(c);
	}
	check_operation(c, known);
	enter(c);
	c->service->proto->decode(c);
	if (c->service->authorise != NULL)
		c->service->authorise(c);
	if (c->op->handler == NULL)
		not_built(c);
	if (c->service->run != NULL)
		c->service->run(c);
	else
		c->op->handler(c);
	if (c->service->proto->finish != NULL && !c->parking.wanted)
		c->service->proto->finish(c);
	db_commit(c->task);
	if (!known)
		note_use(c); /* what nobody is refused keeps no environment awake */
}

/* The service's own word for a fault of the layers below. */
static const struct fault *
translate(const struct call *c, const struct fault *f)
{
	const struct general_faults *g = &c->service->general;

	if (f == &FAULT_INTERNAL)
		return g->internal;
	if (f == &FAULT_MEMORY)
		return g->too_large;
	if (f == &FAULT_UNAVAILABLE || f == &FAULT_STALE || f == &FAULT_CONFLICT)
		return g->unavailable;
	return f;
}

struct refusal {
	struct call        *c;
	const struct fault *fault;
	const char         *detail;
};

static void
write_fault(void *arg)
{
	struct refusal *r = arg;

	r->c->task->detail = r->detail; /* task_try has cleared it */
	r->c->service->proto->fault(r->c, r->fault);
}

void
call_refuse(struct call *c, const struct fault *f)
{
	const char    *why = c->task->detail; /* for the log, whatever the client is told */
	const char    *detail = f == &FAULT_INTERNAL ? NULL : why;
	struct refusal r = { c, translate(c, f), detail };

	c->rings = NULL;
	c->parking.wanted = false;
	reply_start(c->task->mem, &c->reply);
	/* When even the fault cannot be written (no memory left), a bare status must do. */
	if (task_try(c->task, write_fault, &r) != NULL)
		c->reply = (struct reply){ .status = 500, .length = -1 };
	c->task->fault = f;
	c->task->detail = why;
}

/* Threads that met each other must not meet again at once: wait a little, longer each time. */
static void
back_off(struct call *c, unsigned tries)
{
	unsigned char   random;
	struct timespec pause = { 0 };

	id_bytes(&c->task->ids, &random, sizeof(random));
	pause.tv_nsec = (long)(random * tries) * 20000;
	nanosleep(&pause, NULL);
}

/*
 * What happens after a fault: true when the database part shall run once more.  An environment that
 * changed is loaded anew, also when a credential failed against a cached copy: it may be newer.
 */
static bool
again(struct run *run, const struct fault *f, unsigned tries)
{
	if (tries >= MOST_RERUNS)
		return false;
	if (f == &FAULT_CONFLICT) {
		back_off(run->c, tries + 1);
		return true;
	}
	if (run->key == NULL || run->fresh)
		return f == &FAULT_STALE;
	run->fresh = f == &FAULT_STALE || (!run->authenticated && run->c->env != NULL &&
	    run->c->env->cached && env_cache_may_refresh(run->c->world->cache, run->key));
	return run->fresh;
}

static void
ring_all(struct call *c)
{
	for (struct call_ring *r = c->rings; r != NULL; r = r->next)
		if (c->world->wake != NULL)
			wake_ring(c->world->wake, r->slot);
	c->rings = NULL;
}

static void
tell_refused(void *arg)
{
	struct refusal *r = arg;

	r->c->service->refused(r->c, r->fault);
}

/* The service hears of it; whether it can do anything about it changes no answer. */
static void
note_refusal(struct call *c, const struct fault *f)
{
	const char    *why = c->task->detail;
	struct refusal r = { c, f, why };

	if (c->service->refused == NULL)
		return;
	task_try(c->task, tell_refused, &r);
	db_release(c->task);
	c->task->fault = f;
	c->task->detail = why;
}

static bool
run_until_done(struct call *c, const char *key)
{
	struct run          run = { .c = c, .key = key };
	const struct fault *f;
	unsigned            tries = 0;

	/* What our own API keeps (keys, states, usage) is synced whatever the settings say. */
	if (c->task->db != NULL)
		db_relax(c->task, c->world->conf->db_relaxed && key != NULL);
	do {
		c->rings = NULL;
		c->parking.wanted = run.authenticated = false;
		c->who = NULL;
		reply_start(c->task->mem, &c->reply);
		f = task_try(c->task, run_once, &run);
		db_release(c->task);
	} while (f != NULL && again(&run, f, tries++));
	if (f != NULL) {
		call_refuse(c, f);
		note_refusal(c, f);
	} else {
		ring_all(c);
	}
	c->reply.sandbox = c->address == BY_PATH;
	return c->parking.wanted;
}

struct routing {
	struct call *c;
	const char  *key;
};

static void
find_route(void *arg)
{
	struct routing *r = arg;

	route(r->c, &r->key);
}

bool
call_serve(struct call *c)
{
	struct routing      r = { .c = c };
	const struct fault *f;

	c->started = c->task->now;
	c->counted = "none";
	f = task_try(c->task, find_route, &r);
	if (f != NULL) {
		c->reply = (struct reply){ .status = f->status, .length = -1 };
		return false;
	}
	c->key = r.key;
	if (!run_until_done(c, c->key))
		return false;
	c->mark = mem_mark(c->task->mem);
	*c->kept = *c;
	return true;
}

/* What earlier wake-ups allocated goes first: a channel may ring thousands of times in one wait. */
bool
call_again(struct call *c)
{
	unsigned runs = c->runs + 1;
	bool     hurry = c->hurry;

	mem_release(c->task->mem, c->mark);
	*c = *c->kept;
	c->runs = runs;
	c->hurry = hurry;
	c->task->now = clock_now();
	return run_until_done(c, c->key);
}
