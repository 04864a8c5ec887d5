/* fcgi/api/around.c - what goes around every operation of our API */
#include "fcgi/api/around.h"

#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/auth.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/replay.h"
#include "fcgi/auth/client.h"
#include "fcgi/proto/accept.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/core/account.h"
#include "shared/core/audit.h"
#include "shared/core/idempotency.h"
#include "shared/core/limit.h"
#include "shared/db/db.h"

/* One request as this file knows it (c->around). */
struct around {
	bool                committed; /* what it did is: it has waited, or is alone */
	bool                audited;
	struct idempotency *key;       /* NULL: none */
	const char         *resource;
	const char         *resume, *resumed;
};

enum { MOST_ID = 100 };

/* Lists of services, tiers and templates, for those who bring no credential to count by. */
static const struct limit_rule strangers = { "open", 1200, MINUTE };

static const int64_t SLACK = MINUTE; /* between a waiter's end and its being given up */

static struct around *
around_of(struct call *c)
{
	if (c->around == NULL)
		c->around = mem_one(c->task->mem, struct around);
	return c->around;
}

void
around_resource(struct call *c, const char *public_id)
{
	around_of(c)->resource = public_id;
}

void
around_resume(struct call *c, const char *text)
{
	around_of(c)->resume = mem_text(c->task->mem, text);
}

const char *
around_resumed(const struct call *c)
{
	const struct around *a = c->around;

	return a->resumed;
}

static bool
known_argument(const struct doc *d, const char *name)
{
	for (size_t i = 0; i < d->n_query; i++)
		if (strcmp(d->query[i].name, name) == 0)
			return true;
	for (size_t i = 0; (d->flags & DOC_PAGED) != 0 && i < COUNT(page_query); i++)
		if (strcmp(page_query[i].name, name) == 0)
			return true;
	return false;
}

static void
check_arguments(struct call *c, const struct doc *d)
{
	const struct uri_query *q = &c->req->args;

	for (size_t i = 0; i < q->n; i++) {
		const char *name = q->pairs[i].name, *value = q->pairs[i].value;

		if (!text_utf8(name, strlen(name)))
			problem_field(c, "?", "an argument's name is no UTF-8");
		else if (!known_argument(d, name))
			problem_field(c, name, "there is no such argument");
		else if (!text_utf8(value, strlen(value)))
			problem_field(c, name, "is no UTF-8");
	}
	problem_check(c);
}

/* The client takes one of the answers that are no problems; problems it gets anyway. */
static void
check_accept(struct call *c, const struct doc *d)
{
	const char *accept = request_header(c->req, "accept"), *types = NULL;

	for (size_t i = 0; i < COUNT(d->answers) && d->answers[i].status != 0; i++) {
		const struct doc_answer *a = &d->answers[i];
		const char *type = a->type != NULL ? a->type : a->body != NULL ? "application/json" : NULL;

		if (type == NULL)
			continue;
		if (accept_takes(accept, type))
			return;
		types = type;
	}
	if (types != NULL)
		task_throw(c->task, &PROBLEM_ACCEPT, "It is %s.", types);
}

static bool
audited(const struct call *c)
{
	return (c->op->flags & OP_WRITE) != 0 && c->account != 0;
}

/* The prefix by which the table knows the key that was checked; NULL: none was. */
static const char *
key_prefix(struct call *c)
{
	const char *header = c->caller != NULL ? request_header(c->req, "authorization") : NULL;
	const char *key = header != NULL ? strstr(header, "mf_live_") : NULL;

	return key != NULL ? mem_text_n(c->task->mem, key + 8, strcspn(key + 8, "_")) : NULL;
}

/* What the path names, when it can be a name at all. */
static const char *
path_resource(struct call *c)
{
	const char *id = strstr(c->op->http, "{id}") != NULL ? problem_param(c, "id") : NULL;

	return id != NULL && strlen(id) <= MOST_ID ? id : NULL;
}

static void
audit(struct call *c, int status, const char *code)
{
	struct around *a = around_of(c);
	const char    *id = a->resource != NULL ? a->resource : path_resource(c);
	struct audit   row = {
		.request_id = c->req->id, .operation = c->op->name,
		.resource = id,
		.actor = key_prefix(c), .address = client_address(c),
		.status = status, .code = code,
	};

	audit_add(c->task, c->account, c->caller != NULL ? c->caller->session : 0, &row);
	a->audited = true;
}

/*
 * It waits. What it did is committed and noted; its answer is for the run that does not wait.
 */
static void
commit_waiter(struct call *c, struct around *a)
{
	if (a->committed)
		return;
	if (a->key != NULL)
		idempotency_lease(c->task, a->key, c->parking.deadline + SLACK,
		    a->resume != NULL ? a->resume : "");
	if (audited(c) && !a->audited)
		audit(c, 202, NULL);
	db_commit_all(c->task);
	a->committed = true;
}

static void
run_and_keep(struct call *c, struct around *a)
{
	c->op->handler(c);
	if (c->parking.wanted) {
		commit_waiter(c, a);
		return;
	}
	if (a->key != NULL)
		replay_keep(c, a->key);
	if (audited(c) && !a->audited)
		audit(c, c->reply.status, NULL);
	db_commit_all(c->task);
}

/* False: it is answered. */
static bool
claim(struct call *c, struct around *a)
{
	if (!replay_claim(c, a->key, &a->resumed))
		return false;
	if (a->resumed == NULL)
		return true;
	/* Somebody made what is asked for, and is gone: from here it is as after waiting. */
	db_commit_all(c->task);
	c->runs = 1;
	a->committed = a->audited = true;
	return true;
}

/* What it does is committed as it does it. */
static void
commit_alone(struct call *c, struct around *a)
{
	if (a->key != NULL)
		idempotency_lease(c->task, a->key, c->task->now + SLACK, a->resume);
	db_commit_all(c->task);
	a->committed = a->key != NULL;
}

void
around_run(struct call *c)
{
	const struct doc *d = doc_of(c->op);
	struct around    *a = around_of(c);
	bool              alone = (c->op->flags & (OP_OPEN | OP_ALONE)) != 0;

	if (a->committed) {
		run_and_keep(c, a);
		return;
	}
	if ((c->op->flags & (OP_OPEN | OP_READ)) == (OP_OPEN | OP_READ))
		api_limit_client(c, &strangers);
	check_arguments(c, d);
	check_accept(c, d);
	a->audited = false;
	a->resource = NULL;
	a->key = replay_key(c);
	if (a->key != NULL || (!alone && (c->op->flags & OP_WRITE) != 0))
		db_enclose(c->task);
	if (a->key != NULL && !claim(c, a)) {
		db_commit_all(c->task);
		return;
	}
	if (alone && !a->committed)
		commit_alone(c, a);
	run_and_keep(c, a);
}

void
around_keep(struct call *c)
{
	struct around *a = around_of(c);

	if (a->key != NULL)
		idempotency_forget(c->task, a->key);
	db_commit_all(c->task);
}

/* The code the client was told. */
static const char *
code_told(const struct call *c, const struct fault *f)
{
	if (f == &FAULT_INTERNAL)
		return c->service->general.internal->code;
	return f == &FAULT_MEMORY ? c->service->general.too_large->code : f->code;
}

/*
 * Who could not be told apart from others, or was told to come again, is not noted: that would be a
 * statement for each of their attempts.
 */
void
around_refused(struct call *c, const struct fault *f)
{
	struct around *a = c->around;

	if (f == &FAULT_UNAVAILABLE || f == &FAULT_CONFLICT || f == &FAULT_STALE)
		return;
	if (c->op == NULL || !audited(c) || (a == NULL && c->reply.status != 403))
		return;
	if (a != NULL && a->committed && a->key != NULL)
		idempotency_forget(c->task, a->key);
	audit(c, c->reply.status, code_told(c, f));
}
