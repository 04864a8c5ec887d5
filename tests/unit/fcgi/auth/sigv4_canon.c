/* tests/unit/fcgi/auth/sigv4_canon.c - the canonical request, as AWS and SDKs make it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fcgi/auth/sigv4.h"
#include "shared/base/clock.h"
#include "shared/wire/digest.h"
#include "tests/unit/support/aws_call.h"

static const struct fault MISMATCH = { "MISMATCH", "MISMATCH", 403, "MISMATCH" };
static const struct fault OTHER = { "OTHER", "OTHER", 400, "OTHER" };

static const struct sigv4_faults faults = { .malformed = &OTHER, .unknown_key = &OTHER,
	.mismatch = &MISMATCH, .skewed = &OTHER, .expired = &OTHER, .bad_scope = &OTHER,
	.bad_token = &OTHER, .bad_digest_header = &OTHER };

#define SECRET       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define SUITE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define EMPTY        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define DAY_SIGNED   (INT64_C(1369353600) * SECOND) /* 2013-05-24 */
#define SUITE_DAY    (INT64_C(1440938160) * SECOND) /* 2015-08-30 12:36:00 */

static void
verify_s3(struct call *c)
{
	sigv4_verify(c, &faults, true);
}

static void
verify_other(struct call *c)
{
	sigv4_verify(c, &faults, false);
}

#define PLAIN "host;x-amz-date"

/* AWS's test suite (aws-signing-test-suite/v4), the cases where the path is normalised. */
static const struct {
	const char *method, *target, *headers, *names, *signature;
} suite[] = {
	{ "GET", "/", "", PLAIN, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "GET", "//", "", PLAIN, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "GET", "/./", "", PLAIN, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "GET", "/example/..", "", PLAIN,
	    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "GET", "/example1/example2/../..", "", PLAIN,
	    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "GET", "/./example", "", PLAIN,
	    "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5" },
	{ "GET", "//example//", "", PLAIN,
	    "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84" },
	{ "GET", "/example space/", "", PLAIN,
	    "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741" },
	{ "GET", "/\xe1\x88\xb4", "", PLAIN,
	    "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
	{ "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", PLAIN,
	    "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f" },
	{ "GET", "/?Param1=value1", "", PLAIN,
	    "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb" },
	{ "GET", "/?Param2=value2&Param1=value1", "", PLAIN,
	    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	{ "GET", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "", PLAIN,
	    "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac" },
	{ "GET", "/?\xe1\x88\xb4=bar", "", PLAIN,
	    "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04" },
	{ "POST", "/", "", PLAIN, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	{ "POST", "/?Param1=value1", "", PLAIN,
	    "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11" },
	{ "POST", "/", "My-Header1:VALUE1\n", "host;my-header1;x-amz-date",
	    "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d" },
	/* Several lines of one header, as a web server hands them on. */
	{ "GET", "/", "My-Header1: value2, value2, value1\n", "host;my-header1;x-amz-date",
	    "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea" },
	{ "GET", "/", "My-Header1: value4, value1, value3, value2\n", "host;my-header1;x-amz-date",
	    "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01" },
	/* Not AWS's: a body that came in chunks, whose header no web server hands on. */
	{ "GET", "/", "", "host;transfer-encoding;x-amz-date",
	    "eabc0c35f31709d52fe86894009df8dbf17d346dced69e499e769e8b58a144af" },
	{ "GET", "/", "My-Header1: value1\nMy-Header2: \"a   b   c\"\n",
	    "host;my-header1;my-header2;x-amz-date",
	    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" },
};

static void
aws_test_suite(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(suite); i++) {
		struct aws_call a;
		char            headers[1024];

		snprintf(headers, sizeof(headers), "Host:example.amazonaws.com\n%sX-Amz-Date:"
		    "20150830T123600Z\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830"
		    "/us-east-1/service/aws4_request, SignedHeaders=%s, Signature=%s\n",
		    suite[i].headers, suite[i].names, suite[i].signature);
		aws_call_make(&a, "service", SUITE_SECRET, SUITE_DAY, suite[i].method,
		    suite[i].target, headers);
		a.account.access_key_id = "AKIDEXAMPLE";
		if (aws_call_try(&a, verify_other) != NULL)
			fail_msg("%s %s: %s\n%s", suite[i].method, suite[i].target,
			    a.task.fault->name, ((struct sigv4 *)a.call.auth)->canonical_request);
		aws_call_end(&a);
	}
}

/* Sign target as an SDK would that writes `canonical` for its path; true when it is accepted. */
static bool
accepts_path(const char *service, const char *target, const char *canonical)
{
	struct aws_call a;
	bool            s3_path = strcmp(service, "s3") == 0, good;
	struct sigv4    s = { .payload = 0 };
	unsigned char  *key = s.signing_key;
	const char     *request, *text;
	char            signature[65], headers[512];
	struct mem     *m = mem_new(1 << 20);

	digest_hmac_sha256("AWS4" SECRET, strlen("AWS4" SECRET), "20130524", 8, key);
	digest_hmac_sha256(key, 32, "us-east-1", 9, key);
	digest_hmac_sha256(key, 32, service, strlen(service), key);
	digest_hmac_sha256(key, 32, "aws4_request", 12, key);
	request = mem_fmt(m, "GET\n%s\n\nhost:h:8080\nx-amz-date:20130524T000000Z\n\nhost;x-amz-date"
	    "\n%s", canonical, s3_path ? "UNSIGNED-PAYLOAD" : EMPTY);
	text = mem_fmt(m, "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/%s/aws4_request\n%s",
	    service, digest_hex(m, DIGEST_SHA256, request, strlen(request)));
	sigv4_sign(&s, text, strlen(text), signature);
	snprintf(headers, sizeof(headers), "Host: h:8080\nx-amz-date: 20130524T000000Z\n%s"
	    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/%s"
	    "/aws4_request, SignedHeaders=host;x-amz-date, Signature=%s\n",
	    s3_path ? "x-amz-content-sha256: UNSIGNED-PAYLOAD\n" : "", service, signature);
	aws_call_make(&a, service, SECRET, DAY_SIGNED, "GET", target, headers);
	good = aws_call_try(&a, s3_path ? verify_s3 : verify_other) == NULL;
	aws_call_end(&a);
	mem_free(m);
	return good;
}

/* What SDKs send for keys with a space, '+', UTF-8, "//", "..", and '/' or '%' in disguise. */
static void
s3_paths(void **state)
{
	(void)state;
	assert_true(accepts_path("s3", "/b/a%20b%2Bc", "/b/a%20b%2Bc"));
	assert_true(accepts_path("s3", "/b/a+b", "/b/a%2Bb"));
	assert_true(accepts_path("s3", "/b/a+b", "/b/a+b"));
	assert_true(accepts_path("s3", "/b/%C3%A4", "/b/%C3%A4"));
	assert_true(accepts_path("s3", "/b/%c3%a4", "/b/%C3%A4"));
	assert_true(accepts_path("s3", "/b/\xc3\xa4", "/b/%C3%A4"));
	assert_true(accepts_path("s3", "/b//x/../y/./", "/b//x/../y/./"));
	assert_true(accepts_path("s3", "/b/x%2Fy", "/b/x/y"));
	assert_true(accepts_path("s3", "/b/x%2Fy", "/b/x%2Fy"));
	assert_true(accepts_path("s3", "/b/x%252Fy", "/b/x%252Fy"));
	assert_true(accepts_path("s3", "/b/a:b@c!d*(e)'f", "/b/a%3Ab%40c%21d%2A%28e%29%27f"));
	assert_true(accepts_path("s3", "/b/~%7E", "/b/~~"));
	assert_true(accepts_path("s3", "/env-abc/s3/b/k", "/env-abc/s3/b/k"));
	assert_true(accepts_path("s3", "/b/%zz", "/b/%zz"));
	assert_false(accepts_path("s3", "/b//x", "/b/x"));
	assert_false(accepts_path("s3", "/b/x%252Fy", "/b/x%2Fy"));
	assert_false(accepts_path("s3", "/b/a%20b", "/b/a%2520b"));
}

static void
other_paths(void **state)
{
	(void)state;
	assert_true(accepts_path("lambda", "/f/a%3Ab", "/f/a%253Ab"));
	assert_true(accepts_path("lambda", "/f/a:b", "/f/a%3Ab"));
	assert_true(accepts_path("lambda", "/f/a:b", "/f/a%253Ab"));
	assert_true(accepts_path("lambda", "/f//x/../y", "/f/y"));
	assert_true(accepts_path("lambda", "/f/%2E%2E/y", "/f/%252E%252E/y"));
	assert_true(accepts_path("lambda", "/../..", "/"));
	assert_false(accepts_path("lambda", "/f/a%3Ab", "/f/a%3Ab"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aws_test_suite),
		cmocka_unit_test(s3_paths),
		cmocka_unit_test(other_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
