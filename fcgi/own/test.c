/* fcgi/own/test.c - /test: waits, faults and ceilings made on purpose, with MF_TEST=1 only */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/call.h"
#include "fcgi/proto/plain.h"
#include "shared/base/clock.h"
#include "shared/core/probe.h"
#include "shared/wire/digest.h"

enum { BLOCK = 64 * 1024 };

static const char *
word(struct call *c)
{
	const char *w = request_arg(c->req, "channel");

	if (w == NULL || *w == '\0')
		task_throw(c->task, &PLAIN_BAD, "channel is missing");
	return w;
}

/* ?channel=&ms=: wait for one ring, at most so long. */
static void
test_park(struct call *c)
{
	int64_t     deadline = c->started + plain_int(c, "ms", 20000, 0, 600000) * MILLISECOND;
	const char *channel = word(c);

	if (c->runs == 0 && call_park(c, channel, deadline, 0))
		return;
	plain_text(c, "%s after %lld ms",
	    c->hurry ? "hurried" : c->task->now >= deadline ? "over" : "rung",
	    (long long)((c->task->now - c->started) / MILLISECOND));
}

/* ?channel=&n=&ms=: wait until n rows of that word are there; nothing but a ring makes it look. */
static void
test_wait(struct call *c)
{
	int64_t     deadline = c->started + plain_int(c, "ms", 20000, 0, 600000) * MILLISECOND;
	int64_t     wanted = plain_int(c, "n", 1, 1, 1000000);
	const char *channel = word(c);
	int64_t     there = probe_count(c->task, channel);

	if (there < wanted && call_park(c, channel, deadline, 0))
		return;
	plain_text(c, "%lld after %lld ms", (long long)there,
	    (long long)((c->task->now - c->started) / MILLISECOND));
}

static void
test_ring(struct call *c)
{
	call_ring(c, word(c));
	plain_text(c, "rang");
}

/* ?channel=: add a row of that word, ring it. */
static void
test_put(struct call *c)
{
	int64_t id = probe_put(c->task, word(c));

	call_ring(c, word(c));
	plain_text(c, "%lld", (long long)id);
}

static void
add_header(void *arg, const char *name, const char *value)
{
	struct call *c = arg;

	buf_fmt(&c->reply.body, "%s: %s\n", name, value);
}

/* What arrived: length and digest of the body, target, headers. */
static void
test_echo(struct call *c)
{
	struct digest *d = digest_new(c->task->mem, DIGEST_SHA256);
	char          *block = mem_raw(c->task->mem, BLOCK);
	unsigned char  sum[DIGEST_MOST];
	int64_t        n = 0;
	size_t         got;

	while ((got = c->req->read(c->req, block, BLOCK)) > 0) {
		digest_add(d, block, got);
		n += (int64_t)got;
	}
	digest_end(d, sum);
	buf_fmt(&c->reply.body, "%s %s\n%s\n%s:%lld\n", c->req->method, c->req->target, c->req->scheme,
	    c->req->host, (long long)c->req->port);
	buf_fmt(&c->reply.body, "length %lld\nread %lld\nshort %d\nsha256 ", (long long)c->req->length,
	    (long long)n, c->req->short_body);
	for (size_t i = 0; i < digest_size(DIGEST_SHA256); i++)
		buf_fmt(&c->reply.body, "%02x", sum[i]);
	buf_char(&c->reply.body, '\n');
	request_headers(c->req, c->task->mem, "", add_header, c);
}

/* Answer without reading the body. */
static void
test_deaf(struct call *c)
{
	c->reply.status = 400;
	plain_text(c, "not read");
}

static void
test_abort(struct call *c)
{
	(void)c;
	abort();
}

static void
test_fault(struct call *c)
{
	(void)c;
	raise(SIGSEGV);
}

/* ?ms=: hold a thread. */
static void
test_sleep(struct call *c)
{
	usleep((useconds_t)(plain_int(c, "ms", 100, 0, 600000) * MILLISECOND));
	plain_text(c, "slept");
}

/* Nothing: what the front door and the runtime can do at most. */
static void
test_empty(struct call *c)
{
	(void)c;
}

/* The same with one statement, which writes a row with the body in it. */
static void
test_insert(struct call *c)
{
	const struct buf *body = call_body(c);

	probe_store(c->task, body->len > 0 ? body->data : "", body->len);
}

/* ?id=: the same with one statement, which reads such a row, and its bytes as the answer. */
static void
test_select(struct call *c)
{
	size_t      n = 0;
	const void *bytes = probe_load(c->task, plain_int(c, "id", 1, 1, INT64_MAX), &n);

	if (n > 0)
		buf_add(&c->reply.body, bytes, n);
}

/* ?n=: so many bytes, sent a block at a time. */
static void
test_bytes(struct call *c)
{
	struct reply_piece *p = mem_one(c->task->mem, struct reply_piece);

	*p = (struct reply_piece){ .path = "/dev/zero",
		.length = plain_int(c, "n", 0, 0, INT64_C(1) << 40) };
	c->reply.pieces = p;
	c->reply.n_pieces = 1;
	c->reply.by_us = true;
	call_header(c, "Content-Type", "application/octet-stream");
}

/* Take all memory a request may have. */
static void
test_greedy(struct call *c)
{
	for (;;)
		mem_raw(c->task->mem, BLOCK);
}

static const struct op ops[] = {
	{ .name = "Park", .handler = test_park, .http = "GET /test/park" },
	{ .name = "Wait", .handler = test_wait, .http = "GET /test/wait" },
	{ .name = "Ring", .handler = test_ring, .http = "POST /test/ring" },
	{ .name = "Put", .handler = test_put, .flags = OP_WRITE, .http = "POST /test/put" },
	{ .name = "Echo", .handler = test_echo, .flags = OP_BODY, .http = "POST /test/echo" },
	{ .name = "EchoPut", .handler = test_echo, .flags = OP_BODY, .http = "PUT /test/echo" },
	{ .name = "EchoGet", .handler = test_echo, .flags = OP_BODY, .http = "GET /test/echo" },
	{ .name = "Deaf", .handler = test_deaf, .flags = OP_BODY, .http = "POST /test/deaf" },
	{ .name = "Abort", .handler = test_abort, .http = "POST /test/abort" },
	{ .name = "Fault", .handler = test_fault, .http = "POST /test/fault" },
	{ .name = "Sleep", .handler = test_sleep, .http = "GET /test/sleep" },
	{ .name = "Empty", .handler = test_empty, .http = "GET /test/empty" },
	{ .name = "Insert", .handler = test_insert, .flags = OP_WRITE, .http = "POST /test/insert" },
	{ .name = "Select", .handler = test_select, .http = "GET /test/select" },
	{ .name = "Bytes", .handler = test_bytes, .http = "GET /test/bytes" },
	{ .name = "Greedy", .handler = test_greedy, .http = "GET /test/greedy" },
};

extern const struct service service_test;

const struct service service_test = {
	.cloud = "own", .name = "test", .path = "/test", .test_only = true,
	.proto = &plain, .ops = ops, .n_ops = COUNT(ops), .general = PLAIN_GENERAL,
};
