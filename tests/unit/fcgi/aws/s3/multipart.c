/* tests/unit/fcgi/aws/s3/multipart.c - objects in parts, through the face of S3 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/wire/digest.h"
#include "tests/unit/support/s3_upload.h"
#include "tests/unit/support/scratch.h"

static void
test_whole(void **state)
{
	const char      *list = upload_two_parts();
	struct s3_answer a;

	(void)state;
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 404);
	a = upload_complete("", list);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body.data, "-2&quot;"));
	assert_non_null(strstr(a.body.data, "FULL_OBJECT"));
	a = s3_send("GET", "/bkt/k", "", "", 0);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body.len, PART + LAST);
	assert_memory_equal(a.body.data, large, PART);
	assert_memory_equal(a.body.data + PART, large, LAST);
	assert_string_equal(scratch_sql("select count(*) from blob.upload"), "0");
	a = upload_complete("", list);
	assert_int_equal(a.status, 200); /* once more */
	assert_non_null(strstr(a.body.data, "-2&quot;"));
	assert_int_equal(s3_do("DELETE", "/bkt/k", ""), 204);
	assert_string_equal(upload_complete("", list).code, "NoSuchUpload");
}

static void
test_round_trips(void **state)
{
	(void)state;
	upload_begin("");
	assert_int_equal(upload_part(1, large, PART).round_trips, 1);
	assert_int_equal(upload_part(1, large, LAST).round_trips, 1);
	assert_int_equal(upload_complete("", upload_part_xml(1, large, LAST)).status, 200);
	assert_int_equal(s3_send("HEAD", "/bkt/k", "", "", 0).round_trips, 1);
	assert_int_equal(s3_send("GET", "/bkt/k", "", "", 0).round_trips, 2);
}

static void
check_range(const char *range, int64_t from, int64_t length)
{
	struct s3_answer a = s3_send("GET", "/bkt/k", mem_fmt(m, "Range: %s", range), "", 0);

	assert_int_equal(a.status, 206);
	assert_int_equal(a.body.len, length);
	for (int64_t i = 0; i < length; i++) {
		int64_t at = from + i;

		assert_int_equal(a.body.data[i], large[at < PART ? at : at - PART]);
	}
}

static void
test_ranges(void **state)
{
	struct s3_answer a;

	(void)state;
	assert_int_equal(upload_complete("", upload_two_parts()).status, 200);
	check_range("bytes=0-0", 0, 1);
	check_range(mem_fmt(m, "bytes=%d-%d", PART - 3, PART + 2), PART - 3, 6);
	check_range("bytes=-5", PART + LAST - 5, 5);
	check_range(mem_fmt(m, "bytes=%d-%d", PART, PART), PART, 1);
	a = s3_send("GET", "/bkt/k?partNumber=5", "", "", 0);
	assert_int_equal(a.status, 206);
	assert_int_equal(a.body.len, LAST);
	assert_string_equal(s3_answer_header("x-amz-mp-parts-count"), "2");
	assert_string_equal(s3_answer_header("Content-Range"),
	    mem_fmt(m, "bytes %d-%d/%d", PART, PART + LAST - 1, PART + LAST));
	assert_int_equal(s3_do("GET", "/bkt/k?partNumber=3", ""), 416);
}

/* The CRC of the whole comes of its parts'. */
static void
test_checksums(void **state)
{
	static const char *const algorithms[] = { "CRC32", "CRC32C", "CRC64NVME" };
	const enum digest_kind   kinds[] = { DIGEST_CRC32, DIGEST_CRC32C, DIGEST_CRC64NVME };

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct digest *d = digest_new(m, kinds[i]);
		unsigned char  whole[DIGEST_MOST], first[DIGEST_MOST], second[DIGEST_MOST];

		digest_add(d, large, PART);
		digest_add(d, large, LAST);
		digest_end(d, whole);
		digest_once(kinds[i], large, PART, first);
		digest_once(kinds[i], large, LAST, second);
		digest_restart(d);
		digest_append(d, first, PART);
		digest_append(d, second, LAST);
		digest_end(d, first);
		assert_memory_equal(first, whole, digest_size(kinds[i]));
		upload_begin(mem_fmt(m, "x-amz-checksum-algorithm: %s\nx-amz-checksum-type: FULL_OBJECT",
		    algorithms[i]));
		assert_string_equal(s3_answer_header("x-amz-checksum-algorithm"), algorithms[i]);
		assert_int_equal(upload_part(1, large, LAST).status, 400); /* without one */
		assert_int_equal(s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), ""), 204);
	}
}

static void
test_refused(void **state)
{
	const char *list = upload_two_parts(), *two = upload_part_xml(2, large, PART);
	const char *none = "nothing", *five = upload_part_xml(5, large, LAST);

	(void)state;
	assert_string_equal(upload_complete("", "").code, "MalformedXML");
	assert_string_equal(upload_complete("", "<Part><PartNumber>x</PartNumber></Part>").code,
	    "MalformedXML");
	assert_string_equal(upload_complete("", upload_part_xml(3, large, PART)).code, "InvalidPart");
	assert_string_equal(upload_complete("", upload_part_xml(2, none, 7)).code, "InvalidPart");
	assert_string_equal(upload_complete("", mem_fmt(m, "%s%s", five, two)).code,
	    "InvalidPartOrder");
	assert_string_equal(upload_complete("", mem_fmt(m, "%s%s", two, two)).code, "InvalidPartOrder");
	assert_string_equal(upload_complete("x-amz-mp-object-size: 5", list).code, "InvalidRequest");
	assert_string_equal(upload_complete("x-amz-checksum-crc64nvme: AAAAAAAAAAA=", list).code,
	    "BadDigest");
	assert_string_equal(upload_complete("If-Match: \"abc\"", list).code, "NoSuchKey");
	assert_int_equal(upload_part(10, large, LAST).status, 200);
	assert_string_equal(upload_complete("", mem_fmt(m, "%s%s%s", two, five,
	    upload_part_xml(10, large, LAST))).code, "EntityTooSmall");
	assert_int_equal(s3_do("PUT", "/bkt/k", "there"), 200);
	assert_string_equal(upload_complete("If-None-Match: *", list).code, "PreconditionFailed");
	assert_string_equal(upload_complete("If-Match: \"abc\"", list).code, "PreconditionFailed");
	assert_string_equal(upload_part(10001, "", 0).code, "InvalidArgument");
	assert_string_equal(upload_part(0, "", 0).code, "InvalidArgument");
	s3_call_as(1);
	assert_string_equal(upload_part(1, "", 0).code, "AccessDenied");
	assert_string_equal(upload_complete("", list).code, "AccessDenied");
	s3_call_as(0);
	assert_int_equal(upload_complete("x-amz-mp-object-size: 5243880", list).status, 200);
	upload_id = "fake";
	assert_string_equal(upload_part(1, "", 0).code, "NoSuchUpload");
	assert_string_equal(upload_part(1, large, PART).code, "NoSuchUpload");
	assert_int_equal(upload_markers(), 0);
	upload_id = "%FF";
	assert_string_equal(upload_part(1, "", 0).code, "NoSuchUpload");
}

static void
test_lists(void **state)
{
	struct s3_answer a;

	(void)state;
	upload_two_parts();
	a = s3_send("GET", mem_fmt(m, "/bkt/k?uploadId=%s&max-parts=1", upload_id), "", "", 0);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body.data, "<NextPartNumberMarker>2</NextPartNumberMarker>"));
	assert_non_null(strstr(a.body.data, "<IsTruncated>true</IsTruncated>"));
	a = s3_send("GET", mem_fmt(m, "/bkt/k?uploadId=%s&part-number-marker=2", upload_id), "", "", 0);
	assert_null(strstr(a.body.data, "<PartNumber>2</PartNumber>"));
	assert_non_null(strstr(a.body.data, "<PartNumber>5</PartNumber>"));
	assert_int_equal(s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), ""), 204);
	upload_begin("");
	assert_int_equal(s3_do("POST", "/bkt/d/1?uploads", ""), 200);
	assert_int_equal(s3_do("POST", "/bkt/d/2?uploads", ""), 200);
	a = s3_send("GET", "/bkt?uploads", "", "", 0);
	assert_non_null(strstr(a.body.data, "<Key>d/2</Key>"));
	assert_non_null(strstr(a.body.data, "<IsTruncated>false</IsTruncated>"));
	a = s3_send("GET", "/bkt?uploads&delimiter=/&max-uploads=2", "", "", 0);
	assert_non_null(strstr(a.body.data, "<Prefix>d/</Prefix>"));
	assert_non_null(strstr(a.body.data, "<Key>k</Key>"));
	assert_non_null(strstr(a.body.data, "<IsTruncated>false</IsTruncated>"));
	a = s3_send("GET", "/bkt?uploads&delimiter=/&max-uploads=1", "", "", 0);
	assert_non_null(strstr(a.body.data, "<Prefix>d/</Prefix>"));
	assert_null(strstr(a.body.data, "<Key>k</Key>"));
	assert_non_null(strstr(a.body.data, "<IsTruncated>true</IsTruncated>"));
	a = s3_send("GET", "/bkt?uploads&key-marker=d/2", "", "", 0);
	assert_null(strstr(a.body.data, "<Key>d/2</Key>"));
	assert_non_null(strstr(a.body.data, "<Key>k</Key>"));
	a = s3_send("GET", mem_fmt(m, "/bkt?uploads&key-marker=k&upload-id-marker=%s", upload_id), "",
	    "", 0);
	assert_null(strstr(a.body.data, "<Upload>"));
	a = s3_send("GET", mem_fmt(m, "/bkt?uploads&key-marker=d/1&upload-id-marker=%s", upload_id), "",
	    "", 0);
	assert_string_equal(a.code, "InvalidArgument");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_round_trips, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_ranges, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_checksums, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_refused, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_lists, upload_setup, upload_teardown),
	};

	return cmocka_run_group_tests_name("s3 multipart", tests, NULL, NULL);
}
