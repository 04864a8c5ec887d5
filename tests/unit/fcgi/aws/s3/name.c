/* tests/unit/fcgi/aws/s3/name.c - which names a bucket may have */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/aws/s3/s3.h"

static void
test_bucket_names(void **state)
{
	static const char *const good[] = { "abc", "a-b", "a.b.c", "1ab", "0.1.2", "1.2.3.4.5",
		"bucket--name", "a12345678901234567890123456789012345678901234567890123456789012" };
	static const char *const bad[] = { "", "ab", "Abc", "a_b", "-ab", "ab-", ".ab", "ab.", "a..b",
		"a.-b", "a-.b", "1.2.3.4", "192.168.0.1", "xn--abc", "sthree-abc", "amzn-s3-demo-x",
		"abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "abc--table-s3", "a b",
		"a/b", "caf\xc3\xa9", "a12345678901234567890123456789012345678901234567890123456789012x" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!s3_bucket_name_valid(good[i]))
			fail_msg("%s is refused", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (s3_bucket_name_valid(bad[i]))
			fail_msg("%s is taken", bad[i]);
}

static void
test_regions(void **state)
{
	(void)state;
	assert_true(s3_region_valid("us-east-1"));
	assert_true(s3_region_valid("eu-central-2"));
	assert_false(s3_region_valid("eu-east-1"));
	assert_false(s3_region_valid(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bucket_names),
		cmocka_unit_test(test_regions),
	};

	return cmocka_run_group_tests_name("s3 names", tests, NULL, NULL);
}
