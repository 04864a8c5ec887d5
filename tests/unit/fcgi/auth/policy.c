/* tests/unit/fcgi/auth/policy.c - policy documents: read, decided by, public or not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "fcgi/auth/policy.h"
#include "shared/base/mem.h"

#define EVERYTHING "\"Principal\": \"*\", \"Action\": \"*\", \"Resource\": \"*\""

static struct mem *m;

/* What a request says: name, value, name, value, ..., NULL; a name twice has two values. */
struct said {
	const char *const *list;
};

static bool
values(void *arg, const char *key, struct policy_texts *out)
{
	const struct said *s = arg;

	*out = (struct policy_texts){ .list = mem_array(m, const char *, 8) };
	for (size_t i = 0; s->list[i] != NULL; i += 2)
		if (strcasecmp(s->list[i], key) == 0)
			out->list[out->n++] = s->list[i + 1];
	return out->n > 0;
}

static struct policy *
parsed(const char *text)
{
	const char    *why;
	struct policy *p = policy_parse(m, text, strlen(text), false, &why);

	if (p == NULL)
		fail_msg("%s: %s", text, why);
	return p;
}

/* A statement for everybody and everything with this besides. */
static struct policy *
with(const char *effect, const char *rest)
{
	return parsed(mem_fmt(m, "{\"Version\": \"2012-10-17\","
	    "\"Statement\": [{\"Effect\": \"%s\", %s}]}", effect, rest));
}

static enum policy_effect
ask(const struct policy *p, const struct policy_caller *who, const char *action,
    const char *resource, const char *const *list)
{
	static const char *const nothing[] = { NULL };
	struct said              s = { list != NULL ? list : nothing };
	struct policy_request    r = { who, action, resource, values, &s };

	return policy_decide(m, p, &r);
}

static const struct policy_caller root = { .account = "111111111111",
	.arn = "arn:aws:iam::111111111111:root", .canonical =
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
static const struct policy_caller other = { .account = "222222222222",
	.arn = "arn:aws:iam::222222222222:user/ann" };

static void
test_principals(void **state)
{
	static const struct {
		const char        *principal;
		enum policy_effect nobody, of_root, of_other;
	} rows[] = {
		{ "\"Principal\": \"*\"", POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED },
		{ "\"Principal\": {\"AWS\": \"*\"}", POLICY_ALLOWED, POLICY_ALLOWED, POLICY_ALLOWED },
		{ "\"Principal\": {\"AWS\": \"111111111111\"}", POLICY_NEUTRAL, POLICY_ALLOWED,
			POLICY_NEUTRAL },
		{ "\"Principal\": {\"AWS\": [\"arn:aws:iam::111111111111:root\","
		  "\"arn:aws:iam::222222222222:user/ann\"]}", POLICY_NEUTRAL, POLICY_ALLOWED,
			POLICY_ALLOWED },
		{ "\"Principal\": {\"CanonicalUser\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaa\"}", POLICY_NEUTRAL, POLICY_ALLOWED, POLICY_NEUTRAL },
		{ "\"Principal\": {\"Service\": \"s3.amazonaws.com\"}", POLICY_NEUTRAL, POLICY_NEUTRAL,
			POLICY_NEUTRAL },
	};
	static const struct policy_caller service = { .service = "s3.amazonaws.com" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy *p = with("Allow", mem_fmt(m, "%s, \"Action\": \"s3:*\", \"Resource\": \"*\"",
		    rows[i].principal));

		assert_int_equal(ask(p, NULL, "s3:GetObject", "r", NULL), rows[i].nobody);
		assert_int_equal(ask(p, &root, "s3:GetObject", "r", NULL), rows[i].of_root);
		assert_int_equal(ask(p, &other, "s3:GetObject", "r", NULL), rows[i].of_other);
	}
	assert_int_equal(ask(with("Allow", "\"Principal\": {\"Service\": \"s3.amazonaws.com\"},"
	    "\"Action\": \"*\", \"Resource\": \"*\""), &service, "sqs:SendMessage", "q", NULL),
	    POLICY_ALLOWED);
}

static void
test_not(void **state)
{
	struct policy *p = with("Deny", "\"NotPrincipal\": {\"AWS\": \"111111111111\"},"
	    "\"NotAction\": \"s3:Get*\", \"NotResource\": \"arn:aws:s3:::b/open/*\"");

	(void)state;
	assert_int_equal(ask(p, &other, "s3:PutObject", "arn:aws:s3:::b/k", NULL), POLICY_DENIED);
	assert_int_equal(ask(p, NULL, "s3:PutObject", "arn:aws:s3:::b/k", NULL), POLICY_DENIED);
	assert_int_equal(ask(p, &root, "s3:PutObject", "arn:aws:s3:::b/k", NULL), POLICY_NEUTRAL);
	assert_int_equal(ask(p, &other, "s3:getobject", "arn:aws:s3:::b/k", NULL), POLICY_NEUTRAL);
	assert_int_equal(ask(p, &other, "s3:PutObject", "arn:aws:s3:::b/open/k", NULL),
	    POLICY_NEUTRAL);
}

static void
test_a_deny_is_final(void **state)
{
	struct policy *p = parsed("{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\","
	    "\"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::b*\"}, {\"Effect\": \"Deny\","
	    "\"Principal\": \"*\", \"Action\": [\"s3:DeleteObject\", \"s3:Put?bject\"],"
	    "\"Resource\": \"arn:aws:s3:::b/*\"}]}");

	(void)state;
	assert_int_equal(ask(p, NULL, "s3:GetObject", "arn:aws:s3:::b/k", NULL), POLICY_ALLOWED);
	assert_int_equal(ask(p, NULL, "s3:DeleteObject", "arn:aws:s3:::b/k", NULL), POLICY_DENIED);
	assert_int_equal(ask(p, NULL, "s3:PutObject", "arn:aws:s3:::b/k", NULL), POLICY_DENIED);
	assert_int_equal(ask(p, NULL, "s3:DeleteObject", "arn:aws:s3:::c/k", NULL), POLICY_NEUTRAL);
}

static void
test_match(void **state)
{
	(void)state;
	assert_true(policy_match("", "", false));
	assert_true(policy_match("*", "", false));
	assert_true(policy_match("a*b*c", "aXbYbZc", false));
	assert_true(policy_match("**a?", "xxab", false));
	assert_false(policy_match("a?", "a", false));
	assert_false(policy_match("a*b", "acbd", false));
	assert_false(policy_match("A", "a", false));
	assert_true(policy_match("S3:get*", "s3:GetObject", true));
}

/* op, policy's value, request's value; holds, and holds when there is none. */
static const struct {
	const char *op, *value, *is;
	bool        holds, without;
} conditions[] = {
	{ "StringEquals", "\"a\"", "a", true, false },
	{ "StringEquals", "\"a*\"", "ab", false, false },
	{ "StringEquals", "\"a*\"", "a*", true, false },
	{ "StringEquals", "[\"x\", \"a\"]", "a", true, false },
	{ "StringNotEquals", "[\"x\", \"a\"]", "a", false, true },
	{ "StringNotEquals", "[\"x\", \"y\"]", "a", true, true },
	{ "StringEqualsIgnoreCase", "\"A\"", "a", true, false },
	{ "StringNotEqualsIgnoreCase", "\"A\"", "a", false, true },
	{ "StringLike", "\"a*c?\"", "abbcd", true, false },
	{ "StringLike", "\"A*\"", "abc", false, false },
	{ "StringNotLike", "\"a*\"", "b", true, true },
	{ "StringEqualsIfExists", "\"a\"", "b", false, true },
	{ "NumericEquals", "10", "10.0", true, false },
	{ "NumericNotEquals", "\"10\"", "11", true, true },
	{ "NumericLessThan", "\"10\"", "9", true, false },
	{ "NumericLessThan", "\"10\"", "10", false, false },
	{ "NumericLessThanEquals", "\"10\"", "10", true, false },
	{ "NumericGreaterThan", "\"10\"", "10.5", true, false },
	{ "NumericGreaterThanEquals", "\"10\"", "9.99", false, false },
	{ "NumericEquals", "\"10\"", "0xa", false, false },
	{ "DateEquals", "\"2026-11-23T00:00:00Z\"", "2026-11-23", true, false },
	{ "DateNotEquals", "\"2026-11-23T00:00:00Z\"", "2026-11-24", true, true },
	{ "DateLessThan", "\"2026-11-23T00:00:00Z\"", "2026-11-22T23:59:59Z", true, false },
	{ "DateGreaterThan", "\"1763856000\"", "2025-11-23T00:00:01Z", true, false },
	{ "DateLessThanEquals", "\"2026-11-23\"", "2026-11-23T00:00:00Z", true, false },
	{ "DateGreaterThanEquals", "\"2026-11-23\"", "2026-11-22T00:00:00Z", false, false },
	{ "Bool", "true", "true", true, false },
	{ "Bool", "\"FALSE\"", "false", true, false },
	{ "Bool", "\"true\"", "false", false, false },
	{ "BinaryEquals", "\"QmluYXJ5\"", "QmluYXJ5", true, false },
	{ "BinaryEquals", "\"QmluYXJ5\"", "QmluYXJ4", false, false },
	{ "IpAddress", "\"10.1.0.0/16\"", "10.1.255.3", true, false },
	{ "IpAddress", "\"10.1.0.0/16\"", "10.2.0.0", false, false },
	{ "IpAddress", "\"10.1.2.3\"", "10.1.2.3", true, false },
	{ "IpAddress", "\"0.0.0.0/0\"", "::1", false, false },
	{ "IpAddress", "\"0.0.0.0/0\"", "1.2.3.4", true, false },
	{ "IpAddress", "\"2001:db8::/32\"", "2001:db8:1::5", true, false },
	{ "NotIpAddress", "\"10.1.0.0/16\"", "10.1.0.1", false, true },
	{ "ArnEquals", "\"arn:aws:sqs:*:1:q?\"", "arn:aws:sqs:eu-west-1:1:q1", true, false },
	{ "ArnLike", "\"arn:aws:s3:::b/*\"", "arn:aws:s3:::b/a:b", true, false },
	{ "ArnLike", "\"arn:*:b\"", "arn:aws:s3:::b", false, false },
	{ "ArnNotEquals", "\"arn:aws:s3:::b\"", "arn:aws:s3:::b", false, true },
	{ "ArnNotLike", "\"arn:aws:s3:::c\"", "arn:aws:s3:::b", true, true },
	{ "Null", "\"true\"", "a", false, true },
	{ "Null", "false", "a", true, false },
	{ "ForAnyValue:StringEquals", "[\"a\", \"b\"]", "a", true, false },
	{ "ForAllValues:StringEquals", "[\"a\", \"b\"]", "c", false, true },
	{ "ForAnyValue:StringNotEquals", "\"a\"", "b", true, false },
};

static void
test_conditions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conditions); i++) {
		const char    *list[] = { "AWS:Key", conditions[i].is, NULL };
		struct policy *p = with("Allow", mem_fmt(m, "\"Principal\": \"*\", \"Action\": \"*\","
		    "\"Resource\": \"*\", \"Condition\": {\"%s\": {\"aws:key\": %s}}", conditions[i].op,
		    conditions[i].value));

		if ((ask(p, NULL, "a:b", "r", list) == POLICY_ALLOWED) != conditions[i].holds)
			fail_msg("%s %s %s", conditions[i].op, conditions[i].value, conditions[i].is);
		if ((ask(p, NULL, "a:b", "r", NULL) == POLICY_ALLOWED) != conditions[i].without)
			fail_msg("%s %s without", conditions[i].op, conditions[i].value);
	}
}

static void
test_several_values(void **state)
{
	static const char *const two[] = { "k:v", "a", "k:v", "b", NULL };
	static const char *const three[] = { "k:v", "a", "k:v", "b", "k:v", "c", NULL };
	struct policy *all = with("Allow", EVERYTHING ","
	    "\"Condition\": {\"ForAllValues:StringEquals\": {\"k:v\": [\"a\", \"b\"]}}");
	struct policy *any = with("Allow", EVERYTHING ","
	    "\"Condition\": {\"ForAnyValue:StringEquals\": {\"k:v\": [\"c\"]}}");

	(void)state;
	assert_int_equal(ask(all, NULL, "a:b", "r", two), POLICY_ALLOWED);
	assert_int_equal(ask(all, NULL, "a:b", "r", three), POLICY_NEUTRAL);
	assert_int_equal(ask(any, NULL, "a:b", "r", two), POLICY_NEUTRAL);
	assert_int_equal(ask(any, NULL, "a:b", "r", three), POLICY_ALLOWED);
}

/* Every operator and every key must hold. */
static void
test_conditions_together(void **state)
{
	static const char *const both[] = { "k:a", "1", "k:b", "x", NULL };
	static const char *const one[] = { "k:a", "1", "k:b", "y", NULL };
	struct policy *p = with("Allow", EVERYTHING ","
	    "\"Condition\": {\"NumericEquals\": {\"k:a\": 1}, \"StringEquals\": {\"k:b\": \"x\"}}");

	(void)state;
	assert_int_equal(ask(p, NULL, "a:b", "r", both), POLICY_ALLOWED);
	assert_int_equal(ask(p, NULL, "a:b", "r", one), POLICY_NEUTRAL);
}

static void
test_variables(void **state)
{
	static const char *const ann[] = { "aws:username", "ann", NULL };
	static const char *const star[] = { "aws:username", "*", NULL };
	struct policy *p = with("Allow", "\"Principal\": \"*\", \"Action\": \"*\","
	    "\"Resource\": \"arn:aws:s3:::b/${aws:username}/*\"");
	struct policy *otherwise = with("Allow", "\"Principal\": \"*\", \"Action\": \"*\","
	    "\"Resource\": \"arn:aws:s3:::b/${aws:username, 'all'}/${*}\"");
	struct policy *old = parsed("{\"Version\": \"2008-10-17\","
	    "\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\","
	    "\"Action\": \"*\", \"Resource\": \"${aws:username}\"}}");

	(void)state;
	assert_int_equal(ask(p, NULL, "a:b", "arn:aws:s3:::b/ann/k", ann), POLICY_ALLOWED);
	assert_int_equal(ask(p, NULL, "a:b", "arn:aws:s3:::b/bob/k", ann), POLICY_NEUTRAL);
	assert_int_equal(ask(p, NULL, "a:b", "arn:aws:s3:::b/ann/k", NULL), POLICY_NEUTRAL);
	/* What a request says is never a wildcard. */
	assert_int_equal(ask(p, NULL, "a:b", "arn:aws:s3:::b/ann/k", star), POLICY_NEUTRAL);
	assert_int_equal(ask(p, NULL, "a:b", "arn:aws:s3:::b/*/k", star), POLICY_ALLOWED);
	assert_int_equal(ask(otherwise, NULL, "a:b", "arn:aws:s3:::b/all/*", NULL), POLICY_ALLOWED);
	assert_int_equal(ask(otherwise, NULL, "a:b", "arn:aws:s3:::b/all/x", NULL), POLICY_NEUTRAL);
	assert_int_equal(ask(old, NULL, "a:b", "ann", ann), POLICY_NEUTRAL);
	assert_int_equal(ask(old, NULL, "a:b", "${aws:username}", ann), POLICY_ALLOWED);
}

static void
test_attached(void **state)
{
	static const char text[] = "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:Get*\","
	    "\"Resource\": \"*\"}}";
	const char    *why;
	struct policy *p = policy_parse(m, text, sizeof(text) - 1, true, &why);

	(void)state;
	assert_non_null(p);
	assert_int_equal(ask(p, &other, "s3:GetObject", "r", NULL), POLICY_ALLOWED);
	assert_null(policy_parse(m, text, sizeof(text) - 1, false, &why));
}

static void
test_public(void **state)
{
	static const struct {
		const char *principal, *condition;
		bool        is_public;
	} rows[] = {
		{ "\"*\"", "{}", true },
		{ "{\"AWS\": \"111111111111\"}", "{}", false },
		{ "{\"AWS\": [\"111111111111\", \"*\"]}", "{}", true },
		{ "\"*\"", "{\"IpAddress\": {\"aws:SourceIp\": \"10.0.0.0/8\"}}", false },
		{ "\"*\"", "{\"IpAddress\": {\"aws:SourceIp\": [\"10.0.0.0/8\", \"1.0.0.0/7\"]}}", true },
		{ "\"*\"", "{\"IpAddress\": {\"aws:SourceIp\": \"2001:db8::/31\"}}", true },
		{ "\"*\"", "{\"NotIpAddress\": {\"aws:SourceIp\": \"10.0.0.0/8\"}}", true },
		{ "\"*\"", "{\"StringEquals\": {\"aws:SourceVpc\": \"vpc-1\"}}", false },
		{ "\"*\"", "{\"StringLike\": {\"aws:SourceVpc\": \"vpc-*\"}}", true },
		{ "\"*\"", "{\"StringEqualsIfExists\": {\"aws:SourceVpc\": \"vpc-1\"}}", true },
		{ "\"*\"", "{\"StringLike\": {\"aws:userid\": \"AROAEXAMPLE:*\"}}", false },
		{ "\"*\"", "{\"StringEquals\": {\"aws:Referer\": \"http://x\"}}", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *rest = mem_fmt(m, "\"Principal\": %s, \"Condition\": %s, \"Action\": \"s3:*\","
		    "\"Resource\": \"*\"", rows[i].principal, rows[i].condition);

		if (policy_public(m, with("Allow", rest)) != rows[i].is_public)
			fail_msg("%s %s", rows[i].principal, rows[i].condition);
		assert_false(policy_public(m, with("Deny", rest)));
	}
}

static int
set_up(void **state)
{
	(void)state;
	m = mem_new(4 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	mem_free(m);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_principals), cmocka_unit_test(test_not),
		cmocka_unit_test(test_a_deny_is_final), cmocka_unit_test(test_match),
		cmocka_unit_test(test_conditions), cmocka_unit_test(test_several_values),
		cmocka_unit_test(test_conditions_together), cmocka_unit_test(test_variables),
		cmocka_unit_test(test_attached), cmocka_unit_test(test_public),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
