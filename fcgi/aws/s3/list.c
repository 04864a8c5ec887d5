/* fcgi/aws/s3/list.c - ListObjects, ListObjectsV2, ListObjectVersions */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/engine/blob_restore.h"
#include "shared/wire/base64.h"
#include "shared/wire/uri.h"

enum { MOST_KEYS = 1000, ENTRY_BYTES = 384 /* a guess */ };

static const char OPTIONAL[] = "x-amz-optional-object-attributes";

/* One page, and how the client wants to read it. */
struct page {
	struct call         *c;
	const char          *bucket;
	struct blob_listing  what;
	int64_t              max;  /* as asked; what.limit is never more than 1,000 */
	bool                 encoded;
	struct blob_entry   *entries;
	size_t               n;
	bool                 more;
	bool                 restored;      /* with RestoreStatus */
	bool                 versions;      /* of all versions */
	const char          *after_version; /* as the engine wants it */
};

const char *
s3_text_arg(struct call *c, const char *name)
{
	const char *value = request_arg(c->req, name);

	if (value != NULL && !text_utf8(value, strlen(value)))
		s3_throw(c, &S3_INVALID_ARGUMENT, NULL, "ArgumentName", name, NULL);
	return value != NULL ? value : "";
}

int64_t
s3_number_arg(struct call *c, const char *name, int64_t unsaid)
{
	const char *value = request_arg(c->req, name);
	int64_t     n = unsaid;

	if (value != NULL && *value != '\0' && !text_i64(value, INT32_MIN, INT32_MAX, &n))
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Provided %s not an integer or within integer range", name),
		    "ArgumentName", name, "ArgumentValue", value, NULL);
	return n;
}

static int64_t
max_keys(struct call *c, bool versions)
{
	int64_t n = s3_number_arg(c, "max-keys", MOST_KEYS);

	if (n < 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, versions ? "max-keys cannot be negative"
		    : "Argument maxKeys must be an integer between 0 and 2147483647",
		    "ArgumentName", versions ? "max-keys" : "maxKeys",
		    "ArgumentValue", request_arg(c->req, "max-keys"), NULL);
	return n;
}

/* x-amz-optional-object-attributes: a list, of which there is one so far. */
static bool
wants_restored(struct call *c)
{
	const char *value = s3_header(c, OPTIONAL);

	if (value == NULL || *value == '\0')
		return false;
	if (strcmp(value, "RestoreStatus") != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, "Invalid attribute name specified.", "ArgumentName",
		    OPTIONAL, "ArgumentValue", value, NULL);
	return true;
}

static struct page
page_asked(struct call *c, bool versions)
{
	const char *encoding = request_arg(c->req, "encoding-type");
	struct page p = { .c = c, .encoded = encoding != NULL, .versions = versions };

	if (encoding != NULL && strcmp(encoding, "url") != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, "Invalid Encoding Method specified in Request",
		    "ArgumentName", "encoding-type", "ArgumentValue", encoding, NULL);
	p.bucket = s3_bucket(c);
	p.restored = wants_restored(c);
	p.max = max_keys(c, versions);
	p.what.prefix = s3_text_arg(c, "prefix");
	p.what.delimiter = s3_text_arg(c, "delimiter");
	p.what.after = "";
	p.what.limit = p.max < MOST_KEYS ? p.max : MOST_KEYS;
	return p;
}

static void
fetch_restored(struct page *p)
{
	struct blob_object **list = mem_array(p->c->task->mem, struct blob_object *, p->n + 1);
	size_t               n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].common == NULL)
			list[n++] = &p->entries[i].object;
	blob_restores(p->c->task, &p->c->space, list, n);
}

static void
fetch(struct page *p)
{
	struct call     *c = p->c;
	enum blob_result r = p->versions ?
	    blob_list_versions(c->task, &c->space, s3_owner(c), p->bucket, &p->what, p->after_version,
	        &p->entries, &p->n, &p->more) :
	    blob_list(c->task, &c->space, s3_owner(c), p->bucket, &p->what, &p->entries, &p->n,
	        &p->more);

	if (r != BLOB_OK)
		s3_throw_result(c, r, p->bucket, NULL);
	if (!p->versions)
		call_header(c, "x-amz-bucket-region",
		    s3_region_shown(s3_access(c, p->bucket)->docs.region));
	if (p->restored)
		fetch_restored(p);
	/* Asking for nothing is answered with nothing, and nothing more. */
	if (p->what.limit == 0)
		p->more = false;
}

static const char *
shown(const struct page *p, const char *s)
{
	return p->encoded ? uri_encode(p->c->task->mem, s, true) : s;
}

/* Where the next page goes on: the last entry of this one. */
static const char *
last_of(const struct page *p)
{
	const struct blob_entry *e;

	if (p->n == 0)
		return NULL;
	e = &p->entries[p->n - 1];
	return e->common != NULL ? e->common : e->object.key;
}

static void
put_start(const struct page *p, const char *root)
{
	struct call *c = p->c;

	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, root);
	enc_text(c->out, "Name", p->bucket);
	enc_text(c->out, "Prefix", shown(p, p->what.prefix));
}

static void
put_settings(const struct page *p)
{
	struct call *c = p->c;

	enc_int(c->out, "MaxKeys", p->what.limit);
	if (*p->what.delimiter != '\0')
		enc_text(c->out, "Delimiter", shown(p, p->what.delimiter));
	if (p->encoded)
		enc_text(c->out, "EncodingType", "url");
	enc_bool(c->out, "IsTruncated", p->more);
}

static void
put_object(const struct page *p, const struct blob_object *o, bool owner)
{
	struct call *c = p->c;

	enc_struct(c->out, o->delete_marker ? "DeleteMarker" : p->versions ? "Version" : "Contents");
	enc_text(c->out, "Key", shown(p, o->key));
	if (p->versions) {
		enc_text(c->out, "VersionId", s3_version_id(o->version));
		enc_bool(c->out, "IsLatest", o->latest);
	}
	enc_text(c->out, "LastModified",
	    clock_iso_milli(c->task->mem, o->modified_at / SECOND * SECOND));
	if (!o->delete_marker)
		enc_text(c->out, "ETag", s3_quoted(c, o->etag));
	if (o->checksum_algorithm != NULL) {
		enc_text(c->out, "ChecksumAlgorithm", o->checksum_algorithm);
		enc_text(c->out, "ChecksumType", o->checksum_type);
	}
	if (!o->delete_marker)
		enc_int(c->out, "Size", o->size);
	if (owner)
		s3_put_owner(c, "Owner", s3_account(c, o->owner));
	if (!o->delete_marker)
		enc_text(c->out, "StorageClass", o->storage_class);
	if (p->restored)
		s3_restore_status(c, o);
	enc_end(c->out);
}

static void
put_entries(const struct page *p, bool owner)
{
	struct call *c = p->c;

	buf_reserve(&c->reply.body, p->n * ENTRY_BYTES);
	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].common == NULL)
			put_object(p, &p->entries[i].object, owner);
	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].common != NULL) {
			enc_struct(c->out, "CommonPrefixes");
			enc_text(c->out, "Prefix", shown(p, p->entries[i].common));
			enc_end(c->out);
		}
	enc_end(c->out);
}

void
s3_list_objects(struct call *c)
{
	struct page p = page_asked(c, false);

	p.what.after = s3_text_arg(c, "marker");
	p.what.past_fold = true;
	fetch(&p);
	put_start(&p, "ListBucketResult");
	enc_text(c->out, "Marker", shown(&p, p.what.after));
	if (p.more && *p.what.delimiter != '\0')
		enc_text(c->out, "NextMarker", shown(&p, last_of(&p)));
	put_settings(&p);
	put_entries(&p, c->who != NULL); /* strangers are not told whose it is */
}

/* A continuation token is the last entry of the page before, out of the client's sight. */
static const char *
continued_after(struct call *c, const char *token)
{
	size_t n;
	char  *key = base64url_decode(c->task->mem, token, &n);

	if (*token == '\0' || key == NULL || n == 0 || !text_utf8(key, n))
		s3_throw(c, &S3_INVALID_ARGUMENT, "The continuation token provided is incorrect",
		    "ArgumentName", "continuation-token", NULL);
	return mem_text_n(c->task->mem, key, n);
}

void
s3_list_objects_v2(struct call *c)
{
	struct page p = page_asked(c, false);
	const char *token = request_arg(c->req, "continuation-token");
	const char *owner = request_arg(c->req, "fetch-owner");
	const char *start = s3_text_arg(c, "start-after");

	p.what.after = token != NULL ? continued_after(c, token) : start;
	p.what.past_fold = token != NULL;
	fetch(&p);
	put_start(&p, "ListBucketResult");
	enc_text(c->out, "ContinuationToken", token);
	if (p.more)
		enc_text(c->out, "NextContinuationToken", base64url_encode(c->task->mem, last_of(&p),
		    strlen(last_of(&p))));
	if (token == NULL && request_arg(c->req, "start-after") != NULL)
		enc_text(c->out, "StartAfter", shown(&p, start));
	enc_int(c->out, "KeyCount", (int64_t)p.n);
	put_settings(&p);
	put_entries(&p, owner != NULL && strcmp(owner, "true") == 0);
}

/* A version marker means nothing without a key marker. */
static const char *
version_marker(struct call *c, const char *key_marker)
{
	const char *id = s3_text_arg(c, "version-id-marker");

	if (request_arg(c->req, "version-id-marker") == NULL)
		return NULL;
	if (*key_marker == '\0')
		s3_throw(c, &S3_INVALID_ARGUMENT,
		    "A version-id marker cannot be specified without a key marker.",
		    "ArgumentName", "version-id-marker", "ArgumentValue", id, NULL);
	if (*id == '\0')
		s3_throw(c, &S3_INVALID_ARGUMENT, "A version-id marker cannot be empty.", "ArgumentName",
		    "version-id-marker", "ArgumentValue", id, NULL);
	if (!s3_version_valid(id))
		s3_throw(c, &S3_INVALID_ARGUMENT, "Invalid version id specified", "ArgumentName",
		    "version-id-marker", "ArgumentValue", id, NULL);
	return s3_version_named(c, id);
}

void
s3_list_object_versions(struct call *c)
{
	struct page p = page_asked(c, true);

	p.what.after = s3_text_arg(c, "key-marker");
	p.what.past_fold = true;
	p.after_version = version_marker(c, p.what.after);
	fetch(&p);
	put_start(&p, "ListVersionsResult");
	enc_text(c->out, "KeyMarker", shown(&p, p.what.after));
	enc_text(c->out, "VersionIdMarker", s3_text_arg(c, "version-id-marker"));
	if (p.more) {
		enc_text(c->out, "NextKeyMarker", shown(&p, last_of(&p)));
		if (p.entries[p.n - 1].common == NULL)
			enc_text(c->out, "NextVersionIdMarker",
			    s3_version_id(p.entries[p.n - 1].object.version));
	}
	put_settings(&p);
	put_entries(&p, true);
}
