/* shared/run/spawn.c - programs started: to their end, or as servers that outlive us */
#include "shared/run/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"

enum { OUTPUT_MOST = 64 << 10 };

/*
 * Between fork and exec only functions that are safe in signal handlers are called: other threads
 * may have held any lock when we forked.
 */
struct child {
	const struct spawn *s;
	int                 go;      /* a byte from here lets it run; below 0: it runs at once */
	int                 failure; /* errno goes here; closed by a successful exec */
	int                 output;  /* below 0: nowhere */
};

static void
limit(int what, int64_t most)
{
	struct rlimit l = { (rlim_t)most, (rlim_t)most }, now;

	if (most > 0 && getrlimit(what, &now) == 0) {
		if (now.rlim_max < l.rlim_max)
			l.rlim_cur = l.rlim_max = now.rlim_max;
		setrlimit(what, &l);
	}
}

static void
set_oom_score(int score)
{
	char digits[5] = { (char)('0' + score / 1000 % 10), (char)('0' + score / 100 % 10),
		(char)('0' + score / 10 % 10), (char)('0' + score % 10), '\n' };
	int  fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!write(fd, digits, sizeof(digits));
		close(fd);
	}
}

static bool
become(const struct spawn *s)
{
	uid_t u = (uid_t)s->uid;
	gid_t g = (gid_t)s->gid;

	return u == 0 || (setgroups(0, NULL) == 0 && setresgid(g, g, g) == 0 && setresuid(u, u,
	    u) == 0);
}

static void
quiet_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Other threads start programs, too: what this process has of their pipes would keep them from
 * seeing the other end close.
 */
static void
close_others(const struct child *c)
{
	int keep[] = { c->go, c->failure, c->output, c->s->input }, at = 3;

	for (size_t i = 0; i < COUNT(keep); i++) {
		int next = INT_MAX;

		for (size_t k = 0; k < COUNT(keep); k++)
			if (keep[k] >= at && keep[k] < next)
				next = keep[k];
		close_range((unsigned)at, next == INT_MAX ? ~0U : (unsigned)next - 1, 0);
		if (next == INT_MAX)
			return;
		at = next + 1;
	}
	close_range((unsigned)at, ~0U, 0);
}

static bool
plumb(const struct child *c)
{
	int null = open("/dev/null", O_RDWR);
	int in = c->s->input > 0 ? c->s->input : null, out = c->output >= 0 ? c->output : null;

	if (null < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		return false;
	return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

static _Noreturn void
run_child(const struct child *c)
{
	char byte;
	int  error;

	setsid();
	quiet_signals();
	close_others(c);
	if (c->go >= 0 && read(c->go, &byte, 1) != 1)
		_exit(0);
	umask(077);
	if (c->s->oom_score > 0)
		set_oom_score(c->s->oom_score);
	limit(RLIMIT_NOFILE, c->s->descriptors);
	limit(RLIMIT_NPROC, c->s->processes);
	limit(RLIMIT_FSIZE, c->s->file_size);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (plumb(c) && become(c->s) && chdir(c->s->directory) == 0) {
		/* execve takes lists it does not write to as lists it might. */
		union { const char *const *in; char *const *out; } argv = { c->s->argv },
		    envp = { c->s->envp };

		execve(argv.out[0], argv.out, envp.out);
	}
	error = errno;
	(void)!write(c->failure, &error, sizeof(error));
	_exit(127);
}

static void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool
fail(char *why, size_t size, const struct spawn *s, const char *what)
{
	snprintf(why, size, "%s: %s: %s", s->argv[0], what, strerror(errno));
	return false;
}

static int
open_log(const struct spawn *s)
{
	return s->log == NULL ? -1 : open(s->log,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Two forks: the one in between ends at once, so that the server is nobody's child. */
static pid_t
fork_twice(struct child *c, int tell)
{
	pid_t middle = fork(), pid;

	if (middle != 0)
		return middle;
	pid = fork();
	if (pid == 0)
		run_child(c);
	(void)!write(tell, &pid, sizeof(pid));
	_exit(0);
}

bool
spawn_server(const struct spawn *s, bool (*note)(void *arg, int64_t pid), void *arg, char *why,
    size_t size)
{
	int          go[2] = { -1, -1 }, failure[2] = { -1, -1 }, tell[2] = { -1, -1 }, error = 0;
	struct child c = { .s = s, .output = open_log(s) };
	pid_t        middle = -1, pid = 0;
	bool         noted = false;

	if (pipe2(go, O_CLOEXEC) == 0 && pipe2(failure, O_CLOEXEC) == 0 && pipe2(tell,
	    O_CLOEXEC) == 0) {
		c.go = go[0];
		c.failure = failure[1];
		middle = fork_twice(&c, tell[1]);
	}
	shut(&tell[1]);
	shut(&failure[1]);
	shut(&go[0]);
	shut(&c.output);
	if (middle > 0) {
		while (waitpid(middle, NULL, 0) < 0 && errno == EINTR)
			continue;
		if (read(tell[0], &pid, sizeof(pid)) != sizeof(pid))
			pid = 0;
	}
	if (pid > 0)
		noted = note(arg, pid) && write(go[1], "g", 1) == 1;
	shut(&go[1]);
	if (noted && read(failure[0], &error, sizeof(error)) == sizeof(error)) {
		errno = error;
		noted = false;
	}
	shut(&failure[0]);
	shut(&tell[0]);
	return noted || fail(why, size, s, "cannot be started");
}

/* What comes out until it ends or time is up; *n of it is kept. */
static void
gather(int fd, int process, int64_t end, char *out, size_t *n)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = process, .events = POLLIN } };
	char          rest[4096];

	for (;;) {
		int64_t left = end - clock_monotonic();
		bool    room = *n < OUTPUT_MOST - 1;
		ssize_t got = 0;

		if (left <= 0 || (poll(p, 2, (int)(left / MILLISECOND) + 1) < 0 && errno != EINTR))
			return;
		if (p[0].revents != 0) {
			got = read(fd, room ? out + *n : rest, room ? OUTPUT_MOST - 1 - *n : sizeof(rest));
			if (got <= 0)
				p[0].fd = -1;
			else if (room)
				*n += (size_t)got;
		}
		if (p[1].revents != 0 && got <= 0)
			return;
	}
}

bool
spawn_run(struct mem *m, const struct spawn *s, int64_t timeout, const char **output, char *why,
    size_t size)
{
	int          failure[2] = { -1, -1 }, out[2] = { -1, -1 }, status = 0, error = 0, process = -1;
	struct child c = { .s = s, .go = -1, .output = output == NULL ? open_log(s) : -1 };
	char        *text = mem_raw(m, OUTPUT_MOST);
	size_t       n = 0;
	pid_t        pid = -1;

	if (pipe2(failure, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0) {
		c.failure = failure[1];
		if (c.output < 0)
			c.output = out[1];
		pid = fork();
		if (pid == 0)
			run_child(&c);
	}
	shut(&failure[1]);
	if (c.output == out[1])
		c.output = -1;
	shut(&out[1]);
	shut(&c.output);
	if (pid > 0) {
		process = pidfd_open(pid, 0);
		gather(out[0], process, clock_monotonic() + timeout, text, &n);
		if (waitpid(pid, &status, WNOHANG) == 0) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				continue;
		}
		if (read(failure[0], &error, sizeof(error)) != sizeof(error))
			error = 0;
	}
	shut(&failure[0]);
	shut(&out[0]);
	shut(&process);
	text[n] = '\0';
	if (output != NULL)
		*output = text;
	if (pid < 0 || error != 0) {
		errno = error != 0 ? error : errno;
		return fail(why, size, s, "cannot be started");
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		snprintf(why, size, "%s failed (status %d): %.300s", s->argv[0], status, text);
		return false;
	}
	return true;
}
