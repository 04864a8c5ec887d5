/* tests/unit/fcgi/proto/aws_body.c - bodies of AWS requests */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fcgi/auth/sigv4.h"
#include "fcgi/proto/aws_body.h"
#include "shared/base/clock.h"
#include "shared/wire/digest.h"
#include "tests/unit/support/aws_call.h"

#define FAULT(name) static const struct fault name = { #name, #name, 400, #name };
FAULT(INCOMPLETE)
FAULT(MALFORMED)
FAULT(MISSING_LENGTH)
FAULT(SMALL_CHUNK)
FAULT(MISMATCH)
FAULT(BAD_SHA256)
FAULT(MALFORMED_TRAILER)
FAULT(TOO_LARGE)
FAULT(AUTH)

static const struct aws_body_faults faults = { .incomplete = &INCOMPLETE, .malformed = &MALFORMED,
	.missing_length = &MISSING_LENGTH, .small_chunk = &SMALL_CHUNK, .mismatch = &MISMATCH,
	.bad_sha256 = &BAD_SHA256, .malformed_trailer = &MALFORMED_TRAILER, .too_large = &TOO_LARGE };
static const struct sigv4_faults auth = { .malformed = &AUTH, .unknown_key = &AUTH,
	.mismatch = &AUTH, .not_signed = &AUTH, .skewed = &AUTH, .expired = &AUTH,
	.bad_scope = &AUTH, .bad_token = &AUTH,
	.bad_digest_header = &AUTH };

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define NOW    (INT64_C(1369353600) * SECOND) /* 2013-05-24 */
#define SIGNED(names, signature) "Authorization: AWS4-HMAC-SHA256 Credential=" \
	"AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" \
	names ",Signature=" signature "\n"

enum { MOST = 1 << 20, CHUNK = 65536, LAST = 1024 };

/* The decoded body, and what was learned of it. */
static struct buf  got;
static char        crc32_trailer[64], crc32c_trailer[64];
static int64_t     length, most = MOST;

static void
read_all(struct call *c)
{
	struct aws_body *b = aws_body_open(c, &faults, most);
	char             piece[1000];
	size_t           n;

	got = buf_new(c->task->mem);
	length = aws_body_length(b);
	while ((n = aws_body_read(b, piece, sizeof(piece))) > 0)
		buf_add(&got, piece, n);
	assert_int_equal(aws_body_read(b, piece, sizeof(piece)), 0);
	snprintf(crc32_trailer, sizeof(crc32_trailer), "%s",
	    aws_body_trailer(b, "x-amz-checksum-crc32") != NULL
	        ? aws_body_trailer(b, "x-amz-checksum-crc32") : "none");
	snprintf(crc32c_trailer, sizeof(crc32c_trailer), "%s",
	    aws_body_trailer(b, "x-amz-checksum-crc32c") != NULL
	        ? aws_body_trailer(b, "x-amz-checksum-crc32c") : "none");
}

static void
verify_and_read(struct call *c)
{
	sigv4_verify(c, &auth, true);
	read_all(c);
}

/* docs.aws.amazon.com "sigv4-streaming" and "sigv4-streaming-trailers": 66,560 times 'a'. */
static const struct example {
	const char *headers, *chunks[3], *tail;
} chunked = {
	"Host: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\n"
	"x-amz-storage-class: REDUCED_REDUNDANCY\n"
	"x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nContent-Encoding: aws-chunked\n"
	"x-amz-decoded-content-length: 66560\nContent-Length: 66824\n"
	SIGNED("content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
	    "x-amz-decoded-content-length;x-amz-storage-class",
	    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"),
	{ "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
	    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
	    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9" },
	"\r\n",
}, trailing = {
	"Host: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\n"
	"x-amz-storage-class: REDUCED_REDUNDANCY\n"
	"x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\n"
	"Content-Encoding: aws-chunked\nx-amz-decoded-content-length: 66560\n"
	"x-amz-trailer: x-amz-checksum-crc32c\n"
	SIGNED("content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
	    "x-amz-storage-class;x-amz-trailer",
	    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"),
	{ "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
	    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
	    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992" },
	"x-amz-checksum-crc32c:sOO8/Q==\r\n"
	"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"
	"\r\n",
};

static struct buf
framed(struct mem *m, const struct example *e, const char *tail)
{
	static char a[CHUNK];
	struct buf  b = buf_new(m);

	memset(a, 'a', sizeof(a));
	buf_fmt(&b, "10000;chunk-signature=%s\r\n", e->chunks[0]);
	buf_add(&b, a, CHUNK);
	buf_fmt(&b, "\r\n400;chunk-signature=%s\r\n", e->chunks[1]);
	buf_add(&b, a, LAST);
	buf_fmt(&b, "\r\n0;chunk-signature=%s\r\n%s", e->chunks[2], tail);
	return b;
}

/* The body ends in tail, the byte at spoil (if any) is another, the last cut bytes never come. */
static const struct fault *
example(const struct example *e, const char *tail, size_t piece, size_t spoil, size_t cut)
{
	struct aws_call     a;
	const struct fault *f;
	struct buf          b;

	aws_call_make(&a, "s3", SECRET, NOW, "PUT", "/examplebucket/chunkObject.txt", e->headers);
	b = framed(a.task.mem, e, tail);
	if (spoil > 0)
		b.data[spoil] ^= 1;
	aws_call_body(&a, b.data, b.len - cut);
	a.piece = piece;
	a.lost = cut;
	f = aws_call_try(&a, verify_and_read);
	if (f == NULL) {
		assert_int_equal(length, CHUNK + LAST);
		assert_int_equal(got.len, CHUNK + LAST);
		assert_int_equal(strspn(got.data, "a"), CHUNK + LAST);
	}
	aws_call_end(&a);
	return f;
}

static void
signed_chunks(void **state)
{
	(void)state;
	assert_null(example(&chunked, chunked.tail, 0, 0, 0));
	assert_null(example(&chunked, chunked.tail, 1, 0, 0));
	assert_null(example(&chunked, chunked.tail, 777, 0, 0));
	assert_ptr_equal(example(&chunked, chunked.tail, 0, 100, 0), &MISMATCH);
	assert_ptr_equal(example(&chunked, chunked.tail, 0, 66000, 0), &MISMATCH);
	assert_ptr_equal(example(&chunked, chunked.tail, 0, 66815, 0), &MISMATCH);
	assert_ptr_equal(example(&chunked, chunked.tail, 0, 0, 1), &INCOMPLETE);
	assert_ptr_equal(example(&chunked, chunked.tail, 0, 0, 1000), &INCOMPLETE);
	assert_ptr_equal(example(&chunked, chunked.tail, 0, 0, 66824), &INCOMPLETE);
	assert_ptr_equal(example(&chunked, "\r\n\r\n", 0, 0, 0), &MALFORMED);
	assert_ptr_equal(example(&chunked, "a:b\r\n\r\n", 0, 0, 0), &MALFORMED_TRAILER);
}

static void
signed_trailer(void **state)
{
	const char *sum = "x-amz-checksum-crc32c:sOO8/Q==\r\n";
	const char *mac = strstr(trailing.tail, "x-amz-trailer-signature");
	char        tail[300];

	(void)state;
	assert_null(example(&trailing, trailing.tail, 0, 0, 0));
	assert_string_equal(crc32c_trailer, "sOO8/Q==");
	assert_null(example(&trailing, trailing.tail, 1, 0, 0));
	assert_ptr_equal(example(&trailing, sum, 0, 0, 0), &MALFORMED);
	snprintf(tail, sizeof(tail), "\r\n%s%s", sum, mac);
	assert_null(example(&trailing, tail, 0, 0, 0));
	snprintf(tail, sizeof(tail), "x-amz-checksum-crc32c:sOO8/Q==\n\r\n%s", mac);
	assert_null(example(&trailing, tail, 0, 0, 0));
	snprintf(tail, sizeof(tail), "x-amz-checksum-crc32c:sOO8/A==\r\n%s", mac);
	assert_ptr_equal(example(&trailing, tail, 0, 0, 0), &MISMATCH);
	snprintf(tail, sizeof(tail), "x-amz-checksum-crc32:sOO8/Q==\r\n%s", mac);
	assert_ptr_equal(example(&trailing, tail, 0, 0, 0), &MALFORMED_TRAILER);
	snprintf(tail, sizeof(tail), "%s\r\n", sum);
	assert_ptr_equal(example(&trailing, tail, 0, 0, 0), &MALFORMED);
	assert_ptr_equal(example(&trailing, mac, 0, 0, 0), &MALFORMED_TRAILER);
	snprintf(tail, sizeof(tail), "%s%s%s", sum, sum, mac);
	assert_ptr_equal(example(&trailing, tail, 0, 0, 0), &MALFORMED_TRAILER);
}

/* An anonymous caller's framing is taken off too, so these need no signature. */
static const struct fault *
unsigned_body(const char *decoded, const char *body)
{
	struct aws_call     a;
	const struct fault *f;
	char                headers[300];

	snprintf(headers, sizeof(headers), "Host: h\nx-amz-content-sha256: "
	    "STREAMING-UNSIGNED-PAYLOAD-TRAILER\nx-amz-trailer: x-amz-checksum-crc32\n%s%s\n",
	    *decoded != '\0' ? "x-amz-decoded-content-length: " : "", decoded);
	if (*decoded == '\0')
		headers[strlen(headers) - 1] = '\0';
	aws_call_make(&a, "s3", SECRET, NOW, "PUT", "/b/k", headers);
	aws_call_body(&a, body, strlen(body));
	f = aws_call_try(&a, read_all);
	if (f == NULL)
		assert_string_equal(got.data, "hello");
	aws_call_end(&a);
	return f;
}

#define HELLO "5\r\nhello\r\n"
#define SUM   "x-amz-checksum-crc32:NhCmhg==\r\n"

static void
unsigned_trailer(void **state)
{
	(void)state;
	assert_null(unsigned_body("5", HELLO "0\r\n" SUM "\r\n"));
	assert_string_equal(crc32_trailer, "NhCmhg==");
	assert_ptr_equal(unsigned_body("5", HELLO "0\r\n\r\n"), &MALFORMED_TRAILER);
	assert_ptr_equal(unsigned_body("5", HELLO "0\r\nx-amz-checksum-sha1:x\r\n\r\n"),
	    &MALFORMED_TRAILER);
	assert_ptr_equal(unsigned_body("5", HELLO "0\r\n" SUM "b:c\r\n\r\n"), &MALFORMED_TRAILER);
	assert_ptr_equal(unsigned_body("6", HELLO "0\r\n" SUM "\r\n"), &INCOMPLETE);
	assert_ptr_equal(unsigned_body("4", HELLO "0\r\n" SUM "\r\n"), &INCOMPLETE);
	assert_ptr_equal(unsigned_body("5", HELLO "0\r\n" SUM), &MALFORMED);
	assert_ptr_equal(unsigned_body("5", HELLO), &MALFORMED);
	assert_ptr_equal(unsigned_body("5", "hello"), &MALFORMED);
	assert_ptr_equal(unsigned_body("5", "hello\n"), &MALFORMED);
	assert_ptr_equal(unsigned_body("5", ""), &MALFORMED);
	assert_ptr_equal(unsigned_body("", HELLO "0\r\n" SUM "\r\n"), &MISSING_LENGTH);
	assert_ptr_equal(unsigned_body("-5", HELLO), &MISSING_LENGTH);
	assert_ptr_equal(unsigned_body("1048577", HELLO), &TOO_LARGE);
	assert_ptr_equal(unsigned_body("5", "3\r\nhel\r\n2\r\nlo\r\n0\r\n" SUM "\r\n"), &SMALL_CHUNK);
	assert_ptr_equal(unsigned_body("5", "ffffffff\r\nhello"), &MALFORMED);
}

static struct sigv4 literal = { .payload = SIGV4_LITERAL };

/* With a literal digest when sha256 is given; lost bytes never come. */
static const struct fault *
plain(const char *headers, const char *sha256, const char *body, size_t lost)
{
	struct aws_call     a;
	const struct fault *f;

	aws_call_make(&a, "s3", SECRET, NOW, "PUT", "/b/k", headers);
	aws_call_body(&a, body, strlen(body));
	a.lost = lost;
	literal.payload_sha256 = sha256;
	a.call.auth = sha256 != NULL ? &literal : NULL;
	f = aws_call_try(&a, read_all);
	if (f == NULL)
		assert_string_equal(got.data, "hello");
	aws_call_end(&a);
	return f;
}

static void
plain_bodies(void **state)
{
	const char *sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

	(void)state;
	assert_null(plain("Content-Length: 5\n", NULL, "hello", 0));
	assert_int_equal(length, 5);
	assert_null(plain("Transfer-Encoding: chunked\n", NULL, "hello", 0));
	assert_int_equal(length, -1);
	assert_null(plain("Content-Length: 5\n", sha256, "hello", 0));
	assert_ptr_equal(plain("Content-Length: 5\n", sha256, "hellO", 0), &BAD_SHA256);
	assert_ptr_equal(plain("Content-Length: 5\n", sha256, "hell", 1), &INCOMPLETE);
	assert_ptr_equal(plain("Content-Length: 5\n", NULL, "", 5), &INCOMPLETE);
	most = 5;
	assert_null(plain("Content-Length: 5\n", NULL, "hello", 0));
	assert_ptr_equal(plain("Content-Length: 6\n", NULL, "hello.", 0), &TOO_LARGE);
	assert_ptr_equal(plain("", NULL, "hello.", 0), &TOO_LARGE);
	most = MOST;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_chunks),
		cmocka_unit_test(signed_trailer),
		cmocka_unit_test(unsigned_trailer),
		cmocka_unit_test(plain_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
