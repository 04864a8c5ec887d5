/* fcgi/aws/s3/copy.c - CopyObject */
#include <string.h>

#include "fcgi/aws/s3/acl.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/uri.h"

static const char COPIED[] = "ObjectCreated:Copy";

void
s3_bad_source(struct call *c, const char *what)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem, "Invalid copy source %s", what),
	    "ArgumentName", "x-amz-copy-source", "ArgumentValue", "x-amz-copy-source", NULL);
}

/* SDKs write a space as %20 or as '+': S3 takes both, so a plus is %2B. */
static char *
decode(struct call *c, const char *s, size_t n)
{
	char *text = uri_decode_query(c->task->mem, s, n, NULL);

	if (text == NULL || !text_utf8(text, strlen(text)))
		s3_bad_source(c, "encoding");
	return text;
}

/* What follows the address, when the source is a whole one: S3 takes it as well. */
static const char *
without_address(struct call *c, const char *source)
{
	const char *path = strstr(source, "://");

	if (!text_starts(source, "http://") && !text_starts(source, "https://"))
		return source;
	if (text_starts(source, c->base_url))
		return source + strlen(c->base_url);
	path = strchr(path + strlen("://"), '/');
	return path != NULL ? path : source;
}

/* [/]bucket/key[?versionId=id], percent-encoded. */
struct s3_source
s3_copy_source(struct call *c)
{
	const char   *header = without_address(c, s3_header(c, "x-amz-copy-source"));
	const char   *version = strstr(header, "?versionId=");
	char         *text, *slash;
	struct s3_source s = { 0 };

	if (version != NULL)
		s.version = s3_version_named(c, decode(c, version + strlen("?versionId="),
		    strlen(version) - strlen("?versionId=")));
	text = decode(c, header, version != NULL ? (size_t)(version - header) : strlen(header));
	if (*text == '/')
		text++;
	slash = strchr(text, '/');
	if (*text == '\0' || slash == text)
		s3_bad_source(c, "bucket name");
	if (slash == NULL || slash[1] == '\0')
		s3_bad_source(c, "object key");
	*slash = '\0';
	s.bucket = text;
	s.key = slash + 1;
	s3_check_key(c, s.key);
	return s;
}

/* COPY (false) or REPLACE (true). */
static bool
replaces(struct call *c, const char *header, const char *what)
{
	const char *value = s3_header(c, header);

	if (value == NULL || strcmp(value, "COPY") == 0)
		return false;
	if (strcmp(value, "REPLACE") != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem, "Unknown %s directive.", what),
		    "ArgumentName", header, "ArgumentValue", value, NULL);
	return true;
}

static void
check_changes_something(struct call *c, const struct s3_source *s, const char *bucket,
    const char *key, bool replace)
{
	static const char *const changes[] = { "x-amz-storage-class", "x-amz-server-side-encryption",
		"x-amz-server-side-encryption-customer-algorithm",
		"x-amz-copy-source-server-side-encryption-customer-algorithm", S3_REDIRECT,
		"x-amz-checksum-algorithm" };

	/* An older version may be made the current one again. */
	if (replace || s->version != NULL || strcmp(s->bucket, bucket) != 0 || strcmp(s->key, key) != 0)
		return;
	for (size_t i = 0; i < COUNT(changes); i++)
		if (s3_header(c, changes[i]) != NULL)
			return;
	if (encryption_by_bucket(c))
		return;
	s3_throw(c, &S3_INVALID_REQUEST,
	    "This copy request is illegal because it is trying to copy an object to itself without "
	    "changing the object's metadata, storage class, website redirect location or encryption "
	    "attributes.", NULL);
}

/* The source's headers; a redirect and encryption are never copied, only given. */
static struct blob_pairs
copied_headers(struct call *c, const struct blob_pairs *from)
{
	const char **list = mem_array(c->task->mem, const char *, from->n + 2 + ENCRYPTION_PAIRS);
	const char  *redirect = s3_redirect(c);
	size_t       n = 0;

	for (size_t i = 0; i + 1 < from->n; i += 2)
		if (strcmp(from->list[i], S3_REDIRECT) != 0 && !encryption_is_pair(from->list[i])) {
			list[n++] = from->list[i];
			list[n++] = from->list[i + 1];
		}
	if (redirect != NULL) {
		list[n++] = S3_REDIRECT;
		list[n++] = redirect;
	}
	n = encryption_pairs(c, list, n, NULL);
	return (struct blob_pairs){ list, n };
}

/* Tags are copied by who may read them there and put them here. */
static struct blob_pairs
copied_tags(struct call *c, const struct s3_source *s)
{
	if (s->object.tags.n > 0) {
		s3_demand(c, s->bucket, s->key, s->version != NULL ? "s3:GetObjectVersionTagging"
		                                                   : "s3:GetObjectTagging");
		s3_check_object(c, s->bucket, &s->object);
		s3_demand_besides(c, s3_bucket(c), s3_key(c), "s3:PutObjectTagging");
	}
	return s->object.tags;
}

/*
 * The source's checksum, or the one the request names instead, read from the bytes.  What was made
 * of parts is one piece afterwards: with an ETag that says so, and a checksum of the whole.
 */
static void
choose_digests(struct call *c, const struct blob_object *from, struct blob_object *o)
{
	const struct s3_checksum *k = s3_checksum_asked(c);
	bool                      named = k != NULL;

	o->checksum_algorithm = from->checksum_algorithm;
	o->checksum_type = from->checksum_type;
	o->checksum = from->checksum;
	o->etag = from->etag;
	if (k == NULL)
		k = s3_checksum_named(from->checksum_algorithm);
	else if (from->checksum_algorithm != NULL &&
	    strcmp(from->checksum_algorithm, k->algorithm) == 0)
		named = false;
	if (s3_has_parts(from) && k != NULL)
		o->etag = s3_digest_both(c, from, k, &o->checksum);
	else if (named)
		o->checksum = s3_digest_object(c, from, k);
	else
		return;
	o->checksum_algorithm = k->algorithm;
	o->checksum_type = "FULL_OBJECT";
}

void
s3_look_at_source(struct call *c, struct s3_source *s, bool with_bytes)
{
	enum blob_result r;

	s3_demand(c, s->bucket, s->key, s->version != NULL ? "s3:GetObjectVersion" : "s3:GetObject");
	r = blob_get(c->task, &c->space, s3_owner_of(c, s->bucket), s->bucket, s->key, s->version,
	    with_bytes, &s->object);
	if (r == BLOB_MARKER)
		s3_throw(c, &S3_INVALID_REQUEST, "The source of a copy request may not specifically refer "
		    "to a delete marker by version id.", NULL);
	if (r != BLOB_OK)
		s3_throw_version(c, r, s->bucket, s->key, s->version, &s->object);
	s3_check_object(c, s->bucket, &s->object);
	encryption_check_key(c, &s->object);
	s3_copy_conditions(c, &s->object);
	if (s3_archived(c, &s->object))
		s3_throw(c, &S3_ARCHIVED, "Operation is not valid for the source object's storage class",
		    "StorageClass", s->object.storage_class, NULL);
}

void
s3_source_version_header(struct call *c, const struct s3_source *s)
{
	if (s->object.versioned && (*s->object.version != '\0' || s->version != NULL))
		call_header(c, "x-amz-copy-source-version-id", s3_version_id(s->object.version));
}

static void
put_result(struct call *c, const struct s3_source *s, const struct blob_object *o)
{
	s3_source_version_header(c, s);
	s3_version_header(c, o);
	encryption_headers(c, &o->headers);
	s3_expiration_header(c, s3_bucket(c), o);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "CopyObjectResult");
	enc_text(c->out, "LastModified",
	    clock_iso_milli(c->task->mem, o->modified_at / SECOND * SECOND));
	enc_text(c->out, "ETag", s3_quoted(c, o->etag));
	s3_checksum_elements(c, o);
	enc_end(c->out);
}

/* Bytes under a key are read with it and written anew, under another, the same or none. */
static enum blob_result
put_rewritten(struct call *c, const char *bucket, struct blob_object *o,
    const struct blob_condition *when, const struct blob_object *from)
{
	const struct s3_checksum *k = s3_checksum_asked(c);
	const struct s3_body     *body;
	enum blob_result          r;

	if (k == NULL)
		k = s3_checksum_named(from->checksum_algorithm);
	if (k == NULL)
		k = s3_checksum_named("CRC64NVME");
	body = s3_rewrite(c, from, 0, from->size, k);
	o->size = body->size; /* in a run after the first the source may be another by now */
	o->etag = encryption_etag(c, &o->headers, body->md5_hex);
	o->checksum_algorithm = k->algorithm;
	o->checksum_type = "FULL_OBJECT";
	o->checksum = body->checksum;
	o->bytes = body->bytes;
	o->body = body->id;
	o->home = body->home;
	s3_event_begin(c, bucket);
	r = blob_put(c->task, &c->space, s3_owner(c), bucket, o, when);
	s3_event_object(c, bucket, COPIED, r, o, true);
	s3_settle(body, r);
	return r;
}

void
s3_copy_object(struct call *c)
{
	const char            *bucket = s3_bucket(c), *key = s3_key(c);
	struct blob_condition  when = s3_write_condition(c);
	struct s3_source          s = s3_copy_source(c);
	struct blob_object     o = { .key = key, .modified_at = c->space.now };
	bool                   replace = replaces(c, "x-amz-metadata-directive", "metadata");
	bool                   retag = replaces(c, "x-amz-tagging-directive", "tagging");
	enum blob_result       r;

	s3_refuse_headers(c, true);
	s3_check_expected_owner(c, "x-amz-source-expected-bucket-owner", s.bucket);
	check_changes_something(c, &s, bucket, key, replace);
	s3_look_at_source(c, &s, s3_header(c, "x-amz-checksum-algorithm") != NULL ||
	    encryption_brought(c));
	s3_check_quota(c, s.object.size);
	s3_new_object(c, &o.owner, &o.acl);
	o.size = s.object.size;
	o.storage_class = s3_storage_class(c);
	o.headers = replace ? s3_kept_headers(c, NULL) : copied_headers(c, &s.object.headers);
	o.metadata = replace ? s3_user_metadata(c) : s.object.metadata;
	o.tags = s3_tags_header(c);
	if (!retag)
		o.tags = copied_tags(c, &s);
	o.lock = s3_lock_headers(c);
	if (encryption_sealed(&s.object) || encryption_brought(c)) {
		r = put_rewritten(c, bucket, &o, &when, &s.object);
	} else {
		choose_digests(c, &s.object, &o);
		o.etag = encryption_etag(c, &o.headers, o.etag);
		s3_event_begin(c, bucket);
		r = blob_copy(c->task, &c->space, s3_owner(c), bucket, &o, &when, s.bucket, &s.object);
		s3_event_object(c, bucket, COPIED, r, &o, true);
	}
	if (r == BLOB_UNMET)
		s3_throw_unmet(c, &when);
	if (r != BLOB_OK)
		s3_throw_result(c, r, bucket, key);
	put_result(c, &s, &o);
}
