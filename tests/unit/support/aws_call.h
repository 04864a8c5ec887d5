/* tests/unit/support/aws_call.h - a call to an AWS service, made up without a web server */
#ifndef MF_AWS_CALL_H
#define MF_AWS_CALL_H

#include "fcgi/call.h"

/*
 * One environment with the account of AWS's own examples, one service signed as `service`.  now is
 * what t->now becomes: when the examples were signed.  The task is begun anew with each call made.
 */
struct aws_call {
	struct call        call;
	struct request     request;
	struct environment env;
	struct aws_account account;
	struct service     service;
	struct task        task;
	const char        *body;   /* not read yet */
	size_t             left, piece; /* piece: the most one read gives; 0: all */
	size_t             lost;   /* the last bytes that never come */
};

/*
 * headers is "Name: value\n" and so on, as a client writes them; Host and Content-Length are taken
 * from there.  The call must not move; its arena is freed by aws_call_end.
 */
void aws_call_make(struct aws_call *a, const char *service, const char *secret, int64_t now,
    const char *method, const char *target, const char *headers);
void aws_call_body(struct aws_call *a, const char *body, size_t n);
void aws_call_end(struct aws_call *a);

/* The fault body(call) throws; NULL when none. */
const struct fault *aws_call_try(struct aws_call *a, void (*body)(struct call *c));

#endif
