/* fcgi/auth/sigv2.h - AWS Signature Version 2 in presigned S3 URLs */
#ifndef MF_SIGV2_H
#define MF_SIGV2_H

#include <stdbool.h>

struct call;
struct sigv4_faults;

/*
 * boto3 and the AWS CLI still presign S3 URLs this way when nobody asks for version 4:
 * ?AWSAccessKeyId=..&Signature=..&Expires=.. (docs.aws.amazon.com, "Signing and authenticating REST
 * requests", query string authentication).  Requests signed this way in a header are refused.
 *
 * False: the URL is none of these.  Else sets c->who and c->auth (a struct sigv4 without scope), or
 * throws unknown_key, mismatch, expired or incomplete_query of f.
 */
bool sigv2_verify(struct call *c, const struct sigv4_faults *f);

#endif
