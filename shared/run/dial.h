/* shared/run/dial.h - short talks with a server on this machine */
#ifndef MF_DIAL_H
#define MF_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A TCP connection, or -1.  Nothing on it waits longer than timeout (microseconds): a read that
 * would fails.
 */
int  dial(const char *address, int64_t port, int64_t timeout);
bool dial_write(int fd, const void *p, size_t n);
bool dial_read(int fd, void *p, size_t n); /* exactly n bytes */
/* True: the port can be listened on now. */
bool dial_free(const char *address, int64_t port);
/* The same, or in a moment: what has it may be ending. */
bool dial_comes_free(const char *address, int64_t port);

#endif
