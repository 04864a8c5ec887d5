/* jobs/seed.c - mf-seed: puts made-up records into real servers and buckets */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/core/crew.h"
#include "shared/core/limit.h"
#include "shared/core/secret.h"
#include "shared/core/seed.h"
#include "shared/store/store.h"

#define USAGE \
	"Usage: mf-seed          work for MF_PROVISION_LIFE: put made-up records into real\n" \
	"                        servers and buckets, as the control API was asked to\n" \
	"       mf-seed --once   the same, until there is nothing to do\n" \
	"Started by cron each minute; several at once, each killed anywhere, are normal.\n"

#define LOOK_EACH (2 * SECOND)

static bool
work(struct crew *c, struct task *t, volatile int64_t *id)
{
	const char       *public_id;
	struct seed_hand *h = seed_take(t, c->master, id, &public_id);
	int64_t           again;

	if (h == NULL)
		return false;
	crew_kick(c);
	again = seed_do(h);
	if (again != 0)
		crew_remind(c, again);
	else
		crew_ring(c, public_id);
	return true;
}

static void
drop(struct crew *c, struct task *t, int64_t id)
{
	seed_drop(t, c->master, id);
}

static const struct crew_craft craft = {
	.name = "seed", .channel = SEED_WORK, .work = work, .drop = drop, .due = seed_due,
};

static void
look(struct crew *c)
{
	seed_look(c->job.task, c->master);
}

int
main(int argc, char **argv)
{
	static struct conf   conf;
	static struct crew   c;
	static struct seeder s = { .conf = &conf };
	struct crew_chore    chores[] = { { .each = LOOK_EACH, .run = look } };
	bool                 once = argc == 2 && strcmp(argv[1], "--once") == 0;
	char                 error[512];

	conf_start(&conf, argc, argv, USAGE);
	if (argc > 1 && !once) {
		fputs(USAGE, stderr);
		return 2;
	}
	secret_start(&conf);
	s.store = store_open(&conf, error, sizeof(error));
	s.limit = calloc(1, limit_size());
	if (s.store == NULL || s.limit == NULL)
		log_die("seed", "%s", s.store == NULL ? error : "no memory");
	seed_introduce(&s);
	crew_init(&c, &conf, &craft, &s);
	crew_start(&c, conf.seed_threads, false);
	crew_run(&c, chores, COUNT(chores), conf.provision_life, once);
	crew_stop(&c);
	store_close(s.store);
	free(s.limit);
	return 0;
}
