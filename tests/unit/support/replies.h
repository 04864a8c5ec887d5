/* tests/unit/support/replies.h - an HTTP server that answers by heart */
#ifndef MF_REPLIES_H
#define MF_REPLIES_H

#include <stddef.h>

/*
 * Each request gets the next reply, whoever asks what.  A reply is sent as it stands, and without
 * Content-Length the connection is closed after it.  NULL: the connection closes without an answer;
 * REPLY_NEVER: it stays open, and nothing comes.  When the list is at its end: closed.
 */
extern const char REPLY_NEVER[];

/* Starts it; its address, as http://127.0.0.1:port. */
const char *replies_start(void);
void        replies_set(const char *const *list, size_t n);
/* How many requests there were since, the first line of the nth, and connections. */
size_t      replies_asked(void);
const char *replies_line(size_t i);
size_t      replies_connections(void);
void        replies_end(void);

#endif
