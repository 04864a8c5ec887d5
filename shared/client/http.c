/* shared/client/http.c - HTTP requests to other services, through libcurl */
#include "shared/client/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"

/*
 * libcurl calls us back, and nothing may be thrown through it: what it brings lies in buffers of a
 * fixed size, and when one is full the transfer pauses.
 */
enum {
	WINDOW = 256 << 10, /* of an answer's body */
	SMALL = 32 << 10,   /* of a small one; libcurl brings 16 KiB at most at once */
	HEAD = 16 << 10,    /* of an answer's headers; what is past it is left out */
	SLOWEST = 16 << 10, /* bytes a second */
	IDLE_MOST = 8,
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

/* What a thread keeps. */
struct hands {
	CURLM   *multi;
	CURL    *idle[IDLE_MOST];
	unsigned n_idle;
};

static pthread_key_t  key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
let_hands_go(void *arg)
{
	struct hands *h = arg;

	while (h->n_idle > 0)
		curl_easy_cleanup(h->idle[--h->n_idle]);
	curl_multi_cleanup(h->multi);
	free(h);
}

static void
start(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || pthread_key_create(&key, let_hands_go) != 0)
		abort();
}

static struct hands *
my_hands(void)
{
	struct hands *h;

	pthread_once(&once, start);
	h = pthread_getspecific(key);
	if (h != NULL)
		return h;
	h = calloc(1, sizeof(*h));
	if (h == NULL || (h->multi = curl_multi_init()) == NULL || pthread_setspecific(key, h) != 0)
		abort();
	return h;
}

bool
http_service_parse(struct http_service *s, const char *url)
{
	bool        tls = strncmp(url, "https://", 8) == 0;
	const char *host = url + (tls ? 8 : 7), *default_port = tls ? ":443" : ":80";
	size_t      n = strcspn(host, "/?#"), path = strlen(host + n), port = strlen(default_port);

	if (!tls && strncmp(url, "http://", 7) != 0)
		return false;
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

static void
set_up(struct http_stream *h, const struct http_request *r)
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

/* What libcurl has finished, of this or another stream of the thread. */
static void
look_at_messages(struct hands *hands)
{
	CURLMsg *m;
	int      left;

	while ((m = curl_multi_info_read(hands->multi, &left)) != NULL) {
		struct http_stream *h;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&h);
		h->over = h->answered = true;
		h->result = m->data.result;
		if (h->result != CURLE_OK)
			h->error = curl_easy_strerror(h->result);
	}
}

/* Let the transfer go on for a moment; false: it has stood still too long, or is too slow. */
static bool
go_on(struct http_stream *h, int64_t *idle)
{
	struct hands *hands = my_hands();
	int64_t       before = clock_monotonic(), moved = h->moved, spent;
	int           running;

	if (h->paused && h->at == h->have) {
		h->paused = false;
		curl_easy_pause(h->easy, CURLPAUSE_CONT);
	}
	curl_multi_perform(hands->multi, &running);
	look_at_messages(hands);
	if (!h->over && h->moved == moved)
		curl_multi_poll(hands->multi, NULL, 0, 200, NULL);
	spent = clock_monotonic() - before;
	h->waited += spent;
	*idle = h->moved != moved ? 0 : *idle + spent;
	return h->over || (*idle < h->service->timeout &&
	    h->waited < h->service->timeout + h->moved / SLOWEST * SECOND);
}

static void
give_up(struct http_stream *h)
{
	h->over = h->answered = true;
	h->result = CURLE_OPERATION_TIMEDOUT;
	h->error = "too slow";
}

/* Back to the thread's own; the answer's head stays readable. */
void
http_close(struct http_stream *h)
{
	struct hands *hands = my_hands();

	if (h->easy == NULL)
		return;
	curl_multi_remove_handle(hands->multi, h->easy);
	curl_easy_reset(h->easy);
	if (hands->n_idle < IDLE_MOST)
		hands->idle[hands->n_idle++] = h->easy;
	else
		curl_easy_cleanup(h->easy);
	h->easy = NULL;
	curl_slist_free_all(h->list);
	h->list = NULL;
}

static void
close_at_the_end(void *arg)
{
	http_close(arg);
}

static void
send_it(struct http_stream *h, const struct http_request *r)
{
	struct hands *hands = my_hands();
	int64_t       idle = 0;

	mem_defer(h->task->mem, close_at_the_end, h);
	h->easy = hands->n_idle > 0 ? hands->idle[--hands->n_idle] : curl_easy_init();
	if (h->easy == NULL)
		abort();
	set_up(h, r);
	curl_multi_add_handle(hands->multi, h->easy);
	while (!h->answered)
		if (!go_on(h, &idle))
			give_up(h);
	http_note(h->service, http_status(h) != 0);
}

static struct http_stream *
open_with(struct task *t, struct http_service *s, const struct http_request *r, size_t room)
{
	struct http_stream *h = mem_one(t->mem, struct http_stream);

	*h = (struct http_stream){ .service = s, .task = t, .room = room };
	h->head = mem_raw(t->mem, HEAD);
	h->window = mem_raw(t->mem, room);
	if (http_may_try(s)) {
		send_it(h, r);
	} else {
		h->over = h->answered = true;
		h->error = "it does not answer";
	}
	return h;
}

struct http_stream *
http_open(struct task *t, struct http_service *s, const struct http_request *r)
{
	return open_with(t, s, r, WINDOW);
}

int
http_status(const struct http_stream *h)
{
	long status = 0;

	if (h->easy == NULL || (h->over && h->result != CURLE_OK && h->have == 0))
		return 0;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

const char *
http_answer_header(const struct http_stream *h, const char *name)
{
	for (size_t i = 0; i < h->n_head;) {
		const char *n = h->head + i, *value = n + strlen(n) + 1;

		if (strcasecmp(n, name) == 0)
			return value;
		i = (size_t)(value - h->head) + strlen(value) + 1;
	}
	return NULL;
}

size_t
http_read(struct http_stream *h, void *p, size_t n)
{
	int64_t idle = 0;

	while (h->at == h->have && !h->over)
		if (!go_on(h, &idle))
			give_up(h);
	if (n > h->have - h->at)
		n = h->have - h->at;
	memcpy(p, h->window + h->at, n);
	h->at += n;
	return n;
}

const char *
http_error(const struct http_stream *h)
{
	return h->error;
}

void
http_call(struct task *t, struct http_service *s, const struct http_request *r,
    struct http_answer *out)
{
	char   block[4096];
	size_t n;

	*out = (struct http_answer){ .stream = open_with(t, s, r, SMALL), .body = buf_new(t->mem) };
	out->status = http_status(out->stream);
	while ((n = http_read(out->stream, block, sizeof(block))) > 0) {
		buf_add(&out->body, block, n);
		if (out->body.len > HTTP_ANSWER_MOST)
			break;
	}
	out->error = http_error(out->stream);
	if (out->error != NULL || out->body.len > HTTP_ANSWER_MOST)
		out->status = 0;
	http_close(out->stream);
}
