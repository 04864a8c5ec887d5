/* fcgi/aws/sqs/look.c - GetQueueAttributes */
#include <string.h>

#include "fcgi/aws/sqs/setting.h"
#include "fcgi/aws/sqs/sqs.h"
#include "shared/base/clock.h"

/* What a queue may say of itself; those whose value is NULL are not set. */
struct said {
	const char *name, *value;
};

/* Attributes there are, but not of these queues. */
static const char *const others[] = { "RedrivePolicy", "RedriveAllowPolicy", "FifoQueue",
	"ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit", "All" };

static const char COUNT_PREFIX[] = "ApproximateNumberOf";

static const char *
number(struct call *c, int64_t n)
{
	return mem_fmt(c->task->mem, "%lld", (long long)n);
}

/* Counting reads every message: it is done when it is asked for. */
static bool
wants_counts(struct call *c, struct json_object *names)
{
	for (size_t i = 0; i < sqs_length(names); i++) {
		const char *s = sqs_item(c, names, i);

		if (strcmp(s, "All") == 0 || strncmp(s, COUNT_PREFIX, strlen(COUNT_PREFIX)) == 0)
			return true;
	}
	return false;
}

static bool
is_asked(struct call *c, struct json_object *names, const char *name)
{
	for (size_t i = 0; i < sqs_length(names); i++) {
		const char *s = sqs_item(c, names, i);

		if (strcmp(s, name) == 0 || strcmp(s, "All") == 0)
			return true;
	}
	return false;
}

static void
check_names(struct call *c, struct json_object *names, const struct said *all, size_t n)
{
	for (size_t i = 0; i < sqs_length(names); i++) {
		const char *s = sqs_item(c, names, i);
		bool        known = false;

		for (size_t k = 0; k < n && !known; k++)
			known = strcmp(all[k].name, s) == 0;
		for (size_t k = 0; k < COUNT(others) && !known; k++)
			known = strcmp(others[k], s) == 0;
		if (!known)
			task_throw(c->task, &SQS_ATTRIBUTE_NAME, "Unknown Attribute %s.", s);
	}
}

static void
put(struct call *c, struct json_object *names, const struct said *all, size_t n)
{
	bool open = false;

	check_names(c, names, all, n);
	for (size_t i = 0; i < n; i++) {
		if (all[i].value == NULL || !is_asked(c, names, all[i].name))
			continue;
		if (!open)
			enc_flat_map(c->out, "Attributes", "Attribute", "Name", "Value");
		open = true;
		enc_text(c->out, all[i].name, all[i].value);
	}
	if (open)
		enc_end(c->out);
}

void
sqs_get_queue_attributes(struct call *c)
{
	struct queue_name   name = sqs_queue(c);
	struct json_object *names = sqs_list(c, c->args, "AttributeNames");
	struct queue_counts n = { 0 };
	struct queue        q;
	bool                counted = wants_counts(c, names);

	sqs_must_exist(c, counted ? queue_count(c->task, &c->space, &name, &q, &n)
	                          : queue_find(c->task, &c->space, &name, &q));
	const struct said all[] = {
		{ "QueueArn", sqs_arn(c, name.name) },
		{ "ApproximateNumberOfMessages", number(c, n.visible) },
		{ "ApproximateNumberOfMessagesNotVisible", number(c, n.hidden) },
		{ "ApproximateNumberOfMessagesDelayed", number(c, n.delayed) },
		{ "CreatedTimestamp", number(c, q.created_at / SECOND) },
		{ "LastModifiedTimestamp", number(c, q.changed_at / SECOND) },
		{ "VisibilityTimeout", number(c, q.hide_s) },
		{ "MaximumMessageSize", number(c, q.size_most) },
		{ "MessageRetentionPeriod", number(c, q.keep_s) },
		{ "DelaySeconds", number(c, q.delay_s) },
		{ "ReceiveMessageWaitTimeSeconds", number(c, q.wait_s) },
		{ "Policy", q.policy },
		{ "SqsManagedSseEnabled", q.encrypted ? "true" : "false" },
		{ "KmsMasterKeyId", q.key },
		{ "KmsDataKeyReusePeriodSeconds", q.key != NULL ? number(c, q.key_reuse_s) : NULL },
	};
	put(c, names, all, COUNT(all));
}
