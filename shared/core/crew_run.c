/* shared/core/crew_run.c - the first thread of a crew: it listens, keeps the times, does chores */
#include <poll.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/crew.h"
#include "shared/db/listen.h"

#define IDLE     (500 * MILLISECOND)
#define ASK_EACH SECOND

enum { PAYLOAD_MOST = 7900 };

static void
hear_slot(void *arg, unsigned slot)
{
	struct crew *c = arg;

	if (slot == channel_slot(c->craft->channel))
		crew_kick(c);
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

static void
find_next(void *arg)
{
	struct crew *c = arg;

	crew_remind(c, c->craft->due(c->job.task));
}

struct chore_run {
	struct crew       *crew;
	struct crew_chore *chore;
};

static void
run_chore(void *arg)
{
	struct chore_run *r = arg;

	r->chore->run(r->crew);
}

/* Those whose time has come. */
static void
do_chores(struct crew *c, struct crew_chore *chores, size_t n, bool late)
{
	for (size_t i = 0; i < n; i++) {
		struct chore_run r = { c, &chores[i] };
		int64_t          now = clock_monotonic();

		if (chores[i].late != late ||
		    (chores[i].last != 0 && now - chores[i].last < chores[i].each))
			continue;
		chores[i].last = now;
		job_step(&c->job, run_chore, &r);
	}
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

void
crew_run(struct crew *c, struct crew_chore *chores, size_t n, int64_t life, bool once)
{
	int64_t        end = clock_monotonic() + life, asked = 0;
	struct listen *l = NULL;

	while (clock_monotonic() < end) {
		if (l == NULL) {
			l = listen_open(c->conf, CHANNEL_NOTIFY);
			asked = 0; /* what was rung meanwhile was not heard */
		}
		do_chores(c, chores, n, false);
		if (asked == 0 || clock_monotonic() - asked >= ASK_EACH) {
			asked = clock_monotonic();
			job_step(&c->job, find_next, c);
		}
		if (!listen_turn(c, l)) {
			listen_close(l);
			l = NULL;
		}
		do_chores(c, chores, n, true);
		if (once && idle(c))
			break;
	}
	tell(c, l);
	if (l != NULL)
		listen_close(l);
}
