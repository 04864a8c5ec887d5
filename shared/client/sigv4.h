/* shared/client/sigv4.h - signing requests to S3 with AWS Signature Version 4 */
#ifndef MF_CLIENT_SIGV4_H
#define MF_CLIENT_SIGV4_H

#include <stdint.h>

struct http_request;
struct http_service;
struct task;

struct sigv4_key {
	const char *id, *secret, *region;
};

/*
 * Adds x-amz-date, x-amz-content-sha256 (of the body) and authorization, which covers them, Host
 * and every header that is there.  The query must be in canonical form: pairs sorted, everything
 * but unreserved characters encoded, an '=' behind every name.  `at`: real time.  Source:
 * docs.aws.amazon.com "Create a signed AWS API request".
 */
void sigv4_sign_request(struct task *t, const struct http_service *s, const struct sigv4_key *k,
    int64_t at, struct http_request *r);

#endif
