/* fcgi/courier.c - takes events of buckets from the outbox to their queues */
#include "fcgi/courier.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "fcgi/call.h"
#include "fcgi/services.h"
#include "fcgi/wake.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/blob_event.h"

enum { SPACES = 100, PAUSE_US = 20 * 1000 };

static const struct blob_event_services services_told = { "aws_s3", "aws_sqs" };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t  more;
	bool            kicked;
} bench = { .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };

struct round {
	struct task        *task;
	const struct world *world;
	bool              (*work)(struct task *t, const struct world *world, int64_t *after);
	int64_t             after; /* the space that was last tried */
	bool                more;
};

void
courier_kick(void)
{
	pthread_mutex_lock(&bench.lock);
	bench.kicked = true;
	pthread_cond_signal(&bench.more);
	pthread_mutex_unlock(&bench.lock);
}

/* Those who wait for messages look now. */
static void
ring(struct task *t, const struct world *world, const struct blob_event_sent *list, size_t n)
{
	for (size_t i = 0; i < n && world->wake != NULL; i++)
		wake_ring(world->wake,
		    wake_slot(queue_channel(t->mem, list[i].space, list[i].queue)));
}

/* One batch; true: there may be more. */
static bool
carry_one(struct task *t, const struct world *world, int64_t space)
{
	struct blob_event_sent *list;
	bool                    more;
	size_t                  n = blob_event_send(t, space, &services_told, &list, &more);

	ring(t, world, list, n);
	return more;
}

/* What happened by itself becomes events: one batch. */
static bool
tell_one(struct task *t, const struct world *world, int64_t space)
{
	return service_sold(services_told.buckets)->tell(t, world, space) > 0;
}

/* One batch of each space that `due` finds, so that a busy one keeps nobody waiting. */
static bool
one_of_each(struct task *t, const struct world *world, int64_t *after,
    size_t (*due)(struct task *t, int64_t after, size_t limit, int64_t **out),
    bool (*one)(struct task *t, const struct world *world, int64_t space))
{
	int64_t *spaces;
	bool     any = false;
	size_t   n;

	do {
		n = due(t, *after, SPACES, &spaces);
		for (size_t i = 0; i < n; i++) {
			struct mem_mark mark = mem_mark(t->mem);

			*after = spaces[i];
			any = one(t, world, *after) || any;
			mem_release(t->mem, mark);
		}
	} while (n == SPACES);
	return any;
}

bool
courier_tell(struct task *t, const struct world *world, int64_t *after)
{
	return one_of_each(t, world, after, blob_happened_spaces, tell_one);
}

bool
courier_carry(struct task *t, const struct world *world, int64_t *after)
{
	return one_of_each(t, world, after, blob_event_spaces, carry_one);
}

static void
work(void *arg)
{
	struct round *r = arg;

	r->more = r->work(r->task, r->world, &r->after) || r->more;
}

/*
 * Every space once; one that fails keeps none behind it from its events.  False: something failed,
 * and was said.
 */
static bool
each_space(struct round *r,
    bool (*how)(struct task *t, const struct world *world, int64_t *after))
{
	const struct fault *f;
	bool                ok = true;
	int64_t             from;

	r->work = how;
	r->after = 0;
	do {
		from = r->after;
		task_begin(r->task);
		f = task_try(r->task, work, r);
		if (f != NULL) {
			log_say("courier", "%s: %s", f->name,
			    r->task->detail != NULL ? r->task->detail : f->text);
			ok = false;
		}
		db_release(r->task);
	} while (f != NULL && r->after > from);
	return ok;
}

/* Until there is nothing more, or something failed. */
static bool
carry_all(struct task *t, const struct world *world)
{
	struct round r = { .task = t, .world = world, .more = true };
	bool         ok = true;

	while (ok && r.more) {
		r.more = false;
		ok = each_space(&r, courier_tell);
		ok = each_space(&r, courier_carry) && ok;
		if (r.more)
			usleep(PAUSE_US);
	}
	return ok;
}

/* Until somebody kicks, or it is time to look. */
static void
wait_for_work(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += COURIER_EACH / SECOND;
	pthread_mutex_lock(&bench.lock);
	while (!bench.kicked && pthread_cond_timedwait(&bench.more, &bench.lock, &until) == 0)
		;
	bench.kicked = false;
	pthread_mutex_unlock(&bench.lock);
}

static void *
run(void *arg)
{
	const struct world *world = arg;
	struct task         t = { 0 };

	task_init(&t, mem_new((size_t)world->conf->task_memory));
	db_attach(&t, world->db);
	for (;;) {
		wait_for_work();
		if (!carry_all(&t, world))
			usleep(SECOND);
	}
	return NULL;
}

void
courier_start(const struct world *world)
{
	union { const struct world *in; void *out; } arg = { world };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, arg.out) != 0)
		log_die("courier", "cannot start a thread");
	pthread_detach(thread);
}
