/* fcgi/pool.c - the parent of the processes that serve */
#include "fcgi/pool.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fcgi/board.h"
#include "fcgi/listener.h"
#include "fcgi/segment.h"
#include "fcgi/serve.h"
#include "fcgi/wake.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"

#define YOUNG        SECOND
#define FIRST_PAUSE  (100 * MILLISECOND)
#define LONGEST_PAUSE (5 * SECOND)
#define KILL_AFTER   (2 * SECOND) /* past MF_DRAIN */
#define CHECK_WITHIN (10 * SECOND)

struct child {
	pid_t   pid;      /* 0: the place is free */
	int64_t started;  /* monotonic */
	int64_t told;     /* to drain; 0: not yet */
	bool    old;      /* of the program before SIGHUP */
};

struct pool {
	const struct conf *conf;
	struct store      *store;
	char             **argv;
	char               program[PATH_MAX];
	struct serve       serve;
	struct child       children[WAKE_PROCESSES];
	int64_t            pause, not_before; /* for the next start */
	bool               stopping;
};

static void
note_socket(struct serve *s)
{
	struct stat st;

	if (s->socket != STDIN_FILENO && stat(s->conf->socket, &st) == 0) {
		s->socket_dev = st.st_dev;
		s->socket_ino = st.st_ino;
	}
}

void
pool_plain(const struct conf *c, struct store *store)
{
	static struct serve s;

	s = (struct serve){ .conf = c, .store = store, .socket = listener_open(c) };
	segment_new(&s.shared);
	note_socket(&s);
	serve(&s);
}

/* --- children --- */

static int
free_place(const struct pool *p)
{
	for (int i = 0; i < WAKE_PROCESSES; i++)
		if (p->children[i].pid == 0)
			return i;
	return -1;
}

/* How many children there are of the present program that were not told to go. */
static unsigned
count_new(const struct pool *p, bool ready_only)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WAKE_PROCESSES; i++)
		n += p->children[i].pid != 0 && !p->children[i].old && p->children[i].told == 0 &&
		    (!ready_only || board_is_ready(p->serve.shared.board, i));
	return n;
}

static unsigned
count_all(const struct pool *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WAKE_PROCESSES; i++)
		n += p->children[i].pid != 0;
	return n;
}

static void
start_child(struct pool *p)
{
	int   at = free_place(p);
	pid_t pid;

	if (at < 0)
		return;
	wake_clear(p->serve.shared.wake, (unsigned)at);
	board_clear(p->serve.shared.board, (unsigned)at);
	p->serve.index = (unsigned)at;
	p->serve.parent = getpid();
	pid = fork();
	if (pid == 0)
		serve(&p->serve);
	if (pid < 0) {
		log_say("pool", "fork: %s", strerror(errno));
		p->not_before = clock_monotonic() + SECOND;
		return;
	}
	p->children[at] = (struct child){ .pid = pid, .started = clock_monotonic() };
}

static void
tell_child(struct pool *p, unsigned at, int sig)
{
	p->children[at].told = clock_monotonic();
	kill(p->children[at].pid, sig);
}

static void
log_death(pid_t pid, int status, const char *op, int64_t whose, bool refused)
{
	struct log l = log_begin("death");

	log_int(&l, "pid", pid);
	log_int(&l, WIFSIGNALED(status) ? "signal" : "exit",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (op != NULL) {
		log_text(&l, "op", op);
		log_int(&l, "whose", whose);
		log_text(&l, "refused", refused ? "1" : NULL);
	}
	log_end(&l);
}

/* A child is gone: because we wished so, or not. */
static void
bury(struct pool *p, unsigned at, int status)
{
	struct child *c = &p->children[at];
	int64_t       now = clock_monotonic(), whose = 0;
	bool          refused = false;
	const char   *op = board_died(p->serve.shared.board, at, &whose, &refused);

	if (c->told == 0 || op != NULL || (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM))
		log_death(c->pid, status, op, whose, refused);
	if (c->told == 0) {
		board_restarted(p->serve.shared.board);
		if (now - c->started >= YOUNG)
			p->pause = 0;
		else
			p->pause = p->pause == 0 ? FIRST_PAUSE
			         : p->pause * 2 < LONGEST_PAUSE ? p->pause * 2 : LONGEST_PAUSE;
		p->not_before = now + p->pause;
	}
	*c = (struct child){ 0 };
	wake_clear(p->serve.shared.wake, at);
	board_clear(p->serve.shared.board, at);
}

static void
reap(struct pool *p)
{
	int   status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < WAKE_PROCESSES; i++)
			if (p->children[i].pid == pid) {
				bury(p, i, status);
				break;
			}
}

/* --- a new program --- */

/* Does the program start at all?  It is asked to check its settings and nothing else. */
static bool
program_works(const struct pool *p)
{
	char    check[] = "--check";
	char   *argv[] = { p->argv[0], check, NULL };
	int64_t until = clock_monotonic() + CHECK_WITHIN;
	pid_t   pid = fork();
	int     status;

	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execv(p->program, argv);
		_exit(127);
	}
	while (pid > 0 && clock_monotonic() < until) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		usleep(5 * 1000);
	}
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return false;
}

/* socket:memory:pid.place.told,... ; what was told stays told. */
static void
describe(const struct pool *p, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "--adopt=%d:%d:", p->serve.socket, p->serve.shared.file);

	for (unsigned i = 0; i < WAKE_PROCESSES && n + 64 < size; i++)
		if (p->children[i].pid != 0)
			n += (size_t)snprintf(out + n, size - n, "%d.%u.%d,", (int)p->children[i].pid, i,
			    p->children[i].told != 0);
}

static void
execute_again(struct pool *p)
{
	static char adopt[WAKE_PROCESSES * 32];
	char       *argv[] = { p->argv[0], adopt, NULL };

	if (!program_works(p)) {
		log_say("pool", "%s does not start: the old program goes on", p->program);
		return;
	}
	describe(p, adopt, sizeof(adopt));
	execv(p->program, argv);
	log_say("pool", "%s: %s: the old program goes on", p->program, strerror(errno));
}

static void
adopt_children(struct pool *p, const char *list)
{
	while (*list != '\0') {
		char         *end;
		long          pid = strtol(list, &end, 10);
		unsigned long place = *end == '.' ? strtoul(end + 1, &end, 10) : ULONG_MAX;
		long          told = *end == '.' ? strtol(end + 1, &end, 10) : 0;

		if (place >= WAKE_PROCESSES || *end != ',')
			log_die("pool", "--adopt is for the program itself");
		p->children[place] = (struct child){ .pid = (pid_t)pid, .old = true,
			.told = told != 0 ? clock_monotonic() : 0 };
		list = end + 1;
	}
}

static void
adopt(struct pool *p, const char *what)
{
	char *end;
	int   file;

	p->serve.socket = (int)strtol(what, &end, 10);
	file = *end == ':' ? (int)strtol(end + 1, &end, 10) : -1;
	if (file < 0 || *end != ':')
		log_die("pool", "--adopt is for the program itself");
	adopt_children(p, end + 1);
	if (p->serve.socket != STDIN_FILENO)
		listener_lock(p->conf);
	if (segment_adopt(&p->serve.shared, file))
		return;
	/* The old children keep the old memory, where nobody rings: they recheck each second. */
	log_say("pool", "the new program shares other memory");
	close(file);
	segment_new(&p->serve.shared);
}

/* --- the parent's life --- */

/* Each new child that is ready lets one old one go. */
static void
replace_old(struct pool *p)
{
	unsigned ready = count_new(p, true), stay;

	stay = ready < (unsigned)p->conf->processes ? (unsigned)p->conf->processes - ready : 0;
	for (unsigned i = 0; i < WAKE_PROCESSES; i++) {
		struct child *c = &p->children[i];

		if (c->pid == 0 || !c->old || c->told != 0)
			continue;
		if (stay > 0)
			stay--;
		else
			tell_child(p, i, SIGTERM);
	}
}

static void
kill_late(struct pool *p)
{
	int64_t now = clock_monotonic();

	for (unsigned i = 0; i < WAKE_PROCESSES; i++) {
		struct child *c = &p->children[i];

		if (c->pid != 0 && c->told != 0 && now > c->told + p->conf->drain + KILL_AFTER)
			kill(c->pid, SIGKILL);
	}
}

static void
stop(struct pool *p)
{
	if (p->stopping)
		return;
	log_say("pool", "stopping");
	p->stopping = true;
	board_stop(p->serve.shared.board);
	if (p->serve.socket != STDIN_FILENO)
		listener_unlink(p->conf);
	for (unsigned i = 0; i < WAKE_PROCESSES; i++)
		if (p->children[i].pid != 0)
			tell_child(p, i, SIGTERM);
}

/* What is to be done now; true: look again soon. */
static bool
tend(struct pool *p)
{
	unsigned wanted = (unsigned)p->conf->processes;

	kill_late(p);
	if (p->stopping)
		return true;
	while (count_new(p, false) < wanted && clock_monotonic() >= p->not_before && free_place(p) >= 0)
		start_child(p);
	replace_old(p);
	return count_all(p) != wanted || count_new(p, true) < wanted;
}

static void
live(struct pool *p, const sigset_t *signals)
{
	const struct timespec soon = { .tv_nsec = 20 * 1000 * 1000 }, later = { .tv_sec = 1 };

	for (;;) {
		int sig = sigtimedwait(signals, NULL, tend(p) ? &soon : &later);

		reap(p);
		if (sig == SIGTERM || sig == SIGINT)
			stop(p);
		if (sig == SIGHUP && !p->stopping)
			execute_again(p);
		if (p->stopping && count_all(p) == 0)
			return;
	}
}

void
pool_run(const struct conf *c, struct store *store, char **argv, const char *adopted)
{
	static struct pool p;
	sigset_t           signals;
	ssize_t            n;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	/* Stays so across the exec: what arrives meanwhile waits. */
	sigprocmask(SIG_SETMASK, &signals, NULL);
	p = (struct pool){ .conf = c, .store = store, .argv = argv };
	p.serve = (struct serve){ .conf = c, .store = store };
	n = readlink("/proc/self/exe", p.program, sizeof(p.program) - 1);
	if (n < 0)
		log_die("pool", "/proc/self/exe: %s", strerror(errno));
	if (adopted != NULL) {
		adopt(&p, adopted);
	} else {
		p.serve.socket = listener_open(c);
		segment_new(&p.serve.shared);
	}
	note_socket(&p.serve);
	log_say("pool", "%s, %lld processes of %lld threads",
	    adopted != NULL ? "started again" : "started", (long long)c->processes,
	    (long long)c->threads);
	live(&p, &signals);
	log_say("pool", "stopped");
	exit(0);
}
