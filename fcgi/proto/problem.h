/* fcgi/proto/problem.h - JSON over HTTP as our own APIs speak it, faults as RFC 9457 problems */
#ifndef MF_PROBLEM_H
#define MF_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/base/task.h"

struct call;
struct proto;
struct shape;

/*
 * Operations are named by op.http: "POST /api/v1/environments/{id}/stop".  A segment in braces
 * takes one segment of the path, decoded.  HEAD is answered as GET, a slash at the end makes no
 * difference.  A path no operation has is 404, a method its path does not have 405 with Allow.
 *
 * POST, PUT and PATCH take a JSON object, or no body, which counts as {}.  c->args is that object.
 *
 * A fault answers application/problem+json:
 *
 *     {"type": "urn:mockfactory:problem:invalid-request", "code": "invalid-request",
 *      "title": "The request is not valid.", "status": 422, "detail": "name: ...",
 *      "instance": "<request id>", "errors": [{"field": "name", "detail": "..."}]}
 *
 * `code` is the fault's; programs compare that.  Every answer has X-Request-Id.
 */
extern const struct proto proto_problem;
extern const struct shape problem_shape; /* of a fault's answer */

/* A segment of the path by its name in braces; decoded. */
const char *problem_param(const struct call *c, const char *name);

/* Note that a member of the request is wrong; problem_check throws when anything was noted. */
void problem_field(struct call *c, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void problem_check(struct call *c);

/* Throw f, with a Retry-After of that many microseconds, rounded up. */
_Noreturn void problem_retry(struct call *c, const struct fault *f, int64_t us);
/* Throw f: the credential lacks that scope (RFC 6750, 3.1). */
_Noreturn void problem_scope(struct call *c, const struct fault *f, const char *scope);

extern const struct fault PROBLEM_INVALID;     /* 422, with `errors` */
extern const struct fault PROBLEM_NOT_FOUND;   /* 404: the path means nothing */
extern const struct fault PROBLEM_METHOD;      /* 405 */
extern const struct fault PROBLEM_ACCEPT;      /* 406 */
extern const struct fault PROBLEM_TYPE;        /* 415 */
extern const struct fault PROBLEM_JSON;        /* 400 */
extern const struct fault PROBLEM_INCOMPLETE;  /* 400 */
extern const struct fault PROBLEM_TARGET;      /* 400 */
extern const struct fault PROBLEM_TOO_LARGE;   /* 413 */
extern const struct fault PROBLEM_INTERNAL;    /* 500 */
extern const struct fault PROBLEM_UNAVAILABLE; /* 503 */
extern const struct fault PROBLEM_NOT_BUILT;   /* 501 */

#endif
