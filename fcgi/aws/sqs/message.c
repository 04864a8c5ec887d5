/* fcgi/aws/sqs/message.c - SendMessage, alone and in batches */
#include <string.h>

#include "fcgi/aws/sqs/sqs.h"
#include "shared/base/text.h"
#include "shared/core/weigh.h"
#include "shared/wire/digest.h"

enum { DELAY_MOST = 900, SIZE_MOST = 1 << 20, GROUP_LENGTH = 128 };

/* A message as it was asked for, and what the answer says of it. */
struct outgoing {
	struct sqs_problem    problem;
	struct sqs_attributes attributes, system;
};

/* Letters, digits and ASCII punctuation. */
static bool
is_group(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (s[i] < '!' || s[i] > '~')
			return false;
	return n > 0 && n <= GROUP_LENGTH;
}

static struct sqs_problem
check_group(struct call *c, struct json_object *j, struct queue_message *m)
{
	static const struct sqs_problem fine;
	const char                     *dedup = sqs_text(c, j, "MessageDeduplicationId");

	m->group = sqs_text(c, j, "MessageGroupId");
	if (m->group != NULL && !is_group(m->group))
		return sqs_wrong(c, &SQS_VALUE, "Value %s for parameter MessageGroupId is invalid. Reason: "
		    "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in "
		    "length.", m->group);
	if (dedup != NULL && !is_group(dedup))
		return sqs_wrong(c, &SQS_VALUE, "Value %s for parameter MessageDeduplicationId is invalid. "
		    "Reason: MessageDeduplicationId can only include alphanumeric and punctuation "
		    "characters. 1 to 128 in length.", dedup);
	if (dedup != NULL)
		return sqs_wrong(c, &SQS_VALUE, "Value %s for parameter MessageDeduplicationId is invalid. "
		    "Reason: The request includes a parameter that is not valid for this queue type.",
		    dedup);
	return fine;
}

static struct sqs_problem
check_body(struct call *c, struct json_object *j, struct queue_message *m)
{
	static const struct sqs_problem fine;

	m->body = sqs_text(c, j, "MessageBody");
	if (m->body == NULL || *m->body == '\0')
		return sqs_wrong(c, &SQS_MISSING, "The request must contain the parameter MessageBody.");
	if (!text_xml(m->body, strlen(m->body)))
		return sqs_wrong(c, &SQS_CONTENTS, "%s", SQS_CONTENTS.text);
	m->delay_s = -1;
	if (!sqs_int_within(c, j, "DelaySeconds", 0, DELAY_MOST, &m->delay_s))
		return sqs_wrong(c, &SQS_VALUE, "Value %s for parameter DelaySeconds is invalid. Reason: "
		    "DelaySeconds must be >= 0 and <= 900.",
		    json_object_get_string(json_object_object_get(j, "DelaySeconds")));
	return fine;
}

/* Who does not give a trace as an attribute may send it along, as X-Ray's clients do. */
static const char *
trace_of_request(struct call *c)
{
	const char *trace = request_header(c->req, "x-amzn-trace-id");

	return trace != NULL && text_xml(trace, strlen(trace)) ? trace : NULL;
}

static struct sqs_problem
check_attributes(struct call *c, struct json_object *j, struct queue_message *m,
    struct outgoing *o)
{
	struct json_object *system = sqs_map(c, j, "MessageSystemAttributes");

	o->attributes = sqs_attributes_read(c, sqs_map(c, j, "MessageAttributes"), false);
	if (o->attributes.problem.fault != NULL)
		return o->attributes.problem;
	if (system != NULL) {
		json_object_object_foreach(system, name, value)
		{
			(void)value;
			if (strcmp(name, "AWSTraceHeader") != 0)
				return sqs_wrong(c, &SQS_VALUE, "Message system attribute name '%s' is invalid.",
				    name);
		}
	}
	o->system = sqs_attributes_read(c, system, true);
	m->attributes = o->attributes.text;
	m->attributes_md5 = o->attributes.md5;
	m->trace = o->system.text != NULL ? o->system.text : trace_of_request(c);
	return o->system.problem;
}

static void
read_message(struct call *c, struct json_object *j, struct queue_message *m, struct outgoing *o)
{
	*m = (struct queue_message){ .sender = c->who->account_id };
	o->problem = check_body(c, j, m);
	if (o->problem.fault == NULL)
		o->problem = check_group(c, j, m);
	if (o->problem.fault == NULL)
		o->problem = check_attributes(c, j, m, o);
	if (o->problem.fault != NULL)
		return;
	m->public_id = queue_public_id(c->task);
	m->md5 = digest_hex(c->task->mem, DIGEST_MD5, m->body, strlen(m->body));
	m->size = (int64_t)strlen(m->body) + o->attributes.size;
	if (!weigh_fits(c->task, c->world->limit, c->env->account, c->env->storage, m->size))
		o->problem = sqs_wrong(c, &SQS_QUOTA, "%s", SQS_QUOTA.text);
}

/* Receivers wait for what is visible at once. */
static void
ring(struct call *c, const struct queue *q, const struct queue_message *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].size <= q->size_most &&
		    (list[i].delay_s < 0 ? q->delay_s : list[i].delay_s) == 0) {
			call_ring(c, sqs_channel(c, q->id));
			return;
		}
}

static void
put_sent(struct call *c, const struct queue_message *m, const struct outgoing *o)
{
	enc_text(c->out, "MessageId", m->public_id);
	enc_text(c->out, "MD5OfMessageBody", m->md5);
	enc_text(c->out, "MD5OfMessageAttributes", o->attributes.md5);
	enc_text(c->out, "MD5OfMessageSystemAttributes", o->system.md5);
}

void
sqs_send_message(struct call *c)
{
	struct queue_name    name = sqs_queue(c);
	struct queue_message m;
	struct outgoing      o = { .problem = { 0 } };
	struct queue         q;

	read_message(c, c->args, &m, &o);
	sqs_throw(c, &o.problem);
	sqs_must_exist(c, queue_send(c->task, &c->space, &name, &m, 1, &q));
	if (m.size > q.size_most)
		task_throw(c->task, &SQS_VALUE, "One or more parameters are invalid. Reason: Message must "
		    "be shorter than %lld bytes.", (long long)q.size_most);
	ring(c, &q, &m, 1);
	put_sent(c, &m, &o);
}

/* A batch: what is asked for, and the messages that are sent, close together. */
struct batch {
	size_t                n, good;
	struct queue_message *messages;
	struct outgoing      *asked;
	size_t               *which;    /* the entry each message is of */
	size_t               *message;  /* of each entry */
	struct sqs_problem   *problems;
};

static struct batch
read_batch(struct call *c, struct json_object *entries)
{
	struct mem  *m = c->task->mem;
	size_t       n = sqs_length(entries);
	struct batch b = { .n = n, .messages = mem_array(m, struct queue_message, n),
		.asked = mem_array(m, struct outgoing, n), .which = mem_array(m, size_t, n),
		.message = mem_array(m, size_t, n), .problems = mem_array(m, struct sqs_problem, n) };
	int64_t      total = 0;

	for (size_t i = 0; i < n; i++) {
		read_message(c, json_object_array_get_idx(entries, i), &b.messages[b.good], &b.asked[i]);
		b.problems[i] = b.asked[i].problem;
		total += b.messages[b.good].size;
		if (b.problems[i].fault != NULL)
			continue;
		b.which[b.good] = i;
		b.message[i] = b.good++;
	}
	if (total > SIZE_MOST)
		task_throw(c->task, &SQS_BATCH_LONG, "Batch requests cannot be longer than %d bytes. You "
		    "have sent %lld bytes.", SIZE_MOST, (long long)total);
	return b;
}

static void
put_entry(struct call *c, void *arg, size_t i)
{
	const struct batch *b = arg;

	put_sent(c, &b->messages[b->message[i]], &b->asked[i]);
}

void
sqs_send_message_batch(struct call *c)
{
	struct queue_name   name = sqs_queue(c);
	struct json_object *entries = sqs_entries(c, "SendMessageBatchRequestEntry");
	struct batch        b = read_batch(c, entries);
	struct queue        q;

	sqs_must_exist(c, queue_send(c->task, &c->space, &name, b.messages, b.good, &q));
	for (size_t i = 0; i < b.good; i++)
		if (b.messages[i].size > q.size_most)
			b.problems[b.which[i]] = sqs_wrong(c, &SQS_VALUE, "One or more parameters cannot be "
			    "validated. Reason: Message must be shorter than %lld bytes.",
			    (long long)q.size_most);
	ring(c, &q, b.messages, b.good);
	sqs_put_batch(c, "SendMessageBatchResultEntry", entries, b.problems, put_entry, &b);
}
