/* jobs/provision.c - mf-provision: makes true what is wished of real servers */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/crew.h"
#include "shared/core/provision.h"
#include "shared/core/secret.h"
#include "shared/core/server.h"
#include "shared/run/run.h"
#include "shared/run/template.h"

#define USAGE \
	"Usage: mf-provision          work for MF_PROVISION_LIFE: start, stop, remove real servers\n" \
	"                             as is wished, start what died, remove what no row names\n" \
	"       mf-provision --once   the same, until there is nothing to do\n" \
	"       mf-provision --rest   stop every server here; the next one starts them again\n" \
	"Started by cron each minute; several at once, each killed anywhere, are normal.\n"

#define LOOK_EACH  (2 * SECOND)
#define SWEEP_EACH (30 * SECOND)
#define SAY_EACH   MINUTE

static bool
work(struct crew *c, struct task *t, volatile int64_t *id)
{
	struct provision_work w;
	int64_t               again;

	if (!provision_take(t, c->master, &w))
		return false;
	*id = w.id;
	crew_kick(c);
	provision_do(t, c->master, &w, &again);
	if (again != 0)
		crew_remind(c, again);
	crew_ring(c, w.public_id);
	return true;
}

static void
drop(struct crew *c, struct task *t, int64_t id)
{
	provision_drop(t, c->master, id);
}

/*
 * In quiet times files of servers that went are removed, and those of servers to come copied in
 * advance, one set at a time.
 */
static bool
move_files(struct crew *c, struct mem *m)
{
	struct provision *p = c->master;

	return p->runner->ops->clear(p->runner) || (c->conf->server_ready > 0 &&
	    template_fill(p->runner, m, (int)c->conf->server_ready));
}

static const struct crew_craft craft = {
	.name = "provision", .channel = SERVER_WORK, .work = work, .drop = drop, .quiet = move_files,
	.due = provision_due,
};

static void
introduce(struct crew *c)
{
	provision_introduce(c->job.task, c->master);
}

static void
introduce_first(void *arg)
{
	introduce(arg);
}

static void
look(struct crew *c)
{
	const char **changed;
	size_t       n = provision_check(c->job.task, c->master, &changed);

	for (size_t i = 0; i < n; i++)
		crew_ring(c, changed[i]);
	if (n > 0)
		crew_kick(c);
}

static void
sweep(struct crew *c)
{
	provision_sweep(c->job.task, c->master);
}

static void
rest(void *arg)
{
	struct crew *c = arg;

	provision_rest(c->job.task, c->master);
}

static void
run(struct crew *c, bool once)
{
	struct crew_chore chores[] = {
		{ .each = LOOK_EACH, .run = look },
		{ .each = SWEEP_EACH, .run = sweep, .late = true },
		{ .each = SAY_EACH, .run = introduce, .late = true, .last = clock_monotonic() },
	};

	crew_run(c, chores, COUNT(chores), c->conf->provision_life, once);
}

int
main(int argc, char **argv)
{
	static struct conf      conf;
	static struct crew      c;
	static struct provision p = { .conf = &conf };
	char                    why[RUN_WHY];
	bool                    once = argc == 2 && strcmp(argv[1], "--once") == 0;
	bool                    resting = argc == 2 && strcmp(argv[1], "--rest") == 0;

	conf_start(&conf, argc, argv, USAGE);
	if (argc > 1 && !once && !resting) {
		fputs(USAGE, stderr);
		return 2;
	}
	secret_start(&conf);
	p.runner = runner_open(&conf, why, sizeof(why));
	if (p.runner == NULL) {
		fprintf(stderr, "%s: %s\n", argv[0], why);
		return 2;
	}
	crew_init(&c, &conf, &craft, &p);
	if (resting) {
		bool good = job_step(&c.job, rest, &c);

		provision_clear(&p, MINUTE);
		return good ? 0 : 1;
	}
	while (!job_step(&c.job, introduce_first, &c))
		usleep((useconds_t)SECOND);
	crew_start(&c, conf.provision_threads, !once);
	run(&c, once);
	crew_stop(&c);
	if (once)
		provision_clear(&p, MINUTE);
	/* What the last of them changed is told by nobody: waiting requests look by themselves. */
	return 0;
}
