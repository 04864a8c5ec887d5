/* fcgi/request.h - an HTTP request as the web server hands it over, and the answer to it */
#ifndef MF_REQUEST_H
#define MF_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/base/buf.h"
#include "shared/wire/uri.h"

struct mem;
struct store;
struct task;

/*
 * Everything is as received: `target` is REQUEST_URI raw, path and query are its two halves, still
 * percent-encoded.  Route, canonicalise and verify signatures from these and nothing else.
 */
struct request {
	const char       *method;
	const char       *target, *path, *query;
	struct uri_query  args;      /* the query, decoded */
	bool              malformed; /* the query's percent-encoding, or a target that is no path */
	const char       *scheme;    /* "http" or "https" */
	const char       *host;      /* the Host header, "" when there is none */
	int64_t           port;      /* of the web server */
	const char       *remote;
	int64_t           length;    /* Content-Length; -1: not said */
	char            **params;    /* NAME=value, NULL at the end */
	const char       *last_modified_as; /* what the web server calls Last-Modified; or NULL */
	const char       *id;        /* of this request: x-amz-request-id and the log's rid */

	/*
	 * The next bytes of the body; 0 at its end.  *short_body becomes true when the body ended
	 * before Content-Length said.  Never throws.
	 */
	size_t (*read)(struct request *r, void *p, size_t n);
	bool   short_body;
	void  *io;
};

/* The value of a header by its name in lower case ("x-amz-date"); NULL when there is none. */
const char *request_header(const struct request *r, const char *name);
/*
 * Call each(arg, name, value) for every header that begins with prefix, name in lower case.  The
 * gateway turns what is neither letter nor digit into '_', so a name comes back with '-' there.
 */
void request_headers(const struct request *r, struct mem *m, const char *prefix,
    void (*each)(void *arg, const char *name, const char *value), void *arg);
/* Whether the gateway can tell the two apart. */
bool request_same_header(const char *a, const char *b);
/* The query argument, decoded; NULL when there is none, "" when it has no value. */
const char *request_arg(const struct request *r, const char *name);
/*
 * The whole body, at most `most` bytes.  False: it is longer (the rest is not read), or short.
 */
bool request_body(struct task *t, struct request *r, size_t most, struct buf *out);
/* Fill in target, path, query, args, scheme, host, port, length, id from r->params. */
void request_parse(struct task *t, struct request *r);

struct reply_header {
	const char          *name, *value;
	struct reply_header *next;
};

/* Bytes [offset, offset + length) of a file, or of memory when path is NULL. */
struct reply_piece {
	const char *path;
	const void *bytes;
	int64_t     offset, length;
};

/*
 * A body made while it goes out: read gives up to n bytes of `length` in all, 0 only at the end,
 * and throws when it cannot; then the answer is broken off.  See reply_stream.
 */
struct reply_stream {
	size_t (*read)(void *arg, void *p, size_t n);
	void       *arg;
	int64_t     length;
	const void *first; /* read ahead */
	size_t      n_first;
};

/*
 * The answer.  Its body is `body`, or a stream, or, when n_pieces > 0, pieces of files: sent by the
 * web server where MF_SENDFILE allows, else by us.  `length` announces a body that is not sent
 * (HEAD); -1 otherwise.
 */
struct reply {
	int                  status;
	struct reply_header *headers, **last;
	struct buf           body;
	struct reply_stream *stream;
	struct reply_piece  *pieces;
	size_t               n_pieces;
	bool                 whole_file; /* one piece, a file: the web server may do ranges */
	bool                 by_us;      /* pieces go through us whatever MF_SENDFILE says */
	bool                 sandbox;    /* the origin has other pages: browsers run nothing of this */
	int64_t              length;
};

void reply_start(struct mem *m, struct reply *r);
/*
 * name is checked: a header whose name is no token of HTTP is left out.  So is value: CR and LF
 * become spaces.  NULL: left out.
 */
void reply_header(struct mem *m, struct reply *r, const char *name, const char *value);
void reply_header_int(struct mem *m, struct reply *r, const char *name, int64_t value);
/*
 * Answer with a stream.  Its first bytes are read here, so that what cannot be had at all is still
 * a fault with a status of its own.
 */
void reply_stream(struct task *t, struct reply *r, size_t (*read)(void *arg, void *p, size_t n),
    void *arg, int64_t length);

#endif
