/* fcgi/gateway.h - FastCGI 1.0: the responder's side of one connection */
#ifndef MF_GATEWAY_H
#define MF_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct mem;

/*
 * One connection carries one request, as lighttpd and mod_proxy_fcgi use it; after the answer we
 * close, FCGI_KEEP_CONN or not.  Every system call here survives being interrupted by a signal, no
 * descriptor is too large (poll, not select), and nothing waits longer than a minute for the peer.
 * Source: FastCGI Specification 1.0 (section numbers in gateway.c).
 *
 * Why not libfcgi: docs/decisions/2026-11-23-fastcgi.md.
 */
enum { GATEWAY_BUFFER = 8192 };

struct gateway {
	int      fd;          /* -1: closed */
	unsigned id;          /* of the request; 0: none yet */
	bool     lost;        /* the peer hung up, was silent too long, or broke the protocol */
	bool     stdin_over;
	unsigned left, padding; /* of the stdin record at hand */
	size_t   at, have;    /* in[at..have) is not looked at yet */
	uint64_t sent;        /* bytes of stdout */
	int      patience;    /* milliseconds we wait for the peer */
	unsigned char in[GATEWAY_BUFFER];
};

/* Takes over fd. */
void gateway_open(struct gateway *g, int fd);
/*
 * The request's parameters as NAME=value, NULL at the end, in the arena (which may throw); NULL
 * when the peer asked for something else or is lost.
 */
char **gateway_params(struct gateway *g, struct mem *m);
/* The next bytes of the body; 0 at its end, which is a clean one when stdin_over. */
size_t gateway_read(struct gateway *g, void *p, size_t n);
/* Send bytes of the answer, gathered from parts; with `last` the end too.  False: lost. */
bool gateway_write(struct gateway *g, const struct iovec *parts, size_t n, bool last);
/* Whether the peer has hung up while we were waiting. */
bool gateway_gone(const struct gateway *g);
/*
 * Close.  What the peer still sends is read first, for a while: a peer that is cut off in the
 * middle of its body would report that instead of our answer.
 */
void gateway_close(struct gateway *g);

#endif
