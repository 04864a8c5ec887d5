/* shared/client/http.h - HTTP requests to other services, through libcurl */
#ifndef MF_HTTP_H
#define MF_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/base/buf.h"

struct task;

/*
 * One service that we call; made at start, shared by all threads of the process.  Connections are
 * kept by each thread for itself and used again.  http_open_service parses "https://host:port/path"
 * (the port may be missing, a slash at the end is cut) and sets defaults; false: it is no such URL.
 */
struct http_service {
	const char *name;      /* for the log: "store" */
	char        origin[280]; /* https://host:port */
	char        host[264];   /* as the Host header has it */
	char        prefix[256]; /* of every path: "" or "/env-1/s3" */
	const char *ca_file;     /* what to trust; NULL: what the system trusts */
	int64_t     timeout;     /* how long a request may stand still; also to connect */

	/* What is known of its health (http_retry.c). */
	_Atomic int64_t  away_until; /* monotonic; 0: it answers */
	_Atomic unsigned failures;   /* one after the other, without any answer */
};
bool http_service_parse(struct http_service *s, const char *url);

struct http_header {
	struct http_header *next;
	const char         *name, *value; /* name in lower case */
};

/* Path (with the service's prefix) and query are percent-encoded, as they go out. */
struct http_request {
	const char         *method, *path;
	const char         *query;      /* NULL: none */
	struct http_header *headers;    /* Host, Content-Length come by themselves */
	const void         *body;       /* stays where it is until the request is over */
	size_t              size;
};
void http_add(struct mem *m, struct http_request *r, const char *name, const char *value);

/*
 * Send a request and wait for the head of the answer.  Never throws for what the other side does:
 * status 0 and http_error say that there was none.  Then read the body as it comes; 0 at its end,
 * or when it broke off: http_error tells which (NULL: it is whole).  How long a peer may stand
 * still is the service's timeout, and whatever it does it has to move 16 KiB a second on average,
 * so a thread waits for a bounded time.  Until it is closed or the arena is reset a stream belongs
 * to its thread.
 */
struct http_stream;
struct http_stream *http_open(struct task *t, struct http_service *s, const struct http_request *r);
int                 http_status(const struct http_stream *h);
const char         *http_answer_header(const struct http_stream *h, const char *name); /* or NULL */
size_t              http_read(struct http_stream *h, void *p, size_t n);
const char         *http_error(const struct http_stream *h);
void                http_close(struct http_stream *h);

/* A request whose answer is small: its body, up to ANSWER_MOST bytes, in the arena. */
struct http_answer {
	int                 status; /* 0: none, or not whole */
	const char         *error;  /* then why */
	struct buf          body;
	struct http_stream *stream; /* closed; for http_answer_header */
};
enum { HTTP_ANSWER_MOST = 4 << 20 };
void http_call(struct task *t, struct http_service *s, const struct http_request *r,
    struct http_answer *out);

/*
 * Once more?  For requests that may be sent twice (or, `refused`, only when the service said that
 * it did not do it): after no answer, 429 and 5xx, three times at most and within the service's
 * timeout, after a pause that grows.  Begin with a zeroed struct http_tries.
 *
 *     do {
 *             ... make the request, which is signed with the time ...
 *             http_call(t, s, &r, &a);
 *     } while (http_again(t, s, &tries, a.status));
 *
 * A service that did not answer five requests one after the other is left alone for a second:
 * http_open fails at once then, but for one request a second that looks whether it is back.
 */
struct http_tries {
	unsigned n;
	int64_t  began;   /* monotonic */
	bool     refused; /* may be repeated only after 429 and 503 */
};
bool http_again(struct task *t, struct http_service *s, struct http_tries *tries, int status);
/* For http.c: may a request go out; and how it went. */
bool http_may_try(struct http_service *s);
void http_note(struct http_service *s, bool answered);

#endif
