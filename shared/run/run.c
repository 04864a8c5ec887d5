/* shared/run/run.c - the runner of the settings: where its files are, which engines there are */
#include "shared/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/run/engine.h"
#include "shared/run/process.h"
#include "shared/run/spawn.h"
#include "shared/run/tree.h"

enum { MEMORY = 1 << 20 };

/*
 * Why this process may start no servers.  With one user id for all, whoever breaks into one server
 * reads the files of the others; and nothing a stranger speaks to runs as root.
 */
static const char *
refusal(const struct conf *c)
{
	if (strcmp(c->runner, "none") == 0)
		return "this installation runs no real servers (MF_RUNNER=none)";
	if (c->server_uid_first != 0 && geteuid() != 0)
		return "MF_SERVER_UIDS is set, but mf-provision does not run as root";
	if (c->server_uid_first == 0 && geteuid() == 0)
		return "servers do not run as root: set MF_SERVER_UIDS";
	if (c->server_uid_first == 0 && !c->single_user)
		return "the process runner serves several customers only with a user id for each "
		       "environment: run mf-provision as root, with MF_SERVER_UIDS";
	return NULL;
}

/* "Redis server v=7.0.15 sha=...", "mariadbd  Ver 10.11.19-MariaDB", "postgres (PostgreSQL) 15.20":
 * the first number with a dot; of PostgreSQL only what is before it is the version. */
static char *
read_version(struct mem *m, const char *engine, const char *said)
{
	const char *p = said, *dot;

	for (;; p++) {
		p += strcspn(p, "0123456789");
		if (*p == '\0')
			return NULL;
		dot = p + strspn(p, "0123456789");
		if (*dot == '.')
			break;
		p = dot;
		if (*p == '\0')
			return NULL;
	}
	if (strcmp(engine, "postgresql") == 0)
		return mem_text_n(m, p, (size_t)(dot - p));
	return mem_text_n(m, p, (size_t)(dot - p) + 1 + strspn(dot + 1, "0123456789"));
}

static void
look_for(struct mem *m, const struct engine *e, struct run_engine *out)
{
	const char       *program = engine_program(e), *said = "";
	const char *const argv[] = { program, "--version", NULL };
	const char *const environment[] = { "PATH=/usr/bin:/bin", "LANG=C", NULL };
	struct spawn      spawn = { .argv = argv, .envp = environment, .directory = "/", .input = -1 };
	char              why[RUN_WHY];

	*out = (struct run_engine){ .name = e->name, .user = e->user, .database = e->database };
	if (program == NULL)
		out->why = mem_fmt(m, "%s is not installed here (Debian package %s)", e->name, e->package);
	else if (!spawn_run(m, &spawn, 10 * SECOND, &said, why, sizeof(why)))
		out->why = mem_text(m, why);
	else if ((out->version = read_version(m, e->name, said)) == NULL)
		out->why = mem_fmt(m, "%s does not say its version", program);
}

static bool
make_directory(const char *path, char *why, size_t size)
{
	if (mkdir(path, 0711) == 0 || errno == EEXIST)
		return true;
	snprintf(why, size, "%s: %s", path, strerror(errno));
	return false;
}

struct runner *
runner_open(const struct conf *c, char *why, size_t size)
{
	struct mem    *m = mem_new(MEMORY);
	struct runner *r = mem_one(m, struct runner);
	char           path[PATH_MAX];

	*r = (struct runner){ .ops = &process_ops, .conf = c, .mem = m, .refusal = refusal(c),
		.n_engines = (size_t)n_run_engines };
	if (strcmp(c->runner, "process") != 0 && strcmp(c->runner, "none") != 0) {
		snprintf(why, size, "MF_RUNNER=%s is neither process nor none", c->runner);
		mem_free(m);
		return NULL;
	}
	if (!make_directory(c->servers, why, size) || realpath(c->servers, path) == NULL) {
		mem_free(m);
		return NULL;
	}
	r->servers = mem_text(m, path);
	tree_spread(path);
	r->templates = mem_fmt(m, "%s/.template", path);
	r->locks = mem_fmt(m, "%s/.lock", path);
	r->gone = mem_fmt(m, "%s/.gone", path);
	if (!make_directory(r->templates, why, size) || !make_directory(r->locks, why, size) ||
	    !make_directory(r->gone, why, size)) {
		mem_free(m);
		return NULL;
	}
	r->engines = mem_array(m, struct run_engine, r->n_engines);
	for (size_t i = 0; i < r->n_engines; i++)
		look_for(m, run_engines[i], &r->engines[i]);
	return r;
}

void
runner_close(struct runner *r)
{
	mem_free(r->mem);
}

const struct run_engine *
runner_engine(const struct runner *r, const char *name)
{
	for (size_t i = 0; i < r->n_engines; i++)
		if (strcmp(r->engines[i].name, name) == 0)
			return &r->engines[i];
	return NULL;
}

/* The file may be removed by who had it last: only what is still there by its name is a lock. */
int
runner_lock(struct runner *r, const char *name)
{
	char        path[PATH_MAX];
	struct stat a, b;
	int         fd;

	snprintf(path, sizeof(path), "%s/%s", r->locks, name);
	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			close(fd);
			return -1;
		}
		if (fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino)
			return fd;
		close(fd);
	}
}

void
runner_unlock(struct runner *r, const char *name, int fd, bool gone)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", r->locks, name);
	if (gone)
		unlink(path);
	close(fd);
}
