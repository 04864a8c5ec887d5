/* tests/unit/fcgi/request.c - parameters of a gateway as a request, and the bytes of its answer */
#include "fcgi/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fcgi/gateway.h"
#include "fcgi/reply.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"

static struct task task;

static int
setup(void **state)
{
	(void)state;
	task_init(&task, mem_new(8 << 20));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	mem_free(task.mem);
	return 0;
}

static struct request
parsed(const char *const *params, size_t n)
{
	struct request r = { .params = mem_array(task.mem, char *, n + 1) };

	for (size_t i = 0; i < n; i++)
		r.params[i] = mem_text(task.mem, params[i]);
	request_parse(&task, &r);
	return r;
}
#define PARSED(...) parsed((const char *const[]){ __VA_ARGS__ }, \
	sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void
test_parse(void **state)
{
	struct request r = PARSED("REQUEST_METHOD=PUT", "REQUEST_URI=/a%2Fb//c?x=1+2&y&x=%41",
	    "HTTPS=on", "HTTP_HOST=h:8443", "SERVER_PORT=8443", "REMOTE_ADDR=::1",
	    "CONTENT_LENGTH=17");

	(void)state;
	assert_false(r.malformed);
	assert_string_equal(r.method, "PUT");
	assert_string_equal(r.target, "/a%2Fb//c?x=1+2&y&x=%41");
	assert_string_equal(r.path, "/a%2Fb//c");
	assert_string_equal(r.query, "x=1+2&y&x=%41");
	assert_string_equal(request_arg(&r, "x"), "1 2");
	assert_string_equal(request_arg(&r, "y"), "");
	assert_null(request_arg(&r, "z"));
	assert_string_equal(r.scheme, "https");
	assert_string_equal(r.host, "h:8443");
	assert_string_equal(r.remote, "::1");
	assert_int_equal(r.port, 8443);
	assert_int_equal(r.length, 17);
	assert_int_equal(strlen(r.id), 16);
}

static void
test_parse_what_is_not_there(void **state)
{
	struct request r = PARSED("REQUEST_URI=/");

	(void)state;
	assert_false(r.malformed);
	assert_string_equal(r.scheme, "http");
	assert_string_equal(r.host, "");
	assert_int_equal(r.port, 0);
	assert_int_equal(r.length, -1);
	assert_int_equal(PARSED("REQUEST_URI=/", "CONTENT_LENGTH=").length, -1);
}

static void
test_parse_malformed(void **state)
{
	static const char *const targets[] = { "", "a", "*", "http://h/a", "/a?x=%", "/?%zz",
		"/?a=%4" };
	static const char *const lengths[] = { "-1", "1x", " 1", "+1", "9223372036854775808" };

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++)
		assert_true(PARSED(mem_fmt(task.mem, "REQUEST_URI=%s", targets[i])).malformed);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		const char *length = mem_fmt(task.mem, "CONTENT_LENGTH=%s", lengths[i]);

		assert_true(PARSED("REQUEST_URI=/", length).malformed);
	}
}

static void
collect(void *arg, const char *name, const char *value)
{
	buf_fmt(arg, "%s=%s;", name, value);
}

static void
test_headers(void **state)
{
	struct request r = PARSED("REQUEST_URI=/", "CONTENT_TYPE=text/plain", "CONTENT_LENGTH=3",
	    "HTTP_X_AMZ_DATE=d", "HTTP_X_AMZ_META_A_B=v=w", "HTTP_X_AMZ_META_=e", "X_AMZ_META_NO=n");
	struct buf     out = buf_new(task.mem);

	(void)state;
	assert_string_equal(request_header(&r, "x-amz-date"), "d");
	assert_string_equal(request_header(&r, "content-type"), "text/plain");
	assert_string_equal(request_header(&r, "content-length"), "3");
	assert_null(request_header(&r, "x-amz"));
	assert_null(request_header(&r, "x-amz-dat"));
	assert_null(request_header(&r, "x-amz-date2"));
	request_headers(&r, task.mem, "x-amz-meta-", collect, &out);
	assert_string_equal(out.data, "x-amz-meta-a-b=v=w;x-amz-meta-=e;");
}

/* A body that comes a few bytes at a time, `total` of them. */
static size_t
trickle(struct request *r, void *p, size_t n)
{
	size_t *left = r->io;

	n = n < 7 ? n : 7;
	n = n < *left ? n : *left;
	memset(p, 'b', n);
	*left -= n;
	return n;
}

static void
test_body(void **state)
{
	static const struct { int64_t length; size_t comes, most; bool good; } cases[] = {
		{ 0, 0, 0, true }, { 10, 10, 10, true }, { -1, 10, 10, true }, { -1, 11, 10, false },
		{ 11, 11, 10, false }, { -1, 100000, 100000, true }, { INT64_MAX, 5, 10, false },
		{ 40000, 40000, 50000, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t         left = cases[i].comes;
		struct request r = { .length = cases[i].length, .read = trickle, .io = &left };
		struct buf     out = buf_new(task.mem);

		assert_int_equal(request_body(&task, &r, cases[i].most, &out), cases[i].good);
		if (cases[i].good) {
			assert_int_equal(out.len, cases[i].comes);
			assert_int_equal(strlen(out.data), out.len);
		}
	}
}

/* What crosses the connection for a reply, without the framing, as text. */
static const char *
sent(struct reply *r, const char *method, const char *sendfile)
{
	struct conf    conf = { .sendfile = sendfile };
	struct request q = { .method = method };
	struct gateway g;
	int            ends[2];
	unsigned char  h[8];
	struct buf     out = buf_new(task.mem);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	gateway_open(&g, ends[0]);
	g.id = 1;
	g.stdin_over = true;
	reply_send(&task, &g, &conf, &q, r);
	gateway_close(&g);
	while (read(ends[1], h, sizeof(h)) == sizeof(h)) {
		size_t n = (size_t)h[4] << 8 | h[5];
		char  *p = mem_raw(task.mem, n + 1);

		assert_int_equal(recv(ends[1], p, n, MSG_WAITALL), n);
		if (h[1] == 6)
			buf_add(&out, p, n);
		if (h[1] == 3)
			buf_text(&out, "|");
	}
	close(ends[1]);
	return out.data;
}

/* A fresh one each time: it must not move, it points into itself. */
static struct reply *
reply_of(int status, const char *body)
{
	struct reply *r = mem_one(task.mem, struct reply);

	reply_start(task.mem, r);
	r->status = status;
	buf_text(&r->body, body);
	return r;
}

static void
test_reply(void **state)
{
	struct reply *r = reply_of(200, "hello");

	(void)state;
	reply_header(task.mem, r, "ETag", "\"a\r\nX: b\"");
	reply_header(task.mem, r, "Nothing", NULL);
	reply_header(task.mem, r, "content-length", "99");
	assert_string_equal(sent(r, "GET", "none"),
	    "Status: 200 OK\r\nETag: \"a  X: b\"\r\nContent-Length: 5\r\n\r\nhello|");
	assert_string_equal(sent(r, "HEAD", "none"),
	    "Status: 200 OK\r\nETag: \"a  X: b\"\r\nContent-Length: 5\r\n\r\n|");
	r->length = 123;
	assert_non_null(strstr(sent(r, "HEAD", "none"), "Content-Length: 123\r\n\r\n|"));
	r = reply_of(304, "");
	assert_string_equal(sent(r, "GET", "none"), "Status: 304 Not Modified\r\n\r\n|");
	r = reply_of(204, "");
	assert_string_equal(sent(r, "DELETE", "none"), "Status: 204 No Content\r\n\r\n|");
}

static void
test_reply_with_files(void **state)
{
	char               path[] = "/tmp/mf-reply.XXXXXX";
	int                fd = mkstemp(path);
	struct reply_piece pieces[] = { { .path = path, .offset = 2, .length = 3 },
		{ .path = path }, { .path = path, .length = 4 } };
	struct reply      *r = reply_of(200, "");
	const char        *said;

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	close(fd);
	r->pieces = pieces;
	r->n_pieces = 3;
	assert_string_equal(sent(r, "GET", "none"),
	    "Status: 200 OK\r\nContent-Length: 7\r\n\r\n2340123|");
	assert_string_equal(sent(r, "HEAD", "lighttpd"),
	    "Status: 200 OK\r\nContent-Length: 7\r\n\r\n|");
	assert_string_equal(sent(r, "GET", "apache"), sent(r, "GET", "none"));
	assert_string_equal(sent(r, "GET", "lighttpd"),
	    mem_fmt(task.mem, "Status: 200 OK\r\nX-Sendfile2: %s 2-4, %s 0-3\r\n\r\n|", path, path));
	r->by_us = true;
	assert_string_equal(sent(r, "GET", "lighttpd"), sent(r, "GET", "none"));
	r = reply_of(200, "");
	r->pieces = pieces;
	r->n_pieces = 1;
	pieces[0] = (struct reply_piece){ .path = path, .length = 10 };
	r->whole_file = true;
	said = mem_fmt(task.mem, "Status: 200 OK\r\nX-Sendfile: %s\r\n\r\n|", path);
	assert_string_equal(sent(r, "GET", "lighttpd"), said);
	assert_string_equal(sent(r, "GET", "apache"), said);
	/* A file that is shorter than its row says: the answer has no end. */
	pieces[0].length = 20;
	said = sent(r, "GET", "none");
	assert_non_null(strstr(said, "Content-Length: 20\r\n\r\n0123456789"));
	assert_null(strchr(said, '|'));
	unlink(path);
	assert_string_equal(sent(r, "GET", "none"),
	    "Status: 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n|");
}

static void
test_too_many_pieces_for_a_header(void **state)
{
	struct reply       *r = reply_of(200, "");
	struct reply_piece *pieces = mem_array(task.mem, struct reply_piece, 10000);

	(void)state;
	for (size_t i = 0; i < 10000; i++)
		pieces[i] = (struct reply_piece){ .path = "/dev/zero", .length = 1 };
	r->pieces = pieces;
	r->n_pieces = 10000;
	assert_non_null(strstr(sent(r, "GET", "lighttpd"), "Content-Length: 10000\r\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parse_what_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parse_malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_body, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reply, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reply_with_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many_pieces_for_a_header, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
