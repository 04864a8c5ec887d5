/* fcgi/aws/s3/condition.c - If-Match and its kin, with S3's precedence */
#include <string.h>

#include "fcgi/aws/s3/s3.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/engine/blob_rename.h"

/* The four headers of a condition on something that is read. */
struct conditions {
	const char *match, *none_match, *modified_since, *unmodified_since;
};

static const struct conditions reading = { "If-Match", "If-None-Match", "If-Modified-Since",
	"If-Unmodified-Since" };
static const struct conditions copying = { "x-amz-copy-source-If-Match",
	"x-amz-copy-source-If-None-Match", "x-amz-copy-source-If-Modified-Since",
	"x-amz-copy-source-If-Unmodified-Since" };
static const struct conditions renaming = { "x-amz-rename-source-if-match",
	"x-amz-rename-source-if-none-match", "x-amz-rename-source-if-modified-since",
	"x-amz-rename-source-if-unmodified-since" };

static const char *
value_of(struct call *c, const char *name)
{
	return request_header(c->req, text_lower(c->task->mem, name));
}

/* One tag of a list against an etag: quotes and W/ are optional on S3. */
static bool
tag_matches(const char *tag, size_t n, const char *etag)
{
	if (n >= 2 && strncmp(tag, "W/", 2) == 0) {
		tag += 2;
		n -= 2;
	}
	if (n >= 2 && tag[0] == '"' && tag[n - 1] == '"') {
		tag++;
		n -= 2;
	}
	return n == strlen(etag) && strncmp(tag, etag, n) == 0;
}

static bool
list_matches(const char *list, const char *etag)
{
	while (*list != '\0') {
		size_t n, len;

		list += strspn(list, ", \t");
		n = len = strcspn(list, ",");
		while (len > 0 && (list[len - 1] == ' ' || list[len - 1] == '\t'))
			len--;
		if ((len == 1 && *list == '*') || (len > 0 && tag_matches(list, len, etag)))
			return true;
		list += n;
	}
	return false;
}

/*
 * Dates have whole seconds.  What is no date is ignored (RFC 9110, 13.1.3), and S3 ignores one that
 * is still to come.
 */
static bool
date_of(struct call *c, const char *header, int64_t *at)
{
	const char *value = value_of(c, header);

	return value != NULL && clock_parse_http(value, at) && *at <= c->space.now;
}

static bool
changed_after(struct call *c, const struct blob_object *o, const char *header, bool *known)
{
	int64_t at;

	*known = date_of(c, header, &at);
	return *known && o->modified_at / SECOND > at / SECOND;
}

/*
 * The condition that does not hold, or NULL.  If-Match that holds makes If-Unmodified-Since moot,
 * and If-None-Match that is there makes If-Modified-Since moot (RFC 9110, 13.2.2; S3's GetObject
 * says so).
 */
static const char *
unmet(struct call *c, const struct blob_object *o, const struct conditions *k)
{
	const char *match = value_of(c, k->match), *none = value_of(c, k->none_match);
	bool        known, changed;

	if (match != NULL && !list_matches(match, o->etag))
		return k->match;
	changed = changed_after(c, o, k->unmodified_since, &known);
	if (match == NULL && known && changed)
		return k->unmodified_since;
	if (none != NULL && list_matches(none, o->etag))
		return k->none_match;
	changed = changed_after(c, o, k->modified_since, &known);
	if (none == NULL && known && !changed)
		return k->modified_since;
	return NULL;
}

bool
s3_read_conditions(struct call *c, const struct blob_object *o)
{
	const char *name = unmet(c, o, &reading);

	if (name == NULL)
		return true;
	if (name == reading.match || name == reading.unmodified_since)
		s3_throw(c, &S3_PRECONDITION, NULL, "Condition", name, NULL);
	c->reply.status = 304;
	call_header(c, "ETag", s3_quoted(c, o->etag));
	call_header(c, "Last-Modified", clock_http(c->task->mem, o->modified_at));
	return false;
}

void
s3_copy_conditions(struct call *c, const struct blob_object *source)
{
	const char *name = unmet(c, source, &copying);

	if (name != NULL)
		s3_throw(c, &S3_PRECONDITION, NULL, "Condition", name, NULL);
}

const char *
s3_rename_condition(struct call *c, const struct blob_object *source)
{
	return unmet(c, source, &renaming);
}

static _Noreturn void
refuse(struct call *c, const char *header, const char *why)
{
	s3_throw(c, &S3_NOT_IMPLEMENTED, NULL, "Header", header, "additionalMessage", why, NULL);
}

const char *
s3_unquoted(struct call *c, const char *tag)
{
	size_t n = tag != NULL ? strlen(tag) : 0;

	if (n > 0 && !text_utf8(tag, n))
		s3_throw(c, &S3_INVALID_ARGUMENT, NULL, "ArgumentName", "If-Match", NULL);
	/* S3 does not mind one that is missing. */
	if (n > 0 && tag[n - 1] == '"')
		n--;
	if (n > 0 && *tag == '"') {
		tag++;
		n--;
	}
	return tag != NULL ? mem_text_n(c->task->mem, tag, n) : NULL;
}

struct blob_condition
s3_write_condition(struct call *c)
{
	const char *match = s3_header(c, "if-match");
	const char *none = s3_header(c, "if-none-match");

	if (match != NULL && none != NULL)
		refuse(c, "If-Match,If-None-Match",
		    "Multiple conditional request headers present in the request");
	if (none != NULL && strcmp(none, "*") != 0)
		refuse(c, "If-None-Match",
		    "We don't accept the provided value of If-None-Match header for this API");
	if (match != NULL && strcmp(match, "*") == 0)
		refuse(c, "If-Match", "We don't accept the provided value of If-Match header for this API");
	return (struct blob_condition){ .absent = none != NULL,
		.etag = s3_unquoted(c, match) };
}

void
s3_throw_unmet(struct call *c, const struct blob_condition *when)
{
	s3_throw(c, &S3_PRECONDITION, NULL, "Condition", when->absent ? "If-None-Match" : "If-Match",
	    NULL);
}

/* The date, in the arena, or NULL when the header says nothing. */
static const int64_t *
kept_date(struct call *c, const char *header)
{
	int64_t at, *kept;

	if (!date_of(c, header, &at))
		return NULL;
	kept = mem_one(c->task->mem, int64_t);
	*kept = at;
	return kept;
}

void
s3_rename_target(struct call *c, struct blob_renaming *what)
{
	what->when = s3_write_condition(c);
	if (!what->when.absent)
		what->since = kept_date(c, reading.modified_since);
	if (what->when.etag == NULL)
		what->not_since = kept_date(c, reading.unmodified_since);
}

void
s3_throw_unmet_target(struct call *c, const struct blob_renaming *what)
{
	if (what->when.absent || what->when.etag != NULL)
		s3_throw_unmet(c, &what->when);
	s3_throw(c, &S3_PRECONDITION, NULL, "Condition",
	    what->not_since != NULL ? reading.unmodified_since : reading.modified_since, NULL);
}
