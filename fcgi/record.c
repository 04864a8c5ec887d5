/* fcgi/record.c - FastCGI 1.0: records on a socket */
#include "fcgi/record.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* Wait until the socket can be read or written; false: the time is over. */
static bool
ready(const struct gateway *g, short events, int ms)
{
	struct pollfd p = { .fd = g->fd, .events = events };
	int           n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

size_t
record_receive(struct gateway *g, void *p, size_t n)
{
	while (!g->lost) {
		ssize_t got = recv(g->fd, p, n, MSG_DONTWAIT);

		if (got > 0)
			return (size_t)got;
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK) || !ready(g, POLLIN, g->patience))
			g->lost = true;
	}
	return 0;
}

bool
record_take(struct gateway *g, void *p, size_t n)
{
	char *out = p;

	while (n > 0) {
		size_t part = g->have - g->at;

		if (part == 0) {
			g->at = 0;
			g->have = part = record_receive(g, g->in, sizeof(g->in));
			if (part == 0)
				return false;
		}
		if (part > n)
			part = n;
		if (out != NULL) {
			memcpy(out, g->in + g->at, part);
			out += part;
		}
		g->at += part;
		n -= part;
	}
	return true;
}

bool
record_next(struct gateway *g, struct record *r)
{
	unsigned char h[RECORD_HEADER];

	if (!record_take(g, h, sizeof(h)))
		return false;
	if (h[0] != RECORD_VERSION) {
		g->lost = true;
		return false;
	}
	*r = (struct record){ .type = h[1], .id = (unsigned)h[2] << 8 | h[3],
		.length = (unsigned)h[4] << 8 | h[5], .padding = h[6] };
	return true;
}

void
record_header(unsigned char h[RECORD_HEADER], unsigned type, unsigned id, unsigned length)
{
	h[0] = RECORD_VERSION;
	h[1] = (unsigned char)type;
	h[2] = (unsigned char)(id >> 8);
	h[3] = (unsigned char)id;
	h[4] = (unsigned char)(length >> 8);
	h[5] = (unsigned char)length;
	h[6] = h[7] = 0;
}

bool
record_send(struct gateway *g, struct iovec *iov, size_t n)
{
	while (n > 0 && !g->lost) {
		struct msghdr m = { .msg_iov = iov, .msg_iovlen = n };
		ssize_t       sent = sendmsg(g->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0) {
			if (errno == EINTR)
				continue;
			if ((errno != EAGAIN && errno != EWOULDBLOCK) || !ready(g, POLLOUT, g->patience))
				g->lost = true;
			continue;
		}
		while (n > 0 && (size_t)sent >= iov->iov_len) {
			sent -= (ssize_t)iov->iov_len;
			iov++;
			n--;
		}
		if (n > 0) {
			iov->iov_base = (char *)iov->iov_base + sent;
			iov->iov_len -= (size_t)sent;
		}
	}
	return !g->lost;
}
