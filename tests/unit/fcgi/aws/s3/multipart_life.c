/* tests/unit/fcgi/aws/s3/multipart_life.c - what becomes of the bytes of parts */
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

/* Whatever lets go of a body: only the collector takes its file, and it takes each. */
static void
test_collector(void **state)
{
	const char *list;

	(void)state;
	list = upload_two_parts();
	assert_int_equal(upload_part(2, large, PART).status, 200);
	assert_int_equal(upload_part(1, large, PART).status, 200);
	assert_int_equal(upload_files(), 3);
	assert_int_equal(upload_complete("", list).status, 200);
	upload_collect();
	assert_int_equal(upload_files(), 1);
	assert_int_equal(s3_send("PUT", "/bkt/copy", "x-amz-copy-source: /bkt/k", "", 0).status, 200);
	assert_int_equal(s3_do("PUT", "/bkt/k", "over"), 200);
	upload_collect();
	assert_int_equal(upload_files(), 1);
	assert_int_equal(s3_send("GET", "/bkt/copy", "", "", 0).body.len, PART + LAST);
	assert_int_equal(s3_do("DELETE", "/bkt/copy", ""), 204);
	upload_collect();
	assert_int_equal(upload_files(), 0);
	assert_string_equal(scratch_sql("select count(*) from blob.part"), "0");
	upload_two_parts();
	assert_int_equal(s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), ""), 204);
	assert_int_equal(s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), ""), 404);
	upload_collect();
	assert_int_equal(upload_files(), 0);
	upload_two_parts();
	assert_int_equal(s3_do("DELETE", "/bkt/k", ""), 204);
	assert_int_equal(s3_do("DELETE", "/bkt", ""), 204); /* an upload does not hold a bucket */
	upload_collect();
	assert_int_equal(upload_files(), 0);
	assert_string_equal(scratch_sql("select count(*) from blob.upload"), "0");
}

static struct s3_answer
part_copy(int number, const char *headers)
{
	return s3_send("PUT", mem_fmt(m, "/bkt/k?partNumber=%d&uploadId=%s", number, upload_id),
	    headers, "", 0);
}

static void
test_part_copy(void **state)
{
	struct s3_answer a;

	(void)state;
	assert_int_equal(s3_send("PUT", "/bkt/from", "", large, PART).status, 200);
	upload_begin("");
	assert_int_equal(part_copy(1, "x-amz-copy-source: /bkt/from").status, 200);
	assert_int_equal(upload_files(), 1);
	assert_int_equal(part_copy(2, "x-amz-copy-source: /bkt/from\n"
	    "x-amz-copy-source-range: bytes=10-1009").status, 200);
	assert_int_equal(upload_files(), 1);
	assert_string_equal(part_copy(2, "x-amz-copy-source: /bkt/from\n"
	    "x-amz-copy-source-range: bytes=10-").code, "InvalidArgument");
	assert_string_equal(part_copy(2, "x-amz-copy-source: /bkt/from\n"
	    "x-amz-copy-source-range: bytes=10-99999999").code, "InvalidArgument");
	assert_string_equal(part_copy(2, "x-amz-copy-source: /bkt/none").code, "NoSuchKey");
	assert_int_equal(s3_do("DELETE", "/bkt/from", ""), 204);
	upload_collect();
	a = upload_complete("", mem_fmt(m, "%s%s", upload_part_xml(1, large, PART),
	    upload_part_xml(2, large + 10, 1000)));
	assert_int_equal(a.status, 200);
	a = s3_send("GET", "/bkt/k", "", "", 0);
	assert_int_equal(a.body.len, PART + 1000);
	assert_memory_equal(a.body.data, large, PART);
	assert_memory_equal(a.body.data + PART, large + 10, 1000);
	/* Of an object made of parts: read over its pieces. */
	upload_begin("");
	assert_int_equal(part_copy(1, mem_fmt(m, "x-amz-copy-source: /bkt/k\n"
	    "x-amz-copy-source-range: bytes=%d-%d", PART - 500, PART + 499)).status, 200);
	a = s3_send("GET", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), "", "", 0);
	assert_non_null(strstr(a.body.data, "<Size>1000</Size>"));
}

/* Each statement of each step fails once: what is said to be done is, nothing else stays. */
static void
test_torture(void **state)
{
	const char *list;

	(void)state;
	for (int n = 1;; n++) {
		upload_begin("");
		db_fail_in(n);
		upload_part(1, large, PART);
		if (db_fail_in(0) != 0)
			break;
		assert_int_equal(s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), ""), 204);
		upload_collect();
		assert_int_equal(upload_files(), 0);
		assert_true(n < 10);
	}
	s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), "");
	for (int n = 1;; n++) {
		list = upload_two_parts();
		db_fail_in(n);
		if (upload_complete("", list).status == 200)
			break;
		db_fail_in(0);
		assert_int_equal(s3_do("GET", "/bkt/k", ""), 404);
		db_fail_in(n);
		if (s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), "") != 204) {
			db_fail_in(0);
			assert_int_equal(s3_do("DELETE", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), ""), 204);
		}
		db_fail_in(0);
		upload_collect();
		assert_int_equal(upload_files(), 0);
		assert_int_equal(upload_markers(), 0);
		assert_true(n < 12);
	}
	db_fail_in(0);
	assert_int_equal(s3_send("GET", "/bkt/k", "", "", 0).body.len, PART + LAST);
	upload_collect();
	assert_int_equal(upload_files(), 1);
}

static void
test_ten_thousand(void **state)
{
	struct buf       list = buf_new(m);
	struct s3_answer a;

	(void)state;
	upload_begin("");
	scratch_sql("insert into blob.part (space, parts, number, modified_at, size, etag, crc64nvme,"
	    " home, body) select space, id, n, started_at, 5242880, md5(n::text), 'AAAAAAAAAAA=', 1,"
	    " 'b' || n from blob.upload cross join generate_series(1, 10000) n");
	for (int i = 1; i <= 10000; i += 1 + (i == 5000)) {
		const char *text = mem_fmt(m, "%d", i);

		buf_text(&list, upload_part_xml(i, text, strlen(text)));
	}
	a = upload_complete("", list.data);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body.data, "-9999&quot;"));
	a = s3_send("HEAD", "/bkt/k", "", "", 0);
	assert_int_equal(a.reply->length, INT64_C(9999) * PART);
	assert_string_equal(scratch_sql("select count(*) from blob.part"), "9999");
	assert_string_equal(scratch_sql("select count(*) from blob.loose"), "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_collector, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_part_copy, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_torture, upload_setup, upload_teardown),
		cmocka_unit_test_setup_teardown(test_ten_thousand, upload_setup, upload_teardown),
	};

	return cmocka_run_group_tests_name("s3 multipart, its bytes", tests, NULL, NULL);
}
