/* fcgi/proto/aws_body.h - the body of an AWS request as the caller meant it */
#ifndef MF_AWS_BODY_H
#define MF_AWS_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call;
struct fault;

/*
 * Takes the aws-chunked framing off, verifies chunk and trailer signatures or the literal
 * SHA-256, and checks lengths, in one pass and in constant memory.  The framing is taken off
 * when the signature says STREAMING-... (docs.aws.amazon.com "Signature calculations for chunked
 * upload", and with trailing headers); a stored Content-Encoding loses "aws-chunked" (the caller
 * does that).
 */
struct aws_body_faults {
	const struct fault *incomplete;     /* ended before its length, or decodes to another */
	const struct fault *malformed;      /* unreadable or cut framing */
	const struct fault *missing_length; /* framing without x-amz-decoded-content-length */
	const struct fault *small_chunk;    /* one below 8 KiB before another; NULL: allowed */
	const struct fault *mismatch;         /* a chunk's or the trailer's signature */
	const struct fault *bad_sha256;       /* the literal digest: XAmzContentSHA256Mismatch */
	const struct fault *malformed_trailer;
	const struct fault *too_large;
};

struct aws_body;

/* most: throw too_large past it.  After sigv4_verify; c->auth may be NULL (anonymous). */
struct aws_body *aws_body_open(struct call *c, const struct aws_body_faults *f, int64_t most);
/* The length of the decoded body when it is known before reading; else -1. */
int64_t aws_body_length(const struct aws_body *b);
/* The next bytes; 0 at the end, when everything there was to verify has been verified. Throws. */
size_t aws_body_read(struct aws_body *b, void *p, size_t n);
/* A trailing header by its name in lower case, after the end; NULL: there was none. */
const char *aws_body_trailer(const struct aws_body *b, const char *name);

#endif
