/* shared/run/template.c - what new servers begin with, made once */
#include "shared/run/template.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/conf.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/run/tree.h"

enum { ACCOUNT_TEXT = 4096 };

#define PATIENCE (3 * MINUTE)
#define NAP      (20 * MILLISECOND)

/* As root, templates are made by the user the engine's package brings, and belong to it. */
static bool
become_maker(struct server *maker, const struct engine *e)
{
	struct passwd  p, *found = NULL;
	char          *text = mem_alloc(maker->mem, ACCOUNT_TEXT);

	if (geteuid() != 0)
		return true;
	if (getpwnam_r(e->account, &p, text, ACCOUNT_TEXT, &found) != 0 || found == NULL ||
	    p.pw_uid == 0) {
		snprintf(maker->why, sizeof(maker->why), "there is no user %s", e->account);
		return false;
	}
	maker->uid = p.pw_uid;
	maker->gid = p.pw_gid;
	return true;
}

static char *
home_of(const struct runner *r, struct mem *m, const char *engine)
{
	return mem_fmt(m, "%s/%s-%s", r->templates, engine, runner_engine(r, engine)->version);
}

static bool
fail(struct server *s, const char *path)
{
	snprintf(s->why, sizeof(s->why), "%s: %s", path, strerror(errno));
	return false;
}

/* The caller has the lock. */
static bool
make_template(struct server *s, const struct engine *e, const char *home)
{
	struct server maker = { .mem = s->mem, .key = "template", .engine = e->name, .user = e->user,
		.password = "mockfactory", .database = e->database };
	char         *fresh = mem_fmt(s->mem, "%s.new", home), *data = mem_fmt(s->mem, "%s/data",
	    fresh);

	if (!tree_remove(fresh) || mkdir(fresh, 0711) != 0 || mkdir(data, 0700) != 0)
		return fail(s, fresh);
	tree_spread(fresh);
	if (!become_maker(&maker, e)) {
		snprintf(s->why, sizeof(s->why), "%s", maker.why);
		return false;
	}
	if (maker.uid != 0 && chown(data, (uid_t)maker.uid, (gid_t)maker.gid) != 0)
		return fail(s, data);
	if (!e->make(&maker, engine_program(e), data)) {
		snprintf(s->why, sizeof(s->why), "%s", maker.why);
		return false;
	}
	return rename(fresh, home) == 0 || fail(s, home);
}

/* Made by the first that comes; the others wait for it. */
static bool
have_template(struct runner *r, struct server *s, const struct engine *e)
{
	char   *home = home_of(r, s->mem, e->name), *name = mem_fmt(s->mem, "template-%s", e->name);
	int64_t end = clock_monotonic() + PATIENCE;
	bool    good;
	int     lock;

	if (access(home, F_OK) == 0)
		return true;
	while ((lock = runner_lock(r, name)) < 0) {
		if (clock_monotonic() > end) {
			errno = ETIMEDOUT;
			return fail(s, home);
		}
		usleep((useconds_t)NAP);
	}
	good = access(home, F_OK) == 0 || make_template(s, e, home);
	runner_unlock(r, name, lock, false);
	return good;
}

/* The name of a copy made in advance, "ready.<n>"; NULL: there is none.  *n of them were seen. */
static char *
find_ready(struct mem *m, const char *home, int *n)
{
	DIR           *d = opendir(home);
	struct dirent *e;
	char          *found = NULL;

	*n = 0;
	while (d != NULL && (e = readdir(d)) != NULL)
		if (text_starts(e->d_name, "ready.")) {
			found = mem_fmt(m, "%s/%s", home, e->d_name);
			++*n;
		}
	if (d != NULL)
		closedir(d);
	return found;
}

bool
template_take(struct runner *r, struct server *s, const struct engine *e, const char *data)
{
	char *home, *ready;
	int   n;

	if (!have_template(r, s, e))
		return false;
	home = home_of(r, s->mem, e->name);
	while ((ready = find_ready(s->mem, home, &n)) != NULL) {
		if (rename(ready, data) == 0)
			return s->uid == 0 || tree_own(data, s->uid, s->gid) || fail(s, data);
		if (errno != ENOENT)
			return fail(s, data);
	}
	return tree_copy(mem_fmt(s->mem, "%s/data", home), data, s->uid, s->gid) ||
	    fail(s, data);
}

/* One more copy; the caller has the lock. */
static bool
add_ready(struct server *s, const char *home)
{
	char *fresh = mem_fmt(s->mem, "%s/making", home);
	char *ready = mem_fmt(s->mem, "%s/ready.%lld", home, (long long)clock_now());

	return (tree_remove(fresh) && tree_copy(mem_fmt(s->mem, "%s/data", home), fresh, 0, 0) &&
	    rename(fresh, ready) == 0) || fail(s, ready);
}

/* One copy of one engine; true: it could have been more. */
static bool
fill_one(struct runner *r, struct mem *m, const struct engine *e, int most)
{
	struct server s = { .mem = m, .engine = e->name };
	char         *name = mem_fmt(m, "ready-%s", e->name), *home = home_of(r, m, e->name);
	bool          good = true, more = false;
	int           n, lock = runner_lock(r, name);

	if (lock < 0)
		return false;
	if (!have_template(r, &s, e))
		good = false;
	else if (find_ready(m, home, &n), n < most) {
		good = add_ready(&s, home);
		more = good && n + 1 < most;
	}
	runner_unlock(r, name, lock, false);
	if (!good)
		log_say("template", "%s: %s", e->name, s.why);
	return more;
}

bool
template_fill(struct runner *r, struct mem *m, int ready)
{
	bool more = false;

	for (int i = 0; i < n_run_engines && r->refusal == NULL; i++)
		if (runner_engine(r, run_engines[i]->name)->version != NULL)
			more |= fill_one(r, m, run_engines[i], ready);
	return more;
}
