/* fcgi/aws/s3/header.c - the headers S3 keeps with an object, gives back, or refuses */
#include <string.h>
#include <strings.h>

#include "fcgi/auth/sigv4.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/encoded_word.h"

enum { METADATA_MAX = 2048, REDIRECT_MAX = 2048 };

static const char META[] = "x-amz-meta-";

/* Kept as they came, given back on every read. */
static const char *const kept[] = { "cache-control", "content-disposition", "content-encoding",
	"content-language", "expires", S3_REDIRECT };

/* The query argument that replaces each in one answer, and the header as S3 spells it. */
static const struct {
	const char *argument, *name, *spelling;
} overrides[] = {
	{ "response-cache-control", "cache-control", "Cache-Control" },
	{ "response-content-disposition", "content-disposition", "Content-Disposition" },
	{ "response-content-encoding", "content-encoding", "Content-Encoding" },
	{ "response-content-language", "content-language", "Content-Language" },
	{ "response-content-type", "content-type", "Content-Type" },
	{ "response-expires", "expires", "Expires" },
	{ NULL, S3_REDIRECT, S3_REDIRECT },
};

/* What asks for something that is not built.  Ignoring it would be a lie. */
static const char *const not_built[] = { "x-amz-object-lock-event-hold",
	"x-amz-object-lock-event-hold-duration-days", "x-amz-object-lock-event-hold-duration-years",
	"x-amz-write-offset-bytes" };

static const char *const storage_classes[] = { "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA",
	"ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR" };

static bool
presigned(const struct call *c)
{
	const struct sigv4 *s = c->auth;

	return s != NULL && s->presigned;
}

const char *
s3_header(const struct call *c, const char *name)
{
	const char *value = request_header(c->req, name);

	if (value != NULL || !presigned(c) ||
	    (!text_starts(name, "x-amz-") && strcmp(name, "if-match") != 0 &&
	    strcmp(name, "if-none-match") != 0))
		return value;
	for (size_t i = 0; i < c->req->args.n; i++)
		if (strcasecmp(c->req->args.pairs[i].name, name) == 0)
			return c->req->args.pairs[i].value;
	return NULL;
}

static _Noreturn void
refuse(struct call *c, const char *header, const char *why)
{
	s3_throw(c, &S3_NOT_IMPLEMENTED, NULL, "Header", header, "additionalMessage", why, NULL);
}

void
s3_refuse_headers(struct call *c, bool is_copy)
{
	for (size_t i = 0; i < COUNT(not_built); i++)
		if (s3_header(c, not_built[i]) != NULL)
			refuse(c, not_built[i], NULL);
	if (!is_copy && s3_header_empty(c, "x-amz-copy-source"))
		s3_bad_source(c, "bucket name");
	encryption_check(c);
	if (!is_copy && s3_header(c, "x-amz-tagging-directive") != NULL)
		refuse(c, "x-amz-tagging-directive", NULL);
}

/* Text for PostgreSQL: bytes that are not UTF-8 are taken for ISO 8859-1, HTTP's own. */
static const char *
as_utf8(struct call *c, const char *s)
{
	struct buf b;

	if (text_utf8(s, strlen(s)))
		return s;
	b = buf_new(c->task->mem);
	for (; *s != '\0'; s++) {
		unsigned char ch = (unsigned char)*s;

		if (ch >= 0x80)
			buf_char(&b, (char)(0xc0 | ch >> 6));
		buf_char(&b, (char)(ch < 0x80 ? ch : 0x80 | (ch & 0x3f)));
	}
	return b.data;
}

/*
 * Content-Encoding without aws-chunked, which is of the transfer; NULL when nothing is left.  What
 * has none of it stays as it was written.
 */
static const char *
without_chunked(struct call *c, const char *value)
{
	struct buf b = buf_new(c->task->mem);

	if (strcasestr(value, "aws-chunked") == NULL)
		return value;
	while (*value != '\0') {
		size_t n, len;

		value += strspn(value, ", \t");
		n = len = strcspn(value, ",");
		while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
			len--;
		if (len > 0 &&
		    !(len == strlen("aws-chunked") && strncasecmp(value, "aws-chunked", len) == 0)) {
			if (b.len > 0)
				buf_text(&b, ", ");
			buf_add(&b, value, len);
		}
		value += n;
	}
	return b.len > 0 ? b.data : NULL;
}

const char *
s3_redirect(struct call *c)
{
	const char *to = s3_header(c, S3_REDIRECT);

	if (to == NULL)
		return NULL;
	if (*to != '/' && !text_starts(to, "http://") && !text_starts(to, "https://"))
		task_throw(c->task, &S3_INVALID_REDIRECT, NULL);
	if (strlen(to) > REDIRECT_MAX)
		task_throw(c->task, &S3_INVALID_REDIRECT,
		    "The length of website redirect location cannot exceed 2,048 characters.");
	return to;
}

struct blob_pairs
s3_kept_headers(struct call *c, const char *salt)
{
	const char **list =
	    mem_array(c->task->mem, const char *, 2 * (COUNT(kept) + 1) + ENCRYPTION_PAIRS);
	const char  *type = request_header(c->req, "content-type");
	size_t       n = 0;

	s3_redirect(c);
	list[n++] = "content-type";
	list[n++] = type != NULL && *type != '\0' ? as_utf8(c, type) : "binary/octet-stream";
	for (size_t i = 0; i < COUNT(kept); i++) {
		const char *value = s3_header(c, kept[i]);

		if (value != NULL && strcmp(kept[i], "content-encoding") == 0)
			value = without_chunked(c, value);
		if (value == NULL)
			continue;
		list[n++] = kept[i];
		list[n++] = as_utf8(c, value);
	}
	n = encryption_pairs(c, list, n, salt);
	return (struct blob_pairs){ list, n };
}

const char *
s3_pair(const struct blob_pairs *p, const char *name)
{
	for (size_t i = 0; i + 1 < p->n; i += 2)
		if (strcmp(p->list[i], name) == 0)
			return p->list[i + 1];
	return NULL;
}

struct metadata {
	struct call *c;
	const char **list;
	size_t       n, room, bytes;
};

/*
 * The gateway turns '_' and '.' into '-'.  What the client really wrote stands in the list of
 * headers it signed.
 */
static const char *
real_name(struct call *c, const char *name)
{
	const struct sigv4 *s = c->auth;

	for (size_t i = 0; s != NULL && s->signed_headers != NULL &&
	    s->signed_headers[i] != NULL; i++)
		if (request_same_header(s->signed_headers[i], name))
			return s->signed_headers[i];
	return name;
}

static void
add_metadata(void *arg, const char *name, const char *value)
{
	struct metadata *m = arg;
	struct mem      *mem = m->c->task->mem;
	const char      *said;

	if (m->n + 2 > m->room) {
		const char **grown = mem_array(mem, const char *, m->room * 2 + 16);

		if (m->n > 0)
			memcpy(grown, m->list, m->n * sizeof(*grown));
		m->list = grown;
		m->room = m->room * 2 + 16;
	}
	name += strlen(META);
	/* Out of a query or a list of signed headers it may hold anything, ends of lines as well. */
	if (*name != '\0' && !text_token(name))
		s3_throw(m->c, &S3_INVALID_ARGUMENT, "The name of user metadata is not valid.",
		    "ArgumentName", META, "ArgumentValue", name, NULL);
	m->bytes += strlen(name) + strlen(value);
	m->list[m->n++] = as_utf8(m->c, mem_text(mem, name));
	value = as_utf8(m->c, mem_text(mem, value));
	said = encoded_word_read(mem, value);
	m->list[m->n++] = said != NULL ? said : value;
}

static void
add_real(void *arg, const char *name, const char *value)
{
	struct metadata *m = arg;

	add_metadata(arg, real_name(m->c, name), value);
}

bool
s3_header_empty(const struct call *c, const char *name)
{
	const struct sigv4 *s = c->auth;

	for (size_t i = 0; s != NULL && s->signed_headers != NULL && s->signed_headers[i] != NULL; i++)
		if (strcmp(s->signed_headers[i], name) == 0)
			return request_header(c->req, name) == NULL;
	return false;
}

static void
add_empty(struct metadata *m)
{
	const struct sigv4 *s = m->c->auth;

	for (size_t i = 0; s != NULL && s->signed_headers != NULL && s->signed_headers[i] != NULL; i++)
		if (text_starts(s->signed_headers[i], META) &&
		    request_header(m->c->req, s->signed_headers[i]) == NULL)
			add_metadata(m, s->signed_headers[i], "");
}

struct blob_pairs
s3_user_metadata(struct call *c)
{
	struct metadata m = { .c = c };

	request_headers(c->req, c->task->mem, META, add_real, &m);
	add_empty(&m);
	for (size_t i = 0; presigned(c) && i < c->req->args.n; i++) {
		const char *name = text_lower(c->task->mem, c->req->args.pairs[i].name);

		if (text_starts(name, META))
			add_metadata(&m, name, c->req->args.pairs[i].value);
	}
	if (m.bytes > METADATA_MAX)
		s3_throw(c, &S3_METADATA_TOO_LARGE, NULL, "Size", mem_fmt(c->task->mem, "%zu", m.bytes),
		    "MaxSizeAllowed", mem_fmt(c->task->mem, "%d", METADATA_MAX), NULL);
	return (struct blob_pairs){ m.list, m.n };
}

const char *
s3_storage_class(struct call *c)
{
	const char *name = s3_header(c, "x-amz-storage-class");

	if (name == NULL)
		return "STANDARD";
	for (size_t i = 0; i < COUNT(storage_classes); i++)
		if (strcmp(storage_classes[i], name) == 0)
			return storage_classes[i];
	s3_throw(c, &S3_INVALID_STORAGE_CLASS, NULL, "StorageClassRequested", name, NULL);
}

const char *
s3_quoted(struct call *c, const char *etag)
{
	size_t n = strlen(etag);
	char  *s = mem_raw(c->task->mem, n + 3);

	s[0] = s[n + 1] = '"';
	memcpy(s + 1, etag, n);
	s[n + 2] = '\0';
	return s;
}

/* What the query wants a header to say instead; S3 takes what ISO 8859-1 has. */
static const char *
override(struct call *c, const char *argument)
{
	const char *said = argument != NULL ? request_arg(c->req, argument) : NULL;

	for (const char *p = said; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p >= 0xc4 && text_utf8(said, strlen(said))) /* U+0100 and on */
			s3_throw(c, &S3_INVALID_ARGUMENT,
			    "Header value cannot be represented using ISO-8859-1.", "ArgumentName", argument,
			    "ArgumentValue", said, NULL);
	return said;
}

/* Of those who are nobody S3 refuses them: github.com/floci-io/floci 1098. */
void
s3_check_overrides(struct call *c)
{
	for (size_t i = 0; i < c->req->args.n; i++) {
		const char *name = c->req->args.pairs[i].name;
		size_t      k = 0;

		if (!text_starts(name, "response-"))
			continue;
		while (k < COUNT(overrides) && (overrides[k].argument == NULL ||
		    strcmp(overrides[k].argument, name) != 0))
			k++;
		if (k < COUNT(overrides) && c->auth == NULL)
			s3_throw(c, &S3_INVALID_REQUEST, "Request specific response headers cannot be used "
			    "for anonymous GET requests.", NULL);
		if (k == COUNT(overrides))
			s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
			    "%s is not in the set of overridable response headers. Please refer to the S3 "
			    "API documentation for a complete list of overridable response headers.", name),
			    "ArgumentName", name, "ArgumentValue", c->req->args.pairs[i].value, NULL);
	}
}

void
s3_put_headers(struct call *c, const struct blob_object *o)
{
	call_header(c, "ETag", s3_quoted(c, o->etag));
	call_header(c, "Last-Modified", clock_http(c->task->mem, o->modified_at));
	for (size_t i = 0; i < COUNT(overrides); i++) {
		const char *said = override(c, overrides[i].argument);

		call_header(c, overrides[i].spelling,
		    said != NULL ? said : s3_pair(&o->headers, overrides[i].name));
	}
	for (size_t i = 0; i + 1 < o->metadata.n; i += 2)
		call_header(c, mem_fmt(c->task->mem, "%s%s", META, o->metadata.list[i]),
		    encoded_word(c->task->mem, o->metadata.list[i + 1]));
	if (o->tags.n > 0)
		call_header(c, "x-amz-tagging-count", mem_fmt(c->task->mem, "%zu", o->tags.n / 2));
	s3_put_lock_headers(c, &o->lock);
	encryption_headers(c, &o->headers);
	if (strcmp(o->storage_class, "STANDARD") != 0)
		call_header(c, "x-amz-storage-class", o->storage_class);
}
