/* fcgi/aws/sqs/receipt.c - receipt handles: DeleteMessage, ChangeMessageVisibility */
#include <string.h>

#include "fcgi/aws/sqs/sqs.h"
#include "shared/core/secret.h"
#include "shared/wire/base64.h"

enum { HIDE_MOST = 12 * 60 * 60 };

static const char CONTEXT[] = "receipt";

/* What a handle holds, sealed: nobody can make one up, or learn anything from it. */
struct sealed {
	int64_t queue, id, receives;
};

const char *
sqs_receipt(struct call *c, int64_t queue, const struct queue_message *m)
{
	struct sealed s = { queue, m->id, m->receives };
	size_t        n;
	void         *p = secret_seal(c->task, CONTEXT, &s, sizeof(s), &n);

	return base64url_encode(c->task->mem, p, n);
}

bool
sqs_receipt_open(struct call *c, const char *handle, int64_t *queue, struct queue_receipt *r)
{
	struct sealed s;
	size_t        n, out_n;
	const void   *p = base64url_decode(c->task->mem, handle, &n);
	const char   *out = p != NULL ? secret_try_open(c->task, CONTEXT, p, n, &out_n) : NULL;

	if (out == NULL || out_n != sizeof(s))
		return false;
	memcpy(&s, out, sizeof(s));
	*queue = s.queue;
	*r = (struct queue_receipt){ .id = s.id, .receives = s.receives };
	return true;
}

static struct sqs_problem
bad_handle(struct call *c)
{
	return sqs_wrong(c, &SQS_RECEIPT, "%s", SQS_RECEIPT.text);
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

static void
batch_read(struct call *c, struct batch *b, size_t i, struct json_object *j, bool hide)
{
	struct queue_receipt *r = &b->receipts[b->good];
	int64_t               seconds = 0;

	b->handles[i] = sqs_required(c, j, "ReceiptHandle");
	if (!sqs_receipt_open(c, b->handles[i], &b->queues[b->good], r)) {
		b->problems[i] = bad_handle(c);
		return;
	}
	if (hide && json_object_object_get(j, "VisibilityTimeout") == NULL) {
		b->problems[i] = sqs_wrong(c, &SQS_MISSING,
		    "The request must contain the parameter VisibilityTimeout.");
		return;
	}
	if (hide && !sqs_int_within(c, j, "VisibilityTimeout", 0, HIDE_MOST, &seconds)) {
		b->problems[i] = sqs_wrong(c, &SQS_VALUE, "Value %s for parameter VisibilityTimeout is "
		    "invalid. Reason: Must be between 0 and 43200.",
		    json_object_get_string(json_object_object_get(j, "VisibilityTimeout")));
		return;
	}
	r->hide_s = seconds;
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
			b->problems[b->which[i]] = bad_handle(c);
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
