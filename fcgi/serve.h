/* fcgi/serve.h - one process that serves requests: its threads, and how it ends */
#ifndef MF_SERVE_H
#define MF_SERVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "fcgi/segment.h"

struct conf;
struct store;

struct serve {
	const struct conf *conf;
	struct store      *store;
	struct segment     shared;
	unsigned           index;     /* of this process, in wake and board */
	int                socket;    /* listening */
	pid_t              parent;    /* 0: one plain process */
	dev_t              socket_dev; /* where MF_SOCKET lives, to see when another took its place */
	ino_t              socket_ino; /* 0: not ours */
};

/*
 * Serve until SIGTERM or SIGINT, then drain: accept no more, let those that wait answer as at their
 * deadline, finish what is in hand within MF_DRAIN.  Where no other process serves the same socket
 * its backlog is emptied first, so that no request that reached us is lost.
 *
 * A child whose parent died serves on until another has taken the place of the socket, at most for
 * MF_DRAIN, and then drains: whoever starts the parent again finds nobody in its way.
 */
_Noreturn void serve(const struct serve *s);

#endif
