/* shared/db/listen.h - a connection that hears and sends notifications */
#ifndef MF_LISTEN_H
#define MF_LISTEN_H

#include <stdbool.h>

struct conf;

/*
 * For one thread.  The connection goes to MF_DB_DIRECT where that is set: a pooler may lend a
 * session to others, and LISTEN belongs to a session.  What it sends is not waited for on the disk.
 */
struct listen;

/* NULL, and a line in the log, when there is no connection to be had. */
struct listen *listen_open(const struct conf *c, const char *channel);
void           listen_close(struct listen *l);
/* Readable when something came in. */
int  listen_fd(const struct listen *l);
/* Call each(arg, payload) for all that came in; false: the connection is lost. */
bool listen_take(struct listen *l, void (*each)(void *arg, const char *payload), void *arg);
/* At most 7,900 bytes; false: the connection is lost. */
bool listen_tell(struct listen *l, const char *payload);

#endif
