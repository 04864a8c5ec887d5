/* shared/client/http.c - HTTP requests to other services, through libcurl */
#include "shared/client/http.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/client/http_stream.h"

enum { IDLE_MOST = 8 };

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
	http_set_up(h, r);
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
