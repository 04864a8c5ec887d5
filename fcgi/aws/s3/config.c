/* fcgi/aws/s3/config.c - put, get, delete and list what S3 keeps for buckets as documents */
#include "fcgi/aws/s3/config.h"

#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/courier.h"
#include "shared/base/text.h"
#include "shared/db/db.h"
#include "shared/engine/blob_config.h"
#include "shared/wire/base64.h"
#include "shared/wire/xml.h"

enum { MOST_IDS = 1000, PAGE = 100, ID_MAX = 64, MOST_OF_SHORT = 256 << 10 };

/* The operation's own shape says: "PUT /{Bucket}?cors", "GET /{Bucket}?analytics&id". */
static const struct config_kind *
kind_of(struct call *c)
{
	const char *name = strchr(c->op->http, '?') + 1;
	size_t      n = strcspn(name, "&");

	for (size_t i = 0; i < n_config_kinds; i++)
		if (strlen(config_kinds[i].name) == n && strncmp(config_kinds[i].name, name, n) == 0)
			return &config_kinds[i];
	task_throw(c->task, &FAULT_INTERNAL, "no kind of document for %s", c->op->http);
}

/* "" for kinds a bucket has one of. */
static const char *
wanted_id(struct call *c, const struct config_kind *k)
{
	const char *id = k->list != NULL ? request_arg(c->req, "id") : "";

	if (id == NULL || (k->list != NULL && (*id == '\0' || strlen(id) > ID_MAX ||
	    strspn(id, ID_BASE62 "-_.") != strlen(id))))
		s3_throw(c, &S3_INVALID_CONFIGURATION_ID, NULL, NULL);
	return id;
}

static void
check_result(struct call *c, const struct config_kind *k, enum blob_result r, const char *bucket)
{
	if (r == BLOB_FULL)
		task_throw(c->task, &S3_TOO_MANY_CONFIGURATIONS, NULL);
	if (r == BLOB_NO_KEY && k->list != NULL)
		task_throw(c->task, k->missing, NULL);
	if (r != BLOB_OK && r != BLOB_NO_KEY)
		s3_throw_result(c, r, bucket, NULL);
}

/* What the body holds, as it will be kept. */
static struct xml *
read_document(struct call *c, const struct config_kind *k, const char *id)
{
	const struct xml *x;
	struct xml       *kept;
	const char       *inner;

	if (k->needs_digest)
		s3_need_digest(c);
	x = s3_xml(c, k->root);
	if (x == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	kept = document_check(c, x, k->members);
	inner = k->list != NULL ? xml_child_text(kept, "Id") : id;
	if (strcmp(inner, id) != 0)
		task_throw(c->task, k->mismatch != NULL ? k->mismatch : &S3_MALFORMED_XML, NULL);
	if (k->check != NULL)
		k->check(c, kept);
	return kept;
}

static void
forget(struct call *c, const struct config_kind *k, const char *bucket)
{
	if (blob_remembered(k->name))
		s3_access_forget(c, bucket);
}

void
s3_put_bucket_configuration(struct call *c)
{
	const struct config_kind *k = kind_of(c);
	const char               *bucket = s3_bucket(c), *id = wanted_id(c, k);
	struct xml               *x = read_document(c, k, id);
	struct blob_config        config = { id, document_text(c, x) };

	/* Every put reads these; a long one of rules is read each time, not remembered (access.c). */
	if (blob_remembered(k->name) && !k->is_long && strlen(config.document) > MOST_OF_SHORT)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	s3_check_quota(c, (int64_t)strlen(config.document));
	if (k->along != NULL) {
		db_enclose(c->task);
		k->along(c, x);
	}
	check_result(c, k, blob_config_put(c->task, &c->space, s3_owner(c), bucket, k->name, &config,
	    MOST_IDS), bucket);
	if (k->along != NULL) {
		db_commit_all(c->task);
		courier_kick();
	}
	forget(c, k, bucket);
	if (k->given != NULL)
		k->given(c, x);
	if (k->list != NULL)
		c->reply.status = 204;
}

static void
answer(struct call *c, const struct config_kind *k, const char *document)
{
	const struct xml *x;

	call_header(c, "Content-Type", "application/xml");
	if (document == NULL && k->unset != NULL) {
		k->unset(c);
		return;
	}
	if (document == NULL) {
		enc_struct(c->out, k->root);
		enc_end(c->out);
		return;
	}
	x = document_parse(c, document);
	if (k->given != NULL)
		k->given(c, x);
	document_write(c->out, x);
}

void
s3_get_bucket_configuration(struct call *c)
{
	const struct config_kind *k = kind_of(c);
	const char               *bucket = s3_bucket(c), *id = wanted_id(c, k), *document;

	check_result(c, k, blob_config_find(c->task, &c->space, s3_owner(c), bucket, k->name, id,
	    &document), bucket);
	if (document == NULL && k->missing != NULL)
		s3_throw(c, k->missing, NULL, "BucketName", k->list == NULL ? bucket : NULL, NULL);
	answer(c, k, document);
}

void
s3_delete_bucket_configuration(struct call *c)
{
	const struct config_kind *k = kind_of(c);
	const char               *bucket = s3_bucket(c), *id = wanted_id(c, k);

	if (k->along != NULL) {
		db_enclose(c->task);
		k->along(c, NULL);
	}
	check_result(c, k, blob_config_remove(c->task, &c->space, s3_owner(c), bucket, k->name, id),
	    bucket);
	if (k->along != NULL)
		db_commit_all(c->task);
	forget(c, k, bucket);
	c->reply.status = 204;
}

/* A token is the last id of the page before, out of the client's sight. */
static const char *
token_of(struct call *c)
{
	const char *token = request_arg(c->req, "continuation-token");
	size_t      n;
	char       *id;

	if (token == NULL || *token == '\0')
		return "";
	id = base64url_decode(c->task->mem, token, &n);
	if (id == NULL || n == 0 || !text_utf8(id, n))
		s3_throw(c, &S3_INVALID_ARGUMENT, "The continuation token provided is incorrect",
		    "ArgumentName", "continuation-token", NULL);
	return mem_text_n(c->task->mem, id, n);
}

void
s3_list_bucket_configurations(struct call *c)
{
	const struct config_kind *k = kind_of(c);
	const char               *bucket = s3_bucket(c), *after = token_of(c);
	struct blob_config       *list;
	size_t                    n;

	check_result(c, k, blob_config_list(c->task, &c->space, s3_owner(c), bucket, k->name, after,
	    PAGE + 1, &list, &n), bucket);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, k->list);
	for (size_t i = 0; i < n && i < PAGE; i++)
		document_write(c->out, document_parse(c, list[i].document));
	enc_bool(c->out, "IsTruncated", n > PAGE);
	enc_text(c->out, "ContinuationToken", request_arg(c->req, "continuation-token"));
	if (n > PAGE)
		enc_text(c->out, "NextContinuationToken", base64url_encode(c->task->mem,
		    list[PAGE - 1].id, strlen(list[PAGE - 1].id)));
	enc_end(c->out);
}

struct xml *
config_find(struct call *c, const char *bucket, const char *kind, enum blob_result *r)
{
	const char *document;

	*r = blob_config_find(c->task, &c->space, NULL, bucket, kind, "", &document);
	return document != NULL ? document_parse(c, document) : NULL;
}

/*
 * Nothing is copied to other buckets, so there never is such a configuration (PutBucketReplication
 * is not built).
 */
void
s3_get_bucket_replication(struct call *c)
{
	s3_find_bucket(c);
	task_throw(c->task, &S3_NO_REPLICATION, NULL);
}

void
s3_delete_bucket_replication(struct call *c)
{
	s3_find_bucket(c);
	c->reply.status = 204;
}
