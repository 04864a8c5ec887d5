/* tests/unit/support/s3_call.h - requests to S3, served in process on a scratch database */
#ifndef MF_S3_CALL_H
#define MF_S3_CALL_H

#include "shared/engine/space.h"
#include "tests/unit/support/aws_call.h"

/*
 * A fresh environment with two accounts, an empty store and bucket "bkt" of the first account.
 * Nothing is signed: the first account asks unless s3_call_as says otherwise.
 */
struct space  s3_call_setup(void);
void          s3_call_end(void);
struct store *s3_call_store(void);
void          s3_call_as(unsigned account); /* 0 or 1 */
void          s3_call_nobody(void);         /* without credentials */
void          s3_call_ahead(int64_t by);    /* the clock, from where it was at first */
void          s3_call_fresh(void);          /* the environment's generation was raised */

/*
 * Serve one request; headers as aws_call_make has them, body of n bytes.  The answer lives until
 * the next request.
 */
struct s3_answer {
	int           status;
	const char   *code;   /* of the error document, NULL: none */
	struct buf    body;   /* from files, too */
	unsigned      round_trips;
	struct reply *reply;
	const struct fault *fault;
};
struct s3_answer s3_send(const char *method, const char *target, const char *headers,
    const char *body, size_t n);
/*
 * The handler of the last request once more, in another space: as when the environment was
 * destroyed meanwhile and its port and keys are another's.  The fault it throws.
 */
const struct fault *s3_again(const struct space *other);
/* Without headers and with a text. */
int         s3_do(const char *method, const char *target, const char *body);
/* Put a document with its Content-MD5. */
struct s3_answer s3_put_document(const char *target, const char *body);
/* One document of every kind for "bkt", those with ids as "one". */
void        s3_some_configurations(void);
/* A header of the last answer; NULL: none. */
const char *s3_answer_header(const char *name);

/*
 * Bucket "bkt" gets versioning, locks and tags, and its object of that key a version with retention
 * and legal hold (s3_version.c).
 */
void s3_some_locks(const char *key);

#endif
