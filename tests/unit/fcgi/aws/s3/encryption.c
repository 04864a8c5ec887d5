/* tests/unit/fcgi/aws/s3/encryption.c - what of a customer's key and bytes is stored: neither */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/db/db.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

#define PREFIX "x-amz-server-side-encryption-customer-"
/* Thirty-two times the letter k. */
#define KEY "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
#define MD5 "mT2HRsMGJ5IX5C+0rreZ8Q=="

static char headers[256];

static void
setup(const char *md5)
{
	snprintf(headers, sizeof(headers), PREFIX "algorithm: AES256\n" PREFIX "key: " KEY "\n" PREFIX
	    "key-md5: %s\n", md5);
}

static void
test_stored(void **state)
{
	static const char text[] = "a body that nobody reads without the key";
	struct s3_answer  a;
	FILE             *f;
	char              stored[256] = "";

	(void)state;
	s3_call_setup();
	setup(MD5);
	a = s3_send("PUT", "/bkt/key", headers, text, strlen(text));
	if (a.status != 200)
		fail_msg("%s", a.body.data);
	assert_int_equal(a.round_trips, 1);
	/* Neither in the row nor, as it is, in the file. */
	assert_string_equal(scratch_sql("select bytes is null and size = 40 from blob.version"), "t");
	assert_string_equal(scratch_sql("select count(*) from blob.version v where v::text like '%%"
	    "kkkkkkkk%%' or v::text like '%%a2tra2%%' or v::text like '%%6b6b6b6b%%'"), "0");
	snprintf(stored, sizeof(stored), "find %s -type f -exec grep -l -a "
	    "'nobody reads' {} + | wc -l", strchr(getenv("MF_STORE"), ':') + 1);
	f = popen(stored, "r");
	assert_non_null(f);
	assert_non_null(fgets(stored, sizeof(stored), f));
	pclose(f);
	assert_string_equal(stored, "0\n");
	a = s3_send("GET", "/bkt/key", headers, "", 0);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.round_trips, 1);
	assert_int_equal(s3_do("GET", "/bkt/key", ""), 400);
	setup("AAAAAAAAAAAAAAAAAAAAAA==");
	assert_int_equal(s3_send("GET", "/bkt/key", headers, "", 0).status, 400);
	s3_call_end();
}

/* The same bytes twice are not the same stored bytes. */
static void
test_nonces(void **state)
{
	(void)state;
	s3_call_setup();
	setup(MD5);
	assert_int_equal(s3_send("PUT", "/bkt/a", headers, "same", 4).status, 200);
	assert_int_equal(s3_send("PUT", "/bkt/b", headers, "same", 4).status, 200);
	assert_string_equal(scratch_sql("select count(distinct etag) + count(distinct headers)"
	    " from blob.version"), "4");
	s3_call_end();
}

/* Whatever fails, nothing is left behind that is named, and no plain bytes are. */
static void
test_torture(void **state)
{
	int n = 0, status;

	(void)state;
	s3_call_setup();
	setup(MD5);
	do {
		db_fail_in(++n);
		status = s3_send("PUT", "/bkt/key", headers, "body", 4).status;
		db_fail_in(0);
		assert_true(status == 503 || status == 200);
		if (status == 503)
			assert_string_equal(scratch_sql("select count(*) from blob.version"), "0");
	} while (status != 200 && n < 10);
	assert_int_equal(status, 200);
	s3_call_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stored, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_nonces, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_torture, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
