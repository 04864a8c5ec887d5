/* shared/wire/chunked.h - the aws-chunked framing of a body */
#ifndef MF_CHUNKED_H
#define MF_CHUNKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 *     hex-size[;chunk-signature=64 digits] CRLF bytes CRLF ... 0[;chunk-signature=..] CRLF
 *     [name:value CRLF ...] CRLF
 *
 * Source: docs.aws.amazon.com "Signature calculations for the Authorization header: transferring
 * payload in multiple chunks", and the same "with trailing headers".
 *
 * Bytes are put in as they come; chunked_next says one thing at a time that it found in them.
 * Nothing is allocated: a struct chunked, zeroed, is all there is.  Bounds: a line of 1 KiB,
 * trailers of 16 KiB together, a size of 15 digits.
 */
enum chunked_event {
	CHUNKED_MORE,    /* all the input is used up */
	CHUNKED_BEGIN,   /* a chunk begins: size (0: the last), signature, number */
	CHUNKED_DATA,    /* data, len: bytes of the chunk, within the input */
	CHUNKED_END,     /* the chunk's bytes are over */
	CHUNKED_TRAILER, /* name in lower case, value without white space around it */
	CHUNKED_DONE,    /* the framing is complete: whatever follows does not belong to it */
	CHUNKED_BAD,     /* it cannot be read; so it stays */
	CHUNKED_BAD_TRAILER, /* a line after the last chunk is none; CHUNKED_BAD from then on */
};

enum { CHUNKED_LINE = 1024, CHUNKED_TRAILERS = 16 * 1024 };

struct chunked {
	int64_t     size, number; /* the first chunk is number 1 */
	char        signature[65]; /* "" when there is none */
	const char *data;
	size_t      len;
	const char *name, *value; /* until the next call */

	int     state;
	int64_t left;
	size_t  used, trailers;
	char    line[CHUNKED_LINE];
};

/* Moves *p and *n past what it has read. */
enum chunked_event chunked_next(struct chunked *c, const char **p, size_t *n);
/*
 * After CHUNKED_DONE: an empty line was not the end, trailers go on.  Some clients write one before
 * the first trailer, as AWS's own example does, or before the signature.
 */
void chunked_resume(struct chunked *c);

#endif
