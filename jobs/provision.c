/* jobs/provision.c - mf-provision: makes true what is wished of real servers */
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "shared/base/channel.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/crew.h"
#include "shared/core/secret.h"
#include "shared/core/server.h"
#include "shared/db/listen.h"
#include "shared/run/run.h"

#define USAGE \
	"Usage: mf-provision          work for MF_PROVISION_LIFE: start, stop, remove real servers\n" \
	"                             as is wished, start what died, remove what no row names\n" \
	"       mf-provision --once   the same, until there is nothing to do\n" \
	"       mf-provision --rest   stop every server here; the next one starts them again\n" \
	"Started by cron each minute; several at once, each killed anywhere, are normal.\n"

#define LOOK_EACH  (2 * SECOND)
#define SWEEP_EACH (30 * SECOND)
#define SAY_EACH   MINUTE
#define IDLE       (500 * MILLISECOND)

enum { PAYLOAD_MOST = 7900 };

static void
introduce(void *arg)
{
	struct crew *c = arg;

	provision_introduce(c->job.task, &c->p);
}

static void
look(void *arg)
{
	struct crew *c = arg;
	const char **changed;
	size_t       n = provision_check(c->job.task, &c->p, &changed);

	for (size_t i = 0; i < n; i++)
		crew_ring(c, changed[i]);
	if (n > 0)
		crew_kick(c);
}

static void
sweep(void *arg)
{
	struct crew *c = arg;

	provision_sweep(c->job.task, &c->p);
}

static void
rest(void *arg)
{
	struct crew *c = arg;

	provision_rest(c->job.task, &c->p);
}

static void
find_next(void *arg)
{
	struct crew *c = arg;

	crew_remind(c, provision_due(c->job.task));
}

static void
hear_slot(void *arg, unsigned slot)
{
	if (slot == channel_slot(SERVER_WORK))
		crew_kick(arg);
}

static void
hear(void *arg, const char *payload)
{
	struct crew *c = arg;

	channel_read(payload, c->name, hear_slot, c);
}

/* False: the connection is lost; who waits looks again by itself. */
static bool
tell(struct crew *c, struct listen *l)
{
	uint64_t count, rung[SLOT_WORDS];
	char     payload[PAYLOAD_MOST];
	size_t   start = (size_t)snprintf(payload, sizeof(payload), "%s:", c->name), n = start;

	(void)!read(c->outgoing, &count, sizeof(count));
	pthread_mutex_lock(&c->lock);
	memcpy(rung, c->rung, sizeof(rung));
	memset(c->rung, 0, sizeof(c->rung));
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < CHANNEL_SLOTS && n + 8 < sizeof(payload); i++)
		if (rung[i / 64] >> i % 64 & 1)
			n += (size_t)snprintf(payload + n, sizeof(payload) - n, "%s%x", n > start ? "," : "",
			    i);
	return n == start || l == NULL || listen_tell(l, payload);
}

/* How long to sleep; what is due by now is kicked. */
static int64_t
until_next(struct crew *c)
{
	int64_t left = IDLE, now = clock_now();
	bool    due = false;

	pthread_mutex_lock(&c->lock);
	if (c->next != 0 && c->next <= now) {
		c->next = 0;
		due = true;
	} else if (c->next != 0 && c->next - now < left)
		left = c->next - now;
	pthread_mutex_unlock(&c->lock);
	if (due)
		crew_kick(c);
	return left;
}

static bool
idle(struct crew *c)
{
	bool is;

	pthread_mutex_lock(&c->lock);
	is = c->busy == 0 && c->kicks == 0 && c->next == 0;
	pthread_mutex_unlock(&c->lock);
	return is;
}

/* Every now and then; *at is when it was done last (monotonic). */
static void
each(struct crew *c, int64_t *at, int64_t interval, void (*what)(void *arg))
{
	int64_t now = clock_monotonic();

	if (*at != 0 && now - *at < interval)
		return;
	*at = now;
	job_step(&c->job, what, c);
}

/* Sleep until something is heard, is to be told, or is due; false: the connection is lost. */
static bool
listen_turn(struct crew *c, struct listen *l)
{
	struct pollfd p[] = { { .fd = c->outgoing, .events = POLLIN },
		{ .fd = l != NULL ? listen_fd(l) : -1, .events = POLLIN } };
	bool          good = true;

	if (poll(p, COUNT(p), (int)(until_next(c) / MILLISECOND) + 1) < 0)
		return true;
	if (p[1].revents != 0)
		good = listen_take(l, hear, c);
	if (good && p[0].revents != 0)
		good = tell(c, l) && (l == NULL || listen_take(l, hear, c));
	return good;
}

static void
run(struct crew *c, bool once)
{
	int64_t        end = clock_monotonic() + c->p.conf->provision_life;
	int64_t        looked = 0, swept = 0, said = clock_monotonic(), asked = 0;
	struct listen *l = NULL;

	while (clock_monotonic() < end) {
		if (l == NULL) {
			l = listen_open(c->p.conf, CHANNEL_NOTIFY);
			asked = 0; /* what was rung meanwhile was not heard */
		}
		each(c, &looked, LOOK_EACH, look);
		each(c, &asked, SECOND, find_next);
		if (!listen_turn(c, l)) {
			listen_close(l);
			l = NULL;
		}
		each(c, &swept, SWEEP_EACH, sweep);
		each(c, &said, SAY_EACH, introduce);
		if (once && swept != 0 && idle(c))
			break;
	}
	tell(c, l);
	if (l != NULL)
		listen_close(l);
}

int
main(int argc, char **argv)
{
	static struct conf conf;
	static struct crew c;
	char               why[RUN_WHY];
	bool               once = argc == 2 && strcmp(argv[1], "--once") == 0;
	bool               resting = argc == 2 && strcmp(argv[1], "--rest") == 0;

	conf_start(&conf, argc, argv, USAGE);
	if (argc > 1 && !once && !resting) {
		fputs(USAGE, stderr);
		return 2;
	}
	secret_start(&conf);
	c.p.conf = &conf;
	c.p.runner = runner_open(&conf, why, sizeof(why));
	if (c.p.runner == NULL) {
		fprintf(stderr, "%s: %s\n", argv[0], why);
		return 2;
	}
	crew_init(&c);
	if (resting)
		return job_step(&c.job, rest, &c) ? 0 : 1;
	while (!job_step(&c.job, introduce, &c))
		usleep((useconds_t)SECOND);
	crew_start(&c, !once && conf.server_ready > 0);
	run(&c, once);
	crew_stop(&c);
	/* What the last of them changed is told by nobody: waiting requests look by themselves. */
	return 0;
}
