/* fcgi/session.c - one request in the hands of this process, from its parameters to its answer */
#include "fcgi/session.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/board.h"
#include "fcgi/reply.h"
#include "fcgi/wake.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/db/db.h"

enum { FREE_MOST = 64 };

static struct {
	pthread_mutex_t  lock;
	struct session  *free;
	unsigned         n_free;
	_Atomic unsigned in_hand;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct session *
session_new(const struct world *world)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	task_init(&s->task, mem_new((size_t)world->conf->task_memory));
	if (world->db != NULL)
		db_attach(&s->task, world->db);
	return s;
}

static void
session_free(struct session *s)
{
	if (s->task.db != NULL)
		db_detach(&s->task);
	mem_free(s->task.mem);
	free(s);
}

struct session *
session_open(const struct world *world, int fd)
{
	struct session *s;

	pthread_mutex_lock(&pool.lock);
	s = pool.free;
	if (s != NULL) {
		pool.free = s->next;
		pool.n_free--;
	}
	pthread_mutex_unlock(&pool.lock);
	if (s == NULL)
		s = session_new(world);
	atomic_fetch_add(&pool.in_hand, 1);
	gateway_open(&s->gateway, fd);
	s->began = clock_monotonic();
	s->body_in = 0;
	s->parked = false;
	s->call.world = world;
	return s;
}

static void
session_close(struct session *s)
{
	bool keep;

	gateway_close(&s->gateway);
	mem_reset(s->task.mem);
	pthread_mutex_lock(&pool.lock);
	keep = pool.n_free < FREE_MOST;
	if (keep) {
		s->next = pool.free;
		pool.free = s;
		pool.n_free++;
	}
	pthread_mutex_unlock(&pool.lock);
	if (!keep)
		session_free(s);
	atomic_fetch_sub(&pool.in_hand, 1);
}

unsigned
session_count(void)
{
	return atomic_load(&pool.in_hand);
}

static size_t
session_read(struct request *r, void *p, size_t n)
{
	struct session *s = r->io;
	size_t          got;

	if (r->length >= 0 && n > (uint64_t)r->length - s->body_in)
		n = (size_t)((uint64_t)r->length - s->body_in);
	if (n == 0)
		return 0;
	got = gateway_read(&s->gateway, p, n);
	s->body_in += got;
	if (got == 0)
		r->short_body = !s->gateway.stdin_over ||
		    (r->length >= 0 && s->body_in < (uint64_t)r->length);
	return got;
}

/* Parameters to request; throws when they need more than the arena may hold. */
static void
receive(void *arg)
{
	struct session *s = arg;
	char          **params = gateway_params(&s->gateway, s->task.mem);

	if (params == NULL)
		return;
	s->request = (struct request){ .params = params, .read = session_read, .io = s };
	request_parse(&s->task, &s->request);
	s->call = (struct call){ .task = &s->task, .world = s->call.world, .req = &s->request };
	reply_start(s->task.mem, &s->call.reply);
}

static void
log_request(const struct session *s)
{
	const struct call *c = &s->call;
	struct log         l = log_begin("request");
	char               space[24];

	log_text(&l, "op", c->counted != NULL ? c->counted : "none");
	log_int(&l, "status", c->reply.status);
	log_int(&l, "us", clock_monotonic() - s->began);
	log_int(&l, "rows", s->task.rows);
	log_int(&l, "trips", s->task.round_trips);
	log_int(&l, "in", (int64_t)s->body_in);
	log_int(&l, "out", (int64_t)s->gateway.sent);
	log_text(&l, "rid", s->request.id);
	log_text(&l, "env", c->env != NULL ? c->env->public_id : NULL);
	log_text(&l, "method", s->request.method);
	if (s->parked) {
		snprintf(space, sizeof(space), "%u", c->runs);
		log_text(&l, "runs", space);
	}
	if (s->gateway.lost)
		log_text(&l, "lost", "1");
	if (c->reply.status >= 500) {
		log_text(&l, "fault", s->task.fault != NULL ? s->task.fault->name : NULL);
		log_text(&l, "detail", s->task.detail);
		log_text(&l, "why", s->task.why[0] != '\0' ? s->task.why : NULL);
	}
	log_end(&l);
}

static void
send_reply(void *arg)
{
	struct session *s = arg;

	if (!reply_send(&s->task, &s->gateway, s->call.world->conf, &s->request, &s->call.reply))
		s->gateway.lost = true;
}

/* The answer may need memory that a greedy request has used up: then a bare one goes out. */
static void
answer(struct session *s)
{
	static char         bare[] = "Status: 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
	const struct fault *fault = s->task.fault;
	const char         *detail = s->task.detail;

	if (task_try(&s->task, send_reply, s) != NULL) {
		s->call.reply.status = 500;
		gateway_write(&s->gateway, &(struct iovec){ bare, sizeof(bare) - 1 }, 1, true);
	}
	s->task.fault = fault;
	s->task.detail = detail;
}

/* The last of a session: answer, account, close. */
static void
finish(struct session *s)
{
	const struct call *c = &s->call;

	answer(s);
	if (c->world->board != NULL)
		board_count(c->world->board, c->counted != NULL ? c->counted : "none", c->reply.status,
		    clock_monotonic() - s->began);
	log_request(s);
	session_close(s);
}

bool
session_serve(struct session *s)
{
	bool waits;

	task_begin(&s->task);
	s->request.params = NULL;
	if (task_try(&s->task, receive, s) != NULL || s->request.params == NULL) {
		session_close(s);
		return false;
	}
	if (s->call.world->wake != NULL)
		s->since = wake_now(s->call.world->wake);
	waits = call_serve(&s->call);
	board_leave();
	if (!waits)
		finish(s);
	return waits;
}

bool
session_resume(struct session *s, bool hurry)
{
	bool waits;

	s->parked = true;
	s->call.hurry |= hurry;
	if (s->call.world->wake != NULL)
		s->since = wake_now(s->call.world->wake);
	waits = call_again(&s->call);
	board_leave();
	/* A handler that parks although it may not has nothing to say: what it wrote is the answer. */
	if (waits && s->call.hurry)
		waits = false;
	if (!waits)
		finish(s);
	return waits;
}

void
session_drop(struct session *s)
{
	s->gateway.lost = true;
	s->parked = true;
	s->call.reply.status = 499; /* nobody reads it: as web servers write it in their logs */
	if (s->call.world->board != NULL)
		board_count(s->call.world->board, s->call.counted, 499, clock_monotonic() - s->began);
	log_request(s);
	session_close(s);
}
