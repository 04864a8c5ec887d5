/* fcgi/aws/sqs/batch.c - up to ten of something in one request */
#include <string.h>

#include "fcgi/aws/sqs/sqs.h"

enum { MOST_ENTRIES = 10, ID_LENGTH = 80 };

const char *
sqs_entry_id(struct call *c, struct json_object *entries, size_t i)
{
	return sqs_text(c, json_object_array_get_idx(entries, i), "Id");
}

static void
check_id(struct call *c, struct json_object *entries, size_t i)
{
	const char *id = sqs_entry_id(c, entries, i);
	size_t      n = id != NULL ? strlen(id) : 0;

	if (n == 0 || n > ID_LENGTH ||
	    strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != n)
		task_throw(c->task, &SQS_BATCH_ID, NULL);
	for (size_t k = 0; k < i; k++)
		if (strcmp(sqs_entry_id(c, entries, k), id) == 0)
			task_throw(c->task, &SQS_BATCH_TWICE, "Id %s repeated.", id);
}

struct json_object *
sqs_entries(struct call *c, const char *kind)
{
	struct json_object *entries = sqs_list(c, c->args, "Entries");
	size_t              n = sqs_length(entries);

	if (n == 0)
		task_throw(c->task, &SQS_BATCH_EMPTY,
		    "There should be at least one %s in the request.", kind);
	if (n > MOST_ENTRIES)
		task_throw(c->task, &SQS_BATCH_MANY,
		    "Maximum number of entries per request are %d. You have sent %zu.", MOST_ENTRIES, n);
	for (size_t i = 0; i < n; i++) {
		struct json_object *entry = json_object_array_get_idx(entries, i);

		if (json_object_get_type(entry) != json_type_object)
			task_throw(c->task, &SQS_SERIALIZATION, NULL);
		check_id(c, entries, i);
	}
	return entries;
}

static void
put_failed(struct call *c, const char *id, const struct sqs_problem *p)
{
	enc_struct(c->out, NULL);
	enc_text(c->out, "Id", id);
	enc_bool(c->out, "SenderFault", p->fault->status < 500);
	enc_text(c->out, "Code", p->fault->code);
	enc_text(c->out, "Message", p->text);
	enc_end(c->out);
}

void
sqs_put_batch(struct call *c, const char *xml_name, struct json_object *entries,
    const struct sqs_problem *problems, void (*ok)(struct call *c, void *arg, size_t i), void *arg)
{
	size_t n = sqs_length(entries), failed = 0;

	enc_flat_list(c->out, "Successful", xml_name);
	for (size_t i = 0; i < n; i++) {
		if (problems[i].fault != NULL) {
			failed++;
			continue;
		}
		enc_struct(c->out, NULL);
		enc_text(c->out, "Id", sqs_entry_id(c, entries, i));
		if (ok != NULL)
			ok(c, arg, i);
		enc_end(c->out);
	}
	enc_end(c->out);
	if (failed == 0)
		return;
	enc_flat_list(c->out, "Failed", "BatchResultErrorEntry");
	for (size_t i = 0; i < n; i++)
		if (problems[i].fault != NULL)
			put_failed(c, sqs_entry_id(c, entries, i), &problems[i]);
	enc_end(c->out);
}
