/* tests/unit/shared/client/sigv4.c - signing requests to S3: the documentation's own examples */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/client/http.h"
#include "shared/client/sigv4.h"

/*
 * docs.aws.amazon.com "Signature Calculations for the Authorization Header: Transferring Payload in
 * a Single Chunk", its examples.
 */
static const struct sigv4_key key = { .id = "AKIAIOSFODNN7EXAMPLE",
	.secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", .region = "us-east-1" };
static struct task         task;
static struct http_service service;
static int64_t             at;

static int
start(void **state)
{
	(void)state;
	task_init(&task, mem_new(1 << 20));
	assert_true(http_service_parse(&service, "https://examplebucket.s3.amazonaws.com/"));
	assert_true(clock_parse_basic("20130524T000000Z", &at));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	mem_free(task.mem);
	return 0;
}

static void
expect(struct http_request *r, const char *names, const char *signature)
{
	const char *authorization = "";

	if (r->body == NULL)
		r->body = "";
	sigv4_sign_request(&task, &service, &key, at, r);
	for (const struct http_header *h = r->headers; h != NULL; h = h->next)
		if (strcmp(h->name, "authorization") == 0)
			authorization = h->value;
	assert_string_equal(authorization, mem_fmt(task.mem,
	    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
	    "SignedHeaders=%s,Signature=%s", names, signature));
}

static void
test_get(void **state)
{
	struct http_request r = { .method = "GET", .path = "/test.txt" };

	(void)state;
	http_add(task.mem, &r, "range", "bytes=0-9");
	expect(&r, "host;range;x-amz-content-sha256;x-amz-date",
	    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

static void
test_put(void **state)
{
	static const char   body[] = "Welcome to Amazon S3.";
	struct http_request r = { .method = "PUT", .path = "/test%24file.text", .body = body,
		.size = strlen(body) };

	(void)state;
	http_add(task.mem, &r, "date", "Fri, 24 May 2013 00:00:00 GMT");
	http_add(task.mem, &r, "x-amz-storage-class", "REDUCED_REDUNDANCY");
	expect(&r, "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
	    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

static void
test_queries(void **state)
{
	struct http_request lifecycle = { .method = "GET", .path = "/", .query = "lifecycle=" };
	struct http_request list = { .method = "GET", .path = "/", .query = "max-keys=2&prefix=J" };

	(void)state;
	expect(&lifecycle, "host;x-amz-content-sha256;x-amz-date",
	    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	expect(&list, "host;x-amz-content-sha256;x-amz-date",
	    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get), cmocka_unit_test(test_put), cmocka_unit_test(test_queries),
	};

	return cmocka_run_group_tests_name("sigv4", tests, start, end);
}
