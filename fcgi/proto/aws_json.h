/* fcgi/proto/aws_json.h - AWS JSON 1.0 and 1.1: the operation in a header, JSON in and out */
#ifndef MF_AWS_JSON_H
#define MF_AWS_JSON_H

#include <stdbool.h>

struct call;
struct fault;
struct op;

/*
 * Source: smithy.io "AWS JSON 1.0 protocol", "AWS Query compatible".  A request is a POST with
 * "X-Amz-Target: AmazonSQS.SendMessage" and a JSON object; no body counts as {}.
 */
struct aws_json {
	const char         *target;    /* before the dot: "AmazonSQS" */
	const char         *type;      /* "application/x-amz-json-1.0" */
	const char         *shapes;    /* "com.amazonaws.sqs", of errors without their own prefix */
	bool                compatible; /* x-amzn-query-error says the Query protocol's code, too */
	const struct fault *malformed; /* a body that is no JSON object */
};

/* Whether the request speaks this protocol at all. */
bool             aws_json_spoken(const struct call *c);
/* NULL: no operation of c->service. */
const struct op *aws_json_find(struct call *c, const struct aws_json *j);
/*
 * Sets c->args, opens c->out; aws_json_finish closes it. OP_SILENT: without any document.  In the
 * arguments U+0001 stands for U+0000, which no C text holds: where one is refused, so is the other.
 */
void             aws_json_decode(struct call *c, const struct aws_json *j);
void             aws_json_finish(struct call *c);
/* shape: the error's name in this protocol, with or without "prefix#"; f->code is Query's. */
void             aws_json_fault(struct call *c, const struct aws_json *j, const struct fault *f,
    const char *shape, const char *message);

#endif
