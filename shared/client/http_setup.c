/* shared/client/http_setup.c - what libcurl is told of a request, and how it calls us back */
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/client/http_stream.h"

bool
http_service_parse(struct http_service *s, const char *url)
{
	bool        tls = strncmp(url, "https://", 8) == 0;
	const char *host = url + (tls ? 8 : 7), *default_port = tls ? ":443" : ":80";
	size_t      n, path, port = strlen(default_port);

	if (!tls && strncmp(url, "http://", 7) != 0)
		return false;
	n = strcspn(host, "/");
	path = strlen(host + n);
	while (path > 0 && host[n + path - 1] == '/')
		path--;
	if (n == 0 || n >= sizeof(s->host) || path >= sizeof(s->prefix) ||
	    strcspn(url, "?#@ \t") != strlen(url))
		return false;
	memcpy(s->prefix, host + n, path);
	s->prefix[path] = '\0';
	/* libcurl leaves the port out of the Host header when it is the scheme's own. */
	if (n > port && strncmp(host + n - port, default_port, port) == 0)
		n -= port;
	snprintf(s->host, sizeof(s->host), "%.*s", (int)n, host);
	snprintf(s->origin, sizeof(s->origin), "%s%s", tls ? "https://" : "http://", s->host);
	return true;
}

void
http_add(struct mem *m, struct http_request *r, const char *name, const char *value)
{
	struct http_header *h = mem_one(m, struct http_header), **at = &r->headers;

	*h = (struct http_header){ .name = name, .value = value };
	while (*at != NULL)
		at = &(*at)->next;
	*at = h;
}

static size_t
give(char *p, size_t size, size_t n, void *arg)
{
	struct http_stream *h = arg;
	size_t              more = h->size - h->sent;

	if (more > size * n)
		more = size * n;
	memcpy(p, h->body + h->sent, more);
	h->sent += more;
	h->moved += (int64_t)more;
	return more;
}

/* A connection that had been closed meanwhile: libcurl begins anew on another one. */
static int
rewind_body(void *arg, curl_off_t offset, int origin)
{
	struct http_stream *h = arg;

	if (origin != SEEK_SET || offset < 0 || (size_t)offset > h->size)
		return CURL_SEEKFUNC_FAIL;
	h->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

static size_t
take(char *p, size_t size, size_t n, void *arg)
{
	struct http_stream *h = arg;

	n *= size;
	h->answered = true;
	if (h->at == h->have)
		h->at = h->have = 0;
	if (n > h->room - h->have) {
		h->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	memcpy(h->window + h->have, p, n);
	h->have += n;
	h->moved += (int64_t)n;
	return n;
}

/* A line of the head; a status line begins another answer, as after 100 Continue. */
static size_t
take_head(char *p, size_t size, size_t n, void *arg)
{
	struct http_stream *h = arg;
	size_t              len = n * size, name, value;
	const char         *colon = memchr(p, ':', len);

	h->moved += (int64_t)len;
	if (len >= 5 && memcmp(p, "HTTP/", 5) == 0)
		h->n_head = 0;
	while (len > 0 && (p[len - 1] == '\r' || p[len - 1] == '\n' || p[len - 1] == ' '))
		len--;
	if (colon == NULL || len == 0)
		return n * size;
	name = (size_t)(colon - p);
	value = name + 1;
	while (value < len && p[value] == ' ')
		value++;
	if (value > len || name == 0 || h->n_head + name + (len - value) + 3 > HEAD)
		return n * size;
	memcpy(h->head + h->n_head, p, name);
	h->head[h->n_head + name] = '\0';
	memcpy(h->head + h->n_head + name + 1, p + value, len - value);
	h->n_head += name + 1 + len - value;
	h->head[h->n_head++] = '\0';
	return n * size;
}

static void
set_body(struct http_stream *h, const struct http_request *r)
{
	h->body = r->body;
	h->size = r->size;
	if (strcmp(r->method, "HEAD") == 0) {
		curl_easy_setopt(h->easy, CURLOPT_NOBODY, 1L);
	} else if (strcmp(r->method, "PUT") == 0 || strcmp(r->method, "POST") == 0) {
		curl_easy_setopt(h->easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(h->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->size);
		curl_easy_setopt(h->easy, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(h->easy, CURLOPT_READDATA, h);
		curl_easy_setopt(h->easy, CURLOPT_SEEKFUNCTION, rewind_body);
		curl_easy_setopt(h->easy, CURLOPT_SEEKDATA, h);
		curl_easy_setopt(h->easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
	}
	curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void
set_headers(struct http_stream *h, const struct http_request *r)
{
	/* Waiting for 100 Continue costs a second with servers that never say it. */
	h->list = curl_slist_append(h->list, "Expect:");
	for (const struct http_header *x = r->headers; x != NULL; x = x->next) {
		struct curl_slist *more =
		    curl_slist_append(h->list, mem_fmt(h->task->mem, "%s: %s", x->name, x->value));

		if (more == NULL)
			abort();
		h->list = more;
	}
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->list);
}

void
http_set_up(struct http_stream *h, const struct http_request *r)
{
	const struct http_service *s = h->service;
	CURL                      *e = h->easy;

	curl_easy_setopt(e, CURLOPT_URL, mem_fmt(h->task->mem, "%s%s%s%s", s->origin, r->path,
	    r->query != NULL ? "?" : "", r->query != NULL ? r->query : ""));
	curl_easy_setopt(e, CURLOPT_PRIVATE, h);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(s->timeout / MILLISECOND));
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 128L << 10);
	if (s->ca_file != NULL)
		curl_easy_setopt(e, CURLOPT_CAINFO, s->ca_file);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, h);
	set_body(h, r);
	set_headers(h, r);
}
