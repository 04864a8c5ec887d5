/* fcgi/listener.h - the socket on which the web server reaches us */
#ifndef MF_LISTENER_H
#define MF_LISTENER_H

#include <stdbool.h>

struct conf;

/*
 * Standard input where that is a listening socket (spawn-fcgi and lighttpd's bin-path start us so),
 * else a new Unix socket at MF_SOCKET.  It takes the name in one step, so that there is never none.
 * Two programs on one MF_SOCKET are refused by a lock on MF_SOCKET.lock; it dies with its holder.
 * Ends the process with a sentence when there is no socket to be had.
 */
int listener_open(const struct conf *c);
/* The lock again, after the program was executed anew: it belongs to the process, but check. */
void listener_lock(const struct conf *c);
/* Nobody shall come any more: the name goes, if it is (still) ours. */
void listener_unlink(const struct conf *c);

#endif
