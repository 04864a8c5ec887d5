/* tests/unit/fcgi/auth/sigv4.c - SigV4 against published signatures */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fcgi/auth/sigv4.h"
#include "shared/base/clock.h"
#include "tests/unit/support/aws_call.h"

#define FAULT(name) static const struct fault name = { #name, #name, 400, #name };
FAULT(MISSING)
FAULT(MALFORMED)
FAULT(MALFORMED_QUERY)
FAULT(UNSUPPORTED)
FAULT(TWO_WAYS)
FAULT(NO_DATE)
FAULT(UNKNOWN_KEY)
FAULT(MISMATCH)
FAULT(NOT_SIGNED)
FAULT(SKEWED)
FAULT(EXPIRED)
FAULT(BAD_SCOPE)
FAULT(BAD_TOKEN)
FAULT(NO_DIGEST)
FAULT(BAD_DIGEST)

static const struct sigv4_faults faults = {
	.malformed = &MALFORMED, .malformed_query = &MALFORMED_QUERY, .unsupported = &UNSUPPORTED,
	.two_ways = &TWO_WAYS, .no_date = &NO_DATE, .unknown_key = &UNKNOWN_KEY,
	.mismatch = &MISMATCH, .not_signed = &NOT_SIGNED, .skewed = &SKEWED, .expired = &EXPIRED,
	.bad_scope = &BAD_SCOPE, .bad_token = &BAD_TOKEN, .no_digest_header = &NO_DIGEST,
	.bad_digest_header = &BAD_DIGEST,
};

#define S3_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EMPTY     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define S3_SCOPE  "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
#define S3_DAY    (INT64_C(1369353600) * SECOND) /* 2013-05-24 */

static void
verify_s3(struct call *c)
{
	sigv4_verify(c, &faults, true);
}

/* No strangers. */
static void
verify_strangers(struct call *c)
{
	struct sigv4_faults strict = faults;

	strict.missing = &MISSING;
	sigv4_verify(c, &strict, true);
}

/* What an S3 request meets; also whether c->who agrees. */
static const struct fault *
s3_at(int64_t now, const char *method, const char *target, const char *headers)
{
	struct aws_call     a;
	const struct fault *f;

	aws_call_make(&a, "s3", S3_SECRET, now, method, target, headers);
	f = aws_call_try(&a, verify_s3);
	assert_true(f == NULL || a.call.who == NULL);
	aws_call_end(&a);
	return f;
}

static const struct fault *
s3(const char *method, const char *target, const char *headers)
{
	return s3_at(S3_DAY, method, target, headers);
}

#define COMMON "Host: examplebucket.s3.amazonaws.com\nx-amz-date: 20130524T000000Z\n"
#define SIGNED(names, signature) "Authorization: AWS4-HMAC-SHA256 Credential=" S3_SCOPE \
	",SignedHeaders=" names ",Signature=" signature "\n"
#define USUAL "host;x-amz-content-sha256;x-amz-date"

/* docs.aws.amazon.com, Amazon S3 API Reference, "Examples: Signature Calculations". */
static const struct {
	const char *method, *target, *headers;
} documented[] = {
	{ "GET", "/test.txt", COMMON "Range: bytes=0-9\nx-amz-content-sha256: " EMPTY "\n"
	    SIGNED("host;range;x-amz-content-sha256;x-amz-date",
	    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41") },
	{ "PUT", "/test$file.text", COMMON "Date: Fri, 24 May 2013 00:00:00 GMT\n"
	    "x-amz-storage-class: REDUCED_REDUNDANCY\nx-amz-content-sha256: "
	    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\n"
	    SIGNED("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
	    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd") },
	{ "GET", "/?lifecycle", COMMON "x-amz-content-sha256: " EMPTY "\n" SIGNED(USUAL,
	    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543") },
	{ "GET", "/?max-keys=2&prefix=J", COMMON "x-amz-content-sha256: " EMPTY "\n" SIGNED(USUAL,
	    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7") },
};

static void
s3_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(documented); i++) {
		const char *target = documented[i].target, *headers = documented[i].headers;
		char        other[1024];

		assert_null(s3(documented[i].method, target, headers));
		assert_ptr_equal(s3("POST", target, headers), &MISMATCH);
		assert_ptr_equal(s3(documented[i].method, "/x", headers), &MISMATCH);
		snprintf(other, sizeof(other), "%s", headers);
		other[strlen(other) - 2] ^= 1;
		assert_ptr_equal(s3(documented[i].method, target, other), &MISMATCH);
	}
}

/* The parameters in another order, percent-encoded or not, spaces after commas. */
static void
s3_other_spellings(void **state)
{
	(void)state;
	assert_null(s3("GET", "/?prefix=%4A&max-keys=2", documented[3].headers));
	assert_null(s3("GET", "/?lifecycle=", documented[2].headers));
	assert_null(s3("PUT", "/test%24file.text", documented[1].headers));
	assert_null(s3("GET", "/?lifecycle", COMMON "x-amz-content-sha256: " EMPTY "\n"
	    "Authorization: AWS4-HMAC-SHA256   SignedHeaders=" USUAL " ,  Credential=" S3_SCOPE
	    ", Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543\n"));
}

#define PRESIGNED(expires, signature) "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" \
	"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" \
	"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=" expires \
	"&X-Amz-SignedHeaders=host&X-Amz-Signature=" signature
#define DOCUMENTED PRESIGNED("86400", \
	"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
#define HOST "Host: examplebucket.s3.amazonaws.com\n"

static void
presigned(void **state)
{
	(void)state;
	assert_null(s3("GET", DOCUMENTED, HOST));
	assert_null(s3_at(S3_DAY + DAY, "GET", DOCUMENTED, HOST));
	assert_ptr_equal(s3_at(S3_DAY + DAY + 1, "GET", DOCUMENTED, HOST), &EXPIRED);
	assert_null(s3_at(S3_DAY - 15 * MINUTE, "GET", DOCUMENTED, HOST));
	assert_ptr_equal(s3_at(S3_DAY - 15 * MINUTE - 1, "GET", DOCUMENTED, HOST), &EXPIRED);
	assert_ptr_equal(s3("PUT", DOCUMENTED, HOST), &MISMATCH);
	assert_ptr_equal(s3("GET", DOCUMENTED "&x=y", HOST), &MISMATCH);
	assert_ptr_equal(s3("GET", DOCUMENTED, "Host: other.s3.amazonaws.com\n"), &MISMATCH);
	assert_ptr_equal(s3("GET", DOCUMENTED, HOST "x-amz-acl: public-read\n"), &NOT_SIGNED);
	assert_ptr_equal(s3("GET", PRESIGNED("604801", EMPTY), HOST), &MALFORMED_QUERY);
	assert_ptr_equal(s3("GET", PRESIGNED("-1", EMPTY), HOST), &MALFORMED_QUERY);
	assert_ptr_equal(s3("GET", PRESIGNED("1h", EMPTY), HOST), &MALFORMED_QUERY);
	assert_ptr_equal(s3("GET", PRESIGNED("604800", EMPTY), HOST), &MISMATCH);
	assert_ptr_equal(s3("GET", DOCUMENTED "&X-Amz-Security-Token=x", HOST), &BAD_TOKEN);
	assert_ptr_equal(s3("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", HOST), &MALFORMED_QUERY);
	assert_ptr_equal(s3("GET", DOCUMENTED, documented[0].headers), &TWO_WAYS);
}

/* The URL lasts a day; the environment's clock was moved an hour ahead, then ten, then back. */
static void
presigned_and_the_clock(void **state)
{
	int64_t past[] = { S3_DAY - HOUR, 0, S3_DAY + HOUR, HOUR, S3_DAY + 2 * HOUR, 11 * HOUR };
	struct aws_call a;

	(void)state;
	aws_call_make(&a, "s3", S3_SECRET, S3_DAY + 14 * HOUR, "GET", DOCUMENTED, HOST);
	a.env.clock_past = past;
	a.env.n_clock_past = 4;
	a.env.clock_offset = 11 * HOUR; /* ten of them since it was signed */
	assert_null(aws_call_try(&a, verify_s3));
	a.task.now++;
	assert_ptr_equal(aws_call_try(&a, verify_s3), &EXPIRED);
	a.env.n_clock_past = 2;
	assert_null(aws_call_try(&a, verify_s3));
	a.env.n_clock_past = 6;
	a.env.clock_offset = 0;
	assert_null(aws_call_try(&a, verify_s3));
	aws_call_end(&a);
}

static void
headers_refused(void **state)
{
	static const char *const malformed[] = {
		"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential",
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
		"AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=" EMPTY,
		"AWS4-HMAC-SHA256 Credential=/b/c/d/e, SignedHeaders=host, Signature=" EMPTY,
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=" EMPTY,
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=;, Signature=" EMPTY,
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=abc",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		char headers[512];

		snprintf(headers, sizeof(headers), COMMON "Authorization: %s\n", malformed[i]);
		assert_ptr_equal(s3("GET", "/", headers), &MALFORMED);
	}
	assert_ptr_equal(s3("GET", "/", HOST "Authorization: AWS key:c2lnbmF0dXJl\n"), &UNSUPPORTED);
	assert_ptr_equal(s3("GET", "/", HOST "Authorization: Bearer x\n"), &UNSUPPORTED);
	assert_null(s3("GET", "/", HOST));
	assert_ptr_equal(s3("GET", "/", HOST SIGNED("host", EMPTY)), &NO_DATE);
	assert_ptr_equal(s3("GET", "/", HOST "x-amz-date: today\n" SIGNED("host", EMPTY)), &NO_DATE);
	assert_ptr_equal(s3("GET", "/", COMMON SIGNED("host", EMPTY)), &NO_DIGEST);
	assert_ptr_equal(s3("GET", "/", COMMON "x-amz-content-sha256: abc\n" SIGNED("host", EMPTY)),
	    &BAD_DIGEST);
}

static void
what_it_says_is_checked(void **state)
{
	static const char *const scopes[] = {
		"AKIAIOSFODNN7EXAMPLE/20130523/us-east-1/s3/aws4_request",
		"AKIAIOSFODNN7EXAMPLE/20130524T/us-east-1/s3/aws4_request",
		"AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/sqs/aws4_request",
		"AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws3_request",
	};
	const char *lifecycle = documented[2].headers;
	char        headers[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(scopes); i++) {
		snprintf(headers, sizeof(headers), COMMON "x-amz-content-sha256: " EMPTY "\n"
		    "Authorization: AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=" USUAL
		    ", Signature=" EMPTY "\n", scopes[i]);
		assert_ptr_equal(s3("GET", "/", headers), &BAD_SCOPE);
	}
	assert_null(s3_at(S3_DAY + 15 * MINUTE, "GET", "/?lifecycle", lifecycle));
	assert_null(s3_at(S3_DAY - 15 * MINUTE, "GET", "/?lifecycle", lifecycle));
	assert_ptr_equal(s3_at(S3_DAY + 16 * MINUTE, "GET", "/?lifecycle", lifecycle), &SKEWED);
	assert_ptr_equal(s3_at(S3_DAY - 16 * MINUTE, "GET", "/?lifecycle", lifecycle), &SKEWED);
	snprintf(headers, sizeof(headers), "%sx-amz-security-token: x\n", lifecycle);
	assert_ptr_equal(s3("GET", "/?lifecycle", headers), &BAD_TOKEN);
	snprintf(headers, sizeof(headers), "%sx-amz-acl: private\nx-amz-meta-a_b: 1\n", lifecycle);
	assert_ptr_equal(s3("GET", "/?lifecycle", headers), &NOT_SIGNED);
}

static void
the_key_must_be_known(void **state)
{
	struct aws_call a;

	(void)state;
	aws_call_make(&a, "s3", S3_SECRET, S3_DAY, "GET", "/?lifecycle", documented[2].headers);
	a.account.access_key_id = "AKIAIOSFODNN7EXAMPLF";
	assert_ptr_equal(aws_call_try(&a, verify_s3), &UNKNOWN_KEY);
	a.env.lenient = true;
	assert_ptr_equal(aws_call_try(&a, verify_s3), &UNKNOWN_KEY);
	a.account.access_key_id = "AKIAIOSFODNN7EXAMPLE";
	a.account.secret_access_key = "another";
	assert_null(aws_call_try(&a, verify_s3));
	assert_ptr_equal(a.call.who, &a.account);
	a.env.lenient = false;
	assert_ptr_equal(aws_call_try(&a, verify_s3), &MISMATCH);
	assert_non_null(((struct sigv4 *)a.call.auth)->string_to_sign);
	aws_call_end(&a);
}

/* A lenient environment asks for a known key and nothing else. */
static void
lenient(void **state)
{
	struct aws_call a;

	(void)state;
	aws_call_make(&a, "s3", S3_SECRET, S3_DAY + 30 * DAY, "PUT", "/b/k", COMMON
	    "x-amz-acl: private\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
	    "20200101/mars/other/aws4_request, SignedHeaders=host, Signature=" EMPTY "\n");
	assert_non_null(aws_call_try(&a, verify_s3));
	a.env.lenient = true;
	assert_null(aws_call_try(&a, verify_s3));
	assert_ptr_equal(a.call.who, &a.account);
	assert_int_equal(((struct sigv4 *)a.call.auth)->payload, SIGV4_UNSIGNED);
	aws_call_end(&a);
}

static void
somebody_must_sign(void **state)
{
	struct aws_call a;

	(void)state;
	aws_call_make(&a, "s3", S3_SECRET, S3_DAY, "GET", "/", HOST);
	assert_ptr_equal(aws_call_try(&a, verify_strangers), &MISSING);
	aws_call_end(&a);
}

/* They are kept for the answer. */
static void
names_unsigned_headers(void **state)
{
	struct aws_call     a;
	const struct sigv4 *s;

	(void)state;
	aws_call_make(&a, "s3", S3_SECRET, S3_DAY, "GET", "/", COMMON "x-amz-content-sha256: " EMPTY
	    "\nx-amz-acl: private\nx-amzn-trace-id: 1\n" SIGNED("x-amz-content-sha256", EMPTY));
	assert_ptr_equal(aws_call_try(&a, verify_s3), &NOT_SIGNED);
	s = a.call.auth;
	assert_string_equal(s->not_signed, "host, x-amz-date, x-amz-acl");
	aws_call_end(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(s3_examples),
		cmocka_unit_test(s3_other_spellings),
		cmocka_unit_test(presigned),
		cmocka_unit_test(presigned_and_the_clock),
		cmocka_unit_test(headers_refused),
		cmocka_unit_test(what_it_says_is_checked),
		cmocka_unit_test(the_key_must_be_known),
		cmocka_unit_test(lenient),
		cmocka_unit_test(somebody_must_sign),
		cmocka_unit_test(names_unsigned_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
