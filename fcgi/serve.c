/* fcgi/serve.c - one process that serves requests: its threads, and how it ends */
#include "fcgi/serve.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fcgi/activity.h"
#include "fcgi/bell.h"
#include "fcgi/board.h"
#include "fcgi/courier.h"
#include "fcgi/env_cache.h"
#include "fcgi/memo.h"
#include "fcgi/park.h"
#include "fcgi/session.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/core/oidc.h"
#include "shared/db/db.h"

enum { RESUME_SHARE = 4 }; /* one thread in so many resumes */

enum worker_state { BUSY, ACCEPTING, GONE };

struct worker {
	pthread_t   thread;
	unsigned    number;
	_Atomic int state;
};

/* One per process. */
static struct {
	const struct serve *serve;
	struct world        world;
	struct park        *park;
	struct worker      *workers;
	unsigned            n_workers;
	_Atomic bool        stop, backlog; /* take no more; but first all that has reached us */
	struct sigaction    old[NSIG];
} self;

/* The kernel ends accept for it; that is all it is for. */
static void
interrupted(int sig)
{
	(void)sig;
}

/* Note in shared memory which thread it was, then die as if there were no handler. */
static void
fatal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	board_blame();
	sigaction(sig, &self.old[sig], NULL);
	if (info->si_code <= 0)
		raise(sig);
}

static void
set_up_signals(sigset_t *waited)
{
	static const int fatals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction kick = { .sa_handler = interrupted };
	struct sigaction dying = { .sa_sigaction = fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigemptyset(waited);
	sigaddset(waited, SIGTERM);
	sigaddset(waited, SIGINT);
	sigaddset(waited, SIGHUP);
	sigaddset(waited, SIGUSR2);
	/* Blocked in every thread; only the first takes them, by sigtimedwait. */
	pthread_sigmask(SIG_SETMASK, waited, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGUSR1, &kick, NULL);
	for (size_t i = 0; i < COUNT(fatals); i++)
		sigaction(fatals[i], &dying, &self.old[fatals[i]]);
}

/* Whether this worker may go: it is told to, and nothing that reached us is left. */
static bool
may_go(void)
{
	struct pollfd p = { .fd = self.serve->socket, .events = POLLIN };

	return atomic_load(&self.stop) && (!atomic_load(&self.backlog) || poll(&p, 1, 0) <= 0);
}

/* A connection; -1: look again whether to go on. */
static int
next_connection(struct worker *w)
{
	int fd;

	atomic_store(&w->state, ACCEPTING);
	if (may_go())
		return -1;
	fd = accept4(self.serve->socket, NULL, NULL, SOCK_CLOEXEC);
	atomic_store(&w->state, BUSY);
	if (fd >= 0 || errno == EINTR || errno == ECONNABORTED || errno == EAGAIN)
		return fd;
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
		log_say("serve", "accept: %s", strerror(errno));
		usleep(20 * 1000);
		return -1;
	}
	log_die("serve", "accept: %s", strerror(errno));
}

static void *
work(void *arg)
{
	struct worker *w = arg;

	board_thread(self.serve->shared.board, self.serve->index, w->number);
	while (!may_go()) {
		int             fd = next_connection(w);
		struct session *s;

		if (fd < 0)
			continue;
		s = session_open(&self.world, fd);
		if (session_serve(s))
			park_add(self.park, s);
	}
	atomic_store(&w->state, GONE);
	return NULL;
}

static void
start_threads(void)
{
	unsigned n = (unsigned)self.serve->conf->threads;
	unsigned resume = (n + RESUME_SHARE - 1) / RESUME_SHARE;

	self.park = park_start(&self.world, self.serve->index, n, resume);
	self.workers = calloc(n, sizeof(*self.workers));
	if (self.workers == NULL)
		abort();
	self.n_workers = n;
	for (unsigned i = 0; i < n; i++) {
		self.workers[i].number = i;
		if (pthread_create(&self.workers[i].thread, NULL, work, &self.workers[i]) != 0)
			log_die("serve", "cannot start a thread");
	}
}

static uint64_t
resident(void)
{
	long  pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f != NULL) {
		if (fscanf(f, "%*d %ld", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
show(void)
{
	struct db_stats      d;
	struct board_process p;

	db_stats(self.world.db, &d);
	p = (struct board_process){ .sessions = session_count(), .db_open = d.open,
		.db_busy = d.busy, .db_statements = d.statements, .db_connects = d.connects,
		.db_failures = d.failures, .resident = resident() };
	board_show(self.serve->shared.board, self.serve->index, &p);
}

/* Wake the workers that wait for a connection, until all have gone; false: time is up. */
static bool
workers_gone(int64_t until)
{
	unsigned left;

	do {
		left = 0;
		for (unsigned i = 0; i < self.n_workers; i++) {
			int state = atomic_load(&self.workers[i].state);

			left += state != GONE;
			/* Between this look and the signal it may have got a request: that does no harm. */
			if (state == ACCEPTING)
				pthread_kill(self.workers[i].thread, SIGUSR1);
		}
		if (left > 0)
			usleep(2 * 1000);
	} while (left > 0 && clock_monotonic() < until);
	return left == 0;
}

static _Noreturn void
drain(bool backlog)
{
	int64_t  until = clock_monotonic() + self.serve->conf->drain;
	unsigned left;

	atomic_store(&self.backlog, backlog);
	atomic_store(&self.stop, true);
	park_hurry(self.park);
	if (workers_gone(until))
		for (unsigned i = 0; i < self.n_workers; i++)
			pthread_join(self.workers[i].thread, NULL);
	while ((left = session_count()) > 0 && clock_monotonic() < until)
		usleep(5 * 1000);
	activity_end(&self.world);
	if (left > 0)
		log_say("serve", "the time to drain is over: %u requests are cut off", left);
	/* Without the handlers of exit: threads of libraries may still be about. */
	_exit(left > 0);
}

/* Has another process put its socket where ours was? */
static bool
replaced(void)
{
	struct stat st;

	return self.serve->socket_ino == 0 || stat(self.serve->conf->socket, &st) != 0 ||
	    st.st_ino != self.serve->socket_ino || st.st_dev != self.serve->socket_dev;
}

static _Noreturn void
orphaned(const sigset_t *waited)
{
	int64_t               until = clock_monotonic() + self.serve->conf->drain;
	const struct timespec tick = { .tv_nsec = 50 * 1000 * 1000 };

	log_say("serve", "the parent is gone");
	while (!replaced() && clock_monotonic() < until) {
		int sig = sigtimedwait(waited, NULL, &tick);

		if (sig == SIGTERM || sig == SIGINT)
			break;
	}
	drain(true);
}

static _Noreturn void
wait_for_the_end(const sigset_t *waited)
{
	const struct timespec tick = { .tv_sec = 1 };

	for (;;) {
		int sig = sigtimedwait(waited, NULL, &tick);

		if (self.serve->parent != 0 && getppid() != self.serve->parent)
			orphaned(waited);
		if (sig == SIGTERM || sig == SIGINT)
			drain(self.serve->parent == 0 || board_stopping(self.serve->shared.board));
		show();
	}
}

/* The provider the settings name; main has seen that they are right. */
static struct oidc *
sign_on(const struct conf *c)
{
	char         error[512];
	struct oidc *o = oidc_open(c, error, sizeof(error));

	if (error[0] != '\0')
		log_die("serve", "%s", error);
	return o;
}

void
serve(const struct serve *s)
{
	sigset_t waited;

	self.serve = s;
	set_up_signals(&waited);
	if (s->parent != 0)
		prctl(PR_SET_PDEATHSIG, SIGUSR2);
	self.world = (struct world){ .conf = s->conf, .store = s->store, .wake = s->shared.wake,
		.board = s->shared.board, .db = db_open(s->conf), .cache = env_cache_new(),
		.memo = memo_new(), .limit = s->shared.limit };
	board_thread(s->shared.board, s->index, BOARD_THREADS);
	bell_start(&self.world, s->index, s->shared.outgoing, s->shared.host);
	self.world.oidc = sign_on(s->conf);
	activity_start(&self.world);
	courier_start(&self.world);
	start_threads();
	show();
	board_ready(s->shared.board, s->index);
	wait_for_the_end(&waited);
}
