/* fcgi/listener.c - the socket on which the web server reaches us */
#include "fcgi/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/base/conf.h"
#include "shared/base/log.h"

enum { BACKLOG = 4096 };

static bool
listens(int fd)
{
	int       yes = 0;
	socklen_t n = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 && yes != 0;
}

void
listener_lock(const struct conf *c)
{
	char         path[512];
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int          fd;

	if (c->socket[0] == '\0')
		return;
	snprintf(path, sizeof(path), "%s.lock", c->socket);
	/* Never closed: closing any descriptor of the file would give the lock back. */
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		log_die("listener", "%s: %s", path, strerror(errno));
	if (fcntl(fd, F_SETLK, &l) != 0)
		log_die("listener", "another process already serves %s", c->socket);
}

static int
open_unix(const struct conf *c)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char               fresh[sizeof(to.sun_path)];
	int                n = snprintf(fresh, sizeof(fresh), "%s.new", c->socket);
	int                fd = socket(AF_UNIX, SOCK_STREAM, 0);
	mode_t             mask = umask(0777 & ~(mode_t)c->socket_mode);

	if (n < 0 || (size_t)n >= sizeof(fresh))
		log_die("listener", "MF_SOCKET=%s is too long", c->socket);
	memcpy(to.sun_path, fresh, (size_t)n + 1);
	unlink(fresh);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    chmod(fresh, (mode_t)c->socket_mode) != 0 || listen(fd, BACKLOG) != 0 ||
	    rename(fresh, c->socket) != 0)
		log_die("listener", "%s: %s", c->socket, strerror(errno));
	umask(mask);
	return fd;
}

int
listener_open(const struct conf *c)
{
	int fd = STDIN_FILENO;

	if (!listens(fd)) {
		if (c->socket[0] == '\0')
			log_die("listener", "standard input is no listening socket, and MF_SOCKET is not set");
		listener_lock(c);
		fd = open_unix(c);
	} else {
		/* Ours is a new one, larger; what the one who made it chose does not matter. */
		listen(fd, BACKLOG);
	}
	/* Threads wait in accept; the flag is shared by all who hold the socket. */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

void
listener_unlink(const struct conf *c)
{
	if (c->socket[0] != '\0')
		unlink(c->socket);
}
