/* fcgi/aws/s3/version.c - which version a request means, and versioning of buckets */
#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/version.h"

#include <string.h>

#include "fcgi/aws/s3/state.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

enum { ID_LENGTH = 32 };

bool
s3_version_valid(const char *id)
{
	return strcmp(id, "null") == 0 ||
	    (strlen(id) == ID_LENGTH && strspn(id, "0123456789abcdef") == ID_LENGTH);
}

const char *
s3_version_named(struct call *c, const char *id)
{
	const char *why = "Invalid version id specified";

	if (id == NULL)
		return NULL;
	if (*id == '\0')
		why = "Version id cannot be the empty string";
	if (!s3_version_valid(id))
		s3_throw(c, &S3_INVALID_ARGUMENT, why, "ArgumentName", "versionId", "ArgumentValue",
		    text_utf8(id, strlen(id)) ? id : "?", NULL);
	return strcmp(id, "null") == 0 ? "" : id;
}

const char *
s3_version_arg(struct call *c)
{
	return s3_version_named(c, request_arg(c->req, "versionId"));
}

const char *
s3_version_id(const char *version)
{
	return *version == '\0' ? "null" : version;
}

void
s3_find_unmarked(struct call *c, const char *missing, struct blob_object *out)
{
	const char      *bucket = s3_bucket(c), *key = s3_key(c), *version = s3_version_arg(c);
	enum blob_result r =
	    blob_get(c->task, &c->space, s3_owner(c), bucket, key, version, false, out);

	if (r == BLOB_NO_KEY && out->delete_marker)
		r = BLOB_MARKER;
	if (r == BLOB_NO_KEY && s3_may_miss(c, bucket, key))
		s3_throw(c, &S3_NO_KEY, NULL, "Key", missing, NULL);
	if (r != BLOB_OK)
		s3_throw_version(c, r, bucket, key, version, out);
}

void
s3_version_header(struct call *c, const struct blob_object *o)
{
	if (o->versioned)
		call_header(c, "x-amz-version-id", s3_version_id(o->version));
}

void
s3_throw_version(struct call *c, enum blob_result r, const char *bucket, const char *key,
    const char *version, const struct blob_object *o)
{
	if (r == BLOB_NO_VERSION)
		s3_throw(c, &S3_NO_VERSION, NULL, "Key", key, "VersionId", s3_version_id(version), NULL);
	if (r == BLOB_NO_KEY && !s3_may_miss(c, bucket, key))
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	if ((r == BLOB_MARKER || r == BLOB_NO_KEY) && o->delete_marker)
		s3_state(c)->marker = mem_copy(c->task->mem, o, sizeof(*o));
	if (r == BLOB_MARKER)
		s3_throw(c, &S3_METHOD_NOT_ALLOWED, NULL, "Method", c->req->method, "ResourceType",
		    "DeleteMarker", NULL);
	s3_throw_result(c, r, bucket, key);
}

void
s3_guess_versioned(struct call *c, const char *bucket, bool versioned)
{
	struct s3_access *a = s3_access(c, bucket);

	if (a->docs.versioned == versioned)
		return;
	a->docs.versioned = versioned;
	s3_access_new(c, bucket, &a->docs);
}

void
s3_find_version(struct call *c, const char *bucket, const char *key, bool with_bytes,
    struct blob_object *out)
{
	const char      *version = s3_version_arg(c), *owner = s3_owner(c);
	enum blob_result r = BLOB_UNMET;

	if (version == NULL && !s3_access(c, bucket)->docs.versioned)
		r = blob_get_plain(c->task, &c->space, owner, bucket, key, with_bytes, out);
	if (r == BLOB_UNMET) {
		r = blob_get(c->task, &c->space, owner, bucket, key, version, with_bytes, out);
		if (r != BLOB_NO_BUCKET && r != BLOB_FOREIGN)
			s3_guess_versioned(c, bucket, out->versioned);
	}
	if (r != BLOB_OK)
		s3_throw_version(c, r, bucket, key, version, out);
	s3_check_object(c, bucket, out);
}

void
s3_get_bucket_versioning(struct call *c)
{
	struct blob_bucket b = s3_find_bucket(c);

	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "VersioningConfiguration");
	enc_text(c->out, "Status", b.versioning);
	enc_end(c->out);
}

static const char *
wanted_status(struct call *c)
{
	const struct xml *x = s3_xml(c, "VersioningConfiguration");
	const char       *status = x != NULL ? xml_child_text(x, "Status") : NULL;
	const char       *mfa = x != NULL ? xml_child_text(x, "MfaDelete") : NULL;

	if (x == NULL ||
	    (status != NULL && strcmp(status, "Enabled") != 0 && strcmp(status, "Suspended") != 0) ||
	    (mfa != NULL && strcmp(mfa, "Enabled") != 0 && strcmp(mfa, "Disabled") != 0))
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	if (status == NULL)
		task_throw(c->task, &S3_BAD_VERSIONING, NULL);
	if (mfa != NULL && strcmp(mfa, "Enabled") == 0)
		s3_throw(c, &S3_NOT_BUILT, "MFA delete is not built.", NULL);
	return status;
}

void
s3_put_bucket_versioning(struct call *c)
{
	const char      *name = s3_bucket(c);
	enum blob_result r =
	    blob_set_versioning(c->task, &c->space, s3_owner(c), name, wanted_status(c));

	if (r == BLOB_FIXED)
		s3_throw(c, &S3_BUCKET_STATE, "An Object Lock configuration is present on this bucket, so "
		    "the versioning state cannot be changed.", NULL);
	if (r != BLOB_OK)
		s3_throw_result(c, r, name, NULL);
	s3_guess_versioned(c, name, true);
}
