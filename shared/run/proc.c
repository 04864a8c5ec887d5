/* shared/run/proc.c - processes as /proc shows them */
#include "shared/run/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/text.h"

enum { ENVIRON_MOST = 32 << 10 };

#define MARK "MF_SERVER="

/* What the file holds, NUL added; -1: it cannot be read. */
static ssize_t
read_file(const char *path, char *out, size_t size)
{
	int     fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t  n = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -1;
	while (n < size - 1 && (got = read(fd, out + n, size - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	out[n] = '\0';
	return got < 0 ? -1 : (ssize_t)n;
}

/*
 * proc(5): "pid (name) state ppid ...", the threads are the 20th, the start the 22nd; a name may
 * hold spaces and ')'.  A process whose first thread is dead lives, and holds its files, as long as
 * others of its threads do.
 */
int64_t
proc_started(int64_t pid)
{
	char        path[64], stat[1024];
	const char *p;
	bool        dead;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	if (pid <= 0 || read_file(path, stat, sizeof(stat)) <= 0 || (p = strrchr(stat, ')')) == NULL)
		return 0;
	dead = p[1] != ' ' || p[2] == 'Z' || p[2] == 'X';
	for (int field = 2; field < 22; field++) {
		if ((p = strchr(p + 1, ' ')) == NULL)
			return 0;
		if (field == 19 && dead && strtoll(p, NULL, 10) <= 1)
			return 0;
	}
	return strtoll(p, NULL, 10);
}

bool
proc_boot(char out[40])
{
	ssize_t n = read_file("/proc/sys/kernel/random/boot_id", out, 40);

	if (n <= 0)
		return false;
	out[strcspn(out, "\n")] = '\0';
	return true;
}

int
proc_open(int64_t pid, int64_t started)
{
	int fd = pid > 0 ? pidfd_open((pid_t)pid, 0) : -1;

	/* Only now is it sure that the descriptor is of the process that was meant. */
	if (fd >= 0 && proc_started(pid) != started) {
		close(fd);
		return -1;
	}
	return fd;
}

bool
proc_signal(int fd, int signal)
{
	return pidfd_send_signal(fd, signal, NULL, 0) == 0 || errno == ESRCH;
}

bool
proc_wait(int fd, int64_t timeout)
{
	int64_t       end = clock_monotonic() + timeout;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = end - clock_monotonic();
		int     n = poll(&p, 1, left > 0 ? (int)((left + MILLISECOND - 1) / MILLISECOND) : 0);

		if (n > 0)
			return true;
		if (left <= 0 || (n < 0 && errno != EINTR))
			return false;
	}
}

/* The part of path after root and a slash, up to the next; false: it is not below root. */
static bool
name_below(const char *path, const char *root, char name[NAME_MAX + 1])
{
	size_t n = strlen(root), len;

	if (strncmp(path, root, n) != 0 || path[n] != '/')
		return false;
	len = strcspn(path + n + 1, "/ ");
	if (len == 0 || len > NAME_MAX)
		return false;
	memcpy(name, path + n + 1, len);
	name[len] = '\0';
	return true;
}

static bool
marked(const char *pid, const char *root, char name[NAME_MAX + 1])
{
	char    path[300], environ[ENVIRON_MOST];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	n = read_file(path, environ, sizeof(environ));
	for (char *p = environ; n > 0 && p < environ + n; p += strlen(p) + 1)
		if (text_starts(p, MARK))
			return name_below(p + strlen(MARK), root, name);
	return false;
}

static bool
works_below(const char *pid, const char *root, char name[NAME_MAX + 1])
{
	char    path[300], cwd[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/cwd", pid);
	n = readlink(path, cwd, sizeof(cwd) - 1);
	if (n <= 0)
		return false;
	cwd[n] = '\0';
	return name_below(cwd, root, name);
}

void
proc_each(const char *root, void (*each)(void *arg, const char *name, int64_t pid), void *arg)
{
	DIR           *d = opendir("/proc");
	struct dirent *e;
	char           name[NAME_MAX + 1];
	int64_t        pid;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (!text_i64(e->d_name, 2, INT_MAX, &pid) || pid == getpid())
			continue;
		if (works_below(e->d_name, root, name) || marked(e->d_name, root, name))
			if (proc_started(pid) != 0)
				each(arg, name, pid);
	}
	closedir(d);
}
