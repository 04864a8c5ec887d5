/* fcgi/aws/sqs/sqs.h - what the files of this service share */
#ifndef MF_SQS_H
#define MF_SQS_H

#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/call.h"
#include "shared/engine/queue.h"

#define FAULT(name, code, shape, status, text) extern const struct fault name;
#include "fcgi/aws/sqs/faults.def"
#undef FAULT

extern const struct proto sqs_proto;

/* auth.c */
void        sqs_authenticate(struct call *c);
#define SQS_FIRST_REGION "us-east-1"
const char *sqs_region(const struct call *c);

/*
 * Arguments (arg.c): members of a tree, c->args or what is below it.  The same whether they came as
 * JSON or as a form, whose numbers are strings.  NULL, or the initial value, when there is none.
 */
const char         *sqs_text(struct call *c, struct json_object *j, const char *name);
int64_t             sqs_int(struct call *c, struct json_object *j, const char *name,
    int64_t initial, int64_t min, int64_t max, const char *reason);
/* False: the member is there and out of bounds. */
bool                sqs_int_within(struct call *c, struct json_object *j, const char *name,
    int64_t min, int64_t max, int64_t *out);
struct json_object *sqs_list(struct call *c, struct json_object *j, const char *name);
struct json_object *sqs_map(struct call *c, struct json_object *j, const char *name);
/* Text of member i of a list. */
const char         *sqs_item(struct call *c, struct json_object *list, size_t i);
size_t              sqs_length(struct json_object *list); /* NULL: 0 */
/* A map of texts as name, value, ... */
struct queue_tags   sqs_pairs(struct call *c, struct json_object *map);
const char         *sqs_required(struct call *c, struct json_object *j, const char *name);

/* The queue that QueueUrl, or a URL posted to, names (name.c); throws when neither does. */
struct queue_name sqs_queue(struct call *c);
bool              sqs_path_is_queue(const struct call *c);
struct queue_name sqs_queue_of_ours(struct call *c, const char *name);
/* 1 to 80 of [A-Za-z0-9_-], or throws. */
void        sqs_check_name(struct call *c, const char *name);
const char *sqs_url(struct call *c, const char *name);
const char *sqs_arn(struct call *c, const char *name);
/* Throws when r is QUEUE_NONE. */
void        sqs_must_exist(struct call *c, enum queue_result r);
/* What waits for messages of a queue, and is rung when there is one. */
const char *sqs_channel(struct call *c, int64_t queue);

/* What is wrong with one message or one entry of a batch; fault NULL: nothing. */
struct sqs_problem {
	const struct fault *fault;
	const char         *text;
};
struct sqs_problem sqs_wrong(struct call *c, const struct fault *f, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void               sqs_throw(struct call *c, const struct sqs_problem *p);

/* Batches (batch.c): the entries, 1 to 10 with ids of their own; throws. */
struct json_object *sqs_entries(struct call *c, const char *kind);
const char         *sqs_entry_id(struct call *c, struct json_object *entries, size_t i);
/* Successful entries: ok(arg, i) writes the members after Id; then those that failed. */
void sqs_put_batch(struct call *c, const char *xml_name, struct json_object *entries,
    const struct sqs_problem *problems, void (*ok)(struct call *c, void *arg, size_t i), void *arg);

/*
 * Message attributes (attribute.c).  They are kept as JSON text, a list sorted by name:
 * [["name", "type", "value"], ...], binary values as base64.
 */
struct sqs_attributes {
	const char        *text;  /* NULL: none */
	const char        *md5;
	int64_t            size;  /* what they add to a message's size */
	struct sqs_problem problem;
};
struct sqs_attributes sqs_attributes_read(struct call *c, struct json_object *map, bool system);
/* Those that names ask for; their MD5 before them. */
void sqs_attributes_put(struct call *c, const char *text, struct json_object *names);

/* A receipt handle for a message received just now (receipt.c). */
const char *sqs_receipt(struct call *c, int64_t queue, const struct queue_message *m);

/* Handlers. */
void sqs_change_message_visibility(struct call *c);
void sqs_change_message_visibility_batch(struct call *c);
void sqs_create_queue(struct call *c);
void sqs_delete_message(struct call *c);
void sqs_delete_message_batch(struct call *c);
void sqs_delete_queue(struct call *c);
void sqs_get_queue_attributes(struct call *c);
void sqs_get_queue_url(struct call *c);
void sqs_list_queue_tags(struct call *c);
void sqs_list_queues(struct call *c);
void sqs_purge_queue(struct call *c);
void sqs_receive_message(struct call *c);
void sqs_send_message(struct call *c);
void sqs_send_message_batch(struct call *c);
void sqs_set_queue_attributes(struct call *c);
void sqs_tag_queue(struct call *c);
void sqs_untag_queue(struct call *c);

#endif
