/* tests/unit/fcgi/route.c - addresses, and what they name */
#include "fcgi/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fcgi/call.h"
#include "shared/base/conf.h"

#define ENV "env-abc123defg"

static struct mem *mem;

static int
setup(void **state)
{
	(void)state;
	mem = mem_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	mem_free(mem);
	return 0;
}

/* What route makes of a request; headers are FastCGI parameters, NAME=value. */
static struct call
routed(const char *target, const char *host, const char *port, const char *more, const char **key)
{
	static struct conf conf = { .domain = "mf.test", .web_port_first = 30000,
		.web_port_last = 30099 };
	static struct world world = { .conf = &conf };
	struct task       *t = mem_one(mem, struct task);
	struct request    *r = mem_one(mem, struct request);
	struct call        c = { .task = t, .world = &world, .req = r };
	char             **params = mem_array(mem, char *, 8);

	task_init(t, mem);
	params[0] = mem_fmt(mem, "REQUEST_URI=%s", target);
	params[1] = mem_fmt(mem, "HTTP_HOST=%s", host);
	params[2] = mem_fmt(mem, "SERVER_PORT=%s", port);
	params[3] = mem_text(mem, "REQUEST_METHOD=GET");
	params[4] = mem_text(mem, "REQUEST_SCHEME=http");
	params[5] = more != NULL ? mem_text(mem, more) : NULL;
	r->params = params;
	request_parse(t, r);
	route(&c, key);
	return c;
}

static void
test_path(void **state)
{
	const char *key;
	struct call c = routed("/" ENV "/s3/b%2F/k//x?y=1", "localhost:8080", "8080", NULL, &key);

	(void)state;
	assert_string_equal(c.service->name, "s3");
	assert_string_equal(key, ENV);
	assert_string_equal(c.path, "/b%2F/k//x");
	assert_string_equal(c.base_url, "http://localhost:8080/" ENV "/s3");
	assert_int_equal(c.address, BY_PATH);
	c = routed("/" ENV "/s3", "localhost", "80", NULL, &key);
	assert_string_equal(c.path, "/");
}

static void
test_paths_that_name_nothing(void **state)
{
	static const char *const targets[] = { "/", "/" ENV, "/" ENV "/", "/" ENV "/nothing/x",
		"/env-ABC123DEFG/s3/", "/env-abc123def/s3/", "/env-abc123defgh/s3/", "/api/v1/keys", "*",
		"/" ENV "/aws_other/", "/api", "//" ENV "/s3/" };

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		const char *key;
		struct call c = routed(targets[i], "localhost", "80", NULL, &key);

		assert_null(key);
		assert_ptr_equal(c.service, services[0]);
	}
}

static void
test_host(void **state)
{
	static const struct { const char *host, *sub; } hosts[] = {
		{ "s3." ENV ".mf.test", NULL },
		{ "s3--" ENV ".mf.test:8443", NULL },
		{ "bucket.s3." ENV ".mf.test:8080", "bucket" },
		{ "my.dotted.bucket.s3." ENV ".mf.test", "my.dotted.bucket" },
		{ "bucket.s3--" ENV ".mf.test", "bucket" },
		{ "Bucket.S3." ENV ".MF.test", "bucket" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		const char *key;
		struct call c = routed("/k", hosts[i].host, "8080", NULL, &key);

		assert_non_null(key);
		assert_string_equal(key, ENV);
		assert_string_equal(c.service->name, "s3");
		assert_string_equal(c.path, "/k");
		assert_int_equal(c.address, BY_HOST);
		if (hosts[i].sub == NULL)
			assert_null(c.sub_host);
		else
			assert_string_equal(c.sub_host, hosts[i].sub);
	}
}

static void
test_hosts_that_name_nothing(void **state)
{
	static const char *const hosts[] = { "mf.test", ".mf.test", "s3.mf.test", ENV ".mf.test",
		"s3." ENV ".mf.test.evil.example", "s3." ENV "xmf.test", "nothing." ENV ".mf.test",
		"s3.env-short.mf.test", "--" ENV ".mf.test", "", ":", "[::1]:80" };

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		const char *key;

		routed("/k", hosts[i], "80", NULL, &key);
		assert_null(key);
	}
}

static void
test_port_tells_services_apart(void **state)
{
	static const struct { const char *header, *service; } cases[] = {
		{ NULL, "s3" },
		{ "HTTP_AUTHORIZATION=AWS4-HMAC-SHA256 Credential=AK/20261123/us-east-1/s3/aws4_request, "
		  "SignedHeaders=host, Signature=00", "s3" },
		{ "HTTP_AUTHORIZATION=AWS4-HMAC-SHA256 "
		  "Credential=AK/20261123/us-east-1/dynamodb/aws4_request, "
		  "SignedHeaders=host, Signature=00", "other" },
		{ "HTTP_AUTHORIZATION=AWS4-HMAC-SHA256 Credential=AK", "s3" },
		{ "HTTP_X_AMZ_TARGET=DynamoDB_20120810.ListTables", "other" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *key;
		struct call c = routed("/b/k", "127.0.0.1:30012", "30012", cases[i].header, &key);

		assert_string_equal(key, ":30012");
		assert_int_equal(c.address, BY_PORT);
		assert_string_equal(c.service->name, cases[i].service);
		assert_string_equal(c.base_url, "http://127.0.0.1:30012");
	}
}

static void
test_host_beats_port(void **state)
{
	const char *key;
	struct call c = routed("/k", "s3." ENV ".mf.test:30012", "30012", NULL, &key);

	(void)state;
	assert_string_equal(key, ENV);
	assert_int_equal(c.address, BY_HOST);
}

/* A host that names no service leaves nothing behind for the other forms. */
static void
test_host_for_nothing(void **state)
{
	const char *key;
	struct call c = routed("/" ENV "/s3/k", "bucket.nothing.env-0000000000.mf.test", "80", NULL,
	    &key);

	(void)state;
	assert_string_equal(key, ENV);
	assert_int_equal(c.address, BY_PATH);
	assert_null(c.sub_host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_path, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paths_that_name_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts_that_name_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_port_tells_services_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host_beats_port, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host_for_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
