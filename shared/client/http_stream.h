/* shared/client/http_stream.h - what the files of the HTTP client share */
#ifndef MF_HTTP_STREAM_H
#define MF_HTTP_STREAM_H

#include <curl/curl.h>

#include "shared/client/http.h"

/*
 * libcurl calls us back, and nothing may be thrown through it: what it brings lies in buffers of a
 * fixed size, and when one is full the transfer pauses.
 */
enum {
	WINDOW = 256 << 10, /* of an answer's body */
	SMALL = 32 << 10,   /* of a small one; libcurl brings 16 KiB at most at once */
	HEAD = 16 << 10,    /* of an answer's headers; what is past it is left out */
	SLOWEST = 16 << 10, /* bytes a second */
};

struct http_stream {
	struct http_service *service;
	struct task         *task;
	CURL                *easy; /* NULL: closed */
	struct curl_slist   *list;
	const char          *body; /* of the request */
	size_t               size, sent;
	char                *head; /* name NUL value NUL ..., an empty name at the end */
	size_t               n_head;
	char                *window;
	size_t               room, at, have;
	int64_t              moved, waited;
	bool                 answered, over, paused;
	CURLcode             result;
	const char          *error;
};

/* Everything libcurl is to know of the request (http_setup.c). */
void http_set_up(struct http_stream *h, const struct http_request *r);

#endif
