/* fcgi/aws/sqs/auth.c - who asks, in SQS's words when it cannot be told */
#include "fcgi/auth/sigv4.h"
#include "fcgi/aws/sqs/sqs.h"

static const struct sigv4_faults faults = {
	.missing = &SQS_DENIED, .malformed = &SQS_AUTH_MALFORMED, .unknown_key = &SQS_UNKNOWN_KEY,
	.mismatch = &SQS_SIGNATURE, .skewed = &SQS_SKEWED, .expired = &SQS_EXPIRED,
	.bad_scope = &SQS_SIGNATURE, .bad_token = &SQS_UNKNOWN_KEY,
	.bad_digest_header = &SQS_SIGNATURE,
};

void
sqs_authenticate(struct call *c)
{
	sigv4_verify(c, &faults, false);
}

const char *
sqs_region(const struct call *c)
{
	const struct sigv4 *s = c->auth;

	return s != NULL && s->region != NULL ? s->region : SQS_FIRST_REGION;
}
