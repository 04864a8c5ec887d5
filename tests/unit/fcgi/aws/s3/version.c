/* tests/unit/fcgi/aws/s3/version.c - versions through S3: trips, faults, stored bodies */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/db/db.h"
#include "tests/unit/support/s3_upload.h"
#include "tests/unit/support/scratch.h"

static int
setup(void **state)
{
	upload_setup(state);
	assert_int_equal(s3_do("PUT", "/bkt?versioning", "<VersioningConfiguration><Status>Enabled"
	    "</Status></VersioningConfiguration>"), 200);
	return 0;
}

static unsigned
trips(const char *method, const char *target, const char *headers, const char *body, int status)
{
	struct s3_answer a = s3_send(method, target, headers, body, strlen(body));

	assert_int_equal(a.status, status);
	return a.round_trips;
}

static void
test_one_round_trip(void **state)
{
	const char *first, *last;

	(void)state;
	assert_int_equal(trips("PUT", "/bkt/k", "x-amz-tagging: a=b", "one", 200), 1);
	first = mem_text(m, s3_answer_header("x-amz-version-id"));
	assert_int_equal(trips("PUT", "/bkt/k", "", "two", 200), 1);
	assert_int_equal(trips("PUT", "/bkt/k", "If-Match: \"b8a9f715dbb64fd5c56e7783c6820a61\"", "3",
	    200), 1);
	last = mem_text(m, s3_answer_header("x-amz-version-id"));
	assert_int_equal(trips("GET", "/bkt/k", "", "", 200), 1);
	assert_string_equal(s3_answer_header("x-amz-version-id"), last);
	assert_int_equal(trips("GET", mem_fmt(m, "/bkt/k?versionId=%s", first), "", "", 200), 1);
	assert_string_equal(s3_answer_header("x-amz-tagging-count"), "1");
	assert_int_equal(trips("GET", "/bkt?versions", "", "", 200), 1);
	assert_int_equal(trips("GET", "/bkt?versions&delimiter=/", "", "", 200), 1);
	assert_int_equal(trips("GET", "/bkt/k?tagging", "", "", 200), 1);
	assert_int_equal(trips("PUT", "/bkt/k?tagging", "", "<Tagging><TagSet/></Tagging>", 200), 1);
	assert_int_equal(trips("DELETE", "/bkt/k", "", "", 204), 1);
	assert_int_equal(trips("GET", "/bkt/k", "", "", 404), 1);
	assert_string_equal(s3_answer_header("x-amz-delete-marker"), "true");
	assert_int_equal(trips("DELETE", mem_fmt(m, "/bkt/k?versionId=%s", first), "", "", 204), 1);
}

/* Whichever statement fails: the version that was current still is, or the new one is. */
static void
torture(const char *method, const char *target, const char *headers, const char *body, size_t n)
{
	for (int fail = 1;; fail++) {
		const char *before, *after;
		bool        failed;
		int         status;

		assert_int_equal(s3_do("PUT", "/bkt/k", "text"), 200);
		before = mem_text(m, scratch_sql("select count(*) || ' ' || max(version) from blob.version"
		    " where latest"));
		db_fail_in(fail);
		status = s3_send(method, target, headers, body, n).status;
		failed = db_fail_in(0) == 0;
		after = scratch_sql("select count(*) || ' ' || max(version) from blob.version"
		    " where latest");
		if (!failed) {
			assert_true(status < 300);
			assert_string_not_equal(after, before);
			return;
		}
		assert_int_equal(status, 503);
		assert_string_equal(after, before);
		assert_true(fail < 10);
	}
}

static void
test_torture(void **state)
{
	(void)state;
	torture("PUT", "/bkt/k", "", "other", 5);
	torture("PUT", "/bkt/k", "", large, PART);
	torture("DELETE", "/bkt/k", "", "", 0);
	torture("PUT", "/bkt/k", "x-amz-copy-source: /bkt/k\nx-amz-metadata-directive: REPLACE", "", 0);
	torture("POST", "/bkt?delete", "Content-MD5: 5DKh5iefM5MSKvRILIuFwQ==",
	    "<Delete><Object><Key>k</Key></Object></Delete>", 46);
	upload_collect();
	assert_int_equal(upload_files(), 1);
}

/* A stored body stays as long as some version names it. */
static void
test_stored_bodies(void **state)
{
	const char *ids[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(s3_send("PUT", "/bkt/k", "", large, PART).status, 200);
		ids[i] = mem_text(m, s3_answer_header("x-amz-version-id"));
	}
	assert_int_equal(s3_do("DELETE", "/bkt/k", ""), 204);
	upload_collect();
	assert_int_equal(upload_files(), 3);
	assert_int_equal(s3_send("PUT", "/bkt/k", mem_fmt(m, "x-amz-copy-source: /bkt/k?versionId=%s",
	    ids[0]), "", 0).status, 200);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(s3_do("DELETE", mem_fmt(m, "/bkt/k?versionId=%s", ids[i]), ""), 204);
		upload_collect();
		assert_int_equal(upload_files(), i == 0 ? 3 : 3 - i);
	}
	assert_int_equal(s3_send("GET", "/bkt/k", "", "", 0).body.len, PART);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_round_trip, setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_torture, setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_stored_bodies, setup, upload_teardown),
	};

	return cmocka_run_group_tests_name("s3 versions", tests, NULL, NULL);
}
