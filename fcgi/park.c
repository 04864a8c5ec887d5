/* fcgi/park.c - requests that wait without a thread */
#include "fcgi/park.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fcgi/board.h"
#include "fcgi/session.h"
#include "fcgi/wake.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"

enum { RESUME_MOST = 16, HANGUPS = 64 };
#define LONGEST_SLEEP SECOND

struct park {
	const struct world *world;
	unsigned            index, first_thread, threads;
	size_t              most;
	int                 hangups; /* an epoll of the sockets of those who wait */
	pthread_t           waiter, resume[RESUME_MOST];

	pthread_mutex_t     lock; /* over all that follows */
	pthread_cond_t      work;
	struct session     *slots[WAKE_SLOTS];
	struct session    **heap; /* by wake_at; from 1 */
	size_t              n, room;
	struct session     *ready, **ready_last;
	bool                hurry, stop;
};

static void
heap_set(struct park *p, size_t at, struct session *s)
{
	p->heap[at] = s;
	s->heap_at = at;
}

/* Put s where it belongs, the place `at` being free. */
static void
heap_settle(struct park *p, size_t at, struct session *s)
{
	while (at > 1 && p->heap[at / 2]->wake_at > s->wake_at) {
		heap_set(p, at, p->heap[at / 2]);
		at /= 2;
	}
	for (size_t child = 2 * at; child <= p->n; child = 2 * at) {
		if (child < p->n && p->heap[child + 1]->wake_at < p->heap[child]->wake_at)
			child++;
		if (p->heap[child]->wake_at >= s->wake_at)
			break;
		heap_set(p, at, p->heap[child]);
		at = child;
	}
	heap_set(p, at, s);
}

static void
heap_add(struct park *p, struct session *s)
{
	if (p->n + 1 >= p->room) {
		p->room = p->room > 0 ? 2 * p->room : 256;
		p->heap = realloc(p->heap, p->room * sizeof(struct session *));
		if (p->heap == NULL)
			abort();
	}
	p->n++;
	heap_settle(p, p->n, s);
}

static void
heap_remove(struct park *p, struct session *s)
{
	size_t          at = s->heap_at;
	struct session *last = p->heap[p->n--];

	s->heap_at = 0;
	if (last != s)
		heap_settle(p, at, last);
}

static void
show_count(const struct park *p)
{
	if (p->world->board != NULL)
		board_parked(p->world->board, p->index, p->n);
}

/* Under the lock: s waits no longer. */
static void
take_out(struct park *p, struct session *s)
{
	heap_remove(p, s);
	show_count(p);
	if (s->slot_before != NULL)
		s->slot_before->slot_next = s->slot_next;
	else
		p->slots[s->slot] = s->slot_next;
	if (s->slot_next != NULL)
		s->slot_next->slot_before = s->slot_before;
	wake_watch(p->world->wake, p->index, s->slot, -1);
	epoll_ctl(p->hangups, EPOLL_CTL_DEL, s->gateway.fd, NULL);
}

static void
make_ready(struct park *p, struct session *s)
{
	s->next = NULL;
	*p->ready_last = s;
	p->ready_last = &s->next;
	pthread_cond_signal(&p->work);
}

/* The earlier of deadline and recheck, as monotonic time. */
static int64_t
wake_time(const struct parking *k)
{
	int64_t at = k->recheck > 0 && k->recheck < k->deadline ? k->recheck : k->deadline;

	return clock_monotonic() + (at - clock_now());
}

void
park_add(struct park *p, struct session *s)
{
	struct epoll_event e = { .events = EPOLLRDHUP, .data.ptr = s };
	bool               earliest = false, full;

	s->wake_at = wake_time(&s->call.parking);
	s->slot = wake_slot(s->call.parking.channel);
	pthread_mutex_lock(&p->lock);
	full = p->n >= p->most;
	if (full || p->hurry) {
		s->call.hurry = true;
		make_ready(p, s);
	} else {
		wake_watch(p->world->wake, p->index, s->slot, 1);
		s->slot_before = NULL;
		s->slot_next = p->slots[s->slot];
		if (s->slot_next != NULL)
			s->slot_next->slot_before = s;
		p->slots[s->slot] = s;
		heap_add(p, s);
		show_count(p);
		epoll_ctl(p->hangups, EPOLL_CTL_ADD, s->gateway.fd, &e);
		earliest = s->heap_at == 1;
		if (wake_rang_since(p->world->wake, s->slot, s->since)) {
			take_out(p, s);
			make_ready(p, s);
			earliest = false;
		}
	}
	pthread_mutex_unlock(&p->lock);
	if (earliest)
		wake_nudge(p->world->wake, p->index);
}

void
park_hurry(struct park *p)
{
	pthread_mutex_lock(&p->lock);
	p->hurry = true;
	while (p->n > 0) {
		struct session *s = p->heap[1];

		take_out(p, s);
		s->call.hurry = true;
		make_ready(p, s);
	}
	pthread_mutex_unlock(&p->lock);
}

/* Move everyone whose channel rang or whose time has come. */
static void
collect(struct park *p)
{
	uint64_t bits[WAKE_SLOTS / 64];
	int64_t  now = clock_monotonic();

	wake_take(p->world->wake, p->index, bits);
	for (unsigned i = 0; i < WAKE_SLOTS / 64; i++)
		for (; bits[i] != 0; bits[i] &= bits[i] - 1) {
			struct session **list = &p->slots[i * 64 + (unsigned)__builtin_ctzll(bits[i])];

			while (*list != NULL) {
				struct session *s = *list;

				take_out(p, s);
				make_ready(p, s);
			}
		}
	while (p->n > 0 && p->heap[1]->wake_at <= now) {
		struct session *s = p->heap[1];

		take_out(p, s);
		make_ready(p, s);
	}
}

/* Take out those whose client has hung up; they are dropped outside the lock. */
static struct session *
collect_hangups(struct park *p)
{
	struct epoll_event e[HANGUPS];
	struct session    *gone = NULL;
	int                n = epoll_wait(p->hangups, e, HANGUPS, 0);

	/* Only the waiter drops, and take_out removes from the set: every session here still waits. */
	for (int i = 0; i < n; i++) {
		struct session *s = e[i].data.ptr;

		take_out(p, s);
		s->next = gone;
		gone = s;
	}
	return gone;
}

static void *
wait_for_all(void *arg)
{
	struct park *p = arg;

	for (;;) {
		struct session *gone;
		int64_t         until = clock_monotonic() + LONGEST_SLEEP;

		pthread_mutex_lock(&p->lock);
		if (p->stop)
			break;
		if (p->n > 0 && p->heap[1]->wake_at < until)
			until = p->heap[1]->wake_at;
		pthread_mutex_unlock(&p->lock);
		wake_wait(p->world->wake, p->index, until);
		pthread_mutex_lock(&p->lock);
		collect(p);
		gone = collect_hangups(p);
		pthread_mutex_unlock(&p->lock);
		while (gone != NULL) {
			struct session *s = gone;

			gone = s->next;
			session_drop(s);
		}
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static struct session *
next_ready(struct park *p)
{
	struct session *s;

	pthread_mutex_lock(&p->lock);
	while (p->ready == NULL && !p->stop)
		pthread_cond_wait(&p->work, &p->lock);
	s = p->ready;
	if (s != NULL) {
		p->ready = s->next;
		if (p->ready == NULL)
			p->ready_last = &p->ready;
	}
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void *
resume(void *arg)
{
	struct park    *p = arg;
	struct session *s;
	unsigned        number;

	pthread_mutex_lock(&p->lock);
	number = p->first_thread++;
	pthread_mutex_unlock(&p->lock);
	if (p->world->board != NULL)
		board_thread(p->world->board, p->index, number);
	while ((s = next_ready(p)) != NULL) {
		if (gateway_gone(&s->gateway))
			session_drop(s);
		else if (session_resume(s, false))
			park_add(p, s);
	}
	return NULL;
}

struct park *
park_start(const struct world *world, unsigned index, unsigned first_thread,
    unsigned threads)
{
	struct park *p = calloc(1, sizeof(*p));

	if (p == NULL || (p->hangups = epoll_create1(EPOLL_CLOEXEC)) < 0)
		log_die("park", "no memory or descriptors");
	p->world = world;
	p->index = index;
	p->first_thread = first_thread;
	p->threads = threads < RESUME_MOST ? threads : RESUME_MOST;
	p->most = (size_t)world->conf->parked_max;
	p->ready_last = &p->ready;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	if (pthread_create(&p->waiter, NULL, wait_for_all, p) != 0)
		log_die("park", "cannot start a thread");
	for (unsigned i = 0; i < p->threads; i++)
		if (pthread_create(&p->resume[i], NULL, resume, p) != 0)
			log_die("park", "cannot start a thread");
	return p;
}

void
park_stop(struct park *p)
{
	pthread_mutex_lock(&p->lock);
	assert(p->n == 0 && p->ready == NULL);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	wake_nudge(p->world->wake, p->index);
	pthread_join(p->waiter, NULL);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->resume[i], NULL);
	close(p->hangups);
	free(p->heap);
	free(p);
}
