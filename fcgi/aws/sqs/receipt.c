/* fcgi/aws/sqs/receipt.c - receipt handles: DeleteMessage, ChangeMessageVisibility */
#include <string.h>

#include "fcgi/aws/sqs/sqs.h"
#include "shared/base/clock.h"
#include "shared/core/secret.h"
#include "shared/wire/base64.h"
#include "shared/wire/json.h"

enum { HIDE_MOST = 12 * 60 * 60 };

static const char CONTEXT[] = "receipt";

/* What a handle holds, sealed: nobody can make one up, or learn anything from it. */
struct sealed {
	int64_t queue, id, receives;
	int64_t at; /* when it was received */
};

const char *
sqs_receipt(struct call *c, int64_t queue, const struct queue_message *m)
{
	struct sealed s = { queue, m->id, m->receives, c->space.now };
	size_t        n;
	void         *p = secret_seal(c->task, CONTEXT, &s, sizeof(s), &n);

	return base64url_encode(c->task->mem, p, n);
}

/* False: it is not one of ours. */
static bool
open_handle(struct call *c, const char *handle, struct sealed *s)
{
	size_t      n, out_n;
	const void *p = base64url_decode(c->task->mem, handle, &n);
	const char *out = p != NULL ? secret_try_open(c->task, CONTEXT, p, n, &out_n) : NULL;

	if (out == NULL || out_n != sizeof(*s))
		return false;
	memcpy(s, out, sizeof(*s));
	return true;
}

/* Handles of a request, one or a batch. */
struct batch {
	size_t                n, good;
	const char          **handles;
	int64_t              *queues;     /* whose they say they are */
	struct queue_receipt *receipts;   /* the good ones, close together */
	size_t               *which;      /* the entry each of them is of */
	struct sqs_problem   *problems;
};

static struct batch
batch_new(struct call *c, size_t n)
{
	struct mem *m = c->task->mem;

	return (struct batch){ .n = n, .handles = mem_array(m, const char *, n),
		.queues = mem_array(m, int64_t, n), .receipts = mem_array(m, struct queue_receipt, n),
		.which = mem_array(m, size_t, n), .problems = mem_array(m, struct sqs_problem, n) };
}

static struct sqs_problem
read_seconds(struct call *c, struct json_object *j, int64_t *seconds)
{
	static const struct sqs_problem fine;

	if (json_get(j, "VisibilityTimeout") == NULL)
		return sqs_wrong(c, &SQS_MISSING,
		    "The request must contain the parameter VisibilityTimeout.");
	if (!sqs_int_within(c, j, "VisibilityTimeout", 0, HIDE_MOST, seconds))
		return sqs_wrong(c, &SQS_VALUE, "Value %s for parameter VisibilityTimeout is invalid. "
		    "Reason: Must be between 0 and 43200.",
		    json_object_get_string(json_get(j, "VisibilityTimeout")));
	return fine;
}

/* Half a day counts from when the message was received, however often more time was asked for. */
static bool
is_too_long(struct call *c, const struct sealed *s, int64_t seconds)
{
	return seconds > 0 && c->space.now - s->at + seconds * SECOND > HIDE_MOST * SECOND;
}

static struct sqs_problem
read_handle(struct call *c, const char *handle, int64_t seconds, struct sealed *s)
{
	static const struct sqs_problem fine;

	if (!open_handle(c, handle, s))
		return sqs_wrong(c, &SQS_RECEIPT,
		    "The input receipt handle \"%s\" is not a valid receipt handle.", handle);
	if (is_too_long(c, s, seconds))
		return sqs_wrong(c, &SQS_VALUE, "Value %lld for parameter VisibilityTimeout is invalid. "
		    "Reason: Total VisibilityTimeout for the message is beyond the limit [%d seconds]",
		    (long long)seconds, HIDE_MOST);
	return fine;
}

static void
batch_read(struct call *c, struct batch *b, size_t i, struct json_object *j, bool hide)
{
	int64_t       seconds = 0;
	struct sealed s;

	b->handles[i] = sqs_required(c, j, "ReceiptHandle");
	if (hide)
		b->problems[i] = read_seconds(c, j, &seconds);
	if (b->problems[i].fault == NULL)
		b->problems[i] = read_handle(c, b->handles[i], seconds, &s);
	if (b->problems[i].fault != NULL)
		return;
	b->queues[b->good] = s.queue;
	b->receipts[b->good] = (struct queue_receipt){ s.id, s.receives, seconds, false };
	b->which[b->good++] = i;
}

/*
 * Whether there is such a queue is asked first, as the real service does, whatever the handles.
 * Handles of another queue did nothing: the engine looks for their messages in this one.
 */
static void
check_queues(struct call *c, struct batch *b, const struct queue *q)
{
	for (size_t i = 0; i < b->good; i++)
		if (b->queues[i] != q->id)
			b->problems[b->which[i]] = sqs_wrong(c, &SQS_RECEIPT, "The receipt handle \"%s\" is "
			    "not valid for this queue.", b->handles[b->which[i]]);
}

static void
delete_all(struct call *c, const struct queue_name *name, struct batch *b)
{
	struct queue q;

	sqs_must_exist(c, queue_delete(c->task, &c->space, name, b->receipts, b->good, &q));
	check_queues(c, b, &q);
}

static void
hide_all(struct call *c, const struct queue_name *name, struct batch *b)
{
	struct queue q;
	bool         now = false;

	sqs_must_exist(c, queue_hide(c->task, &c->space, name, b->receipts, b->good, &q));
	for (size_t i = 0; i < b->good; i++) {
		if (!b->receipts[i].done)
			b->problems[b->which[i]] = sqs_wrong(c, &SQS_VALUE, "Value %s for parameter "
			    "ReceiptHandle is invalid. Reason: Message does not exist or is not available "
			    "for visibility timeout change.", b->handles[b->which[i]]);
		now = now || (b->receipts[i].done && b->receipts[i].hide_s == 0);
	}
	check_queues(c, b, &q);
	if (now)
		call_ring(c, sqs_channel(c, q.id));
}

void
sqs_delete_message(struct call *c)
{
	struct queue_name name = sqs_queue(c);
	struct batch      b = batch_new(c, 1);

	batch_read(c, &b, 0, c->args, false);
	delete_all(c, &name, &b);
	sqs_throw(c, &b.problems[0]);
}

void
sqs_change_message_visibility(struct call *c)
{
	struct queue_name name = sqs_queue(c);
	struct batch      b = batch_new(c, 1);

	batch_read(c, &b, 0, c->args, true);
	hide_all(c, &name, &b);
	sqs_throw(c, &b.problems[0]);
}

static struct batch
read_entries(struct call *c, struct json_object *entries, bool hide)
{
	struct batch b = batch_new(c, sqs_length(entries));

	for (size_t i = 0; i < b.n; i++)
		batch_read(c, &b, i, json_object_array_get_idx(entries, i), hide);
	return b;
}

void
sqs_delete_message_batch(struct call *c)
{
	struct queue_name   name = sqs_queue(c);
	struct json_object *entries = sqs_entries(c, "DeleteMessageBatchRequestEntry");
	struct batch        b = read_entries(c, entries, false);

	delete_all(c, &name, &b);
	sqs_put_batch(c, "DeleteMessageBatchResultEntry", entries, b.problems, NULL, NULL);
}

void
sqs_change_message_visibility_batch(struct call *c)
{
	struct queue_name   name = sqs_queue(c);
	struct json_object *entries = sqs_entries(c, "ChangeMessageVisibilityBatchRequestEntry");
	struct batch        b = read_entries(c, entries, true);

	hide_all(c, &name, &b);
	sqs_put_batch(c, "ChangeMessageVisibilityBatchResultEntry", entries, b.problems, NULL, NULL);
}
