/* tests/unit/fcgi/auth/sigv2.c - presigned URLs of version 2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fcgi/auth/sigv2.h"
#include "fcgi/auth/sigv4.h"
#include "shared/base/clock.h"
#include "tests/unit/support/aws_call.h"

#define FAULT(name) static const struct fault name = { #name, #name, 403, #name };
FAULT(MALFORMED_QUERY)
FAULT(UNKNOWN_KEY)
FAULT(MISMATCH)
FAULT(EXPIRED)

static const struct sigv4_faults faults = { .malformed_query = &MALFORMED_QUERY,
	.unknown_key = &UNKNOWN_KEY, .mismatch = &MISMATCH, .expired = &EXPIRED };
static const struct fault NONE = { "NONE", "NONE", 0, "it was not signed so" };

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define NOW    (INT64_C(1175139600) * SECOND)

static bool signed_so;

static void
verify(struct call *c)
{
	signed_so = sigv2_verify(c, &faults);
}

/* host: the bucket in the host, or NULL; prefix: of the path form, how long it is. */
static const struct fault *
meets(int64_t now, const char *host, size_t prefix, const char *method, const char *target,
    const char *headers)
{
	struct aws_call     a;
	const struct fault *f;

	aws_call_make(&a, "s3", SECRET, now, method, target, headers);
	a.call.sub_host = host;
	a.call.path += prefix;
	f = aws_call_try(&a, verify);
	if (f == NULL && !signed_so)
		f = &NONE;
	assert_true((f == NULL) == (a.call.who == &a.account));
	aws_call_end(&a);
	return f;
}

/* docs.aws.amazon.com, "Signing and authenticating REST requests", its example in the query. */
#define ACCESS "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
#define PUPPY  "/photos/puppy.jpg?" ACCESS "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D" \
	"&Expires=1175139620"

static void
documented(void **state)
{
	(void)state;
	assert_null(meets(NOW, "johnsmith", 0, "GET", PUPPY, ""));
	assert_null(meets(NOW, NULL, 0, "GET", "/johnsmith" PUPPY, ""));
	assert_null(meets(NOW, NULL, strlen("/env-abc/s3"), "GET", "/env-abc/s3/johnsmith" PUPPY, ""));
	assert_null(meets(NOW + 20 * SECOND, "johnsmith", 0, "GET", PUPPY, ""));
	assert_ptr_equal(meets(NOW + 21 * SECOND, "johnsmith", 0, "GET", PUPPY, ""), &EXPIRED);
	assert_ptr_equal(meets(NOW, "johnsmith", 0, "PUT", PUPPY, ""), &MISMATCH);
	assert_ptr_equal(meets(NOW, "joansmith", 0, "GET", PUPPY, ""), &MISMATCH);
	assert_ptr_equal(meets(NOW, "johnsmith", 0, "GET", PUPPY "&acl", ""), &MISMATCH);
	assert_null(meets(NOW, "johnsmith", 0, "GET", PUPPY "&other=1", ""));
	assert_ptr_equal(meets(NOW, "johnsmith", 0, "GET", PUPPY, "x-amz-acl: private\n"), &MISMATCH);
	assert_ptr_equal(meets(NOW, "johnsmith", 0, "GET", PUPPY, "Content-Type: a/b\n"), &MISMATCH);
	/* Signed for johnsmith's photos: no key "johnsmith/photos/puppy.jpg" of another bucket. */
	assert_ptr_equal(meets(NOW, "joansmith", 0, "GET", "/johnsmith" PUPPY, ""), &MISMATCH);
}

static void
refuses(void **state)
{
	(void)state;
	assert_ptr_equal(meets(NOW, NULL, 0, "GET", "/b/k", ""), &NONE);
	assert_ptr_equal(meets(NOW, NULL, 0, "GET", "/b/k?" ACCESS, ""), &MALFORMED_QUERY);
	assert_ptr_equal(meets(NOW, NULL, 0, "GET", "/b/k?" ACCESS "&Signature=x", ""),
	    &MALFORMED_QUERY);
	assert_ptr_equal(meets(NOW, NULL, 0, "GET", "/b/k?" ACCESS "&Signature=x&Expires=soon", ""),
	    &MALFORMED_QUERY);
	assert_ptr_equal(meets(NOW, NULL, 0, "GET", "/b/k?Signature=x&Expires=1175139620", ""),
	    &MALFORMED_QUERY);
	assert_ptr_equal(meets(NOW, NULL, 0, "GET",
	    "/b/k?AWSAccessKeyId=AKID&Signature=x&Expires=1175139620", ""), &UNKNOWN_KEY);
}

/*
 * As boto3 writes it: x-amz-* headers and the type stand in the query; made with its
 * HmacV1QueryAuth at a fixed time.
 */
static void
boto3(void **state)
{
	(void)state;
	assert_null(meets(NOW, NULL, strlen("/env-abc/s3"), "PUT",
	    "/env-abc/s3/b/k?" ACCESS "&Signature=9e6c6eKfCMm%2B8gqeUAUs0hAM9Q8%3D"
	    "&content-type=text%2Fplain"
	    "&x-amz-meta-a_b=x%20y&x-amz-acl=private&Expires=1175139620", ""));
	assert_null(meets(NOW, NULL, 0, "GET", "/b/a%20b/%C3%A4?response-content-type=a%2Fb%3B%20c"
	    "&versionId=v&" ACCESS "&Signature=k82zBxyZethdjtgtGS0KqSq2TJI%3D&Expires=1175139620", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documented),
		cmocka_unit_test(refuses),
		cmocka_unit_test(boto3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
