/* shared/core/crew.c - those who work on real servers, several at once */
#include "shared/core/crew.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/run/template.h"

#define QUIET (150 * MILLISECOND) /* no work for that long: files may be copied in advance */

enum { DROP_TRIES = 20, COPY_MEMORY = 16 << 20 };

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
	if (c->kicks < (unsigned)c->p.conf->provision_threads)
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
};

static void
take_and_do(void *arg)
{
	struct shift         *s = arg;
	struct provision_work w;
	int64_t               again;

	s->id = 0;
	if (!provision_take(s->job.task, &s->crew->p, &w))
		return;
	s->id = w.id;
	crew_kick(s->crew);
	provision_do(s->job.task, &s->crew->p, &w, &again);
	if (again != 0)
		crew_remind(s->crew, again);
	crew_ring(s->crew, w.public_id);
}

static void
drop(void *arg)
{
	struct shift *s = arg;

	provision_drop(s->job.task, &s->crew->p, s->id);
}

/* True: there was something to do. */
static bool
one_server(struct shift *s)
{
	s->id = 0;
	if (!job_step(&s->job, take_and_do, s)) {
		for (int i = 0; s->id != 0 && i < DROP_TRIES && !job_step(&s->job, drop, s); i++)
			usleep((useconds_t)(500 * MILLISECOND));
		return false;
	}
	return s->id != 0;
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
		while (one_server(&s) && !is_stopping(c))
			continue;
		pthread_mutex_lock(&c->lock);
		c->busy--;
		c->last_work = clock_monotonic();
		c->copies_wanted = true;
		pthread_cond_broadcast(&c->quiet);
	}
	pthread_mutex_unlock(&c->lock);
	job_end(&s.job);
	return NULL;
}

/* In quiet times files are copied in advance, one set at a time. */
static void *
copy_ahead(void *arg)
{
	struct crew *c = arg;
	struct mem  *m = mem_new(COPY_MEMORY);
	bool         may;

	for (;;) {
		pthread_mutex_lock(&c->lock);
		while (!c->copies_wanted)
			pthread_cond_wait(&c->quiet, &c->lock);
		may = c->busy == 0 && clock_monotonic() - c->last_work >= QUIET;
		c->copies_wanted = !may;
		pthread_mutex_unlock(&c->lock);
		if (!may)
			usleep((useconds_t)QUIET);
		else if (template_fill(c->p.runner, m, (int)c->p.conf->server_ready)) {
			pthread_mutex_lock(&c->lock);
			c->copies_wanted = true;
			pthread_mutex_unlock(&c->lock);
		}
		mem_reset(m);
	}
	return NULL;
}

/* --- all of them --- */

void
crew_init(struct crew *c)
{
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->more, NULL);
	pthread_cond_init(&c->quiet, NULL);
	c->copies_wanted = true;
	c->outgoing = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	snprintf(c->name, sizeof(c->name), "provision-%d", (int)getpid());
	job_start(&c->job, c->p.conf);
}

static void
begin(pthread_t *thread, void *(*what)(void *arg), struct crew *c)
{
	if (pthread_create(thread, NULL, what, c) != 0)
		log_die("provision", "cannot start a thread");
}

void
crew_start(struct crew *c, bool ahead)
{
	pthread_t copier;

	for (int64_t i = 0; i < c->p.conf->provision_threads; i++)
		begin(&c->threads[i], work, c);
	if (ahead) {
		begin(&copier, copy_ahead, c);
		pthread_detach(copier);
	}
}

void
crew_stop(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_broadcast(&c->more);
	pthread_mutex_unlock(&c->lock);
	for (int64_t i = 0; i < c->p.conf->provision_threads; i++)
		pthread_join(c->threads[i], NULL);
}
