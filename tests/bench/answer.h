/* tests/bench/answer.h - reading HTTP/1.1 answers as they arrive */
#ifndef MF_BENCH_ANSWER_H
#define MF_BENCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A body is framed by Content-Length or by chunks; an answer with neither is an error, for it would
 * end with its connection.  The body is compared with `expect` (repeated every expect_size bytes,
 * NULL: not compared) while it passes and is not kept, but for its first bytes.
 */
struct answer {
	enum { ANSWER_HEAD, ANSWER_BODY, ANSWER_CHUNK_SIZE, ANSWER_CHUNK, ANSWER_CHUNK_END,
		ANSWER_TRAILER, ANSWER_DONE, ANSWER_BROKEN } state;
	int         status;
	bool        no_body, close; /* no_body: the answer to a HEAD */
	int64_t     left, body;     /* left: of the body or of the chunk */
	const char *expect;
	size_t      expect_size;
	bool        differs;
	char        head[8192];     /* the head, then the line of a chunk being read */
	size_t      head_len;
	char        start[400];     /* of the body, for reports */
	size_t      start_len;
};

void answer_start(struct answer *a, const char *expect, size_t expect_size, bool no_body);
/* Take up to n bytes; returns how many were this answer's. */
size_t answer_add(struct answer *a, const char *p, size_t n);

#endif
