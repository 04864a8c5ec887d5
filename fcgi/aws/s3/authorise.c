/* fcgi/aws/s3/authorise.c - may this request be made at all */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/cors.h"
#include "fcgi/aws/s3/multipart.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/proto/aws_rest.h"

/* Who began an upload may see and end it. */
static bool
is_initiator(struct call *c, const char *bucket, const char *key)
{
	struct blob_upload u;
	struct blob_part  *parts;
	size_t             n;
	bool               more;

	return c->who != NULL &&
	    blob_upload_find(c->task, &c->space, s3_access(c, bucket)->docs.owner, bucket, key,
	    s3_upload_id(c), 0, 0, &u, &parts, &n, &more) == BLOB_OK &&
	    strcmp(u.owner, c->who->account_id) == 0;
}

static void
authorise_object(struct call *c, const char *bucket, const char *action)
{
	static const struct {
		const char *header, *action;
	} more[] = {
		{ "x-amz-tagging", "s3:PutObjectTagging" },
		{ "x-amz-object-lock-mode", "s3:PutObjectRetention" },
		{ "x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold" },
	};
	const char *key = s3_key(c);

	if ((strcmp(action, "s3:ListMultipartUploadParts") == 0 ||
	     strcmp(action, "s3:AbortMultipartUpload") == 0) &&
	    s3_may(c, bucket, key, action) == S3_MAY_NOT && is_initiator(c, bucket, key))
		return;
	s3_demand(c, bucket, key, action);
	for (size_t i = 0; strcmp(action, "s3:PutObject") == 0 && i < COUNT(more); i++)
		if (s3_header(c, more[i].header) != NULL)
			s3_demand_besides(c, bucket, key, more[i].action);
}

void
s3_authorise(struct call *c)
{
	const char *version = request_arg(c->req, "versionId");
	const char *action = s3_action(c->op, version != NULL && *version != '\0');
	const char *bucket;

	s3_state(c)->access = NULL;
	s3_state(c)->asked = NULL;
	if (!s3_action_known(c->op))
		return; /* not of the table: what browsers ask before they ask */
	if (aws_rest_label(c, "Bucket") == NULL || strcmp(c->op->name, "CreateBucket") == 0) {
		if (c->who == NULL)
			task_throw(c->task, &S3_ACCESS_DENIED, NULL);
		return;
	}
	bucket = s3_bucket(c);
	s3_check_expected_owner(c, "x-amz-expected-bucket-owner", bucket);
	if (action == NULL)
		return;
	if (strstr(c->op->http, "{Key+}") != NULL)
		authorise_object(c, bucket, action);
	else
		s3_demand(c, bucket, NULL, action);
}

void
s3_stranger(struct call *c)
{
	const char *bucket = aws_rest_label(c, "Bucket");

	if (c->op == &s3_preflight_op)
		cors_stranger(c);
	if (c->op == NULL || bucket == NULL || strcmp(c->op->name, "CreateBucket") == 0)
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	s3_throw_result(c, BLOB_NO_BUCKET, s3_bucket(c), NULL);
}
