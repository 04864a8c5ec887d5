/* shared/store/disk.c - object bytes as files of a local (or mounted) directory */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/store/disk.h"

/*
 *     <root>/<environment>/tmp/<id>       being written; after store_keep the marker "no row yet"
 *     <root>/<environment>/<2 chars>/<id> durable: a second name of the same file
 *
 * One file under two names is upload and marker in one: a process killed at any point leaves at
 * least the name under tmp, and there the collector finds it.  See
 * docs/decisions/2026-11-23-blob.md.
 */
enum { DIR_MODE = 0750, FILE_MODE = 0640, WRITE_BEHIND = 4 << 20 };

struct disk_put {
	struct store_put put;
	const char      *marker, *final; /* paths */
	int              fd;
	bool             kept;
	int64_t          written, behind; /* bytes: so far, and those the disk was told of */
};

struct disk_get {
	struct store_get get;
	const char      *path;
	int64_t          offset, end;
	int              fd;
};

static struct store *
disk_open(const struct conf *c, const char *where, char *error, size_t size)
{
	char        *root;
	struct disk *d;

	(void)c;
	if (mkdir(where, DIR_MODE) != 0 && errno != EEXIST) {
		snprintf(error, size, "cannot make %s: %s", where, strerror(errno));
		return NULL;
	}
	root = realpath(where, NULL);
	if (root == NULL || access(root, R_OK | W_OK | X_OK) != 0) {
		snprintf(error, size, "cannot use %s as a store: %s", where, strerror(errno));
		free(root);
		return NULL;
	}
	d = calloc(1, sizeof(*d) + strlen(root) + 1);
	if (d == NULL)
		abort();
	d->store.driver = &store_disk;
	memcpy(d->root, root, strlen(root) + 1);
	free(root);
	return &d->store;
}

static void
disk_close(struct store *s)
{
	free(s);
}

const char *
disk_root(const struct store *s)
{
	return ((const struct disk *)(const void *)s)->root;
}

/* Ids are ours: nothing in them can leave the directory. */
static void
check_id(const char *id)
{
	assert(strlen(id) > FAN_OUT && strspn(id, ID_LOWER) == strlen(id));
}

char *
disk_marker(struct mem *m, const struct store *s, int64_t environment, const char *id)
{
	check_id(id);
	return mem_fmt(m, "%s/%" PRId64 "/tmp/%s", disk_root(s), environment, id);
}

char *
disk_final(struct mem *m, const struct store *s, int64_t environment, const char *id)
{
	check_id(id);
	return mem_fmt(m, "%s/%" PRId64 "/%.*s/%s", disk_root(s), environment, FAN_OUT, id, id);
}

void
disk_failed(struct task *t, const char *what, const char *path)
{
	const char *why = strerror(errno);

	log_say("store", "%s %s: %s", what, path, why);
	task_note_why(t, "store: %s: %s", what, why);
	task_throw(t, &FAULT_UNAVAILABLE, NULL);
}

/* Make durable what names the directory of `path` holds; false: errno says why. */
static bool
sync_directory(struct mem *m, const char *path)
{
	const char *slash = strrchr(path, '/');
	int         fd =
	    open(mem_text_n(m, path, (size_t)(slash - path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool        ok = fd >= 0 && fsync(fd) == 0;
	int         why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
	return ok;
}

/* The directory `path` lies in, and the environment's above it, made durable as they are made. */
static bool
make_directories(struct mem *m, const char *root, const char *path)
{
	for (const char *p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
		const char *dir = mem_text_n(m, path, (size_t)(p - path));

		if (mkdir(dir, DIR_MODE) != 0 && errno != EEXIST)
			return false;
		if (!sync_directory(m, dir))
			return false;
	}
	return true;
}

static void
close_put(struct disk_put *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

/* The end of the task: what was not kept goes. */
static void
abandon(void *arg)
{
	struct disk_put *p = arg;

	if (p->fd >= 0 && !p->kept)
		unlink(p->marker);
	close_put(p);
}

static struct store_put *
disk_create(struct task *t, struct store *s, int64_t environment, const char *id)
{
	struct disk_put *p = mem_one(t->mem, struct disk_put);
	int              flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;

	p->put.store = s;
	p->marker = disk_marker(t->mem, s, environment, id);
	p->final = disk_final(t->mem, s, environment, id);
	p->fd = -1;
	mem_defer(t->mem, abandon, p);
	p->fd = open(p->marker, flags, FILE_MODE);
	if (p->fd < 0 && errno == ENOENT && make_directories(t->mem, disk_root(s), p->marker))
		p->fd = open(p->marker, flags, FILE_MODE);
	if (p->fd < 0)
		disk_failed(t, "cannot create", p->marker);
	return &p->put;
}

static void
disk_drop(struct store_put *put)
{
	struct disk_put *p = (struct disk_put *)(void *)put;

	/* The final name first: while the marker stands the collector would find the rest. */
	if (p->kept)
		unlink(p->final);
	unlink(p->marker);
	p->kept = false;
	close_put(p);
}

/*
 * The disk begins with what has come while the rest is on its way, so that in the end fsync waits
 * for little.  Only a hint: what fails here fails there.
 */
static void
write_behind(struct disk_put *p)
{
	if (p->written - p->behind < WRITE_BEHIND)
		return;
	sync_file_range(p->fd, p->behind, p->written - p->behind, SYNC_FILE_RANGE_WRITE);
	p->behind = p->written;
}

static void
disk_write(struct task *t, struct store_put *put, const void *data, size_t n)
{
	struct disk_put *p = (struct disk_put *)(void *)put;
	const char      *at = data;

	assert(p->fd >= 0 && !p->kept);
	while (n > 0) {
		ssize_t done = write(p->fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			int why = errno;

			disk_drop(put);
			errno = why;
			disk_failed(t, "cannot write", p->marker);
		}
		at += done;
		n -= (size_t)done;
		p->written += done;
	}
	write_behind(p);
}

/* The bytes, then the marker's name, then the final one. */
static bool
keep(struct task *t, struct disk_put *p)
{
	if (fsync(p->fd) != 0 || !sync_directory(t->mem, p->marker))
		return false;
	if (link(p->marker, p->final) != 0) {
		if (errno != ENOENT || !make_directories(t->mem, disk_root(p->put.store), p->final) ||
		    link(p->marker, p->final) != 0)
			return false;
	}
	p->kept = true;
	return sync_directory(t->mem, p->final);
}

static void
disk_keep(struct task *t, struct store_put *put)
{
	struct disk_put *p = (struct disk_put *)(void *)put;

	assert(p->fd >= 0 && !p->kept);
	if (!keep(t, p)) {
		int why = errno;

		disk_drop(put);
		errno = why;
		disk_failed(t, "cannot keep", p->marker);
	}
	close_put(p);
}

static void
disk_named(struct store_put *put)
{
	struct disk_put *p = (struct disk_put *)(void *)put;

	/* A marker that stays costs the collector one look, nothing else. */
	unlink(p->marker);
}

static const char *
disk_path(struct task *t, struct store *s, int64_t environment, const char *id)
{
	return disk_final(t->mem, s, environment, id);
}

static void
close_get(void *arg)
{
	struct disk_get *g = arg;

	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

static struct store_get *
disk_read(struct task *t, struct store *s, int64_t environment, const char *id, int64_t offset,
    int64_t length)
{
	struct disk_get *g = mem_one(t->mem, struct disk_get);

	g->get.store = s;
	g->path = disk_final(t->mem, s, environment, id);
	g->offset = offset;
	g->end = offset + length;
	g->fd = -1;
	mem_defer(t->mem, close_get, g);
	g->fd = open(g->path, O_RDONLY | O_CLOEXEC);
	if (g->fd < 0)
		disk_failed(t, "cannot open", g->path);
	return &g->get;
}

static size_t
disk_next(struct task *t, struct store_get *get, void *data, size_t n)
{
	struct disk_get *g = (struct disk_get *)(void *)get;
	size_t           got = 0;

	if ((int64_t)n > g->end - g->offset)
		n = (size_t)(g->end - g->offset);
	while (got < n) {
		ssize_t r = pread(g->fd, (char *)data + got, n - got, g->offset);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			disk_failed(t, "cannot read", g->path);
		if (r == 0)
			break;
		got += (size_t)r;
		g->offset += r;
	}
	/* An object may have 10,000 of them, read one after the other by one request. */
	if (g->offset == g->end)
		close_get(g);
	return got;
}

const struct store_driver store_disk = {
	.kind = "disk",
	.open = disk_open, .close = disk_close,
	.create = disk_create, .write = disk_write, .keep = disk_keep, .named = disk_named,
	    .drop = disk_drop,
	.path = disk_path, .read = disk_read, .next = disk_next,
	.remove = disk_remove, .unnamed = disk_unnamed, .unmark = disk_unmark,
	    .remove_all = disk_remove_all,
};
