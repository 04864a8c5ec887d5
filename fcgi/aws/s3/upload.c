/* fcgi/aws/s3/upload.c - CreateMultipartUpload, AbortMultipartUpload, UploadPart */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/acl.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/multipart.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/text.h"

enum { MOST_PARTS = 10000 };

const char *
s3_upload_id(struct call *c)
{
	const char *id = request_arg(c->req, "uploadId");

	if (id == NULL || !text_utf8(id, strlen(id)))
		s3_throw(c, &S3_NO_UPLOAD, NULL, "UploadId", id != NULL ? "?" : "", NULL);
	return id;
}

static void
look_for(struct call *c, const char *bucket, const char *key, const char *upload)
{
	struct blob_upload u;
	struct blob_part  *parts;
	size_t             n;
	bool               more;
	enum blob_result   r = blob_upload_find(c->task, &c->space, s3_owner(c), bucket, key,
	      upload, 0, 0, &u, &parts, &n, &more);

	if (r != BLOB_OK)
		s3_throw_upload(c, r, bucket, key, upload);
}

int64_t
s3_part_number(struct call *c, const char *bucket, const char *key, const char *upload)
{
	const char *value = request_arg(c->req, "partNumber");
	int64_t     n;

	if (text_i64(value, 1, MOST_PARTS, &n))
		return n;
	look_for(c, bucket, key, upload);
	s3_throw(c, &S3_INVALID_ARGUMENT,
	    "Part number must be an integer between 1 and 10000, inclusive",
	    "ArgumentName", "partNumber", "ArgumentValue", value, NULL);
}

void
s3_throw_upload(struct call *c, enum blob_result r, const char *bucket, const char *key,
    const char *upload)
{
	if (r == BLOB_NO_UPLOAD)
		s3_throw(c, &S3_NO_UPLOAD, NULL, "UploadId", upload, NULL);
	s3_throw_result(c, r, bucket, key);
}

void
s3_throw_other_checksum(struct call *c, const char *expected, const char *actual)
{
	s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
	    "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
	    text_lower(c->task->mem, expected),
	    actual != NULL ? text_lower(c->task->mem, actual) : "null"), NULL);
}

void
s3_part_checksum(struct call *c, const struct blob_upload *u, const struct blob_part *p)
{
	const struct s3_checksum *k = s3_checksum_named(u->checksum_algorithm);

	if (k != NULL)
		enc_text(c->out, k->element, p->checksum);
}

/* "Checking object integrity", Amazon S3 User Guide: which algorithm goes with which type. */
static void
choose_checksum(struct call *c, struct blob_upload *u)
{
	static const char         full[] = "FULL_OBJECT", composite[] = "COMPOSITE";
	const char               *type = s3_header(c, "x-amz-checksum-type");
	const struct s3_checksum *k = s3_checksum_asked(c);
	const char               *wrong = NULL;

	if (k == NULL && type != NULL)
		s3_throw(c, &S3_INVALID_REQUEST, "The x-amz-checksum-type header can only be used with the "
		    "x-amz-checksum-algorithm header.", NULL);
	if (k == NULL)
		return;
	if (type == NULL)
		type = strcmp(k->algorithm, "CRC64NVME") == 0 ? full : composite;
	else if (strcasecmp(type, full) == 0)
		type = full;
	else if (strcasecmp(type, composite) == 0)
		type = composite;
	else
		s3_throw(c, &S3_INVALID_REQUEST, "Value for x-amz-checksum-type header is invalid.", NULL);
	if (type == composite && strcmp(k->algorithm, "CRC64NVME") == 0)
		wrong = composite;
	if (type == full && !s3_checksum_combines(k))
		wrong = full;
	if (wrong != NULL)
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "The %s checksum type cannot be used with the %s checksum algorithm.", wrong,
		    text_lower(c->task->mem, k->algorithm)), NULL);
	u->checksum_algorithm = k->algorithm;
	u->checksum_type = type;
}

void
s3_create_multipart_upload(struct call *c)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c);
	struct blob_upload u = { .key = key, .started_at = c->space.now };
	enum blob_result   r;

	s3_refuse_headers(c, false);
	u.storage_class = s3_storage_class(c);
	u.metadata = s3_user_metadata(c);
	u.tags = s3_tags_header(c);
	u.lock = s3_lock_headers(c);
	if (c->who == NULL) /* only somebody can come back to it */
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	s3_new_object(c, &u.owner, &u.acl);
	if (s3_acl_disabled(s3_access(c, bucket)))
		u.owner = c->who->account_id;
	choose_checksum(c, &u);
	u.id = blob_upload_id(c->task, &c->space);
	u.headers = s3_kept_headers(c, u.id);
	r = blob_upload_make(c->task, &c->space, s3_owner(c), bucket, &u);
	if (r != BLOB_OK)
		s3_throw_result(c, r, bucket, key);
	encryption_headers(c, &u.headers);
	s3_abort_headers(c, bucket, &u);
	call_header(c, "x-amz-checksum-algorithm", u.checksum_algorithm);
	call_header(c, "x-amz-checksum-type", u.checksum_type);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "InitiateMultipartUploadResult");
	enc_text(c->out, "Bucket", bucket);
	enc_text(c->out, "Key", key);
	enc_text(c->out, "UploadId", u.id);
	enc_end(c->out);
}

void
s3_abort_multipart_upload(struct call *c)
{
	const char      *bucket = s3_bucket(c), *key = s3_key(c), *id = s3_upload_id(c);
	enum blob_result r;

	if (request_header(c->req, "x-amz-if-match-initiated-time") != NULL)
		s3_throw(c, &S3_NOT_IMPLEMENTED, NULL, "Header", "x-amz-if-match-initiated-time", NULL);
	r = blob_upload_abort(c->task, &c->space, s3_owner(c), bucket, key, id);
	if (r != BLOB_OK)
		s3_throw_upload(c, r, bucket, key, id);
	c->reply.status = 204;
}

void
s3_upload_part(struct call *c)
{
	const char           *bucket = s3_bucket(c), *key = s3_key(c), *id = s3_upload_id(c);
	struct blob_part      p = { .modified_at = c->space.now };
	const struct s3_body *body;
	struct blob_pairs     seal;
	struct blob_upload    u;
	enum blob_result      r;

	p.number = s3_part_number(c, bucket, key, id);
	s3_refuse_headers(c, false);
	body = s3_part_body(c);
	p.size = body->size;
	p.seal = encryption_verifier(c, id);
	seal = (struct blob_pairs){ (const char *[]){ BLOB_SEAL, p.seal }, p.seal != NULL ? 2 : 0 };
	p.etag = encryption_etag(c, &seal, body->md5_hex);
	p.checksum_algorithm = body->chosen ? body->algorithm->algorithm : NULL;
	p.checksum = body->chosen ? body->checksum : NULL;
	p.crc64nvme = body->crc64nvme;
	p.bytes = body->bytes;
	p.body = body->id;
	p.home = body->home;
	r = blob_part_put(c->task, &c->space, s3_owner(c), bucket, key, id, &p, &u);
	s3_settle(body, r);
	if (r == BLOB_OTHER_SEAL)
		encryption_throw_part(c, s3_pair(&u.headers, BLOB_SEAL));
	if (r == BLOB_OTHER_CHECKSUM)
		s3_throw_other_checksum(c, u.checksum_algorithm, p.checksum_algorithm);
	if (r != BLOB_OK)
		s3_throw_upload(c, r, bucket, key, id);
	call_header(c, "ETag", s3_quoted(c, p.etag));
	encryption_headers(c, &u.headers);
	if (body->chosen)
		call_header(c, body->algorithm->header, p.checksum);
}
