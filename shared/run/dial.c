/* shared/run/dial.c - short talks with a server on this machine */
#include "shared/run/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "shared/base/clock.h"

enum { MOMENTS = 30 };

#define MOMENT (3 * MILLISECOND)

static bool
name(struct sockaddr_in *a, const char *address, int64_t port)
{
	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, address, &a->sin_addr) == 1;
}

int
dial(const char *address, int64_t port, int64_t timeout)
{
	struct sockaddr_in a;
	struct timeval     t = { .tv_sec = timeout / SECOND, .tv_usec = timeout % SECOND };
	int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (name(&a, address, port) && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

bool
dial_write(int fd, const void *p, size_t n)
{
	return send(fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

bool
dial_read(int fd, void *p, size_t n)
{
	char *at = p;

	while (n > 0) {
		ssize_t got = recv(fd, at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

bool
dial_free(const char *address, int64_t port)
{
	struct sockaddr_in a;
	int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	bool               can;

	if (fd < 0)
		return false;
	/* As servers do it: connections that are ending do not count. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	can = name(&a, address, port) && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd,
	    1) == 0;
	close(fd);
	return can;
}

bool
dial_comes_free(const char *address, int64_t port)
{
	for (int i = 0; i < MOMENTS; i++) {
		if (dial_free(address, port))
			return true;
		usleep((useconds_t)MOMENT);
	}
	return false;
}
