/* fcgi/aws/s3/auth.c - who asks, in S3's words when it cannot be told */
#include "fcgi/auth/sigv2.h"
#include "fcgi/auth/sigv4.h"
#include "fcgi/aws/s3/cors.h"
#include "fcgi/aws/s3/form.h"
#include "fcgi/aws/s3/s3.h"
#include "shared/engine/blob_access.h"

static const struct sigv4_faults faults = {
	.malformed = &S3_AUTH_HEADER, .malformed_query = &S3_AUTH_QUERY, .unsupported = &S3_AUTH_TYPE,
	.version_2 = &S3_AUTH_OLD,
	.incomplete_query = &S3_ACCESS_DENIED, .two_ways = &S3_AUTH_TWICE,
	.no_date = &S3_AUTH_NO_DATE, .unknown_key = &S3_UNKNOWN_KEY_ID,
	.mismatch = &S3_SIGNATURE, .not_signed = &S3_NOT_SIGNED, .skewed = &S3_SKEWED,
	.expired = &S3_EXPIRED, .bad_scope = &S3_AUTH_HEADER, .bad_token = &S3_INVALID_TOKEN,
	.no_digest_header = &S3_NO_SHA256_HEADER, .bad_digest_header = &S3_BAD_SHA256_HEADER,
};

void
s3_authenticate(struct call *c)
{
	if (c->op == &s3_preflight_op) /* browsers send them without credentials */
		return;
	if (!form_authenticate(c, &faults) && !sigv2_verify(c, &faults))
		sigv4_verify(c, &faults, true); /* nobody is somebody, too: s3_authorise decides */
}

const char *
s3_region(const struct call *c)
{
	const struct sigv4 *s = c->auth;

	return s != NULL && s->region != NULL ? s->region : BLOB_FIRST_REGION;
}
