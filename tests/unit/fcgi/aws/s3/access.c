/* tests/unit/fcgi/aws/s3/access.c - what it costs to ask who may, and that nothing is half set */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/aws/s3/action.h"
#include "fcgi/services.h"
#include "shared/base/text.h"
#include "shared/db/db.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

#define POLICY(effect, action, resource) \
	"{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"" effect "\", \"Principal\":" \
	"{\"AWS\": \"222222222222\"}, \"Action\": \"" action "\", \"Resource\": \"" resource "\"}}"

static unsigned
trips(int status, const char *method, const char *target, const char *body)
{
	struct s3_answer a = s3_send(method, target, "", body, strlen(body));

	if (a.status != status)
		fail_msg("%s %s: %d, not %d", method, target, a.status, status);
	return a.round_trips;
}

/* Every operation names its action, and each action is one that a policy can name. */
static void
test_actions(void **state)
{
	const struct service *s = service_sold("aws_s3");

	(void)state;
	for (size_t i = 0; i < s->n_ops; i++)
		for (int version = 0; version < 2; version++) {
			const struct op *op = &s->ops[i];
			const char      *action = s3_action(op, version);
			bool             of_key = op->http != NULL && strstr(op->http, "{Key+}") != NULL;

			if (!s3_action_known(op))
				fail_msg("%s has no action", op->name);
			if (action != NULL && s3_action_levels(action) == 0)
				fail_msg("%s: no policy can name %s", op->name, action);
			if (action != NULL && of_key && s3_action_levels(action) != S3_LEVEL_OBJECT)
				fail_msg("%s: %s is not of objects", op->name, action);
		}
	assert_int_equal(s3_action_levels("s3:*"), 7);
	assert_int_equal(s3_action_levels("*"), 7);
	assert_int_equal(s3_action_levels("s3:getobject"), S3_LEVEL_OBJECT);
	assert_int_equal(s3_action_levels("s3:GetBucket*"), S3_LEVEL_BUCKET);
	assert_int_equal(s3_action_levels("sqs:*"), 0);
}

static void
test_round_trips(void **state)
{
	(void)state;
	/* The process that made the bucket knows. */
	assert_int_equal(trips(200, "PUT", "/bkt/k", "x"), 1);
	assert_int_equal(trips(200, "GET", "/bkt/k", ""), 1);
	s3_call_as(1);
	assert_int_equal(trips(403, "GET", "/bkt/k", ""), 1); /* it looked, and only that */
	s3_call_nobody();
	assert_int_equal(trips(403, "GET", "/bkt/k", ""), 1);
	s3_call_as(0);
	assert_int_equal(trips(204, "PUT", "/bkt?policy", POLICY("Allow", "s3:GetObject",
	    "arn:aws:s3:::bkt/*")), 1);
	/* Old by now, and found out. */
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 503);
	s3_call_fresh();
	s3_call_as(1);
	assert_int_equal(trips(200, "GET", "/bkt/k", ""), 2);
	assert_int_equal(trips(200, "GET", "/bkt/k", ""), 1);
	assert_int_equal(trips(403, "PUT", "/bkt/k", "y"), 1);
	s3_call_as(0);
	assert_int_equal(trips(200, "PUT", "/bkt/k", "y"), 1);
	assert_int_equal(trips(200, "GET", "/bkt?policy", ""), 1);
}

/* The tags of an object are read once, however many conditions ask for them. */
static void
test_tags_are_read_once(void **state)
{
	static const char policy[] = "{\"Version\": \"2012-10-17\", \"Statement\": {"
	    "\"Effect\": \"Allow\","
	    "\"Principal\": {\"AWS\": \"222222222222\"}, \"Action\": \"s3:GetObject\","
	    "\"Resource\": \"arn:aws:s3:::bkt/*\", \"Condition\": {\"StringEquals\": {"
	    "\"s3:ExistingObjectTag/a\": \"1\", \"s3:ExistingObjectTag/b\": \"2\","
	    "\"s3:ExistingObjectTag/c\": \"3\"}}}}";

	(void)state;
	assert_int_equal(s3_send("PUT", "/bkt/t", "x-amz-tagging: a=1&b=2&c=3\n", "x", 1).status, 200);
	assert_int_equal(s3_do("PUT", "/bkt?policy", policy), 204);
	s3_call_fresh();
	s3_call_as(1);
	/* What the bucket says, the tags, the object. */
	assert_int_equal(trips(200, "GET", "/bkt/t", ""), 3);
	assert_int_equal(trips(200, "GET", "/bkt/t", ""), 2);
}

static const char *
generation(void)
{
	return scratch_sql("select sum(generation) from core.environment");
}

/* Whatever others may remember is old as soon as it changes, and not before. */
static void
test_generation(void **state)
{
	static const char *const changes[][3] = {
		{ "PUT", "/bkt?publicAccessBlock", "<PublicAccessBlockConfiguration><BlockPublicAcls>"
		  "false</BlockPublicAcls></PublicAccessBlockConfiguration>" },
		{ "PUT", "/bkt?ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>"
		  "ObjectWriter</ObjectOwnership></Rule></OwnershipControls>" },
		{ "PUT", "/bkt?policy", POLICY("Deny", "s3:GetObject", "arn:aws:s3:::bkt/*") },
		{ "DELETE", "/bkt?policy", "" },
		{ "DELETE", "/bkt?publicAccessBlock", "" },
		{ "DELETE", "/bkt", "" },
	};
	char before[32];

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		snprintf(before, sizeof(before), "%s", generation());
		assert_in_range(s3_do(changes[i][0], changes[i][1], changes[i][2]), 200, 204);
		if (strcmp(generation(), before) == 0)
			fail_msg("%s %s", changes[i][0], changes[i][1]);
		s3_call_fresh();
	}
	snprintf(before, sizeof(before), "%s", generation());
	assert_int_equal(s3_do("PUT", "/bkt", ""), 200);
	assert_int_equal(s3_do("PUT", "/bkt/k", "x"), 200);
	assert_int_equal(s3_do("DELETE", "/bkt/k", ""), 204);
	assert_int_equal(s3_do("DELETE", "/bkt", ""), 204);
	assert_string_equal(generation(), before);
	assert_int_equal(s3_send("PUT", "/bkt", "x-amz-object-ownership: ObjectWriter", "", 0).status,
	    200);
	assert_string_not_equal(generation(), before);
}

/* A bucket with other access than the default is there with all of it, or not at all. */
static void
test_torture(void **state)
{
	static const char headers[] = "x-amz-object-ownership: ObjectWriter\n"
	    "x-amz-grant-read: id=bbbb";
	int status = 0;

	(void)state;
	for (int n = 1; status != 200 && n < 20; n++) {
		db_fail_in(n);
		status = s3_send("PUT", "/another", headers, "", 0).status;
		db_fail_in(0);
		if (status == 200)
			break;
		assert_int_equal(status, 503);
		s3_call_fresh();
		assert_string_equal(scratch_sql("select count(*) from blob.bucket where name = 'another'"),
		    "0");
	}
	assert_int_equal(status, 200);
	assert_string_equal(scratch_sql("select ownership || acl::text from blob.bucket"
	    " where name = 'another'"), "ObjectWriter{222222222222,READ}");
	s3_call_fresh();
	s3_call_as(1);
	assert_int_equal(s3_do("GET", "/another", ""), 200);
	assert_int_equal(s3_do("PUT", "/another/k", "x"), 403);
}

static int
set_up(void **state)
{
	if (scratch_setup(state) != 0)
		return 1;
	s3_call_setup();
	return 0;
}

static int
tear_down(void **state)
{
	s3_call_end();
	return scratch_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_actions),
		cmocka_unit_test_setup_teardown(test_round_trips, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tags_are_read_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_generation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_torture, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
