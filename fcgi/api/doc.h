/* fcgi/api/doc.h - what the OpenAPI document says of an operation */
#ifndef MF_DOC_H
#define MF_DOC_H

#include <stddef.h>

#include "fcgi/proto/shape.h"

struct fault;
struct op;

/*
 * Each operation of routes.def has one, beside its handler: `const struct doc doc_create_key`.
 * What all operations have is not repeated there: X-Request-Id, Idempotency-Key of POST, paging's
 * arguments, and the faults of openapi.c's table (401, 413, 422 of a body, 503, ...).
 */
enum {
	DOC_PAGED  = 1 << 0, /* takes limit and cursor */
	DOC_TAGGED = 1 << 1, /* takes If-Match */
	DOC_CACHED = 1 << 2, /* takes If-None-Match, answers 304 */
	DOC_WAITS  = 1 << 3, /* takes Prefer: wait=N */
	DOC_ASYNC  = 1 << 4, /* takes Prefer: respond-async */
};

/* Headers of an answer. */
enum { HAS_LOCATION = 1 << 0, HAS_ETAG = 1 << 1, HAS_RETRY = 1 << 2 };

struct doc_answer {
	int                 status;
	const char         *about;
	const struct shape *body;    /* NULL: none, or what `type` says */
	const char         *type;    /* of the body; NULL: application/json */
	unsigned            headers;
};

struct doc {
	const char *tag;
	const char *summary;        /* a sentence without its end */
	const char *about;          /* more of it, or NULL */
	unsigned    flags;
	const struct member *query; /* arguments of the query */
	size_t               n_query;
	const struct shape  *request;     /* the body; NULL: none */
	struct doc_answer    answers[4];  /* a status of 0 ends them */
	const struct fault  *faults[12];  /* its own; NULL ends them */
};

/* The document of operation number i of the API's table. */
extern const struct doc *const api_docs[];

/* Of an operation of our own API; NULL for those of other services. */
const struct doc *doc_of(const struct op *op);

/* limit and cursor, as api_page reads them. */
extern const struct member page_query[2];
/* The end of a list's answer. */
#define NEXT_CURSOR \
	{ "next_cursor", S_STRING, MUST | NULLS, "The cursor of the next page; null: there is none", \
	    NULL }

#endif
