/* fcgi/aws/s3/part_copy.c - UploadPartCopy */
#include <string.h>

#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/multipart.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"

/* A part that is some of another object. */
struct part_copy {
	struct call              *c;
	struct s3_source          source;
	const char               *seal;   /* the upload's, NULL: none */
	int64_t                   from, length;
	const struct s3_checksum *checksum; /* the upload's, or the one it falls back to */
	bool                      chosen;
	struct blob_pairs         headers; /* the upload's */
};

static _Noreturn void
bad_range(struct call *c, const char *range, const char *why)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, why, "ArgumentName", "x-amz-copy-source-range",
	    "ArgumentValue", range, NULL);
}

/* bytes=first-last, both given and both within the object. */
static void
choose_range(struct part_copy *k)
{
	static const char form[] = "The x-amz-copy-source-range value must be of the form "
	    "bytes=first-last where first and last are the zero-based offsets of the first and last "
	    "bytes to copy";
	struct call *c = k->c;
	const char  *range = s3_header(c, "x-amz-copy-source-range"), *spec, *dash;
	int64_t      size = k->source.object.size, first, last;

	k->length = size;
	if (range == NULL)
		return;
	spec = range + strlen("bytes=");
	if (!text_starts(range, "bytes=") || (dash = strchr(spec, '-')) == NULL ||
	    !text_i64(mem_text_n(c->task->mem, spec, (size_t)(dash - spec)), 0, INT64_MAX, &first) ||
	    !text_i64(dash + 1, 0, INT64_MAX, &last) || first > last)
		bad_range(c, range, form);
	if (first >= size)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "The specified copy range is invalid for the source object size", NULL);
	if (last >= size)
		bad_range(c, range, mem_fmt(c->task->mem,
		    "Range specified is not valid for source object of size: %lld", (long long)size));
	k->from = first;
	k->length = last - first + 1;
}

static void
look_at_upload(struct part_copy *k, const char *bucket, const char *key, const char *id,
    struct blob_part *p)
{
	struct call       *c = k->c;
	struct blob_upload u;
	struct blob_part  *parts;
	size_t             n;
	bool               more;
	enum blob_result   r = blob_upload_find(c->task, &c->space, s3_owner(c), bucket, key, id,
	      0, 0, &u, &parts, &n, &more);

	if (r != BLOB_OK)
		s3_throw_upload(c, r, bucket, key, id);
	k->headers = u.headers;
	k->seal = s3_pair(&u.headers, BLOB_SEAL);
	p->seal = encryption_verifier(c, id);
	if (p->seal != NULL ? k->seal == NULL || strcmp(p->seal, k->seal) != 0 : k->seal != NULL)
		encryption_throw_part(c, k->seal);
	k->chosen = u.checksum_algorithm != NULL;
	k->checksum = s3_checksum_named(k->chosen ? u.checksum_algorithm : "CRC64NVME");
}

/* The source's checksum serves, if it is of that algorithm and of the whole; else it is read. */
static const char *
source_checksum(struct part_copy *k)
{
	const struct blob_object *o = &k->source.object;

	if (o->checksum != NULL && strcmp(o->checksum_algorithm, k->checksum->algorithm) == 0 &&
	    strcmp(o->checksum_type, "FULL_OBJECT") == 0)
		return o->checksum;
	return s3_digest_object(k->c, o, k->checksum);
}

static void
set_checksum(const struct part_copy *k, struct blob_part *p, const char *value)
{
	if (k->chosen) {
		p->checksum_algorithm = k->checksum->algorithm;
		p->checksum = value;
	} else {
		p->crc64nvme = value;
	}
}

static enum blob_result
put(struct part_copy *k, const char *bucket, const char *key, const char *id, struct blob_part *p)
{
	struct call              *c = k->c;
	const struct blob_object *o = &k->source.object;
	const struct s3_body     *body;
	struct blob_upload        u;
	enum blob_result          r;

	s3_check_quota(c, k->length);
	if (o->parts == NULL && k->length == o->size && k->seal == NULL && !encryption_sealed(o)) {
		p->etag = o->etag;
		set_checksum(k, p, source_checksum(k));
		return blob_part_copy(c->task, &c->space, s3_owner(c), bucket, key, id, p,
		    k->source.bucket, o);
	}
	body = s3_rewrite(c, o, k->from, k->length, k->checksum);
	set_checksum(k, p, body->checksum);
	p->size = body->size;
	p->etag = encryption_brought(c) ? encryption_etag(c, &o->headers, body->md5_hex)
	                                : body->md5_hex;
	p->bytes = body->bytes;
	p->body = body->id;
	p->home = body->home;
	r = blob_part_put(c->task, &c->space, s3_owner(c), bucket, key, id, p, &u);
	s3_settle(body, r);
	return r;
}

void
s3_upload_part_copy(struct call *c)
{
	const char      *bucket = s3_bucket(c), *key = s3_key(c), *id = s3_upload_id(c);
	struct part_copy k = { .c = c, .source = s3_copy_source(c) };
	struct blob_part p = { .modified_at = c->space.now };
	enum blob_result r;

	p.number = s3_part_number(c, bucket, key, id);
	s3_refuse_headers(c, true);
	s3_check_expected_owner(c, "x-amz-source-expected-bucket-owner", k.source.bucket);
	s3_look_at_source(c, &k.source, true);
	look_at_upload(&k, bucket, key, id, &p);
	choose_range(&k);
	r = put(&k, bucket, key, id, &p);
	if (r != BLOB_OK)
		s3_throw_upload(c, r, bucket, key, id);
	s3_source_version_header(c, &k.source);
	encryption_headers(c, &k.headers);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "CopyPartResult");
	enc_text(c->out, "LastModified",
	    clock_iso_milli(c->task->mem, p.modified_at / SECOND * SECOND));
	enc_text(c->out, "ETag", s3_quoted(c, p.etag));
	if (k.chosen)
		enc_text(c->out, k.checksum->element, p.checksum);
	enc_end(c->out);
}
