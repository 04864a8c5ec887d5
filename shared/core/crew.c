/* shared/core/crew.c - those who work off a queue of rows, several at once */
#include "shared/core/crew.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"

#define QUIET (150 * MILLISECOND) /* no work for that long */

enum { DROP_TRIES = 20, QUIET_MEMORY = 16 << 20 };

/* --- what workers say --- */

static void
nudge(struct crew *c)
{
	uint64_t one = 1;

	(void)!write(c->outgoing, &one, sizeof(one));
}

void
crew_kick(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->kicks < c->n_threads)
		c->kicks++;
	pthread_cond_signal(&c->more);
	pthread_mutex_unlock(&c->lock);
}

void
crew_ring(struct crew *c, const char *public_id)
{
	char     channel[100];
	unsigned slot;

	snprintf(channel, sizeof(channel), "env:%s", public_id);
	slot = channel_slot(channel);
	pthread_mutex_lock(&c->lock);
	c->rung[slot / 64] |= UINT64_C(1) << slot % 64;
	pthread_mutex_unlock(&c->lock);
	nudge(c);
}

void
crew_remind(struct crew *c, int64_t at)
{
	pthread_mutex_lock(&c->lock);
	if (at != 0 && (c->next == 0 || at < c->next))
		c->next = at;
	pthread_mutex_unlock(&c->lock);
	nudge(c);
}

/* --- workers --- */

struct shift {
	struct crew          *crew;
	struct job            job;
	volatile int64_t      id; /* in hand; 0: nothing */
	volatile bool         found;
};

static void
take_and_do(void *arg)
{
	struct shift *s = arg;

	s->id = 0;
	s->found = s->crew->craft->work(s->crew, s->job.task, &s->id);
}

static void
drop(void *arg)
{
	struct shift *s = arg;

	s->crew->craft->drop(s->crew, s->job.task, s->id);
}

/* True: there was something to do. */
static bool
one_row(struct shift *s)
{
	s->id = 0;
	if (!job_step(&s->job, take_and_do, s)) {
		for (int i = 0; s->id != 0 && i < DROP_TRIES && !job_step(&s->job, drop, s); i++)
			usleep((useconds_t)(500 * MILLISECOND));
		return false;
	}
	return s->found;
}

static bool
is_stopping(struct crew *c)
{
	bool is;

	pthread_mutex_lock(&c->lock);
	is = c->stopping;
	pthread_mutex_unlock(&c->lock);
	return is;
}

static void *
work(void *arg)
{
	struct crew *c = arg;
	struct shift s = { .crew = c };

	job_join(&s.job, &c->job);
	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (c->kicks == 0 && !c->stopping)
			pthread_cond_wait(&c->more, &c->lock);
		if (c->stopping)
			break;
		c->kicks--;
		c->busy++;
		pthread_mutex_unlock(&c->lock);
		while (one_row(&s) && !is_stopping(c))
			continue;
		pthread_mutex_lock(&c->lock);
		c->busy--;
		c->last_work = clock_monotonic();
		c->quiet_wanted = true;
		pthread_cond_broadcast(&c->quiet);
	}
	pthread_mutex_unlock(&c->lock);
	job_end(&s.job);
	return NULL;
}

static void *
work_quietly(void *arg)
{
	struct crew *c = arg;
	struct mem  *m = mem_new(QUIET_MEMORY);
	bool         may;

	for (;;) {
		pthread_mutex_lock(&c->lock);
		while (!c->quiet_wanted)
			pthread_cond_wait(&c->quiet, &c->lock);
		may = c->busy == 0 && clock_monotonic() - c->last_work >= QUIET;
		c->quiet_wanted = !may;
		pthread_mutex_unlock(&c->lock);
		if (!may)
			usleep((useconds_t)QUIET);
		else if (c->craft->quiet(c, m)) {
			pthread_mutex_lock(&c->lock);
			c->quiet_wanted = true;
			pthread_mutex_unlock(&c->lock);
		}
		mem_reset(m);
	}
	return NULL;
}

/* --- all of them --- */

void
crew_init(struct crew *c, const struct conf *conf, const struct crew_craft *craft, void *master)
{
	c->conf = conf;
	c->craft = craft;
	c->master = master;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->more, NULL);
	pthread_cond_init(&c->quiet, NULL);
	c->quiet_wanted = true;
	c->outgoing = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	snprintf(c->name, sizeof(c->name), "%s-%d", craft->name, (int)getpid());
	job_start(&c->job, conf);
}

static void
begin(pthread_t *thread, void *(*what)(void *arg), struct crew *c)
{
	if (pthread_create(thread, NULL, what, c) != 0)
		log_die(c->craft->name, "cannot start a thread");
}

void
crew_start(struct crew *c, int64_t threads, bool quiet)
{
	pthread_t apart;

	c->n_threads = threads < (int64_t)COUNT(c->threads) ? (unsigned)threads
	    : (unsigned)COUNT(c->threads);
	for (unsigned i = 0; i < c->n_threads; i++)
		begin(&c->threads[i], work, c);
	if (quiet) {
		begin(&apart, work_quietly, c);
		pthread_detach(apart);
	}
}

void
crew_stop(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_broadcast(&c->more);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->n_threads; i++)
		pthread_join(c->threads[i], NULL);
}
