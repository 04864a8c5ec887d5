/* fcgi/aws/other/service.c - the answer to AWS services this program does not have */
#include <string.h>

#include "fcgi/call.h"
#include "shared/base/text.h"

#define FAULT(name, code, status, text) \
	static const struct fault name = { #name, code, status, text };
FAULT(OTHER_NOT_BUILT, "NotImplemented", 501, "This AWS service is not built yet.")
FAULT(OTHER_MALFORMED, "MalformedQueryString", 400, "The request target cannot be read.")
FAULT(OTHER_TOO_LARGE, "RequestEntityTooLargeException", 413, "The request is too large.")
FAULT(OTHER_INTERNAL, "InternalFailure", 500,
    "The request processing has failed because of an internal error.")
FAULT(OTHER_UNAVAILABLE, "ServiceUnavailable", 503, "The service is not available right now.")

static const struct op *
find_nothing(struct call *c)
{
	(void)c;
	return NULL;
}

static void
unknown(struct call *c)
{
	task_throw(c->task, &OTHER_NOT_BUILT, NULL);
}

static void
decode_nothing(struct call *c)
{
	(void)c;
}

/* Services of the Query protocol and of rest-xml read errors as XML, all others as JSON. */
static bool
wants_xml(const struct call *c)
{
	const char *type = request_header(c->req, "content-type");

	if (request_header(c->req, "x-amz-target") != NULL)
		return false;
	return (type != NULL && text_starts(type, "application/x-www-form-urlencoded")) ||
	    strstr(c->path, "/2013-04-01/") != NULL;
}

static void
fault_xml(struct call *c, const struct fault *f, const char *message)
{
	static const struct enc_traits traits = { .format = ENC_XML, .declaration = true };
	struct enc *e = enc_new(c->task->mem, &traits, &c->reply.body);

	call_header(c, "Content-Type", "text/xml");
	enc_struct(e, "ErrorResponse");
	enc_struct(e, "Error");
	enc_text(e, "Type", f->status < 500 ? "Sender" : "Receiver");
	enc_text(e, "Code", f->code);
	enc_text(e, "Message", message);
	enc_end(e);
	enc_text(e, "RequestId", c->req->id);
	enc_end(e);
}

static void
fault_json(struct call *c, const struct fault *f, const char *message)
{
	struct enc                    *e = enc_new(c->task->mem, &enc_traits_json, &c->reply.body);

	call_header(c, "Content-Type", "application/x-amz-json-1.0");
	call_header(c, "x-amzn-ErrorType", f->code);
	enc_struct(e, NULL);
	enc_text(e, "__type", f->code);
	enc_text(e, "message", message);
	enc_end(e);
}

static void
fault(struct call *c, const struct fault *f)
{
	const char *message = c->task->detail != NULL ? c->task->detail : f->text;

	c->reply.status = f->status;
	call_header(c, "x-amzn-RequestId", c->req->id);
	if (wants_xml(c))
		fault_xml(c, f, message);
	else
		fault_json(c, f, message);
}

static const struct proto proto = { .name = "aws-other", .find = find_nothing, .unknown = unknown,
	.decode = decode_nothing, .fault = fault };

const struct service service_aws_other = {
	.cloud = "aws", .name = "other",
	.proto = &proto,
	.general = { .internal = &OTHER_INTERNAL, .unavailable = &OTHER_UNAVAILABLE,
		.not_built = &OTHER_NOT_BUILT, .too_large = &OTHER_TOO_LARGE,
		.incomplete = &OTHER_MALFORMED,
		.malformed = &OTHER_MALFORMED, .no_environment = &OTHER_NOT_BUILT,
		.not_subscribed = &OTHER_NOT_BUILT, .stopped = &OTHER_NOT_BUILT },
};
