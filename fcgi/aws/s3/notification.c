/* fcgi/aws/s3/notification.c - notification configurations: what S3 takes, and what it refuses */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/config.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/state.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

/* Source: S3 User Guide "Configuring event notifications using object key name filtering". */
enum { MADE_ID = 48, ARN_PARTS = 6 };

static const char *const events[] = { "s3:ReducedRedundancyLostObject", "s3:ObjectCreated:*",
	"s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy",
	"s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete",
	"s3:ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRestore:*", "s3:ObjectRestore:Post",
	"s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete", "s3:Replication:*",
	"s3:Replication:OperationFailedReplication", "s3:Replication:OperationNotTracked",
	"s3:Replication:OperationMissedThreshold",
	"s3:Replication:OperationReplicatedAfterThreshold", "s3:LifecycleTransition",
	"s3:IntelligentTiering", "s3:ObjectAcl:Put", "s3:LifecycleExpiration:*",
	"s3:LifecycleExpiration:Delete", "s3:LifecycleExpiration:DeleteMarkerCreated",
	"s3:ObjectTagging:*", "s3:ObjectTagging:Put", "s3:ObjectTagging:Delete",
	"s3:ObjectAnnotation:*", "s3:ObjectAnnotation:Put", "s3:ObjectAnnotation:Delete",
	"s3:ObjectRetention:Put" };

/* Where events go: the element that says so, the service of its ARN. */
static const struct {
	const char *element, *service;
} targets[] = { { "Topic", "sns" }, { "Queue", "sqs" }, { "CloudFunction", "lambda" } };

static _Noreturn void
wrong(struct call *c, const char *why, const char *name, const char *value)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, why, "ArgumentName", name, "ArgumentValue", value, NULL);
}

static void
check_event(struct call *c, const char *event)
{
	for (size_t i = 0; i < COUNT(events); i++)
		if (strcmp(events[i], event) == 0)
			return;
	wrong(c, mem_fmt(c->task->mem, "The event '%s' is not supported for notifications", event),
	    "Event", event);
}

/* arn:partition:service:region:account:resource, of the service whose element it stands in. */
static void
check_arn(struct call *c, const struct xml *x)
{
	for (size_t i = 0; i < COUNT(targets); i++) {
		const char *arn = xml_child_text(x, targets[i].element), *p = arn;
		int         parts = 1;
		size_t      n = strlen(targets[i].service);

		if (arn == NULL)
			continue;
		for (; parts < ARN_PARTS && (p = strchr(p, ':')) != NULL; p++, parts++)
			if (parts == 2 && (strncmp(p + 1, targets[i].service, n) != 0 || p[n + 1] != ':'))
				wrong(c, "The ARN is not well formed", targets[i].element, arn);
		if (parts < ARN_PARTS || *p == '\0' || !text_starts(arn, "arn:"))
			wrong(c, "The ARN could not be parsed", targets[i].element, arn);
	}
}

/* The names as S3 writes them back; at most one of each. */
static void
check_filter(struct call *c, struct xml *x)
{
	struct xml *filter = xml_child(x, "Filter");
	struct xml *rules = filter != NULL ? xml_child(filter, "S3Key") : NULL;
	const char *seen = NULL;

	for (struct xml *r = rules != NULL ? xml_child(rules, "FilterRule") : NULL; r != NULL;
	     r = xml_again(r)) {
		struct xml *name = xml_child(r, "Name");

		if (name == NULL || xml_child(r, "Value") == NULL)
			task_throw(c->task, &S3_MALFORMED_XML, NULL);
		if (strcasecmp(name->text, "prefix") == 0)
			name->text = "Prefix";
		else if (strcasecmp(name->text, "suffix") == 0)
			name->text = "Suffix";
		else
			wrong(c, "filter rule name must be either prefix or suffix", "FilterRule.Name",
			    name->text);
		if (seen != NULL && strcmp(seen, name->text) == 0)
			wrong(c, mem_fmt(c->task->mem, "Cannot specify more than one %s rule in a filter.",
			    text_lower(c->task->mem, seen)), "filter", NULL);
		seen = name->text;
	}
}

static void
check_id(struct call *c, struct xml *x)
{
	struct xml *id = xml_child(x, "Id");

	if (id != NULL && *id->text != '\0')
		return;
	if (id == NULL) {
		id = mem_one(c->task->mem, struct xml);
		*id = (struct xml){ .name = "Id", .next = x->first };
		x->first = id;
	}
	id->text = id_text(&c->task->ids, c->task->mem, ID_BASE62, MADE_ID);
}

const char *
event_filter(const struct xml *x, const char *name)
{
	const struct xml *filter = xml_child(x, "Filter");
	const struct xml *rules = filter != NULL ? xml_child(filter, "S3Key") : NULL;

	for (const struct xml *r = rules != NULL ? xml_child(rules, "FilterRule") : NULL; r != NULL;
	     r = xml_again(r))
		if (strcmp(xml_child_text(r, "Name"), name) == 0)
			return xml_child_text(r, "Value");
	return "";
}

/* One event names what the other does, or a part of it: "s3:ObjectCreated:*". */
static bool
same_event(const char *a, const char *b)
{
	size_t n = strcspn(a, "*"), m = strcspn(b, "*");

	return (a[n] == '*' || b[m] == '*') ? strncmp(a, b, n < m ? n : m) == 0 : strcmp(a, b) == 0;
}

static bool
share_event(const struct xml *a, const struct xml *b)
{
	for (const struct xml *e = xml_child(a, "Event"); e != NULL; e = xml_again(e))
		for (const struct xml *o = xml_child(b, "Event"); o != NULL; o = xml_again(o))
			if (same_event(e->text, o->text))
				return true;
	return false;
}

static bool
share_keys(const struct xml *a, const struct xml *b)
{
	const char *p = event_filter(a, "Prefix"), *q = event_filter(b, "Prefix");
	const char *s = event_filter(a, "Suffix"), *u = event_filter(b, "Suffix");

	return (text_starts(p, q) || text_starts(q, p)) && (text_ends(s, u) || text_ends(u, s));
}

/* The same event of the same object would go to two places. */
static void
check_overlaps(struct call *c, const struct xml *x)
{
	for (const struct xml *a = x->first; a != NULL; a = a->next)
		for (const struct xml *b = a->next; b != NULL; b = b->next)
			if (share_event(a, b) && share_keys(a, b))
				wrong(c, "Configurations overlap. Configurations on the same bucket cannot share a "
				    "common event type.", "NotificationConfiguration", NULL);
}

/*
 * There are no topics and no functions in an environment, and queues only as SQS has them.  What
 * is wrong with the destination, as S3 says it; NULL: nothing.
 */
static const char *
destination_fault(struct call *c, const struct xml *one, const char *region)
{
	const char       *arn = xml_child_text(one, "Queue");
	struct queue_name name;
	struct queue      q;
	struct space      sp;

	if (xml_child_text(one, "Topic") != NULL)
		return "The destination topic does not exist";
	if (arn == NULL)
		return mem_fmt(c->task->mem, "Not authorized to invoke function [%s]",
		    xml_child_text(one, "CloudFunction"));
	name = event_target(c, arn);
	if (strcmp(name.region, s3_region_shown(region)) != 0)
		wrong(c, "The notification destination service region is not valid for the bucket location "
		    "constraint", arn, "null");
	if (!environment_space(c->task, c->env, "aws_sqs", &sp) ||
	    queue_find(c->task, &sp, &name, &q) != QUEUE_OK)
		return "The destination queue does not exist";
	return NULL;
}

/* As errors name it: a function with the qualifier it has not. */
static const char *
destination(struct call *c, const struct xml *one)
{
	const char *function = xml_child_text(one, "CloudFunction");

	if (function != NULL)
		return mem_fmt(c->task->mem, "%s, null", function);
	for (size_t i = 0; i < COUNT(targets); i++)
		if (xml_child_text(one, targets[i].element) != NULL)
			return xml_child_text(one, targets[i].element);
	return "";
}

/* Every destination that cannot be is told, under a number. */
static void
check_destinations(struct call *c, const struct xml *x)
{
	const char        *skip = s3_header(c, "x-amz-skip-destination-validation");
	struct s3_extras   wrong_ones = { .of = &S3_INVALID_ARGUMENT };
	struct blob_bucket b;

	if (x->first == NULL || (skip != NULL && strcasecmp(skip, "true") == 0))
		return;
	b = s3_find_bucket(c);
	for (const struct xml *one = x->first; one != NULL; one = one->next) {
		const char *fault = strcmp(one->name, "EventBridgeConfiguration") != 0
		    ? destination_fault(c, one, b.region) : NULL;

		if (fault != NULL)
			s3_extra_numbered(c, &wrong_ones, destination(c, one), fault);
	}
	if (wrong_ones.n > 0)
		s3_throw_extras(c, "Unable to validate the following destination configurations",
		    &wrong_ones);
}

void
config_along_notification(struct call *c, const struct xml *x)
{
	event_test(c, x);
}

void
config_check_notification(struct call *c, struct xml *x)
{
	for (struct xml *one = x->first; one != NULL; one = one->next) {
		if (strcmp(one->name, "EventBridgeConfiguration") == 0)
			continue;
		check_id(c, one);
		for (const struct xml *e = xml_child(one, "Event"); e != NULL; e = xml_again(e))
			check_event(c, e->text);
		check_arn(c, one);
		check_filter(c, one);
	}
	check_overlaps(c, x);
	check_destinations(c, x);
}
