/* fcgi/aws/s3/lifecycle_rule.c - what lifecycle rules do, as the engine does it */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/config.h"
#include "fcgi/aws/s3/multipart.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/engine/blob_rule.h"
#include "shared/wire/uri.h"
#include "shared/wire/xml.h"

/* "Lifecycle and other bucket configurations": what is smaller is not moved unless a rule says. */
enum { LEAST_MOVED = 128 << 10 };

/* A rule on its way. */
struct rule {
	struct enc       *out;
	const struct xml *x, *filter; /* what it is for: And, Filter, or the rule itself */
	bool              varies;     /* small ones may go to archives */
	int64_t           n;
};

static const struct xml *
filter_of(const struct xml *rule)
{
	const struct xml *filter = xml_child(rule, "Filter");
	const struct xml *all = filter != NULL ? xml_child(filter, "And") : NULL;

	return all != NULL ? all : filter != NULL ? filter : rule;
}

static void
put_number(struct enc *e, const char *name, const struct xml *x, const char *element)
{
	int64_t n;

	if (document_number(x, element, &n))
		enc_int(e, name, n);
}

static void
put_filter(struct rule *r)
{
	const char *prefix = xml_child_text(r->filter, "Prefix");

	enc_text(r->out, "prefix", prefix != NULL ? prefix : "");
	if (xml_child(r->filter, "Tag") == NULL)
		return;
	enc_list(r->out, "tags", NULL);
	for (const struct xml *t = xml_child(r->filter, "Tag"); t != NULL; t = xml_again(t)) {
		enc_text(r->out, NULL, xml_child_text(t, "Key"));
		enc_text(r->out, NULL, xml_child_text(t, "Value"));
	}
	enc_end(r->out);
}

static bool
says_size(const struct rule *r)
{
	return xml_child(r->filter, "ObjectSizeGreaterThan") != NULL ||
	    xml_child(r->filter, "ObjectSizeLessThan") != NULL;
}

/* One action; days: the element that has them. */
static void
put_action(struct rule *r, const char *action, const struct xml *x, const char *days)
{
	const char *class = xml_child_text(x, "StorageClass");

	r->n++;
	enc_struct(r->out, NULL);
	enc_text(r->out, "action", action);
	put_filter(r);
	if (class != NULL && !says_size(r) && !(r->varies && s3_is_archive(class)))
		enc_int(r->out, "size_over", LEAST_MOVED - 1);
	put_number(r->out, "size_over", r->filter, "ObjectSizeGreaterThan");
	put_number(r->out, "size_under", r->filter, "ObjectSizeLessThan");
	put_number(r->out, "days", x, days);
	enc_text(r->out, "at", xml_child_text(x, "Date"));
	put_number(r->out, "keep", x, "NewerNoncurrentVersions");
	enc_text(r->out, "class", class);
	enc_end(r->out);
}

static void
put_all(struct rule *r, const char *element, const char *action, const char *days)
{
	for (const struct xml *x = xml_child(r->x, element); x != NULL; x = xml_again(x)) {
		const char *marker = xml_child_text(x, "ExpiredObjectDeleteMarker");

		if (marker != NULL && strcmp(marker, "true") == 0)
			put_action(r, "marker", x, days);
		else
			put_action(r, action, x, days);
	}
}

void
config_along_lifecycle(struct call *c, const struct xml *x)
{
	struct buf  b = buf_new(c->task->mem);
	struct rule r = { .out = enc_new(c->task->mem, &enc_traits_json, &b) };
	const char *minimum = x != NULL ? document_attribute(x, "minimum") : NULL;

	r.varies = minimum != NULL && strcmp(minimum, "varies_by_storage_class") == 0;
	enc_struct(r.out, NULL);
	enc_list(r.out, "rules", NULL);
	for (r.x = x != NULL ? xml_child(x, "Rule") : NULL; r.x != NULL; r.x = xml_again(r.x)) {
		if (strcmp(xml_child_text(r.x, "Status"), "Enabled") != 0)
			continue;
		r.filter = filter_of(r.x);
		put_all(&r, "Expiration", "expire", "Days");
		put_all(&r, "Transition", "move", "Days");
		put_all(&r, "NoncurrentVersionExpiration", "past", "NoncurrentDays");
		put_all(&r, "NoncurrentVersionTransition", "move_past", "NoncurrentDays");
		put_all(&r, "AbortIncompleteMultipartUpload", "abort", "DaysAfterInitiation");
	}
	enc_end(r.out);
	enc_end(r.out);
	blob_rules_set(c->task, &c->space, s3_owner(c), s3_bucket(c), r.n > 0 ? b.data : NULL);
}

static bool
has_tag(const struct blob_object *o, const struct xml *tag)
{
	for (size_t i = 0; i + 1 < o->tags.n; i += 2)
		if (strcmp(o->tags.list[i], xml_child_text(tag, "Key")) == 0 &&
		    strcmp(o->tags.list[i + 1], xml_child_text(tag, "Value")) == 0)
			return true;
	return false;
}

static bool
fits(const struct xml *filter, const struct blob_object *o)
{
	const char *prefix = xml_child_text(filter, "Prefix");
	int64_t     size;

	for (const struct xml *t = xml_child(filter, "Tag"); t != NULL; t = xml_again(t))
		if (!has_tag(o, t))
			return false;
	if (document_number(filter, "ObjectSizeGreaterThan", &size) && o->size <= size)
		return false;
	if (document_number(filter, "ObjectSizeLessThan", &size) && o->size >= size)
		return false;
	return prefix == NULL || text_starts(o->key, prefix);
}

/* When the rule removes it, as blob.rule_due sees it; 0: never. */
static int64_t
removed_at(const struct xml *rule, const struct blob_object *o)
{
	const struct xml *x = xml_child(rule, "Expiration");
	const char       *date = x != NULL ? xml_child_text(x, "Date") : NULL;
	int64_t           days, at = 0;

	if (x == NULL || !fits(filter_of(rule), o))
		return 0;
	if (date != NULL)
		return clock_parse_iso(date, &at) ? at : 0;
	return document_number(x, "Days", &days) ? (o->modified_at / DAY + days + 1) * DAY : 0;
}

/* The same of an upload that is not completed: o has its key and beginning. */
static int64_t
aborted_at(const struct xml *rule, const struct blob_object *o)
{
	const struct xml *x = xml_child(rule, "AbortIncompleteMultipartUpload");
	const char       *prefix = xml_child_text(filter_of(rule), "Prefix");
	int64_t           days;

	if (x == NULL || (prefix != NULL && !text_starts(o->key, prefix)) ||
	    !document_number(x, "DaysAfterInitiation", &days))
		return 0;
	return (o->modified_at / DAY + days + 1) * DAY;
}

/* The rule that does that first, and when; NULL: none does. */
static const struct xml *
first_rule(struct call *c, const char *bucket, const struct blob_object *o,
    int64_t (*when)(const struct xml *rule, const struct blob_object *o), int64_t *first)
{
	struct s3_access *a = s3_access(c, bucket);
	const struct xml *by = NULL;

	if (a->docs.lifecycle == NULL)
		return NULL;
	if (a->cycle == NULL)
		a->cycle = document_parse(c, a->docs.lifecycle);
	for (const struct xml *r = xml_child(a->cycle, "Rule"); r != NULL; r = xml_again(r)) {
		bool    enabled = strcmp(xml_child_text(r, "Status"), "Enabled") == 0;
		int64_t at = enabled ? when(r, o) : 0;

		if (at == 0 || (by != NULL && at >= *first))
			continue;
		*first = at;
		by = r;
	}
	return by;
}

static const char *
rule_id(struct call *c, const struct xml *rule)
{
	return uri_encode(c->task->mem, xml_child_text(rule, "ID"), false);
}

void
s3_expiration_header(struct call *c, const char *bucket, const struct blob_object *o)
{
	int64_t           at;
	const struct xml *by = first_rule(c, bucket, o, removed_at, &at);

	if (by != NULL)
		call_header(c, "x-amz-expiration", mem_fmt(c->task->mem,
		    "expiry-date=\"%s\", rule-id=\"%s\"", clock_http(c->task->mem, at),
		    rule_id(c, by)));
}

void
s3_abort_headers(struct call *c, const char *bucket, const struct blob_upload *u)
{
	struct blob_object o = { .key = u->key, .modified_at = u->started_at };
	int64_t            at;
	const struct xml  *by = first_rule(c, bucket, &o, aborted_at, &at);

	if (by == NULL)
		return;
	call_header(c, "x-amz-abort-date", clock_http(c->task->mem, at));
	call_header(c, "x-amz-abort-rule-id", rule_id(c, by));
}
