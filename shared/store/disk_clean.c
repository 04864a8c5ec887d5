/* shared/store/disk_clean.c - what the collector does to the store on disk */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/store/disk.h"

static void
remove_file(struct task *t, const char *path)
{
	if (unlink(path) != 0 && errno != ENOENT)
		disk_failed(t, "cannot remove", path);
}

void
disk_remove(struct task *t, struct store *s, int64_t environment, const char *id)
{
	remove_file(t, disk_final(t->mem, s, environment, id));
	remove_file(t, disk_marker(t->mem, s, environment, id));
}

void
disk_unmark(struct task *t, struct store *s, int64_t environment, const char *id)
{
	remove_file(t, disk_marker(t->mem, s, environment, id));
}

static void
close_directory(void *arg)
{
	closedir(arg);
}

/* Its entries in the arena, "." and ".." left out; none when it is not there. */
static size_t
read_directory(struct task *t, const char *path, const char ***out)
{
	DIR           *d = opendir(path);
	struct dirent *e;
	size_t         n = 0, room = 16;

	*out = mem_array(t->mem, const char *, room);
	if (d == NULL) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		disk_failed(t, "cannot read", path);
	}
	mem_defer(t->mem, close_directory, d);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (n == room) {
			const char **grown = mem_array(t->mem, const char *, room * 2);

			memcpy(grown, *out, n * sizeof(*grown));
			*out = grown;
			room *= 2;
		}
		(*out)[n++] = mem_text(t->mem, e->d_name);
	}
	return n;
}

void
disk_unnamed(struct task *t, struct store *s, int64_t before,
    void (*each)(void *arg, int64_t environment, const char *id), void *arg)
{
	const char **environments, **ids;
	size_t       n = read_directory(t, disk_root(s), &environments);

	for (size_t i = 0; i < n; i++) {
		int64_t environment;
		size_t  n_ids;

		if (!text_i64(environments[i], 0, INT64_MAX, &environment))
			continue;
		n_ids = read_directory(t, mem_fmt(t->mem, "%s/%s/tmp", disk_root(s), environments[i]),
		    &ids);
		for (size_t k = 0; k < n_ids; k++) {
			struct stat st;

			if (strlen(ids[k]) <= FAN_OUT || strspn(ids[k], ID_LOWER) != strlen(ids[k]) ||
			    stat(disk_marker(t->mem, s, environment, ids[k]), &st) != 0)
				continue;
			/* link(2) sets the time of change: the age counts from store_keep. */
			if ((int64_t)st.st_ctim.tv_sec * SECOND + st.st_ctim.tv_nsec / 1000 < before)
				each(arg, environment, ids[k]);
		}
	}
}

/* Remove a directory and the files in it, however many; false: errno says why. */
static bool
remove_directory(const char *path)
{
	DIR           *d = opendir(path);
	struct dirent *e;
	bool           ok = true;

	if (d == NULL)
		return errno == ENOENT;
	while (ok && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			ok = unlinkat(dirfd(d), e->d_name, 0) == 0 || errno == ENOENT;
	closedir(d);
	return ok && (rmdir(path) == 0 || errno == ENOENT);
}

bool
disk_remove_all(struct task *t, struct store *s, int64_t environment)
{
	const char  *top = mem_fmt(t->mem, "%s/%" PRId64, disk_root(s), environment);
	const char **names;
	size_t       n = read_directory(t, top, &names);
	int64_t      end = clock_monotonic() + STORE_ENOUGH;

	for (size_t i = 0; i < n; i++) {
		const char *path = mem_fmt(t->mem, "%s/%s", top, names[i]);

		if (clock_monotonic() > end)
			return false;
		if (!remove_directory(path))
			disk_failed(t, "cannot remove", path);
	}
	if (rmdir(top) != 0 && errno != ENOENT)
		disk_failed(t, "cannot remove", top);
	return true;
}
