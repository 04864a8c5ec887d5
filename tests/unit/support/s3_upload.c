/* tests/unit/support/s3_upload.c - uploads in parts, for tests of S3's face */
#include "tests/unit/support/s3_upload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/engine/blob.h"
#include "shared/store/store.h"
#include "shared/wire/digest.h"
#include "shared/wire/xml.h"
#include "tests/unit/support/scratch.h"

struct mem *m;
char       *large;
const char *upload_id;

int
upload_setup(void **state)
{
	(void)state;
	m = mem_new(64 << 20);
	large = mem_raw(m, PART + 1);
	for (size_t i = 0; i < PART; i++)
		large[i] = (char)(i % 251);
	s3_call_setup();
	return 0;
}

int
upload_teardown(void **state)
{
	(void)state;
	s3_call_end();
	mem_free(m);
	return 0;
}

static void
count_file(void *arg, int64_t environment, const char *id)
{
	(void)environment;
	(void)id;
	++*(int *)arg;
}

int
upload_markers(void)
{
	struct task *t = scratch_task();
	int          n = 0;

	store_unnamed(t, s3_call_store(), INT64_MAX, count_file, &n);
	scratch_end(t);
	return n;
}

/* Three rounds: a list of parts first makes its bodies loose. */
void
upload_collect(void)
{
	struct task *t = scratch_task();

	for (int i = 0; i < 3; i++) {
		t->now += MINUTE;
		while (blob_collect(t, s3_call_store(), t->now + 1, 100) > 0)
			;
	}
	scratch_end(t);
}

int
upload_files(void)
{
	FILE *f = popen("find \"${MF_STORE#disk:}\" -type f | wc -l", "r");
	int   n = -1;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

void
upload_begin(const char *headers)
{
	struct s3_answer a = s3_send("POST", "/bkt/k?uploads", headers, "", 0);
	struct xml      *x = xml_parse(m, a.body.data, a.body.len);

	assert_int_equal(a.status, 200);
	upload_id = mem_text(m, xml_child_text(x, "UploadId"));
}

struct s3_answer
upload_part(int number, const char *bytes, size_t n)
{
	return s3_send("PUT", mem_fmt(m, "/bkt/k?partNumber=%d&uploadId=%s", number, upload_id), "",
	    bytes, n);
}

const char *
upload_part_xml(int number, const char *bytes, size_t n)
{
	return mem_fmt(m, "<Part><PartNumber>%d</PartNumber><ETag>\"%s\"</ETag></Part>", number,
	    digest_hex(m, DIGEST_MD5, bytes, n));
}

struct s3_answer
upload_complete(const char *headers, const char *list)
{
	const char *body =
	    mem_fmt(m, "<CompleteMultipartUpload>%s</CompleteMultipartUpload>", list);

	return s3_send("POST", mem_fmt(m, "/bkt/k?uploadId=%s", upload_id), headers, body,
	    strlen(body));
}

/* Parts 2 and 5, the second small, sent in the other order. */
const char *
upload_two_parts(void)
{
	upload_begin("");
	assert_int_equal(upload_part(5, large, LAST).status, 200);
	assert_int_equal(upload_part(2, large, PART).status, 200);
	return mem_fmt(m, "%s%s", upload_part_xml(2, large, PART), upload_part_xml(5, large, LAST));
}
