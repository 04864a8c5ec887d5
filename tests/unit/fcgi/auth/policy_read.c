/* tests/unit/fcgi/auth/policy_read.c - documents that are no policies, and why */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/auth/policy.h"
#include "shared/base/mem.h"

static void
test_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "", "Policies must be valid JSON and the first byte must be '{'" },
		{ " {}", "Policies must be valid JSON and the first byte must be '{'" },
		{ "[]", "Policies must be valid JSON and the first byte must be '{'" },
		{ "{true}", "This policy contains invalid Json" },
		{ "{", "This policy contains invalid Json" },
		{ "{}", "Missing required field Statement" },
		{ "{\"Statement\": []}", "Could not parse the policy: Statement is empty!" },
		{ "{\"Version\": \"2020\", \"Statement\": []}",
		  "The policy must contain a valid version string" },
		{ "{\"Other\": 1, \"Statement\": []}", "Unknown field Other" },
		{ "{\"Statement\": {\"Principal\": \"*\", \"Action\": \"a\", \"Resource\": \"*\"}}",
		  "Missing required field Effect" },
		{ "{\"Statement\": {\"Effect\": \"Maybe\"}}", "Invalid effect: Maybe" },
		{ "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"a\", \"Resource\": \"*\"}}",
		  "Missing required field Principal" },
		{ "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Resource\": \"*\"}}",
		  "Missing required field Action" },
		{ "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"a\"}}",
		  "Missing required field Resource" },
		{ "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"me\"}}",
		  "Invalid principal in policy" },
		{ "{\"Statement\": {\"Effect\": \"Allow\","
		  "\"Principal\": {\"AWS\": \"arn:aws:iam::1:root\"}}}",
		  "Invalid principal in policy" },
		{ "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"GCP\": \"*\"}}}",
		  "Invalid principal in policy" },
		{ "{\"Statement\": {\"Effect\": \"Allow\", \"NotPrincipal\": {\"AWS\": \"*\"},"
		  "\"Action\": \"a\", \"Resource\": \"*\"}}", "Allow with NotPrincipal is not allowed." },
		{ "{\"Statement\": {\"Effect\": \"Deny\", \"Condition\": {\"StringIs\": {\"a\": \"b\"}}}}",
		  "Invalid Condition type : StringIs" },
		{ "{\"Statement\": {\"Effect\": \"Deny\", \"Condition\": {\"StringEquals\": 5}}}",
		  "Invalid policy syntax." },
		{ "{\"Statement\": 5}", "Invalid policy syntax." },
		{ "{\"Statement\": {\"Effect\": \"Deny\", \"Sidd\": \"a\"}}", "Unknown field Sidd" },
		{ "{\"Statement\": {\"Effect\": \"Deny\", \"Action\": []}}", "Policy has invalid action" },
		{ "{\"Statement\": {\"Effect\": \"Deny\", \"Resource\": [5]}}",
		  "Policy has invalid resource" },
	};

	struct mem *m = mem_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = NULL;

		assert_null(policy_parse(m, rows[i][0], strlen(rows[i][0]), false, &why));
		assert_string_equal(why, rows[i][1]);
	}
	mem_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
