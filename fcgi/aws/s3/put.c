/* fcgi/aws/s3/put.c - PutObject */
#include "fcgi/aws/s3/acl.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"

void
s3_put_object(struct call *c)
{
	const char            *bucket = s3_bucket(c), *key = s3_key(c);
	struct blob_condition  when = s3_write_condition(c);
	struct blob_object     o = { .key = key, .modified_at = c->space.now };
	const struct s3_body  *body;
	enum blob_result       r;

	s3_refuse_headers(c, false);
	o.storage_class = s3_storage_class(c);
	o.headers = s3_kept_headers(c, NULL);
	o.metadata = s3_user_metadata(c);
	o.tags = s3_tags_header(c);
	o.lock = s3_lock_headers(c);
	s3_new_object(c, &o.owner, &o.acl);
	body = s3_body(c);
	o.size = body->size;
	o.etag = encryption_etag(c, &o.headers, body->md5_hex);
	o.checksum_algorithm = body->algorithm->algorithm;
	o.checksum_type = "FULL_OBJECT";
	o.checksum = body->checksum;
	o.bytes = body->bytes;
	o.body = body->id;
	o.home = body->home;
	o.versioned = s3_access(c, bucket)->docs.versioned;
	s3_event_begin(c, bucket);
	r = blob_put(c->task, &c->space, s3_owner(c), bucket, &o, &when);
	s3_event_object(c, bucket, s3_state(c)->form != NULL ? "ObjectCreated:Post" :
	    "ObjectCreated:Put", r, &o, true);
	s3_settle(body, r);
	if (r == BLOB_UNMET)
		s3_throw_unmet(c, &when);
	if (r != BLOB_OK)
		s3_throw_result(c, r, bucket, key);
	s3_guess_versioned(c, bucket, o.versioned);
	if (*o.version != '\0') /* S3 does not tell of a null version */
		call_header(c, "x-amz-version-id", o.version);
	call_header(c, "ETag", s3_quoted(c, o.etag));
	encryption_headers(c, &o.headers);
	s3_expiration_header(c, bucket, &o);
	s3_checksum_headers(c, &o);
}
