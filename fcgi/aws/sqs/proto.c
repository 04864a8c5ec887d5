/* fcgi/aws/sqs/proto.c - SQS speaks AWS JSON 1.0, and AWS Query to clients older than 2023 */
#include "fcgi/aws/sqs/sqs.h"
#include "fcgi/proto/aws_json.h"
#include "fcgi/proto/aws_query.h"

#define CORAL "com.amazon.coral.service#"
#define FAULT(name, code, shape, status, text) \
	const struct fault name = { #name, code, status, text };
#include "fcgi/aws/sqs/faults.def"
#undef FAULT

enum { MOST_FORM = 7 << 20 };

/* The names of errors in the JSON protocol. */
static const struct {
	const struct fault *fault;
	const char         *shape;
} shapes[] = {
#define FAULT(name, code, shape, status, text) { &name, shape },
#include "fcgi/aws/sqs/faults.def"
#undef FAULT
};

static const struct aws_json json = { .target = "AmazonSQS", .type = "application/x-amz-json-1.0",
	.shapes = "com.amazonaws.sqs", .compatible = true, .malformed = &SQS_SERIALIZATION };

static const struct aws_query_name names[] = {
	{ "AWSAccountId", "AWSAccountIds", NULL, NULL },
	{ "ActionName", "Actions", NULL, NULL },
	{ "Attribute", "Attributes", "Name", "Value" },
	{ "AttributeName", "AttributeNames", NULL, NULL },
	{ "BinaryListValue", "BinaryListValues", NULL, NULL },
	{ "ChangeMessageVisibilityBatchRequestEntry", "Entries", NULL, NULL },
	{ "DeleteMessageBatchRequestEntry", "Entries", NULL, NULL },
	{ "MessageAttribute", "MessageAttributes", "Name", "Value" },
	{ "MessageAttributeName", "MessageAttributeNames", NULL, NULL },
	{ "MessageSystemAttribute", "MessageSystemAttributes", "Name", "Value" },
	{ "MessageSystemAttributeName", "MessageSystemAttributeNames", NULL, NULL },
	{ "SendMessageBatchRequestEntry", "Entries", NULL, NULL },
	{ "StringListValue", "StringListValues", NULL, NULL },
	{ "Tag", "Tags", "Key", "Value" },
	{ "TagKey", "TagKeys", NULL, NULL },
};

static const struct aws_query query = { .names = names, .n_names = COUNT(names),
	.most = MOST_FORM };

/* A queue's own URL does for a form whatever is about a queue: not what is about all of them. */
static bool
is_of_no_queue(const struct op *op)
{
	return op->handler == sqs_create_queue || op->handler == sqs_list_queues;
}

static const struct op *
find(struct call *c)
{
	const struct op *op;

	if (aws_json_spoken(c))
		return aws_json_find(c, &json);
	op = aws_query_find(c, &query);
	return op != NULL && sqs_path_is_queue(c) && is_of_no_queue(op) ? NULL : op;
}

static void
unknown(struct call *c)
{
	if (aws_json_spoken(c))
		task_throw(c->task, &SQS_UNKNOWN_TARGET, NULL);
	if (aws_query_action(c) == NULL)
		task_throw(c->task, &SQS_NO_ACTION, NULL);
	task_throw(c->task, &SQS_UNKNOWN_TARGET, "The action %s is not valid for this endpoint.",
	    aws_query_action(c));
}

static void
decode(struct call *c)
{
	if (aws_json_spoken(c))
		aws_json_decode(c, &json);
	else
		aws_query_decode(c, &query);
}

static void
finish(struct call *c)
{
	if (aws_json_spoken(c))
		aws_json_finish(c);
	else
		aws_query_finish(c);
}

static const char *
shape_of(const struct fault *f)
{
	size_t i = 0;

	while (i < COUNT(shapes) && shapes[i].fault != f)
		i++;
	return i < COUNT(shapes) ? shapes[i].shape : f->code;
}

static void
fault(struct call *c, const struct fault *f)
{
	const char *message = c->task->detail != NULL ? c->task->detail : f->text;

	if (f == &SQS_NO_ACTION)
		aws_query_no_action(c, f);
	else if (aws_json_spoken(c))
		aws_json_fault(c, &json, f, shape_of(f), message);
	else if (f == &SQS_NO_QUEUE && c->task->detail == NULL)
		aws_query_fault(c, f, "The specified queue does not exist for this wsdl version.");
	else
		aws_query_fault(c, f, message);
}

const struct proto sqs_proto = { .name = "aws-json-sqs", .find = find, .unknown = unknown,
	.decode = decode, .finish = finish, .fault = fault };
