/* tests/unit/fcgi/aws/s3/rename.c - RenameObject: trips, faults, what becomes of rows and bodies */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/db/db.h"
#include "tests/unit/support/s3_upload.h"
#include "tests/unit/support/scratch.h"

#define FROM(key) "x-amz-rename-source: " key "\n"

static struct s3_answer
do_rename(const char *to, const char *headers)
{
	return s3_send("PUT", mem_fmt(m, "/bkt/%s?renameObject", to), headers, "", 0);
}

static void
enable_versions(void)
{
	assert_int_equal(s3_do("PUT", "/bkt?versioning", "<VersioningConfiguration><Status>Enabled"
	    "</Status></VersioningConfiguration>"), 200);
}

static const char *
rows(void)
{
	return scratch_sql("select string_agg(key || ':' || sign(bucket) || ':' || size, ' '"
	    " order by key, version) from blob.version");
}

static void
test_one_round_trip(void **state)
{
	struct s3_answer a;

	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/a", "text"), 200);
	a = do_rename("b", FROM("/a") "x-amz-client-token: t1\n");
	assert_int_equal(a.status, 200);
	assert_int_equal(a.round_trips, 1);
	assert_string_equal(rows(), "b:1:4");
	/* Once more with the token: as before, and nothing is done. */
	assert_int_equal(s3_do("PUT", "/bkt/a", "other"), 200);
	a = do_rename("b", FROM("/a") "x-amz-client-token: t1\n");
	assert_int_equal(a.status, 200);
	assert_int_equal(a.round_trips, 1);
	assert_string_equal(rows(), "a:1:5 b:1:4");
	a = do_rename("c", FROM("/a") "x-amz-client-token: t1\n");
	assert_string_equal(a.code, "IdempotencyParameterMismatch");
	/* What came to nothing is no use of its token. */
	assert_int_equal(do_rename("b", FROM("a") "If-None-Match: *\nx-amz-client-token: t2\n").status,
	    412);
	assert_int_equal(do_rename("b", FROM("a") "x-amz-client-token: t2\n").status, 200);
	assert_string_equal(rows(), "b:1:5");
}

/* Tokens of the day before go, ten with each that comes. */
static void
test_tokens_go(void **state)
{
	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/a", "text"), 200);
	assert_int_equal(do_rename("b", FROM("a") "x-amz-client-token: t1\n").status, 200);
	scratch_sql("update blob.renamed set at = at - interval '25 hours'");
	assert_int_equal(do_rename("a", FROM("b") "x-amz-client-token: t2\n").status, 200);
	assert_string_equal(scratch_sql("select string_agg(token, ',') from blob.renamed"), "t2");
}

/* The body stays where it is: nothing is written to the store, and what was there is let go. */
static void
test_bodies(void **state)
{
	const char *body;

	(void)state;
	assert_int_equal(s3_send("PUT", "/bkt/a", "", large, 100000).status, 200);
	assert_int_equal(s3_send("PUT", "/bkt/b", "", large, 90000).status, 200);
	body = mem_text(m, scratch_sql("select body from blob.version where key = 'a'"));
	assert_int_equal(do_rename("b", FROM("a")).status, 200);
	assert_string_equal(scratch_sql("select body from blob.version"), body);
	assert_string_equal(rows(), "b:1:100000");
	assert_int_equal(s3_send("GET", "/bkt/b", "", "", 0).body.len, 100000);
	enable_versions();
	assert_int_equal(do_rename("c", FROM("b")).status, 200);
	assert_string_equal(rows(), "b:-1:0 b:-1:100000 c:1:100000");
	assert_string_equal(scratch_sql("select count(distinct body) from blob.version"), "1");
	assert_int_equal(s3_send("GET", "/bkt/c", "", "", 0).body.len, 100000);
	assert_int_equal(s3_do("GET", "/bkt/b", ""), 404);
}

/* Whichever statement fails, the object is under the one key or the other. */
static void
torture(const char *headers)
{
	for (int fail = 1;; fail++) {
		int  status;
		bool failed;

		scratch_sql("delete from blob.version");
		assert_int_equal(s3_do("PUT", "/bkt/a", "text"), 200);
		db_fail_in(fail);
		status = do_rename("b", headers).status;
		failed = db_fail_in(0) == 0;
		assert_int_equal(s3_do("GET", failed ? "/bkt/a" : "/bkt/b", ""), 200);
		assert_int_equal(s3_do("GET", failed ? "/bkt/b" : "/bkt/a", ""), 404);
		assert_int_equal(status, failed ? 503 : 200);
		if (!failed)
			return;
	}
}

static void
test_failures(void **state)
{
	(void)state;
	torture(FROM("a") "x-amz-rename-source-if-none-match: \"x\"\n");
	enable_versions();
	torture(FROM("a") "x-amz-rename-source-if-none-match: \"x\"\n");
}

static void
test_refused(void **state)
{
	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/a", "text"), 200);
	assert_string_equal(do_rename("b", "").code, "InvalidRequest");
	assert_string_equal(do_rename("b", FROM("%zz")).code, "InvalidArgument");
	assert_string_equal(do_rename("b", FROM("none")).code, "NoSuchKey");
	assert_string_equal(do_rename("b/", FROM("a")).code, "InvalidRequest");
	assert_string_equal(do_rename("b", FROM("a") "x-amz-client-token: a b\n").code,
	    "InvalidArgument");
	assert_int_equal(do_rename("a", FROM("a")).status, 200);
	assert_int_equal(do_rename("a", FROM("a") "If-None-Match: *\n").status, 412);
	assert_string_equal(rows(), "a:1:4");
}

static void
test_list_decides(void **state)
{
	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/a", "text"), 200);
	assert_int_equal(s3_do("DELETE", "/bkt?ownershipControls", ""), 204);
	s3_call_fresh();
	/* May write and delete, but not read what is another's. */
	assert_int_equal(s3_send("PUT", "/bkt?acl", "x-amz-grant-write: id=\"222222222222\"\n", "",
	    0).status, 400);
	assert_int_equal(s3_do("PUT", "/bkt?policy", "{\"Statement\": {\"Effect\": \"Allow\","
	    "\"Principal\": {\"AWS\": \"222222222222\"}, \"Action\": [\"s3:PutObject\","
	    "\"s3:DeleteObject\"], \"Resource\": \"arn:aws:s3:::bkt/*\"}}"), 204);
	s3_call_fresh();
	s3_call_as(1);
	assert_int_equal(do_rename("b", FROM("a")).status, 403);
	assert_string_equal(rows(), "a:1:4");
	assert_int_equal(s3_do("PUT", "/bkt/own", "mine"), 200);
	assert_int_equal(do_rename("b", FROM("own")).status, 200);
	assert_string_equal(rows(), "a:1:4 b:1:4");
	assert_string_equal(scratch_sql("select owner from blob.version where key = 'b'"),
	    "222222222222");
	s3_call_as(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_round_trip, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_tokens_go, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_bodies, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_failures, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_refused, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_list_decides, upload_setup, upload_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
