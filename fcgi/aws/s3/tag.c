/* fcgi/aws/s3/tag.c - tags of objects and of buckets */
#include <stdlib.h>
#include <string.h>

#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/text.h"
#include "shared/wire/uri.h"
#include "shared/wire/xml.h"

/* "Categorizing your storage using tags", Amazon S3 User Guide. */
enum { MOST_OF_OBJECT = 10, MOST_OF_BUCKET = 50, KEY_MOST = 128, VALUE_MOST = 256 };

struct tag {
	const char *key, *value;
};

static int
by_key(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* Letters, digits and spaces of any script, and + - = . _ : / @, up to `most` characters. */
static bool
fits(const char *s, size_t most)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		unsigned char ch = (unsigned char)*s;

		n += (ch & 0xc0) != 0x80;
		if (ch < 0x80 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		        " +-=._:/@", ch) == NULL)
			return false;
	}
	return n <= most;
}

static _Noreturn void
invalid(struct call *c, const char *why, const struct tag *t, bool value)
{
	s3_throw(c, &S3_INVALID_TAG, why, "TagKey", t->key, "TagValue", value ? t->value : NULL,
	    NULL);
}

static void
check_prefix(struct call *c, const struct tag *t, enum s3_tagged what)
{
	if (!text_starts(t->key, "aws:"))
		return;
	if (what == S3_TAGS_NEW_BUCKET)
		s3_throw(c, &S3_INVALID_TAG, "User-defined tag keys can't start with \"aws:\". This prefix "
		    "is reserved for system tags. Remove \"aws:\" from your tag keys and try again.", NULL);
	invalid(c, what == S3_TAGS_OBJECT ? "Your TagKey cannot be prefixed with aws:"
	                                  : "System tags cannot be added/updated by requester", t,
	    false);
}

static void
check(struct call *c, const struct tag *list, size_t n, enum s3_tagged what)
{
	if (n > (what == S3_TAGS_OBJECT ? MOST_OF_OBJECT : MOST_OF_BUCKET))
		s3_throw(c, &S3_BAD_REQUEST, what == S3_TAGS_OBJECT ?
		    "Object tags cannot be greater than 10" :
		    "Bucket tag count cannot be greater than 50", NULL);
	for (size_t i = 0; i < n; i++) {
		check_prefix(c, &list[i], what);
		if (*list[i].key == '\0' || !fits(list[i].key, KEY_MOST))
			invalid(c, "The TagKey you have provided is invalid", &list[i], false);
		if (!fits(list[i].value, VALUE_MOST))
			invalid(c, "The TagValue you have provided is invalid", &list[i], true);
	}
}

/* Sorted; false: some key is there twice, *twice is the first. */
static bool
sort(struct tag *list, size_t n, const struct tag **twice)
{
	qsort(list, n, sizeof(*list), by_key);
	for (size_t i = 1; i < n; i++)
		if (strcmp(list[i - 1].key, list[i].key) == 0) {
			*twice = &list[i];
			return false;
		}
	return true;
}

static struct blob_pairs
pairs(struct call *c, const struct tag *list, size_t n)
{
	const char **out = mem_array(c->task->mem, const char *, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = list[i].key;
		out[2 * i + 1] = list[i].value;
	}
	return (struct blob_pairs){ n > 0 ? out : NULL, 2 * n };
}

static size_t
count(const struct xml *x)
{
	size_t n = 0;

	for (x = x->first; x != NULL; x = x->next)
		n++;
	return n;
}

struct blob_pairs
s3_tags_element(struct call *c, const struct xml *x, enum s3_tagged what)
{
	struct tag       *list = mem_array(c->task->mem, struct tag, count(x) + 1);
	const struct tag *twice;
	size_t            n = 0;

	for (const struct xml *t = x->first; t != NULL; t = t->next) {
		list[n].key = xml_child_text(t, "Key");
		list[n].value = xml_child_text(t, "Value");
		if (strcmp(t->name, "Tag") != 0 || list[n].key == NULL || list[n].value == NULL)
			task_throw(c->task, &S3_MALFORMED_XML, NULL);
		n++;
	}
	check(c, list, n, what);
	if (!sort(list, n, &twice))
		invalid(c, "Cannot provide multiple Tags with the same key", twice, false);
	return pairs(c, list, n);
}

static _Noreturn void
bad_header(struct call *c, const char *value)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, "The header 'x-amz-tagging' shall be encoded as UTF-8 then "
	    "URLEncoded URL query parameters without tag name duplicates.", "ArgumentName",
	    "x-amz-tagging", "ArgumentValue",
	    text_utf8(value, strlen(value)) ? value : "?", NULL);
}

static const char *
decoded(struct call *c, const char *header, const char *s, size_t n)
{
	const char *text = uri_decode_query(c->task->mem, s, n, NULL);

	if (text == NULL || !text_utf8(text, strlen(text)))
		bad_header(c, header);
	return text;
}

struct blob_pairs
s3_tags_header(struct call *c)
{
	const char       *header = s3_header(c, "x-amz-tagging"), *p = header;
	struct tag       *list;
	const struct tag *twice;
	size_t            n = 0, len;

	if (header == NULL)
		return (struct blob_pairs){ 0 };
	list = mem_array(c->task->mem, struct tag, strlen(header) + 1);
	for (; *p != '\0'; p += len + (p[len] == '&')) {
		const char *equals = memchr(p, '=', len = strcspn(p, "&"));

		if (len == 0)
			continue;
		list[n].key = decoded(c, header, p, equals != NULL ? (size_t)(equals - p) : len);
		list[n].value = equals == NULL ? "" :
		    decoded(c, header, equals + 1, len - (size_t)(equals + 1 - p));
		if (*list[n].key == '\0' || !fits(list[n].key, KEY_MOST) ||
		    !fits(list[n].value, VALUE_MOST))
			bad_header(c, header);
		n++;
	}
	check(c, list, n, S3_TAGS_OBJECT);
	if (!sort(list, n, &twice))
		bad_header(c, header);
	return pairs(c, list, n);
}

static struct blob_pairs
document_tags(struct call *c, enum s3_tagged what)
{
	const struct xml *x = s3_xml(c, "Tagging");
	const struct xml *set = x != NULL ? xml_child(x, "TagSet") : NULL;

	if (set == NULL && x != NULL && x->first == NULL)
		return (struct blob_pairs){ 0 };
	if (set == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	return s3_tags_element(c, set, what);
}

static void
put_document(struct call *c, const struct blob_pairs *tags)
{
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "Tagging");
	enc_list(c->out, "TagSet", "Tag");
	for (size_t i = 0; i + 1 < tags->n; i += 2) {
		enc_struct(c->out, NULL);
		enc_text(c->out, "Key", tags->list[i]);
		enc_text(c->out, "Value", tags->list[i + 1]);
		enc_end(c->out);
	}
	enc_end(c->out);
	enc_end(c->out);
}

void
s3_get_object_tagging(struct call *c)
{
	struct blob_object o;

	s3_find_unmarked(c, mem_fmt(c->task->mem, "%s/%s", s3_bucket(c), s3_key(c)), &o);
	s3_version_header(c, &o);
	put_document(c, &o.tags);
}

static void
tag_object(struct call *c, const struct blob_pairs *tags, const char *event)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c), *version = s3_version_arg(c);
	struct blob_object o;
	enum blob_result   r;

	s3_event_begin(c, bucket);
	r = blob_tag(c->task, &c->space, s3_owner(c), bucket, key, version, tags, &o);
	s3_event_object(c, bucket, event, r, &o, false);
	if (r != BLOB_OK)
		s3_throw_version(c, r, bucket, key, version, &o);
	s3_version_header(c, &o);
}

void
s3_put_object_tagging(struct call *c)
{
	struct blob_pairs tags = document_tags(c, S3_TAGS_OBJECT);

	tag_object(c, &tags, "ObjectTagging:Put");
}

void
s3_delete_object_tagging(struct call *c)
{
	tag_object(c, &(struct blob_pairs){ 0 }, "ObjectTagging:Delete");
	c->reply.status = 204;
}

void
s3_get_bucket_tagging(struct call *c)
{
	struct blob_bucket b = s3_find_bucket(c);

	if (b.tags.list == NULL)
		s3_throw(c, &S3_NO_TAG_SET, NULL, "BucketName", b.name, NULL);
	put_document(c, &b.tags);
}

static void
tag_bucket(struct call *c, const struct blob_pairs *tags)
{
	const char      *name = s3_bucket(c);
	enum blob_result r = blob_tag_bucket(c->task, &c->space, s3_owner(c), name, tags);

	if (r != BLOB_OK)
		s3_throw_result(c, r, name, NULL);
	c->reply.status = 204;
}

void
s3_put_bucket_tagging(struct call *c)
{
	struct blob_pairs tags = document_tags(c, S3_TAGS_BUCKET);

	tag_bucket(c, &tags);
}

void
s3_delete_bucket_tagging(struct call *c)
{
	tag_bucket(c, &(struct blob_pairs){ 0 });
}
