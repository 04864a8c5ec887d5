/* tests/unit/fcgi/aws/s3/object.c - objects through the face of S3 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/db/db.h"
#include "shared/engine/blob.h"
#include "shared/store/store.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

enum { LARGE = 300000 };

static char large[LARGE];

static int
setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		large[i] = (char)(i % 251);
	s3_call_setup();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	s3_call_end();
	return 0;
}

static unsigned
round_trips(const char *method, const char *target, const char *body, size_t n, int status)
{
	struct s3_answer a = s3_send(method, target, "", body, n);

	assert_int_equal(a.status, status);
	return a.round_trips;
}

static void
test_one_round_trip(void **state)
{
	(void)state;
	assert_int_equal(round_trips("PUT", "/bkt/k", "hello", 5, 200), 1);
	assert_int_equal(round_trips("PUT", "/bkt/large", large, LARGE, 200), 1);
	assert_int_equal(round_trips("PUT", "/bkt/k", "again", 5, 200), 1);
	assert_int_equal(round_trips("GET", "/bkt/k", "", 0, 200), 1);
	assert_int_equal(round_trips("GET", "/bkt/large", "", 0, 200), 1);
	assert_int_equal(round_trips("HEAD", "/bkt/k", "", 0, 200), 1);
	assert_int_equal(round_trips("GET", "/bkt", "", 0, 200), 1);
	assert_int_equal(round_trips("GET", "/bkt?list-type=2&delimiter=/", "", 0, 200), 1);
	assert_int_equal(round_trips("GET", "/bkt?versions", "", 0, 200), 1);
	assert_int_equal(round_trips("DELETE", "/bkt/k", "", 0, 204), 1);
	assert_int_equal(round_trips("DELETE", "/bkt/k", "", 0, 204), 1);
	assert_int_equal(round_trips("GET", "/bkt/k", "", 0, 404), 1);
	assert_int_equal(round_trips("HEAD", "/bkt", "", 0, 200), 1);
	assert_int_equal(round_trips("GET", "/", "", 0, 200), 1);
}

static void
test_large_bodies_are_the_same(void **state)
{
	struct s3_answer a;

	(void)state;
	assert_int_equal(s3_send("PUT", "/bkt/large", "", large, LARGE).status, 200);
	a = s3_send("GET", "/bkt/large", "", "", 0);
	assert_int_equal(a.body.len, LARGE);
	assert_memory_equal(a.body.data, large, LARGE);
	a = s3_send("GET", "/bkt/large", "Range: bytes=70000-70009", "", 0);
	assert_int_equal(a.status, 206);
	assert_int_equal(a.body.len, 10);
	assert_memory_equal(a.body.data, large + 70000, 10);
}

static void
test_ranges(void **state)
{
	static const struct {
		const char *range;
		int         status;
		const char *body, *content_range;
	} cases[] = {
		{ "bytes=0-0", 206, "0", "bytes 0-0/10" },
		{ "bytes=2-4", 206, "234", "bytes 2-4/10" },
		{ "bytes=7-", 206, "789", "bytes 7-9/10" },
		{ "bytes=7-100", 206, "789", "bytes 7-9/10" },
		{ "bytes=-3", 206, "789", "bytes 7-9/10" },
		{ "bytes=-100", 206, "0123456789", "bytes 0-9/10" },
		{ "bytes=0-9", 206, "0123456789", "bytes 0-9/10" },
		{ "bytes=10-", 416, NULL, NULL },
		{ "bytes=-0", 416, NULL, NULL },
		{ "bytes=99999999999999999999-", 200, "0123456789", NULL },
		{ "bytes=4-2", 200, "0123456789", NULL },
		{ "bytes=0-1,3-4", 200, "0123456789", NULL },
		{ "bytes=", 200, "0123456789", NULL },
		{ "bytes=-", 200, "0123456789", NULL },
		{ "lines=0-1", 200, "0123456789", NULL },
	};

	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/ten", "0123456789"), 200);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char             header[100];
		struct s3_answer a;
		const char      *range;

		snprintf(header, sizeof(header), "Range: %s", cases[i].range);
		a = s3_send("GET", "/bkt/ten", header, "", 0);
		range = s3_answer_header("Content-Range");
		assert_int_equal(a.status, cases[i].status);
		if (cases[i].body != NULL)
			assert_string_equal(a.body.data, cases[i].body);
		else
			assert_string_equal(a.code, "InvalidRange");
		assert_string_equal(range != NULL ? range : "-",
		    cases[i].content_range != NULL ? cases[i].content_range : "-");
	}
	assert_int_equal(s3_do("PUT", "/bkt/none", ""), 200);
	assert_int_equal(s3_send("GET", "/bkt/none", "Range: bytes=0-", "", 0).status, 416);
	assert_int_equal(s3_send("HEAD", "/bkt/ten", "Range: bytes=1-2", "", 0).reply->length, 2);
}

/* The object's etag is that of "hello"; it was written on 2025-11-23 08:00:00. */
static void
test_conditional_reads(void **state)
{
	static const struct {
		const char *headers;
		int         status;
	} cases[] = {
		{ "If-Match: \"5d41402abc4b2a76b9719d911017c592\"", 200 },
		{ "If-Match: 5d41402abc4b2a76b9719d911017c592", 200 },
		{ "If-Match: \"x\", \"5d41402abc4b2a76b9719d911017c592\"", 200 },
		{ "If-Match: *", 200 },
		{ "If-Match: \"x\"", 412 },
		{ "If-None-Match: \"x\"", 200 },
		{ "If-None-Match: \"5d41402abc4b2a76b9719d911017c592\"", 304 },
		{ "If-None-Match: *", 304 },
		{ "If-Modified-Since: Sun, 23 Nov 2025 07:59:59 GMT", 200 },
		{ "If-Modified-Since: Sun, 23 Nov 2025 08:00:00 GMT", 304 },
		{ "If-Modified-Since: yesterday", 200 },
		{ "If-Modified-Since: Mon, 24 Nov 2025 08:00:00 GMT", 200 },
		{ "If-Unmodified-Since: Sun, 23 Nov 2025 08:00:00 GMT", 200 },
		{ "If-Unmodified-Since: Sun, 23 Nov 2025 07:59:59 GMT", 412 },
		{ "If-Match: *\nIf-Unmodified-Since: Sun, 23 Nov 2025 07:59:59 GMT", 200 },
		{ "If-None-Match: *\nIf-Modified-Since: Sun, 23 Nov 2025 07:59:59 GMT", 304 },
		{ "If-None-Match: \"x\"\nIf-Modified-Since: Sun, 23 Nov 2025 08:00:00 GMT", 200 },
	};

	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/k", "hello"), 200);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(s3_send("GET", "/bkt/k", cases[i].headers, "", 0).status,
		    cases[i].status);
}

static void
test_conditional_writes(void **state)
{
	const char *match = "If-Match: \"5d41402abc4b2a76b9719d911017c592\"";

	(void)state;
	assert_int_equal(s3_send("PUT", "/bkt/k", match, "x", 1).status, 404);
	assert_int_equal(s3_send("PUT", "/bkt/k", "If-None-Match: *", "hello", 5).status, 200);
	assert_int_equal(s3_send("PUT", "/bkt/k", "If-None-Match: *", "x", 1).status, 412);
	assert_int_equal(s3_send("PUT", "/bkt/k", match, "x", 1).status, 200);
	assert_int_equal(s3_send("PUT", "/bkt/k", match, "x", 1).status, 412);
	assert_int_equal(s3_send("PUT", "/bkt/k", match, large, LARGE).status, 412);
	assert_int_equal(s3_send("PUT", "/bkt/k", "If-Match: *", "x", 1).status, 501);
	assert_int_equal(s3_send("PUT", "/bkt/k", "If-None-Match: \"x\"", "x", 1).status, 501);
	assert_int_equal(s3_send("DELETE", "/bkt/k", match, "", 0).status, 412);
	assert_int_equal(s3_send("DELETE", "/bkt/none", match, "", 0).status, 404);
}

static void
check_refused(const char *target, const char *headers, const char *code)
{
	struct s3_answer a = s3_send("PUT", target, headers, "hello", 5);

	assert_non_null(a.code);
	assert_string_equal(a.code, code);
}

static void
test_refused(void **state)
{
	char key[1100];

	(void)state;
	memset(key, 'k', sizeof(key));
	memcpy(key, "/bkt/", 5);
	key[5 + 1025] = '\0';
	check_refused(key, "", "KeyTooLongError");
	key[5 + 1024] = '\0';
	assert_int_equal(s3_do("PUT", key, ""), 200);
	check_refused("/bkt/%ff", "", "InvalidURI");
	check_refused("/none/k", "", "NoSuchBucket");
	check_refused("/bkt/k", "Content-MD5: xxx", "InvalidDigest");
	check_refused("/bkt/k", "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==", "BadDigest");
	check_refused("/bkt/k", "x-amz-checksum-crc32: AAAAAA==", "BadDigest");
	check_refused("/bkt/k", "x-amz-checksum-crc32: AAAA", "InvalidRequest");
	check_refused("/bkt/k", "x-amz-checksum-crc32: AAAAAA==\nx-amz-checksum-crc32c: AAAAAA==",
	    "InvalidRequest");
	check_refused("/bkt/k", "x-amz-checksum-xxhash64: AAAAAA==", "NotImplemented");
	check_refused("/bkt/k", "x-amz-tagging: a=b&a=c", "InvalidArgument");
	check_refused("/bkt/k", "x-amz-server-side-encryption: rot13", "InvalidArgument");
	check_refused("/bkt/k", "x-amz-acl: public-read", "AccessControlListNotSupported");
	check_refused("/bkt/k", "x-amz-storage-class: OUTPOSTS", "InvalidStorageClass");
	check_refused("/bkt/k", "x-amz-expected-bucket-owner: 222222222222", "AccessDenied");
	check_refused("/bkt/k?annotation", "", "NotImplemented");
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 404);
}

/* Keys that look alike are not. */
static void
test_keys(void **state)
{
	static const char *const targets[] = { "/bkt/a", "/bkt//a", "/bkt/a/", "/bkt/a+b", "/bkt/a%20b",
		"/bkt/a%2Fb", "/bkt/a%252Fb", "/bkt/../a", "/bkt/%2e%2e", "/bkt/e%cc%81", "/bkt/%c3%a9",
		    "/bkt/%00x" };
	char                     body[20];

	(void)state;
	for (size_t i = 0; i + 1 < COUNT(targets); i++) {
		snprintf(body, sizeof(body), "%zu", i);
		assert_int_equal(s3_do("PUT", targets[i], body), 200);
	}
	for (size_t i = 0; i + 1 < COUNT(targets); i++) {
		snprintf(body, sizeof(body), "%zu", i);
		assert_string_equal(s3_send("GET", targets[i], "", "", 0).body.data, body);
	}
	assert_int_equal(s3_do("PUT", targets[COUNT(targets) - 1], ""), 400);
	assert_int_equal(s3_do("PUT", "/bkt/a/b", "slash"), 200);
	assert_string_equal(s3_send("GET", "/bkt/a%2Fb", "", "", 0).body.data, "slash");
}

static void
test_accounts(void **state)
{
	static const char *const requests[][2] = { { "GET", "/bkt/k" }, { "PUT", "/bkt/k" },
		{ "DELETE", "/bkt/k" }, { "HEAD", "/bkt/k" }, { "GET", "/bkt" }, { "DELETE", "/bkt" },
		{ "HEAD", "/bkt" }, { "GET", "/bkt?location" }, { "GET", "/bkt?versions" } };

	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/k", "mine"), 200);
	s3_call_as(1);
	for (size_t i = 0; i < COUNT(requests); i++)
		assert_int_equal(s3_do(requests[i][0], requests[i][1], ""), 403);
	assert_string_equal(s3_send("PUT", "/bkt", "", "", 0).code, "BucketAlreadyExists");
	assert_null(strstr(s3_send("GET", "/", "", "", 0).body.data, "<Bucket>"));
	assert_int_equal(s3_do("PUT", "/bk2", ""), 200);
	assert_int_equal(s3_send("PUT", "/bk2/k", "x-amz-copy-source: bkt/k", "", 0).status, 403);
	s3_call_as(0);
	assert_string_equal(s3_send("GET", "/bkt/k", "", "", 0).body.data, "mine");
}

static void
count_marker(void *arg, int64_t environment, const char *id)
{
	(void)environment;
	(void)id;
	++*(int *)arg;
}

static void
collect(void)
{
	struct task *t = scratch_task();

	while (blob_collect(t, s3_call_store(), t->now + MINUTE, 100) > 0)
		;
	scratch_end(t);
}

static int
markers(void)
{
	struct task *t = scratch_task();
	int          n = 0;

	store_unnamed(t, s3_call_store(), INT64_MAX, count_marker, &n);
	scratch_end(t);
	return n;
}

/* Stored files, however named, seen from outside. */
static int
files(void)
{
	char  command[300];
	FILE *p;
	int   n = -1;

	snprintf(command, sizeof(command), "find %s -type f | wc -l", scratch_conf()->store + 5);
	p = popen(command, "r");
	assert_non_null(p);
	assert_int_equal(fscanf(p, "%d", &n), 1);
	pclose(p);
	return n;
}

/* Each statement of a PUT fails once: nothing partial stays, nothing acknowledged is lost. */
static void
test_torture(void **state)
{
	const size_t sizes[] = { 5, LARGE };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (int n = 1;; n++) {
			struct s3_answer a;
			bool             failed;

			s3_do("DELETE", "/bkt/torture", "");
			db_fail_in(n);
			a = s3_send("PUT", "/bkt/torture", "", large, sizes[i]);
			failed = db_fail_in(0) == 0;
			if (!failed)
				break;
			assert_int_equal(a.status, 503);
			assert_int_equal(s3_do("GET", "/bkt/torture", ""), 404);
			collect();
			assert_int_equal(markers(), 0);
			assert_int_equal(files(), 0);
			assert_true(n < 10);
		}
	assert_int_equal(s3_send("GET", "/bkt/torture", "", "", 0).body.len, LARGE);
	assert_int_equal(files(), 1);
}

/* Overwriting, copying, deleting: the file stays as long as one row names it, and no longer. */
static void
test_collector(void **state)
{
	(void)state;
	assert_int_equal(s3_send("PUT", "/bkt/k", "", large, LARGE).status, 200);
	assert_int_equal(s3_send("PUT", "/bkt/k", "", large, LARGE).status, 200);
	assert_int_equal(files(), 2);
	collect();
	assert_int_equal(files(), 1);
	assert_int_equal(s3_send("PUT", "/bkt/copy", "x-amz-copy-source: /bkt/k", "", 0).status, 200);
	assert_int_equal(s3_do("DELETE", "/bkt/k", ""), 204);
	collect();
	assert_int_equal(files(), 1);
	assert_int_equal(s3_send("GET", "/bkt/copy", "", "", 0).body.len, LARGE);
	scratch_sql("delete from blob.version");
	collect();
	assert_int_equal(files(), 0);
}

/* A body is where it was stored, whoever's object it becomes. */
static void
test_body_of_another(void **state)
{
	struct space other = { .generation = 1, .id = 9999, .now = SECOND };

	(void)state;
	scratch_sql("insert into core.environment (public_id, account_id, state, hourly_rate, "
	            "auto_shutdown_hours, created_at, changed_at, active_at) "
	            "select 'env-other00000', account_id, 'running', 0, 4, created_at, created_at, "
	            "created_at from core.environment limit 1");
	other.environment = strtoll(scratch_sql("select max(id) from core.environment"), NULL, 10);
	scratch_sql("insert into blob.bucket (space, name, owner, region, created_at) "
	            "values (9999, 'bkt', '111111111111', 'us-east-1', 'epoch')");
	assert_int_equal(s3_send("PUT", "/bkt/k", "", large, LARGE).status, 200);
	assert_null(s3_again(&other));
	assert_int_equal(files(), 1);
	assert_string_equal(scratch_sql("select count(distinct home) from blob.version"), "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_bodies_are_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ranges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conditional_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conditional_writes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_accounts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_torture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_collector, setup, teardown),
		cmocka_unit_test_setup_teardown(test_body_of_another, setup, teardown),
	};

	return cmocka_run_group_tests_name("s3 objects", tests, NULL, NULL);
}
