/* tests/unit/shared/store/settings.c - what the settings of a store of others must be */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/conf.h"
#include "shared/store/store.h"
#include "tests/unit/support/scratch.h"

static void
test_settings(void **state)
{
	struct conf c = *scratch_conf();
	char        error[256];

	(void)state;
	c.store = "s3:bucket";
	c.store_secret_file = "/nowhere";
	assert_null(store_open(&c, error, sizeof(error)));
	assert_non_null(strstr(error, "MF_STORE_SECRET_FILE"));
	c.store_endpoint = "nonsense";
	assert_null(store_open(&c, error, sizeof(error)));
	assert_non_null(strstr(error, "MF_STORE_ENDPOINT"));
	c.store_endpoint = "";
	c.store = "oci:ns";
	assert_null(store_open(&c, error, sizeof(error)));
	assert_string_equal(error, "an oci store needs MF_OCI_TENANCY");
	c.object_max = INT64_C(1) << 40;
	assert_null(store_open(&c, error, sizeof(error)));
	assert_non_null(strstr(error, "MF_OBJECT_MAX"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_settings) };

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
