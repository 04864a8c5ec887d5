/* fcgi/aws/s3/cors.h - what browsers of other origins may do */
#ifndef MF_S3_CORS_H
#define MF_S3_CORS_H

struct call;
struct op;

/*
 * Source: S3 User Guide "Using cross-origin resource sharing", "CORS configuration", and what
 * ceph/s3-tests records.  A preflight is a request of nobody: `find` answers with this operation,
 * which is not of the vendor's model, for every OPTIONS.
 */
extern const struct op s3_preflight_op;

/*
 * Where the request says Origin: look up the bucket's rules (a round trip, which others are spared)
 * and add the headers of the first that matches to the answer, here and again when it becomes a
 * fault.  After the environment is known and before anything is refused.
 */
void cors_begin(struct call *c);
/* Throws what a preflight hears where there is no environment: there is no such bucket. */
void cors_stranger(struct call *c);
void cors_headers(struct call *c);

#endif
