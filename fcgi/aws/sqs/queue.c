/* fcgi/aws/sqs/queue.c - make, find, list, empty and delete queues; their tags */
#include <string.h>

#include "fcgi/aws/sqs/setting.h"
#include "fcgi/aws/sqs/sqs.h"
#include "shared/wire/base64.h"

enum { MOST_LISTED = 1000, MOST_TAGS = 50, PURGE_PAUSE_S = 60, NAME_PAUSE_S = 60 };

/* The value of each setting of a queue, in the order of the table. */
static struct queue_change
settings_of(const struct queue *q)
{
	return (struct queue_change){ q->hide_s, q->delay_s, q->keep_s, q->wait_s, q->size_most,
		q->encrypted, q->policy, q->key, q->key_reuse_s };
}

static const char *
text_or_none(const char *s)
{
	return s != NULL && *s != '\0' ? s : NULL;
}

static struct queue
new_queue(struct queue_change *want)
{
	for (size_t i = 0; i < sqs_n_settings; i++) {
		int64_t *value = sqs_setting_of(want, &sqs_settings[i]);

		if (*value < 0)
			*value = sqs_settings[i].initial;
	}
	return (struct queue){ .hide_s = want->hide_s, .delay_s = want->delay_s,
		.keep_s = want->keep_s, .wait_s = want->wait_s, .size_most = want->size_most,
		.encrypted = want->encrypted < 0 ? text_or_none(want->key) == NULL : want->encrypted != 0,
		.policy = text_or_none(want->policy), .key = text_or_none(want->key),
		.key_reuse_s = want->key_reuse_s };
}

static _Noreturn void
differs(struct call *c, const char *attribute)
{
	task_throw(c->task, &SQS_QUEUE_EXISTS, "A queue already exists with the same name and a "
	    "different value for attribute %s", attribute);
}

/* NULL: nothing was asked for; it is nothing, which "" asks for. */
static bool
is_other(const char *asked, const char *is)
{
	return asked != NULL && strcmp(asked, is != NULL ? is : "") != 0;
}

/* Making a queue that is there is fine, unless it is another one: of what is said, all is alike. */
static void
check_same(struct call *c, struct queue_change asked, const struct queue *there)
{
	struct queue_change is = settings_of(there);

	for (size_t i = 0; i < sqs_n_settings; i++) {
		int64_t want = *sqs_setting_of(&asked, &sqs_settings[i]);

		if (want >= 0 && want != *sqs_setting_of(&is, &sqs_settings[i]))
			differs(c, sqs_settings[i].name);
	}
	if (asked.encrypted >= 0 && asked.encrypted != is.encrypted)
		differs(c, "SqsManagedSseEnabled");
	if (is_other(asked.policy, is.policy))
		differs(c, "Policy");
	if (is_other(asked.key, is.key))
		differs(c, "KmsMasterKeyId");
}

static void
check_tags(struct call *c, const char *queue, size_t n)
{
	if (n > 2 * (size_t)MOST_TAGS)
		task_throw(c->task, &SQS_VALUE, "Too many tags added for queue %s.", queue);
}

/* In the model this map is called "tags" when a queue is made, and "Tags" later. */
static struct queue_tags
read_tags(struct call *c, const char *queue)
{
	struct json_object *map = sqs_map(c, c->args, "tags");
	struct queue_tags   tags = sqs_pairs(c, map != NULL ? map : sqs_map(c, c->args, "Tags"));

	check_tags(c, queue, tags.n);
	return tags;
}

static const char *
name_of(struct call *c)
{
	const char *name = sqs_text(c, c->args, "QueueName");

	if (name == NULL)
		task_throw(c->task, &SQS_VALUE,
		    "Value for parameter QueueName is invalid. Reason: Must specify a queue name.");
	return name;
}

void
sqs_create_queue(struct call *c)
{
	const char         *name = name_of(c);
	struct queue_change asked = sqs_settings_read(c,
	            sqs_pairs(c, sqs_map(c, c->args, "Attributes")), true), all = asked;
	struct queue        made = new_queue(&all), there;
	struct queue_name   ours = sqs_queue_of_ours(c, name);
	enum queue_result   r;

	sqs_check_name(c, name);
	made.tags = read_tags(c, name);
	r = queue_make(c->task, &c->space, &ours, &made, NAME_PAUSE_S, &there);
	if (r == QUEUE_REFUSED)
		task_throw(c->task, &SQS_QUEUE_RECENT, NULL);
	if (r == QUEUE_THERE)
		check_same(c, asked, &there);
	enc_text(c->out, "QueueUrl", sqs_url(c, name));
}

void
sqs_get_queue_url(struct call *c)
{
	const char       *name = name_of(c);
	const char       *owner = sqs_text(c, c->args, "QueueOwnerAWSAccountId");
	struct queue_name ours = sqs_queue_of_ours(c, name);
	struct queue      q;

	if (owner != NULL && strcmp(owner, ours.owner) != 0)
		task_throw(c->task, &SQS_NO_QUEUE,
		    "The specified queue does not exist or you do not have access to it.");
	sqs_must_exist(c, queue_find(c->task, &c->space, &ours, &q));
	enc_text(c->out, "QueueUrl", sqs_url(c, name));
}

static const char *
read_token(struct call *c)
{
	const char *token = sqs_text(c, c->args, "NextToken");
	char       *after;
	size_t      n;

	if (token == NULL || *token == '\0')
		return "";
	after = base64url_decode(c->task->mem, token, &n);
	if (after == NULL)
		task_throw(c->task, &SQS_VALUE, "Invalid or expired next token.");
	after = mem_text_n(c->task->mem, after, n);
	sqs_check_name(c, after);
	return after;
}

/* 0: not said. */
static int64_t
read_most(struct call *c)
{
	int64_t most = 0;

	if (!sqs_int_within(c, c->args, "MaxResults", 1, MOST_LISTED, &most))
		task_throw(c->task, &SQS_VALUE, "Value for parameter MaxResults is invalid. Reason: "
		    "MaxResults must be an integer between 1 and %d.", MOST_LISTED);
	return most;
}

void
sqs_list_queues(struct call *c)
{
	const char       *prefix = sqs_text(c, c->args, "QueueNamePrefix");
	int64_t           most = read_most(c);
	struct queue_name from = sqs_queue_of_ours(c, read_token(c));
	size_t            limit = most > 0 ? (size_t)most : MOST_LISTED, n;
	const char      **names;

	n = queue_list(c->task, &c->space, &from, prefix != NULL ? prefix : "", (int64_t)limit + 1,
	    &names);
	if (n == 0)
		return;
	if (n > limit && most > 0)
		enc_text(c->out, "NextToken", base64url_encode(c->task->mem, names[limit - 1],
		    strlen(names[limit - 1])));
	enc_flat_list(c->out, "QueueUrls", "QueueUrl");
	for (size_t i = 0; i < n && i < limit; i++)
		enc_text(c->out, NULL, sqs_url(c, names[i]));
	enc_end(c->out);
}

void
sqs_delete_queue(struct call *c)
{
	struct queue_name name = sqs_queue(c);
	int64_t           id;

	sqs_must_exist(c, queue_remove(c->task, &c->space, &name, NAME_PAUSE_S, &id));
	call_ring(c, sqs_channel(c, id));
}

void
sqs_purge_queue(struct call *c)
{
	struct queue_name name = sqs_queue(c);
	enum queue_result r = queue_purge(c->task, &c->space, &name, PURGE_PAUSE_S);

	sqs_must_exist(c, r);
	if (r == QUEUE_REFUSED)
		task_throw(c->task, &SQS_PURGING,
		    "Only one PurgeQueue operation on %s is allowed every 60 seconds.", name.name);
}

/* A queue is encrypted in one way: the other ends. */
static void
one_way(struct queue_change *to)
{
	if (text_or_none(to->key) != NULL)
		to->encrypted = 0;
	else if (to->encrypted > 0)
		to->key = "";
}

void
sqs_set_queue_attributes(struct call *c)
{
	struct queue_name   name = sqs_queue(c);
	struct queue_tags   said = sqs_pairs(c, sqs_map(c, c->args, "Attributes"));
	struct queue_change to = sqs_settings_read(c, said, false);

	if (said.n == 0)
		task_throw(c->task, &SQS_MISSING,
		    "The request must contain the parameter Attribute.Name.");
	one_way(&to);
	sqs_must_exist(c, queue_change(c->task, &c->space, &name, &to));
}

void
sqs_list_queue_tags(struct call *c)
{
	struct queue_name name = sqs_queue(c);
	struct queue      q;

	sqs_must_exist(c, queue_find(c->task, &c->space, &name, &q));
	if (q.tags.n == 0)
		return;
	enc_flat_map(c->out, "Tags", "Tag", "Key", "Value");
	for (size_t i = 0; i < q.tags.n; i += 2)
		enc_text(c->out, q.tags.list[i], q.tags.list[i + 1]);
	enc_end(c->out);
}

void
sqs_tag_queue(struct call *c)
{
	struct queue_name name = sqs_queue(c);
	struct queue_tags tags = read_tags(c, name.name);
	enum queue_result r;

	if (tags.n == 0)
		task_throw(c->task, &SQS_MISSING, "The request must contain the parameter Tags.");
	r = queue_tag(c->task, &c->space, &name, &tags, NULL, 0, MOST_TAGS);
	sqs_must_exist(c, r);
	if (r == QUEUE_REFUSED)
		check_tags(c, name.name, SIZE_MAX);
}

void
sqs_untag_queue(struct call *c)
{
	struct queue_name   name = sqs_queue(c);
	struct json_object *keys = sqs_list(c, c->args, "TagKeys");
	size_t              n = sqs_length(keys);
	const char        **list = mem_array(c->task->mem, const char *, n + 1);
	struct queue_tags   none = { list, 0 };

	for (size_t i = 0; i < n; i++)
		list[i] = sqs_item(c, keys, i);
	if (n == 0)
		task_throw(c->task, &SQS_MISSING, "The request must contain the parameter TagKeys.");
	sqs_must_exist(c, queue_tag(c->task, &c->space, &name, &none, list, n, INT64_MAX));
}
