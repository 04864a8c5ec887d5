/* jobs/collect.c - mf-collect: removes what reset, destroy, overwrite and delete left behind */
#include <stdio.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/task.h"
#include "shared/core/audit.h"
#include "shared/core/collect.h"
#include "shared/core/idempotency.h"
#include "shared/core/job.h"
#include "shared/engine/blob.h"
#include "shared/engine/blob_restore.h"
#include "shared/engine/blob_rule.h"
#include "shared/engine/queue.h"
#include "shared/store/store.h"

#define USAGE \
	"Usage: mf-collect [--now]\n" \
	"Empties the spaces that environments dropped, removes object bytes nobody names and\n" \
	"messages of purged or deleted queues, all after MF_BLOB_GRACE; also rows of the audit log\n" \
	"and kept answers whose time is over.  Does what lifecycle rules of buckets say for the\n" \
	"day, and tells of restored objects that come and go.  cron starts it; several at once are\n" \
	"fine, and so is killing it.\n" \
	"--now: without waiting for the grace period, when nothing writes to this installation.\n"

enum { BODIES = 500, MESSAGES = 10000, COPIES = 500 };

struct running {
	const struct conf *conf;
	struct job         job;
	struct store      *store;
	struct collect     spaces;
	struct blob_rule_run rules; /* where the run through buckets with rules is */
	int64_t            bodies, messages, requests, ruled, copies;
	bool               now, more;
};

/* What was let go of before this is nobody's: no statement lives longer. */
static int64_t
before(const struct running *r)
{
	int64_t grace = r->conf->blob_grace, statement = r->conf->db_statement_timeout;

	if (r->now)
		return r->job.task->now + SECOND;
	return r->job.task->now - (grace > statement ? grace : statement);
}

static void
next_space(void *arg)
{
	struct running *r = arg;

	r->spaces.before = before(r);
	r->more = collect_spaces(r->job.task, r->store, &r->spaces);
}

static void
next_bodies(void *arg)
{
	struct running *r = arg;
	size_t          n = blob_collect(r->job.task, r->store, before(r), BODIES);

	r->bodies += (int64_t)n;
	r->more = n > 0;
}

/* Of queues that were purged or deleted. */
static void
next_messages(void *arg)
{
	struct running *r = arg;

	r->messages += (int64_t)queue_collect(r->job.task, before(r), MESSAGES, &r->more);
}

/* The audit log's rows and kept answers whose time is over, whatever --now says. */
static void
next_requests(void *arg)
{
	struct running *r = arg;
	struct task    *t = r->job.task;
	int64_t         gone = audit_prune(t, t->now - r->conf->audit_days * DAY, MESSAGES);

	gone += idempotency_prune(t, t->now - r->conf->idempotency_keep, MESSAGES);
	r->requests += gone;
	r->more = gone > 0;
}

static void
next_rules(void *arg)
{
	struct running *r = arg;
	int64_t         n;

	r->more = blob_rules_step(r->job.task, &r->rules, &n);
	r->ruled += n;
}

static void
next_copies(void *arg)
{
	struct running *r = arg;
	size_t          n = blob_restore_turn(r->job.task, COPIES);

	r->copies += (int64_t)n;
	r->more = n > 0;
}

/* A bucket that fails keeps no other from its turn. */
static bool
rule_all(struct running *r)
{
	bool ok = true;

	r->more = true;
	while (r->more) {
		struct blob_rule_run before = r->rules;

		if (job_step(&r->job, next_rules, r))
			continue;
		ok = false;
		if (before.space == r->rules.space && before.bucket == r->rules.bucket)
			break;
	}
	return ok;
}

/* Step by step until there is no more; false: a step failed. */
static bool
repeat(struct running *r, void (*step)(void *arg))
{
	r->more = true;
	while (r->more)
		if (!job_step(&r->job, step, r))
			return false;
	return true;
}

static void
report(const struct running *r, bool ok)
{
	struct log l = log_begin("collect");

	log_int(&l, "spaces", r->spaces.spaces);
	log_int(&l, "rows", r->spaces.rows);
	log_int(&l, "bodies", r->bodies);
	log_int(&l, "messages", r->messages);
	log_int(&l, "requests", r->requests);
	log_int(&l, "ruled", r->ruled);
	log_int(&l, "copies", r->copies);
	log_text(&l, "result", ok ? "done" : "failed");
	log_end(&l);
}

int
main(int argc, char **argv)
{
	struct conf    c;
	struct running r = { .conf = &c };
	char           error[512];
	bool           ok;

	conf_start(&c, argc, argv, USAGE);
	r.now = argc == 2 && strcmp(argv[1], "--now") == 0;
	if (argc > 1 && !r.now) {
		fputs(USAGE, stderr);
		return 2;
	}
	r.store = store_open(&c, error, sizeof(error));
	if (r.store == NULL)
		log_die("collect", "%s", error);
	job_start(&r.job, &c);
	ok = repeat(&r, next_space);
	ok = repeat(&r, next_bodies) && ok;
	ok = repeat(&r, next_messages) && ok;
	ok = repeat(&r, next_requests) && ok;
	ok = rule_all(&r) && ok;
	ok = repeat(&r, next_copies) && ok;
	report(&r, ok);
	job_end(&r.job);
	store_close(r.store);
	return ok ? 0 : 1;
}
