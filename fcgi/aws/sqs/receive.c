/* fcgi/aws/sqs/receive.c - ReceiveMessage, at once or by waiting */
#include <string.h>

#include "fcgi/aws/sqs/sqs.h"
#include "fcgi/proto/aws_json.h"
#include "shared/base/clock.h"

enum { MOST_MESSAGES = 10, HIDE_MOST = 12 * 60 * 60, WAIT_MOST = 20 };

/*
 * How often a waiter looks by itself: seldom while the queue holds nothing, else soon, since a
 * clock that is moved makes hidden and delayed messages visible, and nobody rings then.
 */
static const int64_t EMPTY_RECHECK = 10 * SECOND, HELD_RECHECK = 1 * SECOND;

/* Which attributes of messages the caller wants. */
struct wants {
	struct json_object *system, *user;
};

static bool
wants(struct call *c, const struct wants *w, const char *name)
{
	for (size_t i = 0; i < sqs_length(w->system); i++) {
		const char *s = sqs_item(c, w->system, i);

		if (strcmp(s, name) == 0 || strcmp(s, "All") == 0)
			return true;
	}
	return false;
}

/* Under the newer name, or under the older: when both are given, each protocol reads its own. */
static struct json_object *
system_names(struct call *c)
{
	struct json_object *newer = sqs_list(c, c->args, "MessageSystemAttributeNames");
	struct json_object *older = sqs_list(c, c->args, "AttributeNames");

	if (aws_json_spoken(c))
		return sqs_length(newer) > 0 ? newer : older;
	return sqs_length(older) > 0 ? older : newer;
}

static const char *
number(struct call *c, int64_t n)
{
	return mem_fmt(c->task->mem, "%lld", (long long)n);
}

static void
put_system(struct call *c, const struct queue_message *m, const struct wants *w)
{
	const struct {
		const char *name, *value;
	} all[] = {
		{ "SenderId", m->sender },
		{ "ApproximateFirstReceiveTimestamp", number(c, m->first_received_at / MILLISECOND) },
		{ "ApproximateReceiveCount", number(c, m->receives) },
		{ "SentTimestamp", number(c, m->sent_at / MILLISECOND) },
		{ "AWSTraceHeader", m->trace },
		{ "MessageGroupId", m->group },
	};
	bool open = false;

	for (size_t i = 0; i < COUNT(all); i++) {
		if (all[i].value == NULL || !wants(c, w, all[i].name))
			continue;
		if (!open)
			enc_flat_map(c->out, "Attributes", "Attribute", "Name", "Value");
		open = true;
		enc_text(c->out, all[i].name, all[i].value);
	}
	if (open)
		enc_end(c->out);
}

static void
put_message(struct call *c, int64_t queue, const struct queue_message *m, const struct wants *w)
{
	enc_struct(c->out, NULL);
	enc_text(c->out, "MessageId", m->public_id);
	enc_text(c->out, "ReceiptHandle", sqs_receipt(c, queue, m));
	enc_text(c->out, "MD5OfBody", m->md5);
	enc_text(c->out, "Body", m->body);
	put_system(c, m, w);
	sqs_attributes_put(c, m->attributes, w->user);
	enc_end(c->out);
}

/* True: the request waits for a message. */
static bool
wait_for_one(struct call *c, const struct queue *q, int64_t wait_s, int64_t next_at)
{
	int64_t now = c->task->now, deadline, recheck = now + EMPTY_RECHECK;

	if (wait_s < 0)
		wait_s = q->wait_s;
	deadline = c->started + wait_s * SECOND;
	if (next_at != 0)
		recheck = now + HELD_RECHECK;
	if (next_at != 0 && c->env->clock_frozen == 0 && now + (next_at - c->space.now) < recheck)
		recheck = now + (next_at - c->space.now);
	return call_park(c, sqs_channel(c, q->id), deadline, recheck);
}

void
sqs_receive_message(struct call *c)
{
	struct queue_name     name = sqs_queue(c);
	int64_t               most, hide, wait, next_at;
	struct wants          w = { system_names(c), sqs_list(c, c->args, "MessageAttributeNames") };
	struct queue          q;
	struct queue_message *list;
	size_t                n;

	most = sqs_int(c, c->args, "MaxNumberOfMessages", 1, 1, MOST_MESSAGES,
	    "Must be between 1 and 10, if provided.");
	hide = sqs_int(c, c->args, "VisibilityTimeout", -1, 0, HIDE_MOST,
	    "Must be >= 0 and <= 43200, if provided.");
	wait = sqs_int(c, c->args, "WaitTimeSeconds", -1, 0, WAIT_MOST,
	    "Must be >= 0 and <= 20, if provided.");
	sqs_must_exist(c, queue_receive(c->task, &c->space, &name, most, hide, &q, &list, &n,
	    &next_at));
	if (n == 0 && wait_for_one(c, &q, wait, next_at))
		return;
	if (n == 0)
		return;
	enc_flat_list(c->out, "Messages", "Message");
	for (size_t i = 0; i < n; i++)
		put_message(c, q.id, &list[i], &w);
	enc_end(c->out);
}
