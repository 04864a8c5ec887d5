/* tests/unit/shared/client/http.c - requests, and what becomes of them when the other side fails */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/client/http.h"
#include "tests/unit/support/replies.h"

#define OK_REPLY "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\nhello"
#define BUSY     "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
#define BROKEN   "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"
#define CUT_OFF  "HTTP/1.1 "
#define CUT      "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nhalf"

static struct task         task;
static struct http_service service;
static const char         *url;

static int
start(void **state)
{
	(void)state;
	url = replies_start();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	replies_end();
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	task_init(&task, mem_new(16 << 20));
	memset(&service, 0, sizeof(service));
	service.name = "test";
	service.timeout = MINUTE;
	assert_true(http_service_parse(&service, url));
	return 0;
}

static int
done(void **state)
{
	(void)state;
	mem_free(task.mem);
	return 0;
}

static struct http_answer
ask(const char *method, const char *body)
{
	struct http_request r = { .method = method, .path = "/path", .query = "a=b", .body = body,
		.size = strlen(body) };
	struct http_answer  a;

	http_call(&task, &service, &r, &a);
	return a;
}

#define ANSWER(...) \
	replies_set((const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void
test_addresses(void **state)
{
	struct http_service s = { 0 };

	(void)state;
	assert_true(http_service_parse(&s, "https://host:443/env-1/s3/"));
	assert_string_equal(s.origin, "https://host");
	assert_string_equal(s.host, "host");
	assert_string_equal(s.prefix, "/env-1/s3");
	assert_true(http_service_parse(&s, "http://host:8080"));
	assert_string_equal(s.origin, "http://host:8080");
	assert_string_equal(s.prefix, "");
	assert_false(http_service_parse(&s, "host"));
	assert_false(http_service_parse(&s, "ftp://host"));
	assert_false(http_service_parse(&s, "https://"));
	assert_false(http_service_parse(&s, "https://host/?query"));
	assert_false(http_service_parse(&s, "https://user@host"));
}

static void
test_answers_on_one_connection(void **state)
{
	struct http_answer a;

	(void)state;
	ANSWER(OK_REPLY, OK_REPLY, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	a = ask("GET", "");
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body.data, "hello");
	assert_string_equal(http_answer_header(a.stream, "etag"), "\"x\"");
	assert_null(http_answer_header(a.stream, "date"));
	a = ask("PUT", "some bytes");
	assert_int_equal(a.status, 200);
	assert_string_equal(replies_line(1), "PUT /path?a=b HTTP/1.1");
	assert_int_equal(ask("DELETE", "").status, 404);
	assert_int_equal(replies_connections(), 1);
}

static void
test_streams(void **state)
{
	enum { SIZE = 3 << 20 };
	static char          reply[SIZE + 100];
	struct http_request  r = { .method = "GET", .path = "/" };
	struct http_stream  *h;
	char                 block[10000];
	size_t               n, sum = 0;

	(void)state;
	n = (size_t)snprintf(reply, sizeof(reply),
	    "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", SIZE);
	memset(reply + n, 'x', SIZE);
	ANSWER(reply, OK_REPLY);
	h = http_open(&task, &service, &r);
	assert_int_equal(http_status(h), 200);
	/* Another request goes out and comes back while this one waits to be read. */
	assert_int_equal(ask("GET", "").status, 200);
	while ((n = http_read(h, block, sizeof(block))) > 0)
		sum += n;
	assert_int_equal(sum, SIZE);
	assert_null(http_error(h));
	http_close(h);
	/* What is left unread goes with the arena. */
	ANSWER(reply);
	h = http_open(&task, &service, &r);
	assert_int_equal(http_status(h), 200);
	mem_reset(task.mem);
}

static void
test_cut(void **state)
{
	struct http_answer a;

	(void)state;
	ANSWER(CUT);
	a = ask("GET", "");
	assert_int_equal(a.status, 0);
	assert_non_null(a.error);
}

/* How many requests it takes until http_again says no, and the last status. */
static size_t
tries(bool refused, int *status)
{
	struct http_tries tries = { .refused = refused };

	do {
		*status = ask("PUT", "body").status;
	} while (http_again(&task, &service, &tries, *status));
	return replies_asked();
}

static void
test_again(void **state)
{
	int status;

	(void)state;
	ANSWER(BUSY, BROKEN, OK_REPLY);
	assert_int_equal(tries(false, &status), 3);
	assert_int_equal(status, 200);
	ANSWER(BUSY, BUSY, BUSY, OK_REPLY);
	assert_int_equal(tries(false, &status), 3);
	assert_int_equal(status, 503);
	ANSWER(BROKEN, OK_REPLY);
	assert_int_equal(tries(true, &status), 1);
	ANSWER(BUSY, OK_REPLY);
	assert_int_equal(tries(true, &status), 2);
	assert_int_equal(status, 200);
	ANSWER(CUT, OK_REPLY);
	assert_int_equal(tries(false, &status), 2);
	ANSWER("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", OK_REPLY);
	assert_int_equal(tries(false, &status), 1);
}

static void
test_stands_still(void **state)
{
	int64_t began = clock_monotonic();

	(void)state;
	service.timeout = 300 * MILLISECOND;
	ANSWER(REPLY_NEVER);
	assert_int_equal(ask("GET", "").status, 0);
	assert_true(clock_monotonic() - began >= service.timeout);
}

/* It is left alone, but for one that looks; then all is as before. */
static void
test_away(void **state)
{
	int64_t until;

	(void)state;
	/* The first is slow, the others hang up: it is all the same. */
	ANSWER(REPLY_NEVER, CUT_OFF, CUT_OFF, CUT_OFF, CUT_OFF, OK_REPLY, OK_REPLY);
	service.timeout = 300 * MILLISECOND;
	assert_int_equal(ask("GET", "").status, 0);
	service.timeout = MINUTE;
	for (int i = 0; i < 4; i++)
		assert_int_equal(ask("GET", "").status, 0);
	until = atomic_load(&service.away_until);
	assert_true(until > 0 && until <= clock_monotonic() + SECOND);
	/* For a second, which here does not end before we have looked. */
	atomic_store(&service.away_until, until + HOUR);
	assert_string_equal(ask("GET", "").error, "it does not answer");
	assert_int_equal(replies_asked(), 5);
	atomic_store(&service.away_until, until);
	while (!http_may_try(&service))
		usleep(20000);
	assert_false(http_may_try(&service));
	atomic_store(&service.away_until, 1); /* it was us who looked */
	assert_int_equal(ask("GET", "").status, 200);
	assert_int_equal(ask("GET", "").status, 200);
}

static void
test_nobody(void **state)
{
	struct http_answer a;

	(void)state;
	assert_true(http_service_parse(&service, "http://127.0.0.1:1"));
	a = ask("PUT", "body");
	assert_int_equal(a.status, 0);
	assert_non_null(a.error);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_addresses), TEST(test_answers_on_one_connection), TEST(test_streams),
		TEST(test_cut), TEST(test_again), TEST(test_stands_still), TEST(test_away),
		TEST(test_nobody),
	};

	return cmocka_run_group_tests_name("http", tests, start, end);
}
