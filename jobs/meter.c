/* jobs/meter.c - mf-meter: closes and opens again, at each full hour, the periods being paid for */
#include <stdio.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/task.h"
#include "shared/core/job.h"
#include "shared/core/usage.h"

#define USAGE \
	"Usage: mf-meter [--now TIME]\n" \
	"Splits the usage of running environments at each full hour of UTC.  cron starts it at\n" \
	"minute 0 and every few minutes; late, twice, or several at once, the result is the same.\n" \
	"--now: as if it were that time (2030-01-31T12:00:00Z); with MF_TEST=1 only.\n"

enum { BATCH = 500 };

struct running {
	struct job job;
	int64_t    now; /* 0: the task's */
	size_t     last;
	int64_t    turned, hours;
};

static void
next_batch(void *arg)
{
	struct running *r = arg;
	struct task    *t = r->job.task;
	int64_t         hours;

	r->last = usage_turn(t, r->now != 0 ? r->now : t->now, BATCH, &hours);
	r->turned += (int64_t)r->last;
	r->hours += hours;
}

static void
report(const struct running *r, bool ok)
{
	struct log l = log_begin("meter");

	log_int(&l, "environments", r->turned);
	log_int(&l, "hours", r->hours);
	log_text(&l, "result", ok ? "done" : "failed");
	log_end(&l);
}

int
main(int argc, char **argv)
{
	struct conf    c;
	struct running r = { .last = BATCH };
	bool           ok = true;

	conf_start(&c, argc, argv, USAGE);
	if (argc != 1 && !(argc == 3 && strcmp(argv[1], "--now") == 0 && c.test &&
	    clock_parse_iso(argv[2], &r.now))) {
		fputs(USAGE, stderr);
		return 2;
	}
	job_start(&r.job, &c);
	while (ok && r.last == BATCH)
		ok = job_step(&r.job, next_batch, &r);
	report(&r, ok);
	job_end(&r.job);
	return ok ? 0 : 1;
}
