/* fcgi/auth/sigv4.h - AWS Signature Version 4: header, presigned query, POST policy */
#ifndef MF_SIGV4_H
#define MF_SIGV4_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct fault;

/*
 * Source: docs.aws.amazon.com "AWS Signature Version 4 for API requests" and, for S3,
 * "Authenticating Requests (AWS Signature Version 4)".  The canonical request is made from the raw
 * target and Host as received; S3's path is taken as it is, other services' path is encoded once
 * more.
 */
enum sigv4_payload {
	SIGV4_LITERAL,                 /* x-amz-content-sha256 is the digest of the body */
	SIGV4_UNSIGNED,                /* UNSIGNED-PAYLOAD, and presigned requests */
	SIGV4_CHUNKS,                  /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
	SIGV4_CHUNKS_TRAILER,          /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
	SIGV4_UNSIGNED_TRAILER,        /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
};

/* A service's words for what can be wrong with a signature; NULL where it has none of its own. */
struct sigv4_faults {
	const struct fault *missing;          /* no credentials; NULL: the caller is anonymous */
	const struct fault *malformed;        /* header or query that cannot be read */
	const struct fault *unknown_key;
	const struct fault *mismatch;
	const struct fault *skewed;           /* more than 15 minutes from our clock */
	const struct fault *expired;          /* a presigned URL past its time */
	const struct fault *bad_scope;        /* a part of the scope is wrong */
	const struct fault *bad_token;        /* a session token nobody issued */
	const struct fault *bad_digest_header; /* x-amz-content-sha256: missing or unknown */
};

struct sigv4 {
	enum sigv4_payload payload;
	const char        *payload_sha256;    /* for SIGV4_LITERAL: 64 lower-case hex digits */
	const char        *access_key_id, *region, *service, *scope, *amz_date;
	int64_t            signed_at;
	unsigned char      signing_key[32];
	const char        *signature;         /* the seed of the chunk signatures */
	bool               presigned;
	/* Names in lower case, as signed, NULL at the end: their '_' is real. */
	const char *const *signed_headers;
	/* For SignatureDoesNotMatch: */
	const char        *string_to_sign, *canonical_request, *provided;
};

/*
 * Verify c->req with the accounts of c->env: sets c->who and c->auth (a struct sigv4), or throws
 * one of f.  s3 chooses S3's canonical path and demands x-amz-content-sha256.  With env->lenient
 * any signature under a known key id passes.  A presigned URL expires by real time plus what the
 * environment's clock advanced.
 */
void sigv4_verify(struct call *c, const struct sigv4_faults *f, bool s3);

/* hex(HMAC-SHA256(signing key, text)), in the arena. */
const char *sigv4_sign(struct call *c, const struct sigv4 *s, const char *text);

#endif
