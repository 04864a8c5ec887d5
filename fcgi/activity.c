/* fcgi/activity.c - when environments were last used, as this process knows it */
#include "fcgi/activity.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "fcgi/call.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/sweep.h"
#include "shared/db/db.h"

enum { SLOTS = 8192, PROBES = 16 }; /* an id is in one of PROBES slots from where it hashes to */

struct slot {
	_Atomic int64_t id, at; /* id 0: free; both written under the lock, read without */
	int64_t         written;
};

static struct {
	pthread_mutex_t lock;
	struct slot     slots[SLOTS];
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct slot *
slot_of(int64_t id, unsigned probe)
{
	uint64_t hash = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);

	return &table.slots[((hash >> 40) + probe) % SLOTS];
}

/* Its slot, else one that holds nothing unwritten; NULL: there is none.  Under the lock. */
static struct slot *
claim(int64_t id)
{
	struct slot *spare = NULL;

	for (unsigned i = 0; i < PROBES; i++) {
		struct slot *s = slot_of(id, i);

		if (atomic_load(&s->id) == id)
			return s;
		if (atomic_load(&s->at) == s->written &&
		    (spare == NULL || s->written < spare->written))
			spare = s;
	}
	if (spare != NULL) {
		atomic_store(&spare->id, 0);
		atomic_store(&spare->at, 0);
		spare->written = 0;
		atomic_store(&spare->id, id);
	}
	return spare;
}

/* Looked at twice, because the slot may become another's in between. */
static bool
just_noted(int64_t id, int64_t now)
{
	for (unsigned i = 0; i < PROBES; i++) {
		struct slot *s = slot_of(id, i);

		if (atomic_load(&s->id) == id)
			return now - atomic_load(&s->at) < SECOND && atomic_load(&s->id) == id;
	}
	return false;
}

bool
activity_note(int64_t id, int64_t now)
{
	struct slot *s;

	if (just_noted(id, now))
		return true;
	pthread_mutex_lock(&table.lock);
	s = claim(id);
	if (s != NULL && atomic_load(&s->at) < now)
		atomic_store(&s->at, now);
	pthread_mutex_unlock(&table.lock);
	return s != NULL;
}

/* What is unwritten, in arrays with room for all; returns how many. */
static size_t
gather(int64_t *ids, int64_t *at)
{
	size_t n = 0;

	pthread_mutex_lock(&table.lock);
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &table.slots[i];

		if (atomic_load(&s->at) > s->written) {
			ids[n] = atomic_load(&s->id);
			at[n++] = atomic_load(&s->at);
		}
	}
	pthread_mutex_unlock(&table.lock);
	return n;
}

static void
note_written(const int64_t *ids, const int64_t *at, size_t n)
{
	pthread_mutex_lock(&table.lock);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < PROBES; k++) {
			struct slot *s = slot_of(ids[i], k);

			if (atomic_load(&s->id) == ids[i] && s->written < at[i])
				s->written = at[i];
		}
	pthread_mutex_unlock(&table.lock);
}

void
activity_write(struct task *t)
{
	int64_t *ids = mem_array(t->mem, int64_t, SLOTS), *at = mem_array(t->mem, int64_t, SLOTS);
	size_t   n = gather(ids, at);

	if (n == 0)
		return;
	sweep_used(t, ids, at, n);
	note_written(ids, at, n);
}

static void
write_once(void *arg)
{
	activity_write(arg);
}

void
activity_end(const struct world *world)
{
	struct task         t = { 0 };
	const struct fault *f;

	task_init(&t, mem_new((size_t)world->conf->task_memory));
	db_attach(&t, world->db);
	f = task_try(&t, write_once, &t);
	if (f != NULL)
		log_say("activity", "%s: %s", f->name, t.detail != NULL ? t.detail : f->text);
	db_release(&t);
	db_detach(&t);
	mem_free(t.mem);
}

static void *
run(void *arg)
{
	const struct timespec pause = { .tv_sec = ACTIVITY_EACH / SECOND };

	for (;;) {
		nanosleep(&pause, NULL);
		activity_end(arg);
	}
	return NULL;
}

void
activity_start(const struct world *world)
{
	union { const struct world *in; void *out; } arg = { world };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, arg.out) != 0)
		log_die("activity", "cannot start a thread");
	pthread_detach(thread);
}
