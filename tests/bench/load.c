/* tests/bench/load.c - load over keep-alive connections: N clients, each one request at a time */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "tests/bench/answer.h"
#include "tests/bench/sign.h"

enum { MOST_CLIENTS = 256, READ_SIZE = 256 * 1024, MOST_RETRIES = 3 };

static const char usage[] =
    "usage: load --port PORT --path PREFIX [--method PUT|GET] [--plain] [--size BYTES]\n"
    "            [--clients N] [--requests N] [--seconds N] [--keys N] [--read BYTES]\n"
    "Sends PREFIX0, PREFIX1, ... (PREFIX alone with --plain) to 127.0.0.1:PORT, signed with\n"
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY when they are set, and prints one JSON line.\n"
    "--size is of the body sent; --read of the body that must come back, byte by byte the same\n"
    "pattern.  An answer other than 200 counts as failed and the exit status is 1.\n";

struct options {
	const char *method, *path;
	bool        plain;
	int64_t     port, size, read, clients, requests, seconds, keys;
};

struct conn {
	int           fd;
	bool          busy;
	int64_t       started;
	char          head[2048];
	size_t        head_len, sent;
	unsigned      retries;
	struct answer answer;
};

struct load {
	struct options o;
	struct signer  signer;
	char          *pattern, *in;
	int            epoll;
	struct conn   *conns;
	int64_t        begun, until, ended;
	int64_t        issued, done, failed, reconnects;
	uint32_t      *micros;
	char           first_failure[600];
};

static void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void
connect_conn(struct load *l, struct conn *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)l->o.port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data = { .ptr = c } };
	int                one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		die("epoll_ctl");
}

static void
start_answer(struct load *l, struct conn *c)
{
	c->sent = 0;
	answer_start(&c->answer, l->o.read > 0 ? l->pattern : NULL, (size_t)l->o.read,
	    strcmp(l->o.method, "HEAD") == 0);
}

/* The next request, unless enough were sent. */
static void
next_request(struct load *l, struct conn *c)
{
	char    path[1024];
	int64_t now = clock_monotonic();

	if (l->issued >= l->o.requests || now >= l->until)
		return;
	if (l->o.plain)
		snprintf(path, sizeof(path), "%s", l->o.path);
	else
		snprintf(path, sizeof(path), "%s%lld", l->o.path,
		    (long long)(l->issued % l->o.keys));
	l->issued++;
	c->head_len = sign_head(&l->signer, l->o.method, path, (size_t)l->o.size, c->head,
	    sizeof(c->head));
	c->busy = true;
	c->retries = 0;
	c->started = now;
	start_answer(l, c);
}

static void
note_failure(struct load *l, const struct conn *c, const char *why)
{
	if (l->failed++ == 0)
		snprintf(l->first_failure, sizeof(l->first_failure), "%s (status %d): %.*s",
		    why, c->answer.status, (int)c->answer.start_len, c->answer.start);
}

static void
finish(struct load *l, struct conn *c)
{
	const struct answer *a = &c->answer;
	int64_t              now = clock_monotonic();

	if (a->state == ANSWER_BROKEN)
		note_failure(l, c, "no HTTP answer");
	else if (a->status != 200)
		note_failure(l, c, "not 200");
	else if (a->differs || (l->o.read > 0 && a->body != l->o.read))
		note_failure(l, c, "another body");
	l->micros[l->done++] = (uint32_t)(now - c->started);
	l->ended = now;
	c->busy = false;
}

static void
reconnect(struct load *l, struct conn *c)
{
	close(c->fd);
	l->reconnects++;
	connect_conn(l, c);
}

/* Send what is left of head and body; false: the connection is gone. */
static bool
flush(struct load *l, struct conn *c)
{
	size_t  total = c->head_len + (size_t)l->o.size;
	ssize_t n;

	while (c->busy && c->sent < total) {
		size_t       body = c->sent > c->head_len ? c->sent - c->head_len : 0;
		size_t       head = c->sent > c->head_len ? c->head_len : c->sent;
		struct iovec out[2] = {
			{ c->head + head, c->head_len - head },
			{ l->pattern + body, (size_t)l->o.size - body },
		};

		n = writev(c->fd, out, 2);
		if (n < 0)
			return errno == EAGAIN;
		c->sent += (size_t)n;
	}
	return true;
}

/* Read until nothing is left; false: the connection is gone. */
static bool
drain(struct load *l, struct conn *c)
{
	ssize_t n;
	size_t  used;

	while ((n = recv(c->fd, l->in, READ_SIZE, 0)) > 0) {
		used = c->busy ? answer_add(&c->answer, l->in, (size_t)n) : 0;
		if (used != (size_t)n)
			note_failure(l, c, "bytes nobody asked for");
		if (!c->busy)
			continue;
		if (c->answer.state != ANSWER_DONE && c->answer.state != ANSWER_BROKEN)
			continue;
		finish(l, c);
		if (c->answer.close || c->answer.state == ANSWER_BROKEN)
			return false;
		next_request(l, c);
		if (!flush(l, c))
			return false;
	}
	return n < 0 && errno == EAGAIN;
}

/*
 * A server may close an idle connection just as the next request leaves; a request of which nothing
 * was answered is then sent again, as every HTTP client does.
 */
static void
pump(struct load *l, struct conn *c)
{
	if (flush(l, c) && drain(l, c))
		return;
	reconnect(l, c);
	if (c->busy && (c->answer.head_len > 0 || c->answer.state != ANSWER_HEAD ||
	    c->retries++ >= MOST_RETRIES)) {
		c->answer.state = ANSWER_BROKEN;
		finish(l, c);
	}
	if (c->busy)
		start_answer(l, c);
	else
		next_request(l, c);
	flush(l, c);
}

static void
run(struct load *l)
{
	struct epoll_event events[MOST_CLIENTS];

	for (int64_t i = 0; i < l->o.clients; i++)
		connect_conn(l, &l->conns[i]);
	l->begun = l->ended = clock_monotonic();
	l->until = l->begun + l->o.seconds * SECOND;
	for (int64_t i = 0; i < l->o.clients; i++)
		next_request(l, &l->conns[i]);
	while (l->done < l->issued) {
		int n = epoll_wait(l->epoll, events, MOST_CLIENTS, 60000);

		if (n == 0) {
			fprintf(stderr, "load: no answer within a minute\n");
			exit(2);
		}
		for (int i = 0; i < n; i++)
			pump(l, events[i].data.ptr);
	}
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
report(const struct load *l)
{
	double seconds = (double)(l->ended - l->begun) / 1e6;
	size_t n = (size_t)l->done;

	if (n == 0) {
		printf("{\"requests\": 0}\n");
		return;
	}
	qsort(l->micros, n, sizeof(l->micros[0]), by_value);
	printf("{\"requests\": %zu, \"failed\": %lld, \"seconds\": %.3f, \"per_second\": %.1f, "
	    "\"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u, \"reconnects\": %lld}\n",
	    n, (long long)l->failed, seconds, seconds > 0 ? (double)n / seconds : 0,
	    l->micros[n / 2], l->micros[n * 99 / 100], l->micros[n - 1], (long long)l->reconnects);
	if (l->failed > 0)
		fprintf(stderr, "load: %lld of %zu failed; first: %s\n", (long long)l->failed, n,
		    l->first_failure);
}

static bool
number(const char *s, int64_t max, int64_t *out)
{
	if (text_i64(s, 0, max, out))
		return true;
	fprintf(stderr, "load: %s is no number up to %lld\n", s, (long long)max);
	return false;
}

static bool
read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "port", 1, NULL, 'p' }, { "path", 1, NULL, 'u' }, { "method", 1, NULL, 'm' },
		{ "plain", 0, NULL, 'x' }, { "size", 1, NULL, 's' }, { "clients", 1, NULL, 'c' },
		{ "requests", 1, NULL, 'n' }, { "seconds", 1, NULL, 't' }, { "keys", 1, NULL, 'k' },
		{ "read", 1, NULL, 'r' }, { NULL, 0, NULL, 0 } };
	bool ok = true;
	int  what;

	*o = (struct options){ .method = "GET", .clients = 16, .requests = 10000, .seconds = 10 };
	while (ok && (what = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (what) {
		case 'p': ok = number(optarg, 65535, &o->port); break;
		case 'u': o->path = optarg; break;
		case 'm': o->method = optarg; break;
		case 'x': o->plain = true; break;
		case 's': ok = number(optarg, 1 << 26, &o->size); break;
		case 'c': ok = number(optarg, MOST_CLIENTS, &o->clients); break;
		case 'n': ok = number(optarg, 10000000, &o->requests); break;
		case 't': ok = number(optarg, 3600, &o->seconds); break;
		case 'k': ok = number(optarg, 10000000, &o->keys); break;
		case 'r': ok = number(optarg, 1 << 26, &o->read); break;
		default: ok = false;
		}
	if (o->keys == 0)
		o->keys = o->requests;
	return ok && o->port > 0 && o->path != NULL && o->clients > 0 && o->requests > 0;
}

static void *
must(void *p)
{
	if (p == NULL)
		die("memory");
	return p;
}

int
main(int argc, char **argv)
{
	struct load *l = must(calloc(1, sizeof(*l)));
	char         host[32];
	size_t       most;

	if (!read_options(argc, argv, &l->o)) {
		fputs(usage, stderr);
		return 2;
	}
	most = (size_t)(l->o.size > l->o.read ? l->o.size : l->o.read);
	l->pattern = must(malloc(most + 1));
	for (size_t i = 0; i < most; i++)
		l->pattern[i] = (char)('a' + i * 31 % 26);
	l->in = must(malloc(READ_SIZE));
	l->micros = must(calloc((size_t)l->o.requests + MOST_CLIENTS, sizeof(l->micros[0])));
	l->conns = must(calloc((size_t)l->o.clients, sizeof(l->conns[0])));
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	snprintf(host, sizeof(host), "127.0.0.1:%lld", (long long)l->o.port);
	sign_start(&l->signer, host, getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"),
	    "us-east-1", l->pattern, (size_t)l->o.size);
	run(l);
	report(l);
	return l->failed > 0 ? 1 : 0;
}
