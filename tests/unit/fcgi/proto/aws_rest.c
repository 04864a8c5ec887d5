/* tests/unit/fcgi/proto/aws_rest.c - which operation a request names */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fcgi/proto/aws_rest.h"
#include "tests/unit/support/aws_call.h"

static const struct op s3_ops[] = {
	{ .name = "ListBuckets", .http = "GET /" },
	{ .name = "ListObjects", .http = "GET /{Bucket}" },
	{ .name = "ListObjectsV2", .http = "GET /{Bucket}?list-type=2" },
	{ .name = "ListMultipartUploads", .http = "GET /{Bucket}?uploads" },
	{ .name = "CreateBucket", .http = "PUT /{Bucket}" },
	{ .name = "DeleteObjects", .http = "POST /{Bucket}?delete" },
	{ .name = "GetObject", .http = "GET /{Bucket}/{Key+}" },
	{ .name = "GetObjectTagging", .http = "GET /{Bucket}/{Key+}?tagging" },
	{ .name = "PutObject", .http = "PUT /{Bucket}/{Key+}" },
	{ .name = "CopyObject", .http = "PUT /{Bucket}/{Key+}", .when = "x-amz-copy-source" },
	{ .name = "UploadPart", .http = "PUT /{Bucket}/{Key+}?partNumber&uploadId" },
	{ .name = "UploadPartCopy", .http = "PUT /{Bucket}/{Key+}?partNumber&uploadId",
	    .when = "x-amz-copy-source" },
	{ .name = "SelectObjectContent", .http = "POST /{Bucket}/{Key+}?select&select-type=2" },
	{ .name = "WriteGetObjectResponse", .http = "POST /WriteGetObjectResponse" },
	{ .name = "NoHttp" },
};
static const struct op lambda_ops[] = {
	{ .name = "Get", .http = "GET /2015-03-31/functions/{FunctionName}" },
	{ .name = "List", .http = "GET /2015-03-31/functions/" },
	{ .name = "Mappings", .http = "GET /2015-03-31/functions/mappings" },
	{ .name = "Version", .http = "GET /2015-03-31/functions/{FunctionName}/versions/{Version}" },
};
static const struct service s3 = { .name = "s3", .ops = s3_ops, .n_ops = COUNT(s3_ops) };
static const struct service lambda = { .name = "lambda", .ops = lambda_ops,
	.n_ops = COUNT(lambda_ops) };

/* "Operation(label=value ...)" of what matched. */
static const char *
matched(const struct service *s, const char *host, const char *method, const char *target,
    const char *headers)
{
	static const char *const names[] = { "Bucket", "Key", "FunctionName", "Version" };
	static char              out[200];
	struct aws_call          a;
	const struct op         *op;
	size_t                   n;

	aws_call_make(&a, s->name, "", 0, method, target, headers);
	a.call.sub_host = host;
	op = aws_rest_match(&a.call, s);
	n = (size_t)snprintf(out, sizeof(out), "%s", op != NULL ? op->name : "-");
	for (size_t i = 0; i < COUNT(names); i++)
		if (aws_rest_label(&a.call, names[i]) != NULL)
			n += (size_t)snprintf(out + n, sizeof(out) - n, " %s=%s", names[i],
			    aws_rest_label(&a.call, names[i]));
	aws_call_end(&a);
	return out;
}

static const struct {
	const char *host, *method, *target, *headers, *matched;
} cases[] = {
	{ NULL, "GET", "/", "", "ListBuckets" },
	{ NULL, "GET", "/?x-id=ListBuckets", "", "ListBuckets" },
	{ NULL, "GET", "/b", "", "ListObjects Bucket=b" },
	{ NULL, "GET", "/b/", "", "ListObjects Bucket=b" },
	{ NULL, "GET", "/b/?list-type=2&prefix=x", "", "ListObjectsV2 Bucket=b" },
	{ NULL, "GET", "/b?list-type=1", "", "ListObjects Bucket=b" },
	{ NULL, "GET", "/b?uploads", "", "ListMultipartUploads Bucket=b" },
	{ NULL, "GET", "/b?uploads=", "", "ListMultipartUploads Bucket=b" },
	{ NULL, "GET", "/b//", "", "GetObject Bucket=b Key=/" },
	{ NULL, "GET", "/b/k/l/", "", "GetObject Bucket=b Key=k/l/" },
	{ NULL, "GET", "/b//k/../%2F%20+%C3%A4", "", "GetObject Bucket=b Key=/k/../\x2f +\xc3\xa4" },
	{ NULL, "GET", "/b/k?tagging", "", "GetObjectTagging Bucket=b Key=k" },
	{ NULL, "GET", "/b/k?unknown", "", "GetObject Bucket=b Key=k" },
	{ NULL, "GET", "/b/%zz", "", "GetObject Bucket=b" },
	{ NULL, "GET", "/b/%00", "", "GetObject Bucket=b" },
	{ NULL, "PUT", "/b/k", "", "PutObject Bucket=b Key=k" },
	{ NULL, "PUT", "/b/k", "x-amz-copy-source: /c/d\n", "CopyObject Bucket=b Key=k" },
	{ NULL, "PUT", "/b/k?partNumber=1&uploadId=u", "", "UploadPart Bucket=b Key=k" },
	{ NULL, "PUT", "/b/k?partNumber=1&uploadId=u", "x-amz-copy-source: /c/d\n",
	    "UploadPartCopy Bucket=b Key=k" },
	{ NULL, "PUT", "/b/k?partNumber=1", "", "PutObject Bucket=b Key=k" },
	{ NULL, "POST", "/b?delete", "", "DeleteObjects Bucket=b" },
	{ NULL, "POST", "/b", "", "-" },
	{ NULL, "POST", "/b/k?select&select-type=2", "", "SelectObjectContent Bucket=b Key=k" },
	{ NULL, "POST", "/WriteGetObjectResponse", "", "WriteGetObjectResponse" },
	{ NULL, "PATCH", "/b", "", "-" },
	{ NULL, "GE", "/", "", "-" },
	{ NULL, "GET", "//k", "", "-" },
	{ "b", "GET", "/", "", "ListObjects Bucket=b" },
	{ "b.c", "PUT", "/", "", "CreateBucket Bucket=b.c" },
	{ "b", "GET", "/k/l", "", "GetObject Bucket=b Key=k/l" },
	{ "b", "GET", "//", "", "GetObject Bucket=b Key=/" },
	{ "b", "PUT", "/WriteGetObjectResponse", "", "PutObject Bucket=b Key=WriteGetObjectResponse" },
};

static void
s3_operations(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(matched(&s3, cases[i].host, cases[i].method, cases[i].target,
		    cases[i].headers), cases[i].matched);
}

static void
literals_win(void **state)
{
	const char *f = "/2015-03-31/functions";

	(void)state;
	assert_string_equal(matched(&lambda, NULL, "GET", f, ""), "List");
	assert_string_equal(matched(&lambda, NULL, "GET", "/2015-03-31/functions/mappings", ""),
	    "Mappings");
	assert_string_equal(matched(&lambda, NULL, "GET", "/2015-03-31/functions/a%3Ab", ""),
	    "Get FunctionName=a:b");
	assert_string_equal(matched(&lambda, "x", "GET", "/2015-03-31/functions/f/versions/1", ""),
	    "Version FunctionName=f Version=1");
	assert_string_equal(matched(&lambda, NULL, "GET", "/2015-03-31/functions/f/versions", ""), "-");
}

/* A service no thread has asked for yet: all at once read its table. */
static const struct service fresh = { .name = "fresh", .ops = s3_ops, .n_ops = COUNT(s3_ops) };

static void *
ask(void *arg)
{
	const struct op **found = arg;
	struct aws_call   a;

	aws_call_make(&a, "fresh", "", 0, "GET", "/b/k?tagging", "");
	*found = aws_rest_match(&a.call, &fresh);
	aws_call_end(&a);
	return NULL;
}

static void
threads_agree(void **state)
{
	pthread_t        threads[8];
	const struct op *found[COUNT(threads)];

	(void)state;
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, &found[i]), 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_ptr_equal(found[i], &s3_ops[7]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(s3_operations),
		cmocka_unit_test(literals_win),
		cmocka_unit_test(threads_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
