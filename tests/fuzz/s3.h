/* tests/fuzz/s3.h - requests to S3, for fuzz targets: a bucket that is remembered */
#ifndef MF_FUZZ_S3_H
#define MF_FUZZ_S3_H

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/s3.h"
#include "tests/fuzz/serve.h"

extern const struct service service_aws_s3;

/* What bucket "bkt" says of itself: a policy that asks for much, lists that count, rules. */
static const struct blob_access s3_docs = {
	.owner = "123456789012", .ownership = "ObjectWriter", .shut = BLOB_NOT_SAID,
	.policy = "{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\","
	    "\"Resource\":[\"arn:aws:s3:::bkt\",\"arn:aws:s3:::bkt/*\"],\"Condition\":{"
	    "\"StringLike\":{\"s3:prefix\":\"a*b?\",\"aws:Referer\":\"*x*\"},"
	    "\"NumericGreaterThan\":{\"s3:max-keys\":\"10\"},"
	    "\"DateLessThan\":{\"aws:CurrentTime\":\"2020-01-01T00:00:00Z\"},"
	    "\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"},"
	    "\"StringEquals\":{\"s3:x-amz-acl\":\"private\",\"s3:RequestObjectTag/a\":\"b\"},"
	    "\"ForAnyValue:StringEquals\":{\"s3:RequestObjectTagKeys\":[\"a\",\"b\"]}}}]}",
	.lifecycle = "<LifecycleConfiguration><Rule><ID>a b</ID><Filter><Prefix>k</Prefix></Filter>"
	    "<Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>"
	    "</LifecycleConfiguration>",
};

static void *
s3_copy_docs(struct mem *m, const void *docs)
{
	return blob_access_copy(m, docs);
}

/* False: it is no request. */
static inline bool
s3_make(struct aws_call *a, struct task *t, const char *p, size_t n)
{
	if (!serve_make(a, t, &service_aws_s3, p, n))
		return false;
	if (world.memo == NULL)
		world.memo = memo_new();
	memo_put(world.memo, &a->call.space, "bkt", &s3_docs, s3_copy_docs);
	a->account.owner_id = "aaaa";
	a->account.display_name = "first";
	a->account.email = "a@b.example";
	return true;
}

#endif
