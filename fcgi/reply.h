/* fcgi/reply.h - sending the answer to a request */
#ifndef MF_REPLY_H
#define MF_REPLY_H

#include <stdbool.h>

struct conf;
struct gateway;
struct reply;
struct request;
struct task;

/*
 * Send the answer and its end.  HEAD, 204 and 304 have no body; Content-Length is ours to say, also
 * when the handler named one.  Files go by the web server where MF_SENDFILE names one that can:
 *
 *   lighttpd  a whole file: X-Sendfile: path     parts: X-Sendfile2: path from-to, path from-to
 *   apache    a whole file: X-Sendfile: path     (mod_xsendfile; parts are sent by us)
 *
 * paths are percent-encoded, both decode them.  Otherwise we read the files, a block at a time.  A
 * stream (request.h) is always sent by us.
 * False: the web server hung up, or a file could not be read to its end (then the answer is broken
 * off, so that the client does not take it for whole).  Throws when the arena is full, before
 * anything was sent.
 */
bool reply_send(struct task *t, struct gateway *g, const struct conf *c, const struct request *r,
    struct reply *reply);

#endif
