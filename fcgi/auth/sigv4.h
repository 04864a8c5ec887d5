/* fcgi/auth/sigv4.h - AWS Signature Version 4: header, presigned query, POST policy */
#ifndef MF_SIGV4_H
#define MF_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call;
struct fault;

/*
 * Source: docs.aws.amazon.com "AWS Signature Version 4 for API requests" and, for S3,
 * "Authenticating Requests (AWS Signature Version 4)".  The canonical request is made from the
 * raw target and Host as received; S3's path is taken as it is, other services' path is encoded
 * once more.
 */
enum sigv4_payload {
	SIGV4_LITERAL,                 /* x-amz-content-sha256 is the digest of the body */
	SIGV4_UNSIGNED,                /* UNSIGNED-PAYLOAD, and presigned requests */
	SIGV4_CHUNKS,                  /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
	SIGV4_CHUNKS_TRAILER,          /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
	SIGV4_UNSIGNED_TRAILER,        /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
};

/*
 * A service's words for what can be wrong with a signature; each comes with a detail in S3's
 * wording. NULL where it has none of its own: what is then used instead, or left unchecked, is
 * in brackets.
 */
struct sigv4_faults {
	const struct fault *missing;          /* no credentials at all [the caller is anonymous] */
	const struct fault *malformed;        /* an Authorization header that cannot be read */
	const struct fault *malformed_query;  /* the same in a presigned URL [malformed] */
	const struct fault *incomplete_query; /* of version 2 [malformed_query] */
	const struct fault *version_2;        /* "AWS key:signature" in the header [unsupported] */
	const struct fault *unsupported;      /* another mechanism: Basic, Bearer [malformed] */
	const struct fault *two_ways;         /* header and query at once [malformed] */
	const struct fault *no_date;          /* neither x-amz-date nor Date [malformed] */
	const struct fault *unknown_key;
	const struct fault *mismatch;
	const struct fault *not_signed;       /* Host or an x-amz-* header is not signed [unchecked] */
	const struct fault *skewed;           /* more than 15 minutes from our clock */
	const struct fault *expired;          /* a presigned URL past its time, or not yet valid */
	const struct fault *bad_scope;        /* date, service or terminator is not ours */
	const struct fault *bad_token;        /* a session token nobody issued */
	const struct fault *no_digest_header; /* x-amz-content-sha256 is missing [bad_digest_header] */
	const struct fault *bad_digest_header; /* it has no value that is known */
};

/* What stands in the request, and what was made of it.  c->auth points here also when it throws. */
struct sigv4 {
	bool               presigned;
	enum sigv4_payload payload;
	const char        *payload_sha256;    /* for SIGV4_LITERAL: 64 lower-case hexadecimal digits */
	const char        *access_key_id, *date, *region, *service, *terminator;
	const char        *scope;             /* the last four, joined by slashes */
	const char        *amz_date;          /* 20261123T072146Z */
	int64_t            signed_at, expires; /* expires: microseconds from then; presigned only */
	const char        *signed_list;       /* "host;x-amz-date" */
	const char *const *signed_headers;    /* the same apart, NULL at the end: their '_' is real */
	const char        *signature;         /* 64 digits: the seed of the chunk signatures */
	unsigned char      signing_key[32];
	/* For SignatureDoesNotMatch: */
	const char        *string_to_sign, *canonical_request;
	/* For the fields of other faults: */
	const char        *not_signed;        /* "x-amz-acl, x-amz-tagging" */
	int64_t            chunk, chunk_size; /* InvalidChunkSizeError: set by aws_body */
};

/*
 * Verify c->req with the accounts of c->env: sets c->who and c->auth (a struct sigv4), or throws
 * one of f.  s3 chooses S3's canonical path and demands x-amz-content-sha256.  With env->lenient
 * any signature under a known key id passes.  A presigned URL expires by real time plus what the
 * environment's clock advanced.
 */
void sigv4_verify(struct call *c, const struct sigv4_faults *f, bool s3);

/*
 * The policy of a form, as its fields say: base64, and who signed it.  Sets c->who and c->auth as
 * sigv4_verify does, or throws.  Source: "Authenticating Requests: Browser-Based Uploads Using
 * POST".  sigv2: the credential is the key id, the signature base64.
 */
struct sigv4_policy {
	const char *credential, *date, *signature, *policy;
	bool        sigv2;
};
void sigv4_verify_policy(struct call *c, const struct sigv4_faults *f,
    const struct sigv4_policy *p);

/* UNSIGNED-PAYLOAD, STREAMING-...: false when it is none of them. */
bool sigv4_payload_named(const char *name, enum sigv4_payload *payload);

/* hex(HMAC-SHA256(signing key, n bytes of text)) and a NUL. */
void sigv4_sign(const struct sigv4 *s, const char *text, size_t n, char out[65]);

#endif
