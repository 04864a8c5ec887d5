/* shared/run/tree.c - directories with all that is in them */
#include "shared/run/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

/* Run each(dir, name, arg) over a directory given by descriptor, which is closed. */
static bool
each_entry(int fd, bool (*each)(int dir, const char *name, void *arg), void *arg)
{
	DIR           *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	bool           good = true;
	int            error;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (good && (errno = 0, e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			good = each(dirfd(d), e->d_name, arg);
	good = good && errno == 0;
	error = errno;
	closedir(d);
	errno = error;
	return good;
}

static int
open_directory(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* --- copying --- */

struct copy {
	int     to;
	int64_t uid, gid;
};

static bool
copy_range(int from, int to, off_t at, off_t end)
{
	while (at < end) {
		off_t   in = at, out = at;
		ssize_t n = copy_file_range(from, &in, to, &out, (size_t)(end - at), 0);

		if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
		    errno == EOPNOTSUPP)) {
			static _Thread_local char piece[PIECE];
			size_t                    most = end - at < PIECE ? (size_t)(end - at) : PIECE;

			n = pread(from, piece, most, at);
			if (n > 0)
				n = pwrite(to, piece, (size_t)n, at);
		}
		if (n < 0)
			return false;
		if (n == 0)
			return true; /* it became shorter */
		at += n;
	}
	return true;
}

static bool
copy_bytes(int from, int to, off_t size)
{
	off_t data, hole = 0;

	if (size == 0 || ioctl(to, FICLONE, from) == 0)
		return true;
	for (off_t at = 0; at < size; at = hole) {
		data = lseek(from, at, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			return ftruncate(to, size) == 0; /* it ends with a hole */
		if (data < 0)
			data = at;
		hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0)
			hole = size;
		if (!copy_range(from, to, data, hole))
			return false;
	}
	return true;
}

static bool
give(int fd, const struct stat *s, const struct copy *c)
{
	return (c->uid == 0 || fchown(fd, (uid_t)c->uid, (gid_t)c->gid) == 0) &&
	    fchmod(fd, s->st_mode & 07777) == 0;
}

static bool
copy_file(int dir, const char *name, const struct stat *s, const struct copy *c)
{
	int  from = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to, error;
	bool good;

	if (from < 0)
		return false;
	to = openat(c->to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	good = to >= 0 && copy_bytes(from, to, s->st_size) && give(to, s, c);
	error = errno;
	close(from);
	if (to >= 0 && close(to) != 0)
		good = false;
	errno = error;
	return good;
}

static bool copy_entry(int dir, const char *name, void *arg);

static bool
copy_directory(int dir, const char *name, const struct stat *s, const struct copy *c,
    const char *as)
{
	struct copy below = { .uid = c->uid, .gid = c->gid };
	bool        good;
	int         error;

	if (mkdirat(c->to, as, 0700) != 0)
		return false;
	below.to = open_directory(c->to, as);
	good = below.to >= 0 && each_entry(open_directory(dir, name), copy_entry, &below) &&
	    give(below.to, s, c);
	error = errno;
	if (below.to >= 0)
		close(below.to);
	errno = error;
	return good;
}

static bool
copy_link(int dir, const char *name, const struct copy *c)
{
	char    target[PATH_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	return symlinkat(target, c->to, name) == 0 &&
	    (c->uid == 0 ||
	    fchownat(c->to, name, (uid_t)c->uid, (gid_t)c->gid, AT_SYMLINK_NOFOLLOW) == 0);
}

static bool
copy_entry(int dir, const char *name, void *arg)
{
	const struct copy *c = arg;
	struct stat        s;

	if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if (S_ISDIR(s.st_mode))
		return copy_directory(dir, name, &s, c, name);
	if (S_ISLNK(s.st_mode))
		return copy_link(dir, name, c);
	return !S_ISREG(s.st_mode) || copy_file(dir, name, &s, c);
}

bool
tree_copy(const char *from, const char *to, int64_t uid, int64_t gid)
{
	struct copy c = { .to = AT_FDCWD, .uid = uid, .gid = gid };
	struct stat s;

	return stat(from, &s) == 0 && copy_directory(AT_FDCWD, from, &s, &c, to);
}

/* --- giving away, removing --- */

void
tree_spread(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), flags = 0;

	if (fd < 0)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_TOPDIR_FL) == 0) {
		flags |= FS_TOPDIR_FL;
		(void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	close(fd);
}

static bool
own_entry(int dir, const char *name, void *arg)
{
	const struct copy *c = arg;
	struct stat        s;

	if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
	    fchownat(dir, name, (uid_t)c->uid, (gid_t)c->gid, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	return !S_ISDIR(s.st_mode) || each_entry(open_directory(dir, name), own_entry, arg);
}

bool
tree_own(const char *path, int64_t uid, int64_t gid)
{
	struct copy c = { .uid = uid, .gid = gid };

	return own_entry(AT_FDCWD, path, &c);
}

/* Somebody else may be removing it, too: what is gone is gone. */
static bool
remove_entry(int dir, const char *name, void *arg)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return false;
	if (!each_entry(open_directory(dir, name), remove_entry, arg) && errno != ENOENT)
		return false;
	return unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

bool
tree_remove(const char *path)
{
	return remove_entry(AT_FDCWD, path, NULL);
}
