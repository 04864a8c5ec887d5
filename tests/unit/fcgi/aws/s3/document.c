/* tests/unit/fcgi/aws/s3/document.c - requests and answers of S3 that are documents */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support/s3_call.h"

static int
setup(void **state)
{
	(void)state;
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

static struct s3_answer
delete_these(const char *checksum, const char *document)
{
	char header[100];

	snprintf(header, sizeof(header), "x-amz-checksum-crc32: %s", checksum);
	return s3_send("POST", "/bkt?delete", header, document, strlen(document));
}

static void
test_delete_objects(void **state)
{
	struct s3_answer a;

	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/a", "1"), 200);
	a = s3_send("POST", "/bkt?delete", "", "<Delete/>", 9);
	assert_string_equal(a.code, "InvalidRequest");
	a = delete_these("AAAAAA==", "<Delete><Object><Key>a</Key></Object></Delete>");
	assert_string_equal(a.code, "BadDigest");
	a = delete_these("AAAAAA==", "");
	assert_string_equal(a.code, "MalformedXML");
	a = delete_these("v6Ysrw==", "<Delete><Object><Key>a</Key></Object></Delete>");
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body.data, "<Deleted><Key>a</Key></Deleted>"));
	assert_int_equal(s3_do("GET", "/bkt/a", ""), 404);
}

static void
check_malformed(const char *target, const char *document)
{
	struct s3_answer a = s3_send("PUT", target, "", document, strlen(document));

	assert_int_equal(a.status, 400);
	assert_string_equal(a.code, "MalformedXML");
}

static void
test_create_bucket(void **state)
{
	const char *elsewhere = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/"
	    "2006-03-01/\"><LocationConstraint>eu-west-1</LocationConstraint>"
	    "</CreateBucketConfiguration>";
	const char *nowhere = "<CreateBucketConfiguration><LocationConstraint>us-east-1"
	    "</LocationConstraint></CreateBucketConfiguration>";

	(void)state;
	check_malformed("/new", "<CreateBucketConfiguration>");
	check_malformed("/new", "not xml");
	check_malformed("/new", "<Other/>");
	check_malformed("/new", "<!DOCTYPE x [<!ENTITY e \"e\">]><CreateBucketConfiguration/>");
	assert_string_equal(s3_send("PUT", "/new", "", nowhere, strlen(nowhere)).code,
	    "InvalidLocationConstraint");
	assert_int_equal(s3_do("HEAD", "/new", ""), 404);
	assert_int_equal(s3_do("PUT", "/new", elsewhere), 200);
	s3_call_fresh(); /* all are told of a bucket that is elsewhere */
	assert_non_null(strstr(s3_send("GET", "/new?location", "", "", 0).body.data, ">eu-west-1<"));
	assert_int_equal(s3_do("PUT", "/bkt", ""), 200);
	assert_string_equal(s3_send("PUT", "/new", "", "", 0).code, "BucketAlreadyOwnedByYou");
	assert_string_equal(s3_send("PUT", "/Not_A_Bucket", "", "", 0).code, "InvalidBucketName");
	assert_int_equal(s3_do("PUT", "/bkt/k", ""), 200);
	assert_string_equal(s3_send("DELETE", "/bkt", "", "", 0).code, "BucketNotEmpty");
	assert_int_equal(s3_do("DELETE", "/new", ""), 204);
	s3_call_fresh();
	assert_string_equal(s3_send("DELETE", "/new", "", "", 0).code, "NoSuchBucket");
}

static void
test_listing(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(s3_do("PUT", "/bkt/a%20b%2B", ""), 200);
	assert_int_equal(s3_do("PUT", "/bkt/%01", ""), 200);
	assert_int_equal(s3_do("PUT", "/bkt/d/1", ""), 200);
	assert_int_equal(s3_do("PUT", "/bkt/d/2", ""), 200);
	text = s3_send("GET", "/bkt?encoding-type=url&delimiter=/", "", "", 0).body.data;
	assert_non_null(strstr(text, "<Key>a%20b%2B</Key>"));
	assert_non_null(strstr(text, "<Key>%01</Key>"));
	assert_non_null(strstr(text, "<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>"));
	text = s3_send("GET", "/bkt?list-type=2", "", "", 0).body.data;
	assert_non_null(strstr(text, "<Key>\xef\xbf\xbd</Key>"));
	assert_non_null(strstr(text, "<KeyCount>4</KeyCount>"));
	text = s3_send("GET", "/bkt?list-type=2&max-keys=0", "", "", 0).body.data;
	assert_non_null(strstr(text, "<IsTruncated>false</IsTruncated>"));
	assert_int_equal(s3_do("GET", "/bkt?max-keys=-1", ""), 400);
	assert_int_equal(s3_do("GET", "/bkt?max-keys=many", ""), 400);
	assert_int_equal(s3_do("GET", "/bkt?encoding-type=base64", ""), 400);
	assert_int_equal(s3_do("GET", "/bkt?list-type=2&continuation-token=", ""), 400);
	assert_int_equal(s3_do("GET", "/bkt?list-type=2&continuation-token=%25", ""), 400);
	assert_int_equal(s3_do("GET", "/bkt?prefix=%ff", ""), 400);
	assert_int_equal(s3_do("GET", "/bkt?versions&version-id-marker=x", ""), 400);
}

/* Every page, one entry at a time, is the whole listing. */
static void
test_pages(void **state)
{
	static const char *const expected[] = { "a", "b/", "c", "d/", "e" };
	static const char *const keys[] = { "a", "b/1", "b/2", "c", "d/1", "e" };
	char                     target[200] = "/bkt?list-type=2&delimiter=/&max-keys=1";

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		char put[50];

		snprintf(put, sizeof(put), "/bkt/%s", keys[i]);
		assert_int_equal(s3_do("PUT", put, ""), 200);
	}
	for (size_t i = 0; i < COUNT(expected); i++) {
		const char *text = s3_send("GET", target, "", "", 0).body.data;
		const char *token = strstr(text, "<NextContinuationToken>");
		char        wanted[50];

		snprintf(wanted, sizeof(wanted), ">%s</", expected[i]);
		assert_non_null(strstr(text, wanted));
		assert_int_equal(token != NULL, i + 1 < COUNT(expected));
		if (token == NULL)
			break;
		token += strlen("<NextContinuationToken>");
		snprintf(target, sizeof(target),
		    "/bkt?list-type=2&delimiter=/&max-keys=1&continuation-token=%.*s",
		    (int)strcspn(token, "<"), token);
	}
}

static void
test_copy(void **state)
{
	(void)state;
	assert_int_equal(s3_send("PUT", "/bkt/k", "x-amz-meta-a: 1", "hello", 5).status, 200);
	assert_string_equal(s3_send("PUT", "/bkt/k", "x-amz-copy-source: /bkt/k", "", 0).code,
	    "InvalidRequest");
	assert_string_equal(s3_send("PUT", "/bkt/c", "x-amz-copy-source: bkt", "", 0).code,
	    "InvalidArgument");
	assert_string_equal(s3_send("PUT", "/bkt/c", "x-amz-copy-source: bkt/none", "", 0).code,
	    "NoSuchKey");
	assert_string_equal(s3_send("PUT", "/bkt/c", "x-amz-copy-source: none/k", "", 0).code,
	    "NoSuchBucket");
	assert_string_equal(s3_send("PUT", "/bkt/c", "x-amz-copy-source: bkt/k\n"
	    "x-amz-copy-source-if-match: x", "", 0).code, "PreconditionFailed");
	assert_string_equal(s3_send("PUT", "/bkt/c", "x-amz-copy-source: bkt/k\n"
	    "x-amz-metadata-directive: MOVE", "", 0).code, "InvalidArgument");
	assert_int_equal(s3_send("PUT", "/bkt/c", "x-amz-copy-source: bkt/k?versionId=null\n"
	    "x-amz-checksum-algorithm: SHA256", "", 0).status, 200);
	assert_int_equal(s3_send("GET", "/bkt/c", "x-amz-checksum-mode: ENABLED", "", 0).status, 200);
	assert_string_equal(s3_answer_header("x-amz-meta-a"), "1");
	assert_string_equal(s3_answer_header("x-amz-checksum-sha256"),
	    "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
	assert_int_equal(s3_send("PUT", "/bkt/k", "x-amz-copy-source: bkt/k\nx-amz-meta-b: 2\n"
	    "x-amz-metadata-directive: REPLACE", "", 0).status, 200);
	assert_int_equal(s3_send("HEAD", "/bkt/k", "", "", 0).status, 200);
	assert_null(s3_answer_header("x-amz-meta-a"));
	assert_string_equal(s3_answer_header("x-amz-meta-b"), "2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delete_objects, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_bucket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
	};

	return cmocka_run_group_tests_name("s3 documents", tests, NULL, NULL);
}
