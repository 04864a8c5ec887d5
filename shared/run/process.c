/* shared/run/process.c - real servers as processes of this machine */
#include "shared/run/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/run/dial.h"
#include "shared/run/proc.h"
#include "shared/run/spawn.h"
#include "shared/run/template.h"
#include "shared/run/tree.h"

/*
 * <servers>/<key>/ is a server's place: engine (its name), data (where it works, of its own user),
 * log, process (pid, start and boot of the process that was started last) and what its engine
 * adds.  A server carries MF_SERVER=<servers>/<key> in its environment and works in its data,
 * so both it and what it starts is found even when the file is lost.
 */
enum {
	DESCRIPTORS = 4096, PROCESSES = 300, OOM_SCORE = 500, ROUNDS = 3,
};

#define PATIENCE  (20 * SECOND) /* for an orderly end */
#define HASTE     (3 * SECOND)  /* for a quick one, and for what was killed */
#define SHORT_NAP (2 * MILLISECOND)
#define LONG_NAP  (20 * MILLISECOND)

static char *
place_of(const struct runner *r, const struct server *s)
{
	return mem_fmt(s->mem, "%s/%s", r->servers, s->key);
}

static bool
fail(struct server *s, enum run_trouble trouble, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool
fail(struct server *s, enum run_trouble trouble, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	s->trouble = trouble;
	return false;
}

/* The engine, when it may run here. */
static const struct engine *
permitted(struct runner *r, struct server *s)
{
	const struct run_engine *e = runner_engine(r, s->engine);

	s->trouble = RUN_FAILED;
	s->why[0] = '\0';
	/* As root, whatever a row says, a server is nobody but those who are for that. */
	if (geteuid() == 0 &&
	    (s->uid < r->conf->server_uid_first || s->uid > r->conf->server_uid_last || s->uid == 0)) {
		fail(s, RUN_MISSING, "user id %lld is not in MF_SERVER_UIDS", (long long)s->uid);
		return NULL;
	}
	if (e != NULL && e->version != NULL && r->refusal == NULL)
		return engine_named(s->engine);
	fail(s, RUN_MISSING, "%s", r->refusal != NULL ? r->refusal : e != NULL ? e->why
	    : "unknown engine");
	return NULL;
}

/* Of what is on the disk, whoever asks: its engine is noted beside its data. */
static const struct engine *
engine_of(struct runner *r, struct server *s)
{
	char  name[40] = "";
	FILE *f;

	if (s->engine[0] != '\0')
		return engine_named(s->engine);
	f = fopen(mem_fmt(s->mem, "%s/engine", place_of(r, s)), "re");
	if (f == NULL)
		return NULL;
	if (fscanf(f, "%39s", name) != 1)
		name[0] = '\0';
	fclose(f);
	return engine_named(name);
}

/* --- files --- */

static bool
note_engine(struct server *s, const char *place)
{
	FILE *f = fopen(mem_fmt(s->mem, "%s/engine", place), "we");
	bool  good = f != NULL && fprintf(f, "%s\n", s->engine) > 0;

	return (f == NULL || fclose(f) == 0) && good;
}

static bool
ensure(struct runner *r, struct server *s)
{
	const struct engine *e = permitted(r, s);
	char                *place = place_of(r, s), *fresh = mem_fmt(s->mem, "%s.new", place);

	if (e == NULL)
		return false;
	if (access(place, F_OK) == 0)
		return true;
	if (!tree_remove(fresh) || mkdir(fresh, 0711) != 0 || !note_engine(s, fresh))
		return fail(s, RUN_FAILED, "%s: %s", fresh, strerror(errno));
	if (!template_take(r, s, e, mem_fmt(s->mem, "%s/data", fresh)))
		return false;
	if (rename(fresh, place) != 0)
		return fail(s, RUN_FAILED, "%s: %s", place, strerror(errno));
	return true;
}

/* --- who it is --- */

static bool
inspect(struct runner *r, struct server *s, struct run_process *out)
{
	char      boot[40], noted[40];
	FILE     *f = fopen(mem_fmt(s->mem, "%s/process", place_of(r, s)), "re");
	long long pid, started;

	*out = (struct run_process){ 0 };
	if (f == NULL)
		return true;
	if (fscanf(f, "%lld %lld %39s", &pid, &started, noted) == 3 && proc_boot(boot) &&
	    strcmp(boot, noted) == 0 && proc_started(pid) == started)
		*out = (struct run_process){ pid, started };
	fclose(f);
	return true;
}

struct note {
	struct runner      *r;
	struct server      *s;
	struct run_process *out;
};

static bool
note_process(void *arg, int64_t pid)
{
	struct note *n = arg;
	const char  *path = mem_fmt(n->s->mem, "%s/process", place_of(n->r, n->s));
	const char  *beside = mem_fmt(n->s->mem, "%s.new", path);
	char         boot[40];
	FILE        *f;
	bool         good;

	*n->out = (struct run_process){ pid, proc_started(pid) };
	f = fopen(beside, "we");
	if (f == NULL)
		return false;
	good = proc_boot(boot) && n->out->started != 0 &&
	    fprintf(f, "%lld %lld %s\n", (long long)pid, (long long)n->out->started, boot) > 0;
	good = fclose(f) == 0 && good && rename(beside, path) == 0;
	if (good && n->r->conf->test && strcmp(n->r->conf->provision_fault, "noted") == 0)
		kill(getpid(), SIGKILL);
	return good;
}

/* --- ending --- */

struct hunt {
	const char *key;
	unsigned    left;
};

static void
kill_member(void *arg, const char *name, int64_t pid)
{
	struct hunt *h = arg;
	int          fd;

	if (strcmp(name, h->key) != 0)
		return;
	fd = proc_open(pid, proc_started(pid));
	if (fd < 0)
		return;
	proc_signal(fd, SIGKILL);
	h->left += !proc_wait(fd, HASTE);
	close(fd);
}

/* Whatever carries its mark or works in its place ends now: a server's children, too. */
static bool
kill_all(struct runner *r, struct server *s)
{
	struct hunt h = { .key = s->key };

	for (int i = 0; i < ROUNDS; i++) {
		h.left = 0;
		proc_each(r->servers, kill_member, &h);
		if (h.left == 0)
			return true;
	}
	return fail(s, RUN_FAILED, "%u processes of %s do not end", h.left, s->key);
}

static bool
stop(struct runner *r, struct server *s, bool quick)
{
	const struct engine *e = engine_of(r, s);
	struct run_process   p;
	int                  fd;

	inspect(r, s, &p);
	fd = proc_open(p.pid, p.started);
	if (fd >= 0) {
		proc_signal(fd, e == NULL ? SIGTERM : quick ? e->quick_signal : e->stop_signal);
		proc_wait(fd, quick ? HASTE : PATIENCE);
		close(fd);
	}
	if (!kill_all(r, s))
		return false;
	if (e != NULL && e->sweep != NULL)
		e->sweep(place_of(r, s));
	return true;
}

static bool
discard(struct runner *r, struct server *s)
{
	char *place = place_of(r, s), *fresh = mem_fmt(s->mem, "%s.new", place);

	/* Files go last: without them there is no process either. */
	if (access(place, F_OK) != 0 && access(fresh, F_OK) != 0)
		return true;
	if (!stop(r, s, true))
		return false;
	if (!process_put_away(r, s, fresh) || !process_put_away(r, s, place))
		return fail(s, RUN_FAILED, "%s cannot be removed: %s", place, strerror(errno));
	return true;
}

/* --- starting --- */

static bool
start(struct runner *r, struct server *s, struct run_process *out)
{
	const struct engine *e = permitted(r, s);
	char                *place = place_of(r, s);
	struct note          note = { r, s, out };
	const char          *environment[] = { "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8",
		"TZ=UTC", "HOME=/nonexistent", mem_fmt(s->mem, "MF_SERVER=%s", place), NULL };
	struct spawn         spawn = { .envp = environment, .uid = s->uid, .gid = s->gid, .input = -1,
		.directory = mem_fmt(s->mem, "%s/data", place), .log = mem_fmt(s->mem, "%s/log", place),
		.descriptors = DESCRIPTORS, .processes = s->uid != 0 ? PROCESSES : 0,
		.file_size = r->conf->server_disk, .oom_score = OOM_SCORE };

	if (e == NULL)
		return false;
	inspect(r, s, out);
	if (out->pid != 0)
		return true;
	/*
	 * One that died may have left children that hold its port and its files.  Where no process was
	 * ever noted none has executed anything, and looking at all there are takes milliseconds.
	 */
	if (access(mem_fmt(s->mem, "%s/process", place), F_OK) == 0 && !kill_all(r, s))
		return false;
	if (!dial_comes_free(s->address, s->port))
		return fail(s, RUN_PORT_BUSY, "port %lld is in use by another program", (long long)s->port);
	if (!e->prepare(s, place))
		return false;
	spawn.argv = e->command(s, engine_program(e), place);
	return spawn_server(&spawn, note_process, &note, s->why, sizeof(s->why));
}

static const char *
logs(struct runner *r, struct server *s, size_t most)
{
	int     fd = open(mem_fmt(s->mem, "%s/log", place_of(r, s)), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t   size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	char   *text;
	ssize_t n;

	if (fd < 0)
		return "";
	text = mem_alloc(s->mem, most + 1);
	n = pread(fd, text, most, size > (off_t)most ? size - (off_t)most : 0);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* The last line of the log: servers say there why they ended. */
static const char *
last_words(struct runner *r, struct server *s)
{
	char *text = mem_text(s->mem, logs(r, s, 600)), *line;
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	line = strrchr(text, '\n');
	return line != NULL ? line + 1 : text;
}

static bool
wait_usable(struct runner *r, struct server *s, int64_t timeout)
{
	const struct engine *e = permitted(r, s);
	int64_t              end = clock_monotonic() + timeout, nap = SHORT_NAP;
	struct run_process   p;
	int                  fd;

	if (e == NULL)
		return false;
	inspect(r, s, &p);
	fd = proc_open(p.pid, p.started);
	if (fd < 0)
		return fail(s, RUN_FAILED, "%s ended: %.300s", s->engine, last_words(r, s));
	while (!e->usable(s, place_of(r, s), p.pid)) {
		if (proc_wait(fd, nap)) {
			close(fd);
			return fail(s, RUN_FAILED, "%s ended: %.300s", s->engine, last_words(r, s));
		}
		if (clock_monotonic() > end) {
			close(fd);
			return fail(s, RUN_FAILED, "%s does not answer: %.300s", s->engine, last_words(r, s));
		}
		nap = nap < LONG_NAP ? nap + nap / 4 + MILLISECOND / 2 : LONG_NAP;
	}
	close(fd);
	return true;
}

const struct runner_ops process_ops = {
	.name = "process", .ensure = ensure, .start = start, .wait = wait_usable, .inspect = inspect,
	.stop = stop, .remove = discard, .clear = process_clear,
	.logs = logs, .list = process_list, .tidy = process_tidy,
};
