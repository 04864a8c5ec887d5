/* fcgi/aws/s3/event.c - what a bucket tells queues of changes of its objects */
#include "fcgi/aws/s3/event.h"

#include <string.h>

#include "fcgi/auth/client.h"
#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/document.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/courier.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/db/db.h"
#include "shared/engine/blob_event.h"
#include "shared/wire/uri.h"
#include "shared/wire/xml.h"

static const char QUEUE[] = "QueueConfiguration", EVENT[] = "s3:";

/* What follows the sequencer in a record. */
static const char TAIL[] = "\"}}}]}";

/* Who does what nobody asked for. */
static const char ITSELF[] = "s3.amazonaws.com";

enum { TOLD_AT_ONCE = 100, REQUEST_ID = 16 };

/* The first rule with a queue; NULL: the bucket has none to tell. */
static const struct xml *
rules_of(struct call *c, const char *bucket)
{
	struct s3_access *a = s3_access(c, bucket);

	if (a->docs.notification == NULL)
		return NULL;
	if (a->events == NULL)
		a->events = document_parse(c, a->docs.notification);
	return xml_child(a->events, QUEUE);
}

/* Keys as events have them: as in a form, but for the slashes. */
static const char *
encode_key(struct call *c, const char *key)
{
	static const char hex[] = "0123456789ABCDEF";
	struct buf        b = buf_new(c->task->mem);

	buf_text(&b, "");
	for (const char *p = key; *p != '\0'; p++) {
		unsigned char ch = (unsigned char)*p;

		if (strchr(ID_BASE62 "-_.*/", ch) != NULL)
			buf_add(&b, p, 1);
		else if (ch == ' ')
			buf_text(&b, "+");
		else
			buf_fmt(&b, "%%%c%c", hex[ch >> 4], hex[ch & 15]);
	}
	return b.data;
}

/* A rule's event names ours, or all that begin like it: "s3:ObjectCreated:*". */
static bool
names(const struct xml *rule, const char *name)
{
	for (const struct xml *e = xml_child(rule, "Event"); e != NULL; e = xml_again(e)) {
		const char *said = e->text + strlen(EVENT);
		size_t      n = strcspn(said, "*");

		if (said[n] == '*' ? strncmp(said, name, n) == 0 : strcmp(said, name) == 0)
			return true;
	}
	return false;
}

/* Filters are written as keys are in events; plain ones are taken, too. */
static bool
wants(struct call *c, const struct xml *rule, const struct s3_event *e)
{
	const char *prefix = event_filter(rule, "Prefix"), *suffix = event_filter(rule, "Suffix");
	const char *key = encode_key(c, e->key);

	return names(rule, e->name) && (text_starts(key, prefix) || text_starts(e->key, prefix)) &&
	    (text_ends(key, suffix) || text_ends(e->key, suffix));
}

struct queue_name
event_target(struct call *c, const char *arn)
{
	const char *part[6] = { arn };

	for (size_t i = 1; i < COUNT(part); i++)
		part[i] = strchr(part[i - 1], ':') + 1;
	return (struct queue_name){
		.owner = mem_text_n(c->task->mem, part[4], (size_t)(part[5] - part[4] - 1)),
		.region = mem_text_n(c->task->mem, part[3], (size_t)(part[4] - part[3] - 1)),
		.name = part[5],
	};
}

/* Only of what comes and goes S3 tells the order. */
static bool
has_sequencer(const struct s3_event *e)
{
	return text_starts(e->name, "ObjectCreated:") || text_starts(e->name, "ObjectRemoved:") ||
	    text_starts(e->name, "LifecycleExpiration:");
}

static const char *
record_version(const struct s3_event *e)
{
	return text_starts(e->name, "ObjectCreated:") || text_starts(e->name, "ObjectRemoved:") ||
	    strcmp(e->name, "ObjectRestore:Post") == 0 ||
	    strcmp(e->name, "ObjectRestore:Completed") == 0 ? "2.1" : "2.3";
}

static void
write_object(struct call *c, struct enc *e, const struct s3_event *of)
{
	enc_struct(e, "object");
	enc_text(e, "key", encode_key(c, of->key));
	if (of->size >= 0)
		enc_int(e, "size", of->size);
	enc_text(e, "eTag", of->etag);
	if (of->version != NULL && *of->version != '\0')
		enc_text(e, "versionId", of->version);
	if (has_sequencer(of))
		enc_text(e, "sequencer", "");
	enc_end(e);
}

static void
write_principal(struct enc *e, const char *name, const char *id)
{
	enc_struct(e, name);
	enc_text(e, "principalId", id);
	enc_end(e);
}

static void
write_s3(struct call *c, struct enc *e, const char *bucket, const struct xml *rule,
    const struct s3_event *of)
{
	const struct aws_account *owner = s3_account(c, s3_owner_of(c, bucket));

	enc_struct(e, "s3");
	enc_text(e, "s3SchemaVersion", "1.0");
	enc_text(e, "configurationId", xml_child_text(rule, "Id"));
	enc_struct(e, "bucket");
	enc_text(e, "name", bucket);
	write_principal(e, "ownerIdentity", owner != NULL ? owner->owner_id : "");
	enc_text(e, "arn", mem_fmt(c->task->mem, "arn:aws:s3:::%s", bucket));
	enc_end(e);
	write_object(c, e, of);
	enc_end(e);
}

/* What comes of archives and rules: beside "s3", where the record has no sequencer to end with. */
static void
write_more(struct call *c, struct enc *e, const struct s3_event *of)
{
	bool restored = of->until != 0;

	if (of->class == NULL)
		return;
	enc_struct(e, restored ? "glacierEventData" : "lifecycleEventData");
	enc_struct(e, restored ? "restoreEventData" : "transitionEventData");
	if (restored)
		enc_text(e, "lifecycleRestorationExpiryTime", clock_iso_milli(c->task->mem, of->until));
	enc_text(e, restored ? "lifecycleRestoreStorageClass" : "destinationStorageClass", of->class);
	enc_end(e);
	enc_end(e);
}

/* By itself: nobody sent the request. */
static bool
by_itself(const struct call *c)
{
	return c->op == NULL;
}

static const char *
principal(struct call *c)
{
	if (by_itself(c))
		return ITSELF;
	return c->who == NULL ? "Anonymous" : mem_fmt(c->task->mem, "AWS:%s", c->who->account_id);
}

/* The message of one event for one rule. */
static const char *
record(struct call *c, const char *bucket, const struct xml *rule, const struct s3_event *of,
    const struct queue_name *to)
{
	struct mem *m = c->task->mem;
	struct buf  b = buf_new(m);
	struct enc *e = enc_new(m, &enc_traits_json, &b);

	enc_struct(e, NULL);
	enc_list(e, "Records", NULL);
	enc_struct(e, NULL);
	enc_text(e, "eventVersion", record_version(of));
	enc_text(e, "eventSource", "aws:s3");
	enc_text(e, "awsRegion", to->region);
	enc_text(e, "eventTime", clock_iso_milli(m, c->space.now));
	enc_text(e, "eventName", of->name);
	write_principal(e, "userIdentity", principal(c));
	enc_struct(e, "requestParameters");
	enc_text(e, "sourceIPAddress", by_itself(c) ? ITSELF : client_exact(c));
	enc_end(e);
	enc_struct(e, "responseElements");
	enc_text(e, "x-amz-request-id", c->req->id);
	enc_text(e, "x-amz-id-2", s3_host_id(c));
	enc_end(e);
	write_s3(c, e, bucket, rule, of);
	write_more(c, e, of);
	enc_end(e);
	enc_end(e);
	enc_end(e);
	return b.data;
}

void
s3_event_begin(struct call *c, const char *bucket)
{
	if (rules_of(c, bucket) != NULL)
		db_enclose(c->task);
}

static size_t
fill(struct call *c, const char *bucket, const struct s3_event *of, struct blob_event *out)
{
	size_t n = 0;

	for (const struct xml *r = rules_of(c, bucket); r != NULL; r = xml_again(r)) {
		struct blob_event *e = &out[n];
		const char        *body;

		if (!wants(c, r, of))
			continue;
		e->to = event_target(c, xml_child_text(r, "Queue"));
		body = record(c, bucket, r, of, &e->to);
		*e = (struct blob_event){ .to = e->to, .head = body };
		if (has_sequencer(of)) {
			e->head = mem_text_n(c->task->mem, body, strlen(body) - strlen(TAIL));
			e->tail = TAIL;
		}
		n++;
	}
	return n;
}

/* Events of changes of a bucket's objects, for all its rules; part of a transaction. */
static size_t
add_all(struct call *c, const char *bucket, const struct s3_event *list, size_t n)
{
	struct blob_event *out;
	size_t             each = 0, count = 0;

	for (const struct xml *r = rules_of(c, bucket); r != NULL; r = xml_again(r))
		each++;
	out = mem_array(c->task->mem, struct blob_event, n * each + 1);
	for (size_t i = 0; i < n; i++)
		if (list[i].name != NULL)
			count += fill(c, bucket, &list[i], out + count);
	if (count > 0)
		blob_event_add(c->task, &c->space, s3_owner_of(c, bucket), out, count);
	return count;
}

void
s3_event_end(struct call *c, const char *bucket, const struct s3_event *list, size_t n)
{
	size_t count;

	if (rules_of(c, bucket) == NULL)
		return;
	count = add_all(c, bucket, list, n);
	db_commit_all(c->task);
	if (count > 0)
		courier_kick();
}

void
s3_event_object(struct call *c, const char *bucket, const char *name, enum blob_result r,
    const struct blob_object *o, bool with_size)
{
	struct s3_event e;

	if (r != BLOB_OK) {
		s3_event_end(c, bucket, NULL, 0);
		return;
	}
	e = (struct s3_event){ .name = name, .key = o->key, .version = o->version, .etag = o->etag,
		.size = with_size ? o->size : -1 };
	s3_event_end(c, bucket, &e, 1);
}

struct s3_event
s3_event_removed(const char *key, const struct blob_removed *out, bool named)
{
	struct s3_event e = { .key = key, .size = -1 };

	if (out->result != BLOB_OK)
		return e;
	e.name = "ObjectRemoved:Delete";
	if (out->versioned)
		e.version = out->version;
	if (out->marker && !named) {
		e.name = "ObjectRemoved:DeleteMarkerCreated";
		e.etag = "d41d8cd98f00b204e9800998ecf8427e"; /* of no bytes */
	}
	return e;
}

void
event_test(struct call *c, const struct xml *x)
{
	struct mem        *m = c->task->mem;
	struct blob_event *list = mem_array(m, struct blob_event, document_count(x, QUEUE) + 1);
	struct buf         b = buf_new(m);
	struct enc        *e = enc_new(m, &enc_traits_json, &b);
	size_t             n = 0;

	enc_struct(e, NULL);
	enc_text(e, "Service", "Amazon S3");
	enc_text(e, "Event", "s3:TestEvent");
	enc_text(e, "Time", clock_iso_milli(m, c->space.now));
	enc_text(e, "Bucket", s3_bucket(c));
	enc_text(e, "RequestId", c->req->id);
	enc_text(e, "HostId", s3_host_id(c));
	enc_end(e);
	for (const struct xml *r = xml_child(x, QUEUE); r != NULL; r = xml_again(r))
		list[n++] = (struct blob_event){ event_target(c, xml_child_text(r, "Queue")), b.data,
			NULL };
	if (n > 0)
		blob_event_add(c->task, &c->space, s3_owner(c), list, n);
}

/* As if there were a request: the environment as it is, at the time of what happened. */
static struct call *
call_of(struct task *t, const struct world *world, const struct space *sp, const char *public_id)
{
	struct call    *c = mem_one(t->mem, struct call);
	struct request *r = mem_one(t->mem, struct request);

	r->id = id_text(&t->ids, t->mem, ID_BASE62, REQUEST_ID);
	*c = (struct call){ .task = t, .world = world, .req = r, .space = *sp };
	c->env = environment_load(t, public_id);
	if (c->env == NULL)
		task_throw(t, &FAULT_STALE, NULL);
	return c;
}

size_t
s3_event_tell(struct task *t, const struct world *world, int64_t space)
{
	struct space           sp = { .id = space };
	struct blob_happening *list;
	const char            *public_id;
	struct call           *c = NULL;
	size_t                 n;

	db_enclose(t);
	n = blob_happened_take(t, &sp, "aws_s3", TOLD_AT_ONCE, &list, &public_id);
	if (n > 0)
		c = call_of(t, world, &sp, public_id);
	for (size_t i = 0; i < n; i++) {
		const struct blob_happening *h = &list[i];
		struct s3_event e = { .name = h->event, .key = h->key, .version = h->version,
			.etag = h->etag, .size = h->size, .class = h->class, .until = h->until };

		c->space.now = h->at;
		if (h->bucket != NULL)
			add_all(c, h->bucket, &e, 1);
	}
	db_commit_all(t);
	return n;
}
