/* fcgi/aws/s3/upload_list.c - ListParts and ListMultipartUploads */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/multipart.h"
#include "fcgi/aws/s3/state.h"
#include "shared/base/clock.h"
#include "shared/wire/uri.h"

enum { MOST = 1000 };

static int64_t
count_arg(struct call *c, const char *name, int64_t unsaid)
{
	int64_t n = s3_number_arg(c, name, unsaid);

	if (n < 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Argument %s must be an integer between 0 and 2147483647", name),
		    "ArgumentName", name, "ArgumentValue", request_arg(c->req, name), NULL);
	return n;
}

/* Who began it, and whose object it will be.  Since November 2025 only the first has a name. */
static void
put_people(struct call *c, const char *owner)
{
	const struct aws_account *a = s3_account(c, owner);

	if (a != NULL) {
		enc_struct(c->out, "Initiator");
		enc_text(c->out, "ID", a->owner_id);
		enc_text(c->out, "DisplayName", a->display_name);
		enc_end(c->out);
	}
	if (s3_acl_disabled(s3_access(c, s3_bucket(c))))
		a = s3_account(c, s3_owner(c));
	s3_put_owner(c, "Owner", a);
}

static void
put_checksum(struct call *c, const struct blob_upload *u)
{
	enc_text(c->out, "ChecksumAlgorithm", u->checksum_algorithm);
	enc_text(c->out, "ChecksumType", u->checksum_type);
}

static void
put_part(struct call *c, const struct blob_upload *u, const struct blob_part *p)
{
	enc_struct(c->out, "Part");
	enc_int(c->out, "PartNumber", p->number);
	enc_text(c->out, "LastModified",
	    clock_iso_milli(c->task->mem, p->modified_at / SECOND * SECOND));
	enc_text(c->out, "ETag", s3_quoted(c, p->etag));
	enc_int(c->out, "Size", p->size);
	s3_part_checksum(c, u, p);
	enc_end(c->out);
}

void
s3_list_parts(struct call *c)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c), *id = s3_upload_id(c);
	int64_t            after = count_arg(c, "part-number-marker", 0);
	int64_t            max = count_arg(c, "max-parts", MOST);
	int64_t            limit = max < MOST ? max : MOST;
	struct blob_upload u;
	struct blob_part  *parts;
	size_t             n;
	bool               more;
	enum blob_result   r = blob_upload_find(c->task, &c->space, s3_owner(c), bucket, key, id,
	      after, limit, &u, &parts, &n, &more);

	if (r != BLOB_OK)
		s3_throw_upload(c, r, bucket, key, id);
	u.key = key;
	s3_abort_headers(c, bucket, &u);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "ListPartsResult");
	enc_text(c->out, "Bucket", bucket);
	enc_text(c->out, "Key", key);
	enc_text(c->out, "UploadId", id);
	put_people(c, u.owner);
	enc_text(c->out, "StorageClass", u.storage_class);
	enc_int(c->out, "PartNumberMarker", after);
	enc_int(c->out, "NextPartNumberMarker", n > 0 ? parts[n - 1].number : 0);
	enc_int(c->out, "MaxParts", limit);
	enc_bool(c->out, "IsTruncated", more && limit > 0);
	put_checksum(c, &u);
	for (size_t i = 0; i < n; i++)
		put_part(c, &u, &parts[i]);
	enc_end(c->out);
}

/* One page, and how the client wants to read it. */
struct page {
	struct call              *c;
	const char               *bucket, *id_marker;
	struct blob_listing       what;
	bool                      encoded;
	struct blob_upload_entry *entries;
	size_t                    n;
	bool                      more;
};

static const char *
shown(const struct page *p, const char *s)
{
	return p->encoded ? uri_encode(p->c->task->mem, s, true) : s;
}

/* An upload of another key is no marker; one that is gone since the page before is. */
static void
check_marker(struct page *p)
{
	struct call       *c = p->c;
	struct blob_upload u;
	struct blob_part  *parts;
	size_t             n;
	bool               more;

	if (blob_upload_find(c->task, &c->space, s3_owner(c), p->bucket, NULL, p->id_marker, 0,
	        0, &u, &parts, &n, &more) == BLOB_OK && strcmp(u.key, p->what.after) != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, "Invalid uploadId marker",
		    "ArgumentName", "upload-id-marker", "ArgumentValue", p->id_marker, NULL);
}

static struct page
page_asked(struct call *c)
{
	const char *encoding = request_arg(c->req, "encoding-type");
	struct page p = { .c = c, .bucket = s3_bucket(c), .encoded = encoding != NULL };
	int64_t     max = count_arg(c, "max-uploads", MOST);

	if (encoding != NULL && strcmp(encoding, "url") != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, "Invalid Encoding Method specified in Request",
		    "ArgumentName", "encoding-type", "ArgumentValue", encoding, NULL);
	p.what.prefix = s3_text_arg(c, "prefix");
	p.what.delimiter = s3_text_arg(c, "delimiter");
	p.what.after = s3_text_arg(c, "key-marker");
	p.what.past_fold = true;
	p.what.limit = max < MOST ? max : MOST;
	/* Without a key it says nothing. */
	p.id_marker = *p.what.after != '\0' ? s3_text_arg(c, "upload-id-marker") : "";
	if (*p.id_marker != '\0')
		check_marker(&p);
	return p;
}

static void
put_upload(const struct page *p, const struct blob_upload *u)
{
	struct call *c = p->c;

	enc_struct(c->out, "Upload");
	enc_text(c->out, "Key", shown(p, u->key));
	enc_text(c->out, "UploadId", u->id);
	put_people(c, u->owner);
	enc_text(c->out, "StorageClass", u->storage_class);
	enc_text(c->out, "Initiated",
	    clock_iso_milli(c->task->mem, u->started_at / SECOND * SECOND));
	put_checksum(c, u);
	enc_end(c->out);
}

static void
put_entries(const struct page *p)
{
	struct call *c = p->c;

	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].common == NULL)
			put_upload(p, &p->entries[i].upload);
	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].common != NULL) {
			enc_struct(c->out, "CommonPrefixes");
			enc_text(c->out, "Prefix", shown(p, p->entries[i].common));
			enc_end(c->out);
		}
}

/*
 * Where the next page begins: past the last upload of this one.  A page of common prefixes alone
 * names none, as S3 was recorded to answer: there is no going on from it.
 */
static void
put_next(const struct page *p)
{
	const struct blob_upload *last = NULL;
	struct call              *c = p->c;

	for (size_t i = 0; i < p->n; i++)
		if (p->entries[i].common == NULL)
			last = &p->entries[i].upload;
	enc_text(c->out, "NextKeyMarker", last != NULL ? shown(p, last->key) : "");
	enc_text(c->out, "NextUploadIdMarker", last != NULL ? last->id : "");
}

void
s3_list_multipart_uploads(struct call *c)
{
	struct page      p = page_asked(c);
	enum blob_result r = blob_upload_list(c->task, &c->space, s3_owner(c), p.bucket, &p.what,
	    *p.id_marker != '\0' ? p.id_marker : NULL, &p.entries, &p.n, &p.more);

	if (r != BLOB_OK)
		s3_throw_result(c, r, p.bucket, NULL);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "ListMultipartUploadsResult");
	enc_text(c->out, "Bucket", p.bucket);
	enc_text(c->out, "KeyMarker", shown(&p, p.what.after));
	enc_text(c->out, "UploadIdMarker", p.id_marker);
	put_next(&p);
	if (*p.what.prefix != '\0')
		enc_text(c->out, "Prefix", shown(&p, p.what.prefix));
	if (*p.what.delimiter != '\0')
		enc_text(c->out, "Delimiter", shown(&p, p.what.delimiter));
	if (p.encoded)
		enc_text(c->out, "EncodingType", "url");
	enc_int(c->out, "MaxUploads", p.what.limit);
	enc_bool(c->out, "IsTruncated", p.more && p.what.limit > 0);
	put_entries(&p);
	enc_end(c->out);
}
