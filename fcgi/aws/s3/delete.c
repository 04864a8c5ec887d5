/* fcgi/aws/s3/delete.c - DeleteObject and DeleteObjects */
#include <string.h>

#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "shared/wire/xml.h"

enum { MOST_KEYS = 1000 };

/* Of directory buckets only. */
static const char *const express[] = { "x-amz-if-match-last-modified-time", "x-amz-if-match-size" };

void
s3_delete_object(struct call *c)
{
	const char      *bucket = s3_bucket(c), *key = s3_key(c);
	const char      *etag = s3_unquoted(c, request_header(c->req, "if-match"));
	enum blob_result r;

	s3_check_version_id(c, request_arg(c->req, "versionId"));
	for (size_t i = 0; i < COUNT(express); i++)
		if (request_header(c->req, express[i]) != NULL)
			s3_throw(c, &S3_NOT_IMPLEMENTED, NULL, "Header", express[i], NULL);
	r = blob_delete(c->task, &c->space, s3_owner(c), bucket, key, etag);
	if (r == BLOB_UNMET)
		s3_throw(c, &S3_PRECONDITION, NULL, "Condition", "If-Match", NULL);
	if (r != BLOB_OK && (r != BLOB_NO_KEY || etag != NULL))
		s3_throw_result(c, r, bucket, key);
	c->reply.status = 204;
}

/* One <Object> of the request and what became of it. */
struct wanted {
	const char      *key, *etag, *version;
	bool             known; /* no version but "null" ever was */
	enum blob_result result;
};

static bool
read_wanted(struct call *c, const struct xml *x, struct wanted *w)
{
	w->key = xml_child_text(x, "Key");
	w->version = xml_child_text(x, "VersionId");
	w->etag = s3_unquoted(c, xml_child_text(x, "ETag"));
	w->known = w->version == NULL || *w->version == '\0' || strcmp(w->version, "null") == 0;
	if (w->key == NULL || *w->key == '\0')
		return false;
	s3_check_key(c, w->key);
	return true;
}

static size_t
read_request(struct call *c, const struct xml *x, struct wanted *list)
{
	size_t n = 0;

	for (const struct xml *o = x->first; o != NULL; o = o->next) {
		if (strcmp(o->name, "Object") != 0)
			continue;
		if (n == MOST_KEYS || !read_wanted(c, o, &list[n++]))
			task_throw(c->task, &S3_MALFORMED_XML, NULL);
	}
	if (n == 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	return n;
}

static void
delete_all(struct call *c, const char *bucket, struct wanted *list, size_t n)
{
	const char      **keys = mem_array(c->task->mem, const char *, n);
	const char      **etags = mem_array(c->task->mem, const char *, n);
	enum blob_result *results = mem_array(c->task->mem, enum blob_result, n), r;
	size_t            asked = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].known) {
			keys[asked] = list[i].key;
			etags[asked++] = list[i].etag;
		}
	r = blob_delete_many(c->task, &c->space, s3_owner(c), bucket, keys, etags, asked,
	    results);
	if (r != BLOB_OK)
		s3_throw_result(c, r, bucket, NULL);
	asked = 0;
	for (size_t i = 0; i < n; i++)
		if (list[i].known)
			list[i].result = results[asked++];
}

static void
put_error(struct call *c, const struct wanted *w, const struct fault *f)
{
	enc_struct(c->out, "Error");
	enc_text(c->out, "Key", s3_xml_text(c, w->key));
	enc_text(c->out, "VersionId", w->version);
	enc_text(c->out, "Code", f->code);
	enc_text(c->out, "Message", f->text);
	enc_end(c->out);
}

static void
put_outcome(struct call *c, const struct wanted *w, bool quiet)
{
	if (!w->known) {
		put_error(c, w, &S3_NO_VERSION);
	} else if (w->result == BLOB_UNMET) {
		put_error(c, w, &S3_PRECONDITION);
	} else if (w->result == BLOB_NO_KEY && w->etag != NULL) {
		put_error(c, w, &S3_NO_KEY);
	} else if (!quiet) {
		enc_struct(c->out, "Deleted");
		enc_text(c->out, "Key", s3_xml_text(c, w->key));
		enc_text(c->out, "VersionId", w->version);
		enc_end(c->out);
	}
}

void
s3_delete_objects(struct call *c)
{
	struct wanted    *list = mem_array(c->task->mem, struct wanted, MOST_KEYS);
	const char       *bucket = s3_bucket(c), *quiet;
	const struct xml *x;
	size_t            n;

	s3_need_digest(c);
	x = s3_xml(c, "Delete");
	if (x == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	n = read_request(c, x, list);
	quiet = xml_child_text(x, "Quiet");
	delete_all(c, bucket, list, n);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "DeleteResult");
	for (size_t i = 0; i < n; i++)
		put_outcome(c, &list[i], quiet != NULL && strcmp(quiet, "true") == 0);
	enc_end(c->out);
}
