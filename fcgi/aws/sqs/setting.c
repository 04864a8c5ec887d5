/* fcgi/aws/sqs/setting.c - the attributes of queues: read with their bounds */
#include "fcgi/aws/sqs/setting.h"

#include <string.h>

#include "fcgi/aws/sqs/sqs.h"
#include "shared/base/text.h"
#include "shared/wire/json.h"

const struct sqs_setting sqs_settings[] = {
	{ "VisibilityTimeout", offsetof(struct queue_change, hide_s), 0, 43200, 30 },
	{ "DelaySeconds", offsetof(struct queue_change, delay_s), 0, 900, 0 },
	{ "MessageRetentionPeriod", offsetof(struct queue_change, keep_s), 60, 1209600, 345600 },
	{ "ReceiveMessageWaitTimeSeconds", offsetof(struct queue_change, wait_s), 0, 20, 0 },
	{ "MaximumMessageSize", offsetof(struct queue_change, size_most), 1024, 1048576, 1048576 },
	{ "KmsDataKeyReusePeriodSeconds", offsetof(struct queue_change, key_reuse_s), 60, 86400, 300 },
};
const size_t sqs_n_settings = COUNT(sqs_settings);

/* Of queues that are not built yet: what says "not that" is taken, all else refused aloud. */
static const struct {
	const char *name, *nothing;
} unbuilt[] = {
	{ "RedrivePolicy", "" },
	{ "RedriveAllowPolicy", "" },
};

int64_t *
sqs_setting_of(struct queue_change *q, const struct sqs_setting *s)
{
	return (int64_t *)(void *)((char *)q + s->offset);
}

static bool
read_number(struct call *c, const char *name, const char *value, struct queue_change *out)
{
	for (size_t i = 0; i < sqs_n_settings; i++) {
		const struct sqs_setting *s = &sqs_settings[i];

		if (strcmp(s->name, name) != 0)
			continue;
		if (!text_i64(value, s->min, s->max, sqs_setting_of(out, s)))
			task_throw(c->task, &SQS_ATTRIBUTE_VALUE, "Invalid value for the parameter %s.", name);
		return true;
	}
	return false;
}

static bool
read_policy(struct call *c, const char *name, const char *value, struct queue_change *out)
{
	struct json_object *j;

	if (strcmp(name, "Policy") != 0)
		return false;
	j = *value != '\0' ? json_parse(c->task->mem, value, strlen(value)) : NULL;
	if (*value != '\0' && (j == NULL || json_object_get_type(j) != json_type_object))
		task_throw(c->task, &SQS_ATTRIBUTE_VALUE, "Invalid value for the parameter Policy.");
	out->policy = value;
	return true;
}

static bool
read_key(const char *name, const char *value, struct queue_change *out)
{
	if (strcmp(name, "KmsMasterKeyId") != 0)
		return false;
	out->key = value;
	return true;
}

static bool
read_encrypted(struct call *c, const char *name, const char *value, struct queue_change *out)
{
	if (strcmp(name, "SqsManagedSseEnabled") != 0)
		return false;
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		task_throw(c->task, &SQS_ATTRIBUTE_VALUE,
		    "Invalid value for the parameter SqsManagedSseEnabled.");
	out->encrypted = strcmp(value, "true") == 0;
	return true;
}

static bool
read_unbuilt(struct call *c, const char *name, const char *value)
{
	for (size_t i = 0; i < COUNT(unbuilt); i++) {
		if (strcmp(unbuilt[i].name, name) != 0)
			continue;
		if (strcmp(unbuilt[i].nothing, value) != 0)
			task_throw(c->task, &SQS_UNSUPPORTED, "The attribute %s is not built yet.", name);
		return true;
	}
	return false;
}

/* What only queues that are first in, first out have. */
static void
refuse_fifo(struct call *c, const char *name, const char *value, bool make)
{
	if (make && strcmp(name, "FifoQueue") == 0 && strcmp(value, "true") == 0)
		task_throw(c->task, &SQS_UNSUPPORTED, "FIFO queues are not built yet.");
	if (strcmp(name, "DeduplicationScope") == 0 || strcmp(name, "FifoThroughputLimit") == 0)
		task_throw(c->task, &SQS_ATTRIBUTE_NAME,
		    "You can specify the %s only when FifoQueue is set to true.", name);
}

struct queue_change
sqs_settings_read(struct call *c, struct queue_tags attributes, bool make)
{
	struct queue_change out = { -1, -1, -1, -1, -1, -1, NULL, NULL, -1 };

	for (size_t i = 0; i < attributes.n; i += 2)
		if (strcmp(attributes.list[i], "FifoQueue") == 0)
			refuse_fifo(c, attributes.list[i], attributes.list[i + 1], make);
	for (size_t i = 0; i < attributes.n; i += 2) {
		const char *name = attributes.list[i], *value = attributes.list[i + 1];

		if (read_number(c, name, value, &out) || read_policy(c, name, value, &out) ||
		    read_encrypted(c, name, value, &out) || read_key(name, value, &out) ||
		    read_unbuilt(c, name, value))
			continue;
		refuse_fifo(c, name, value, make);
		task_throw(c->task, &SQS_ATTRIBUTE_NAME, "Unknown Attribute %s.", name);
	}
	if (out.encrypted > 0 && out.key != NULL && *out.key != '\0')
		task_throw(c->task, &SQS_ATTRIBUTE_NAME, "You can use one type of server-side encryption "
		    "(SSE) at one time. You can either enable KMS SSE or SQS SSE.");
	return out;
}
