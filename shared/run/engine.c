/* shared/run/engine.c - the engines, and what they share */
#include "shared/run/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "shared/base/mem.h"

const struct engine *const run_engines[] = { &engine_redis, &engine_mariadb, &engine_postgresql };
const int n_run_engines = COUNT(run_engines);

const struct engine *
engine_named(const char *name)
{
	for (int i = 0; i < n_run_engines; i++)
		if (strcmp(run_engines[i]->name, name) == 0)
			return run_engines[i];
	return NULL;
}

const char *
engine_program(const struct engine *e)
{
	for (int i = 0; e->programs[i] != NULL; i++)
		if (access(e->programs[i], X_OK) == 0)
			return e->programs[i];
	return NULL;
}

/* In one step: a server that starts reads the old file or the new one. */
bool
engine_write(struct server *s, const char *path, const char *text)
{
	const char *beside = mem_fmt(s->mem, "%s.new", path);
	int         fd;
	bool        good;

	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    (s->uid == 0 || fchown(fd, (uid_t)s->uid, (gid_t)s->gid) == 0);
	if (fd >= 0 && close(fd) != 0)
		good = false;
	good = good && rename(beside, path) == 0;
	if (!good)
		snprintf(s->why, sizeof(s->why), "%s: %s", path, strerror(errno));
	return good;
}
