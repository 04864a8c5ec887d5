/* jobs/sweep.c - mf-sweep: stops and destroys environments nobody uses, and sends mails */
#include <stdio.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/job.h"
#include "shared/core/login.h"
#include "shared/core/mail.h"
#include "shared/core/quota.h"
#include "shared/core/sweep.h"

#define USAGE \
	"Usage: mf-sweep [--mails | --now TIME]\n" \
	"Stops environments that were not used for their auto_shutdown_hours, destroys those that\n" \
	"were stopped for long, tells their owners before and after, and sends the mails that\n" \
	"wait.  cron starts it every 15 minutes; several at once are fine, and so is killing it.\n" \
	"--mails: only sends mails; cron does that each minute.\n" \
	"--now: as if it were that time (2030-01-31T12:00:00Z); with MF_TEST=1 only.\n"

enum { MOST_DUE = 100, MOST_FAILURES = 3 };

struct running {
	const struct conf *conf;
	struct job         job;
	struct sweep       sweep;
	int64_t            now; /* 0: the real time */
	size_t             n, at;
	struct sweep_due   due[MOST_DUE];
	char               steps[MOST_DUE][16];
	enum mail_sent     mail;
	int64_t            connected, sent, failed, quota, forgotten;
	int64_t            after; /* environments of accounts without hours: the last one */
	bool               more;
};

static void
note_connected(void *arg)
{
	struct running *r = arg;

	r->sweep.now = r->now != 0 ? r->now : r->job.task->now;
	r->connected = (int64_t)sweep_connected(r->job.task, &r->sweep);
}

/* The next ones, kept past the task that found them. */
static void
find(void *arg)
{
	struct running   *r = arg;
	struct sweep_due *list;

	r->n = sweep_find(r->job.task, &r->sweep, &list);
	for (size_t i = 0; i < r->n; i++) {
		snprintf(r->steps[i], sizeof(r->steps[i]), "%s", list[i].step);
		r->due[i] = (struct sweep_due){ list[i].id, r->steps[i] };
	}
}

static void
do_one(void *arg)
{
	struct running *r = arg;

	sweep_do(r->job.task, &r->sweep, &r->due[r->at]);
}

/* One environment that cannot be swept keeps nobody else from it. */
static bool
sweep_all(struct running *r)
{
	bool ok = true;

	do {
		if (!job_step(&r->job, find, r))
			return false;
		for (r->at = 0; r->at < r->n; r->at++) {
			r->sweep.after = r->due[r->at].id;
			ok = job_step(&r->job, do_one, r) && ok;
		}
	} while (r->n > 0);
	return ok;
}

static void
stop_one(void *arg)
{
	struct running *r = arg;

	if (r->now != 0)
		r->job.task->now = r->now;
	r->more = quota_stop(r->job.task, r->conf, &r->after);
}

/* Those whose account has no hours left. */
static bool
stop_all(struct running *r)
{
	do {
		if (!job_step(&r->job, stop_one, r))
			return false;
		r->quota += r->more;
	} while (r->more);
	return true;
}

static void
forget(void *arg)
{
	struct running *r = arg;

	r->forgotten = login_clean(r->job.task);
}

static void
send_one(void *arg)
{
	struct running *r = arg;

	if (r->now != 0)
		r->job.task->now = r->now;
	r->mail = mail_send_next(r->job.task, r->conf);
}

/* When sendmail does not work, the other mails need not learn it, too. */
static bool
send_all(struct running *r)
{
	do {
		if (!job_step(&r->job, send_one, r))
			return false;
		r->sent += r->mail == MAIL_SENT;
		r->failed += r->mail == MAIL_FAILED;
	} while (r->mail != MAIL_NONE && r->failed < MOST_FAILURES);
	return r->failed == 0;
}

static void
report(const struct running *r, bool ok)
{
	struct log l = log_begin("sweep");

	log_int(&l, "connected", r->connected);
	log_int(&l, "warned", r->sweep.warned);
	log_int(&l, "stopped", r->sweep.stopped);
	log_int(&l, "noticed", r->sweep.noticed);
	log_int(&l, "destroyed", r->sweep.destroyed);
	log_int(&l, "quota", r->quota);
	log_int(&l, "forgotten", r->forgotten);
	log_int(&l, "mails", r->sent);
	log_text(&l, "result", ok ? "done" : "failed");
	log_end(&l);
}

int
main(int argc, char **argv)
{
	struct conf    c;
	struct running r = { .conf = &c, .sweep = { .conf = &c } };
	bool           ok = true, mails;

	conf_start(&c, argc, argv, USAGE);
	mails = argc == 2 && strcmp(argv[1], "--mails") == 0;
	if (argc != 1 && !mails && !(argc == 3 && strcmp(argv[1], "--now") == 0 && c.test &&
	    clock_parse_iso(argv[2], &r.now))) {
		fputs(USAGE, stderr);
		return 2;
	}
	job_start(&r.job, &c);
	/* Who is connected must be known before anything is stopped. */
	if (!mails)
		ok = job_step(&r.job, note_connected, &r) && sweep_all(&r) && stop_all(&r) &&
		    job_step(&r.job, forget, &r);
	ok = send_all(&r) && ok;
	if (!mails || r.sent > 0 || !ok)
		report(&r, ok);
	job_end(&r.job);
	return ok ? 0 : 1;
}
