/* fcgi/aws/s3/encryption_op.c - UpdateObjectEncryption */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/document.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

static const struct field kms[] = {
	{ .name = "KMSKeyArn", .kind = FIELD_TEXT, .least = 1, .most = 1 },
	{ .name = "BucketKeyEnabled", .kind = FIELD_BOOL, .most = 1 },
	{ .name = NULL },
};
static const struct field wanted[] = {
	{ .name = "SSE-KMS", .kind = FIELD_STRUCT, .least = 1, .most = 1, .members = kms },
	{ .name = NULL },
};

/* arn:aws:kms:region:account:key/id, by its key and not by an alias (botocore's model). */
static bool
is_key_arn(const char *arn)
{
	const char *key = strstr(arn, ":key/");

	return text_starts(arn, "arn:aws") && strstr(arn, ":kms:") != NULL && key != NULL &&
	    key[strlen(":key/")] != '\0';
}

static struct blob_pairs
new_headers(struct call *c, const struct blob_pairs *from, const struct xml *sse)
{
	const char **list = mem_array(c->task->mem, const char *, from->n + ENCRYPTION_PAIRS);
	size_t       n = 0;

	for (size_t i = 0; i + 1 < from->n; i += 2)
		if (!encryption_is_pair(from->list[i])) {
			list[n++] = from->list[i];
			list[n++] = from->list[i + 1];
		}
	n = encryption_kms_pairs(list, n, xml_child_text(sse, "KMSKeyArn"),
	    xml_child_text(sse, "BucketKeyEnabled"));
	return (struct blob_pairs){ list, n };
}

void
s3_update_object_encryption(struct call *c)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c);
	const struct xml  *x, *sse;
	struct blob_object o;
	struct blob_pairs  headers;
	enum blob_result   r;

	s3_need_digest(c);
	x = s3_xml(c, "ObjectEncryption");
	if (x == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	sse = xml_child(document_check(c, x, wanted), "SSE-KMS");
	if (!is_key_arn(xml_child_text(sse, "KMSKeyArn")))
		s3_throw(c, &S3_INVALID_ARGUMENT, "The KMS key ARN is not valid.", "ArgumentName",
		    "KMSKeyArn", "ArgumentValue", xml_child_text(sse, "KMSKeyArn"), NULL);
	s3_find_version(c, bucket, key, false, &o);
	if (encryption_sealed(&o))
		s3_throw(c, &S3_INVALID_REQUEST,
		    "The encryption of an object under a customer-provided key cannot be updated.", NULL);
	headers = new_headers(c, &o.headers, sse);
	r = blob_object_headers_set(c->task, &c->space, s3_owner(c), bucket, key, o.seq, &headers);
	if (r == BLOB_NO_KEY) /* it is another one by now */
		task_throw(c->task, &FAULT_CONFLICT, NULL);
	if (r != BLOB_OK)
		s3_throw_result(c, r, bucket, key);
}
