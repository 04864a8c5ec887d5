/* tests/fuzz/fuzz_gateway.c - FastCGI records of a web server, and the request in them */
#include "tests/fuzz/fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "fcgi/call.h"
#include "fcgi/gateway.h"
#include "fcgi/request.h"
#include "fcgi/route.h"
#include "shared/base/conf.h"

static struct gateway *gateway;

static size_t
read_body(struct request *r, void *p, size_t n)
{
	size_t got = gateway_read(gateway, p, n);

	r->short_body = got == 0 && !gateway->stdin_over;
	return got;
}

static void
serve(struct task *t, char **params)
{
	static const struct conf  conf = { .domain = "localhost", .web_port_first = 30000,
		.web_port_last = 30010 };
	static const struct world world = { .conf = &conf };
	struct request            r = { .params = params, .read = read_body };
	struct call               c = { .task = t, .world = &world, .req = &r };
	struct buf                body = buf_new(t->mem);
	const char               *key;

	request_parse(t, &r);
	assert(r.method != NULL && r.path != NULL && r.query != NULL && r.length >= -1);
	route(&c, &key);
	assert(c.service != NULL && c.path != NULL && c.base_url != NULL);
	if (request_body(t, &r, 10000, &body))
		assert(body.len <= 10000);
}

/* The bytes are all that ever comes: the other side has closed. */
static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct gateway g;
	int            pair[2];
	char         **params;

	assert(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	assert(send(pair[1], p, n, MSG_DONTWAIT) == (ssize_t)n);
	shutdown(pair[1], SHUT_WR);
	gateway_open(&g, pair[0]);
	g.patience = 10;
	gateway = &g;
	params = gateway_params(&g, t->mem);
	if (params != NULL)
		serve(t, params);
	close(pair[1]);
	close(pair[0]);
}
