/* fcgi/record.h - FastCGI 1.0: records on a socket, for gateway.c */
#ifndef MF_RECORD_H
#define MF_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "fcgi/gateway.h"

/* Section 8 of the specification. */
enum {
	BEGIN_REQUEST = 1, ABORT_REQUEST = 2, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6,
	GET_VALUES = 9, GET_VALUES_RESULT = 10, UNKNOWN_TYPE = 11,
	RECORD_VERSION = 1,
	RECORD_HEADER = 8,
	RECORD_MOST = 65528, /* a multiple of eight, so that no padding is needed */
};

struct record {
	unsigned type, id, length, padding;
};

/* Every function sets g->lost when the peer is; patience is g->patience. */

/* Some bytes from the socket, past the buffer; 0: lost. */
size_t record_receive(struct gateway *g, void *p, size_t n);
/* Exactly n bytes; p may be NULL to skip them. */
bool record_take(struct gateway *g, void *p, size_t n);
bool record_next(struct gateway *g, struct record *r);
void record_header(unsigned char h[RECORD_HEADER], unsigned type, unsigned id, unsigned length);
/* Send all of iov, which is used up. */
bool record_send(struct gateway *g, struct iovec *iov, size_t n);

#endif
