/* shared/run/process_files.c - what the process runner has on the disk: listed, removed */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/run/proc.h"
#include "shared/run/process.h"
#include "shared/run/tree.h"

enum { LOG_MOST = 4 << 20 };

bool
process_put_away(struct runner *r, struct server *s, const char *path)
{
	const char *to = mem_fmt(s->mem, "%s/%s.%lld", r->gone, s->key, (long long)clock_now());

	return rename(path, to) == 0 || errno == ENOENT;
}

bool
process_clear(struct runner *r)
{
	DIR           *d = opendir(r->gone);
	struct dirent *e;
	char           path[4096] = "";
	bool           more = false;

	while (d != NULL && !more && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (path[0] != '\0')
			more = true;
		else
			snprintf(path, sizeof(path), "%s/%s", r->gone, e->d_name);
	}
	if (d != NULL)
		closedir(d);
	if (path[0] == '\0' || tree_remove(path))
		return more;
	log_say("process", "%s: %s", path, strerror(errno));
	return false;
}

struct listing {
	void (*each)(void *arg, const char *key);
	void  *arg;
};

static void
list_process(void *arg, const char *name, int64_t pid)
{
	struct listing *l = arg;

	(void)pid;
	if (name[0] != '.')
		l->each(l->arg, name);
}

void
process_list(struct runner *r, void (*each)(void *arg, const char *key), void *arg)
{
	struct listing l = { each, arg };
	DIR           *d = opendir(r->servers);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			each(arg, e->d_name);
	if (d != NULL)
		closedir(d);
	proc_each(r->servers, list_process, &l);
}

/* A log is emptied when it is long: its writer appends. */
void
process_tidy(struct runner *r)
{
	DIR           *d = opendir(r->servers);
	struct dirent *e;
	struct stat    s;
	char           path[4096];

	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s/log", r->servers, e->d_name);
		if (e->d_name[0] != '.' && stat(path, &s) == 0 && s.st_size > LOG_MOST &&
		    truncate(path, 0) != 0)
			log_say("process", "%s: %s", path, strerror(errno));
	}
	if (d != NULL)
		closedir(d);
}
