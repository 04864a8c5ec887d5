/* fcgi/aws/s3/lifecycle.c - lifecycle configurations: what S3 takes, and what it refuses */
#include <string.h>

#include "fcgi/aws/s3/config.h"
#include "fcgi/aws/s3/state.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

/*
 * Source: S3 User Guide "Lifecycle configuration elements"; sentences as the service sends them.
 * The kept document has one attribute more than S3's, at its root: what the header said.
 */
enum { RULE_ID_MAX = 255, RULE_ID_MADE = 48, IA_DAYS = 30, MOST_NEWER = 100 };

static const char HEADER[] = "x-amz-transition-default-minimum-object-size";
static const char ATTRIBUTE[] = "minimum";

static const char *const actions[] = { "Expiration", "Transition", "NoncurrentVersionExpiration",
	"NoncurrentVersionTransition", "AbortIncompleteMultipartUpload" };

static _Noreturn void
malformed(struct call *c)
{
	task_throw(c->task, &S3_MALFORMED_XML, NULL);
}

static _Noreturn void
wrong(struct call *c, const char *why)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, why, NULL);
}

static bool
has_tag(const struct xml *filter)
{
	const struct xml *all = filter != NULL ? xml_child(filter, "And") : NULL;

	return filter != NULL &&
	    (xml_child(filter, "Tag") != NULL || (all != NULL && xml_child(all, "Tag") != NULL));
}

static const char *
prefix_of(const struct xml *rule)
{
	const struct xml *filter = xml_child(rule, "Filter");
	const char       *prefix = xml_child_text(filter != NULL ? filter : rule, "Prefix");

	if (prefix == NULL && filter != NULL && xml_child(filter, "And") != NULL)
		prefix = xml_child_text(xml_child(filter, "And"), "Prefix");
	return prefix != NULL ? prefix : "";
}

static void
check_sizes(struct call *c, const struct xml *x)
{
	int64_t over = -1, under = INT64_MAX;
	bool    has_over = document_number(x, "ObjectSizeGreaterThan", &over);
	bool    has_under = document_number(x, "ObjectSizeLessThan", &under);

	if ((has_over && over < 0) || (has_under && under < 1))
		s3_throw(c, &S3_INVALID_REQUEST, "Invalid object size in filter", NULL);
	if (has_over && has_under && over >= under)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'", NULL);
}

static void
check_tags(struct call *c, const struct xml *all)
{
	for (const struct xml *a = xml_child(all, "Tag"); a != NULL; a = xml_again(a))
		for (const struct xml *b = xml_again(a); b != NULL; b = xml_again(b))
			if (strcmp(xml_child_text(a, "Key"), xml_child_text(b, "Key")) == 0)
				s3_throw(c, &S3_INVALID_REQUEST, "Duplicate Tag Keys are not allowed.", NULL);
}

static void
check_filter(struct call *c, const struct xml *rule)
{
	const struct xml *filter = xml_child(rule, "Filter"), *all;

	if ((filter == NULL) == (xml_child(rule, "Prefix") == NULL))
		malformed(c);
	if (filter == NULL || filter->first == NULL)
		return;
	if (filter->first->next != NULL)
		malformed(c);
	check_sizes(c, filter);
	all = xml_child(filter, "And");
	if (all == NULL)
		return;
	if (all->first == NULL || all->first->next == NULL)
		malformed(c);
	check_sizes(c, all);
	check_tags(c, all);
}

/* A number of days that must be positive; "name" as the sentence has it. */
static void
check_days(struct call *c, const struct xml *x, const char *element, int64_t least,
    const char *action)
{
	int64_t days;

	if (document_number(x, element, &days) && days < least)
		wrong(c, mem_fmt(c->task->mem, "'%s' for %s action must be a %s integer", element, action,
		    least > 0 ? "positive" : "nonnegative"));
}

static void
check_date(struct call *c, const struct xml *x)
{
	const char *date = xml_child_text(x, "Date");
	int64_t     at;

	if (date != NULL && (!clock_parse_iso(date, &at) || at % DAY != 0))
		s3_throw(c, &S3_INVALID_ARGUMENT, "'Date' must be at midnight GMT", "ArgumentName", "Date",
		    "ArgumentValue", date, NULL);
}

static void
check_newer(struct call *c, const struct xml *x)
{
	int64_t n;

	if (!document_number(x, "NewerNoncurrentVersions", &n))
		return;
	if (n < 1 || n > MOST_NEWER)
		wrong(c, "'NewerNoncurrentVersions' must be a positive integer of at most 100");
	if (xml_child(x, "NoncurrentDays") == NULL)
		malformed(c);
}

static void
check_expiration(struct call *c, const struct xml *rule)
{
	const struct xml *x = xml_child(rule, "Expiration");
	const char       *marker = x != NULL ? xml_child_text(x, "ExpiredObjectDeleteMarker") : NULL;

	if (x == NULL)
		return;
	/* One of the three; a marker of false beside another says nothing. */
	if (x->first == NULL || (xml_child(x, "Days") != NULL && xml_child(x, "Date") != NULL) ||
	    (marker != NULL && strcmp(marker, "true") == 0 && x->first->next != NULL))
		malformed(c);
	check_days(c, x, "Days", 1, "Expiration");
	check_date(c, x);
	if (marker != NULL && has_tag(xml_child(rule, "Filter")))
		s3_throw(c, &S3_INVALID_REQUEST,
		    "ExpiredObjectDeleteMarker cannot be specified with Tag Filter", NULL);
}

static void
check_transitions(struct call *c, const struct xml *rule)
{
	const struct xml *x = xml_child(rule, "Transition"), *e = xml_child(rule, "Expiration");
	int64_t           days, last;

	for (; x != NULL; x = xml_again(x)) {
		const char *class = xml_child_text(x, "StorageClass");

		if ((xml_child(x, "Days") == NULL) == (xml_child(x, "Date") == NULL))
			malformed(c);
		check_days(c, x, "Days", 0, "Transition");
		check_date(c, x);
		if (e != NULL && ((xml_child(x, "Days") != NULL && xml_child(e, "Date") != NULL) ||
		                     (xml_child(x, "Date") != NULL && xml_child(e, "Days") != NULL)))
			s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
			    "Found mixed 'Date' and 'Days' based Expiration and Transition actions in "
			    "lifecycle rule for filter '(prefix=%s)'", prefix_of(rule)), NULL);
		if (!document_number(x, "Days", &days))
			continue;
		if (days < IA_DAYS &&
		    (strcmp(class, "STANDARD_IA") == 0 || strcmp(class, "ONEZONE_IA") == 0))
			wrong(c, mem_fmt(c->task->mem, "'Days' in Transition action must be greater than or "
			    "equal to 30 for storageClass '%s'", class));
		if (e != NULL && document_number(e, "Days", &last) && last <= days)
			wrong(c, mem_fmt(c->task->mem, "'Days' in the Expiration action for filter "
			    "'(prefix=%s)' must be greater than 'Days' in the Transition action",
			    prefix_of(rule)));
	}
}

static void
check_noncurrent(struct call *c, const struct xml *rule)
{
	const struct xml *x = xml_child(rule, "NoncurrentVersionExpiration");

	if (x != NULL) {
		if (xml_child(x, "NoncurrentDays") == NULL)
			malformed(c);
		check_days(c, x, "NoncurrentDays", 1, "NoncurrentVersionExpiration");
		check_newer(c, x);
	}
	for (x = xml_child(rule, "NoncurrentVersionTransition"); x != NULL; x = xml_again(x)) {
		check_days(c, x, "NoncurrentDays", 0, "NoncurrentVersionTransition");
		check_newer(c, x);
	}
	x = xml_child(rule, "AbortIncompleteMultipartUpload");
	if (x == NULL)
		return;
	check_days(c, x, "DaysAfterInitiation", 1, "AbortIncompleteMultipartUpload");
	if (has_tag(xml_child(rule, "Filter")))
		s3_throw(c, &S3_INVALID_REQUEST,
		    "AbortIncompleteMultipartUpload cannot be specified with Tags.", NULL);
}

static bool
has_action(const struct xml *rule)
{
	for (size_t i = 0; i < COUNT(actions); i++)
		if (xml_child(rule, actions[i]) != NULL)
			return true;
	return false;
}

/* The rule's name, or one that S3 makes up; no two may be the same. */
static void
check_id(struct call *c, const struct xml *x, struct xml *rule)
{
	struct xml *id = xml_child(rule, "ID");

	if (id == NULL || *id->text == '\0') {
		if (id == NULL) {
			id = mem_one(c->task->mem, struct xml);
			*id = (struct xml){ .name = "ID", .next = rule->first };
			rule->first = id;
		}
		id->text = id_text(&c->task->ids, c->task->mem, ID_BASE62, RULE_ID_MADE);
	}
	if (strlen(id->text) > RULE_ID_MAX)
		wrong(c, "ID length should not exceed allowed limit of 255");
	for (const struct xml *o = xml_child(x, "Rule"); o != rule; o = xml_again(o))
		if (strcmp(xml_child_text(o, "ID"), id->text) == 0)
			wrong(c, "Rule ID must be unique. Found same ID for more than one rule");
}

static const char *
default_minimum(struct call *c)
{
	const char *said = s3_header(c, HEADER);

	if (said == NULL)
		return "all_storage_classes_128K";
	if (strcmp(said, "varies_by_storage_class") != 0 &&
	    strcmp(said, "all_storage_classes_128K") != 0)
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "Invalid TransitionDefaultMinimumObjectSize found: %s", said), NULL);
	return said;
}

void
config_check_lifecycle(struct call *c, struct xml *x)
{
	struct xml_attribute *a = mem_one(c->task->mem, struct xml_attribute);

	for (struct xml *rule = xml_child(x, "Rule"); rule != NULL; rule = xml_again(rule)) {
		check_id(c, x, rule);
		check_filter(c, rule);
		if (!has_action(rule))
			s3_throw(c, &S3_INVALID_REQUEST,
			    "At least one action needs to be specified in a rule", NULL);
		check_expiration(c, rule);
		check_transitions(c, rule);
		check_noncurrent(c, rule);
	}
	*a = (struct xml_attribute){ .name = ATTRIBUTE, .value = default_minimum(c) };
	x->attributes = a;
}

void
config_given_lifecycle(struct call *c, const struct xml *x)
{
	call_header(c, HEADER, document_attribute(x, ATTRIBUTE));
}
