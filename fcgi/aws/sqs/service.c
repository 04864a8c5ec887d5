/* fcgi/aws/sqs/service.c - everything SQS is, as data */
#include "fcgi/aws/sqs/sqs.h"

/* A message of 1 MiB, in whatever escapes a client writes it. */
enum { MESSAGES = 7 << 20 };

extern const struct service service_aws_sqs;

/* The operations of botocore's model (1.44, November 2026), in its order and spelling. */
static const struct op ops[] = {
	{ .name = "AddPermission", .flags = OP_WRITE | OP_SILENT },
	{ .name = "CancelMessageMoveTask", .flags = OP_WRITE },
	{ .name = "ChangeMessageVisibility", .handler = sqs_change_message_visibility,
	    .flags = OP_WRITE | OP_SILENT },
	{ .name = "ChangeMessageVisibilityBatch", .handler = sqs_change_message_visibility_batch,
	    .flags = OP_WRITE },
	{ .name = "CreateQueue", .handler = sqs_create_queue, .flags = OP_WRITE },
	{ .name = "DeleteMessage", .handler = sqs_delete_message, .flags = OP_WRITE | OP_SILENT },
	{ .name = "DeleteMessageBatch", .handler = sqs_delete_message_batch, .flags = OP_WRITE },
	{ .name = "DeleteQueue", .handler = sqs_delete_queue, .flags = OP_WRITE | OP_SILENT },
	{ .name = "GetQueueAttributes", .handler = sqs_get_queue_attributes, .flags = OP_READ },
	{ .name = "GetQueueUrl", .handler = sqs_get_queue_url, .flags = OP_READ },
	{ .name = "ListDeadLetterSourceQueues", .flags = OP_READ },
	{ .name = "ListMessageMoveTasks", .flags = OP_READ },
	{ .name = "ListQueueTags", .handler = sqs_list_queue_tags, .flags = OP_READ },
	{ .name = "ListQueues", .handler = sqs_list_queues, .flags = OP_READ },
	{ .name = "PurgeQueue", .handler = sqs_purge_queue, .flags = OP_WRITE | OP_SILENT },
	{ .name = "ReceiveMessage", .handler = sqs_receive_message, .flags = OP_WRITE },
	{ .name = "RemovePermission", .flags = OP_WRITE | OP_SILENT },
	{ .name = "SendMessage", .handler = sqs_send_message, .flags = OP_WRITE,
	    .body_limit = MESSAGES },
	{ .name = "SendMessageBatch", .handler = sqs_send_message_batch, .flags = OP_WRITE,
	    .body_limit = MESSAGES },
	{ .name = "SetQueueAttributes", .handler = sqs_set_queue_attributes,
	    .flags = OP_WRITE | OP_SILENT },
	{ .name = "StartMessageMoveTask", .flags = OP_WRITE },
	{ .name = "TagQueue", .handler = sqs_tag_queue, .flags = OP_WRITE | OP_SILENT },
	{ .name = "UntagQueue", .handler = sqs_untag_queue, .flags = OP_WRITE | OP_SILENT },
};

const struct service service_aws_sqs = {
	.id = "aws_sqs", .cloud = "aws", .name = "sqs", .signing_name = "sqs",
	.xmlns = "http://queue.amazonaws.com/doc/2012-11-05/",
	.proto = &sqs_proto, .authenticate = sqs_authenticate,
	.ops = ops, .n_ops = COUNT(ops),
	.general = {
		.internal = &SQS_INTERNAL, .unavailable = &SQS_UNAVAILABLE, .not_built = &SQS_NOT_BUILT,
		.too_large = &SQS_TOO_LARGE, .incomplete = &SQS_INCOMPLETE,
		.malformed = &SQS_SERIALIZATION, .no_environment = &SQS_UNKNOWN_KEY,
		.not_subscribed = &SQS_NOT_SUBSCRIBED, .stopped = &SQS_STOPPED,
	},
};
