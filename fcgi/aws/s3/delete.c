/* fcgi/aws/s3/delete.c - DeleteObject and DeleteObjects */
#include <string.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"
#include "shared/wire/xml.h"

enum { MOST_KEYS = 1000 };

/* Of directory buckets only. */
static const char *const express[] = { "x-amz-if-match-last-modified-time", "x-amz-if-match-size" };

static struct blob_remover
remover(struct call *c)
{
	const struct s3_access *a = s3_access(c, s3_bucket(c));
	struct blob_remover     by = { .owner = s3_acl_disabled(a) ? a->docs.owner : s3_caller(c) };

	by.passes = s3_passes_governance(c, &by.passes_asked);
	return by;
}

static _Noreturn void
throw(struct call *c, enum blob_result r, const char *bucket, const char *key)
{
	if (r == BLOB_NO_LOCKS)
		s3_throw(c, &S3_INVALID_ARGUMENT, "x-amz-bypass-governance-retention is only applicable to "
		    "Object Lock enabled buckets.", "ArgumentName", "x-amz-bypass-governance-retention",
		    NULL);
	if (r == BLOB_UNMET)
		s3_throw(c, &S3_PRECONDITION, NULL, "Condition", "If-Match", NULL);
	s3_throw_result(c, r, bucket, key);
}

void
s3_delete_object(struct call *c)
{
	const char         *bucket = s3_bucket(c), *key = s3_key(c), *id = NULL;
	struct blob_removal what = { .version = s3_version_arg(c),
		.etag = s3_unquoted(c, request_header(c->req, "if-match")) };
	struct blob_remover by = remover(c);
	struct blob_removed out = { 0 };
	struct s3_event     event;
	enum blob_result    r;

	for (size_t i = 0; i < COUNT(express); i++)
		if (request_header(c->req, express[i]) != NULL)
			s3_throw(c, &S3_NOT_IMPLEMENTED, NULL, "Header", express[i], NULL);
	s3_event_begin(c, bucket);
	r = blob_delete(c->task, &c->space, s3_owner(c), bucket, key, &what, &by, &out);
	out.result = r;
	event = s3_event_removed(key, &out, what.version != NULL);
	s3_event_end(c, bucket, &event, 1);
	if (r != BLOB_OK && (r != BLOB_NO_KEY || (what.etag != NULL && what.version == NULL)))
		throw(c, r, bucket, key);
	if (what.version != NULL)
		id = what.version;
	else if (out.versioned)
		id = out.version;
	if (id != NULL)
		call_header(c, "x-amz-version-id", s3_version_id(id));
	if (out.marker)
		call_header(c, "x-amz-delete-marker", "true");
	c->reply.status = 204;
}

/* One <Object> of the request and what became of it. */
struct wanted {
	const char         *key, *version; /* version: as it came */
	struct blob_removal what;
	bool                known;         /* it may be a version's id */
	bool                denied;
	struct blob_removed out;
};

static bool
read_wanted(struct call *c, const struct xml *x, struct wanted *w)
{
	/* Conditions of directory buckets: whoever sets them must not lose what they keep. */
	if (xml_child(x, "LastModifiedTime") != NULL || xml_child(x, "Size") != NULL)
		task_throw(c->task, &S3_NOT_BUILT, "Only ETag is a condition of DeleteObjects here.");
	w->key = xml_child_text(x, "Key");
	w->version = xml_child_text(x, "VersionId");
	w->what.etag = s3_unquoted(c, xml_child_text(x, "ETag"));
	if (w->version != NULL && *w->version == '\0')
		w->version = NULL;
	w->known = w->version == NULL || s3_version_valid(w->version);
	if (w->known)
		w->what.version = s3_version_named(c, w->version);
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

/* S3 tells of what was not there, too; whether also of a key that is deleted alone is not known. */
static struct s3_event
event_of(const char *key, const struct blob_removal *what, const struct blob_removed *out)
{
	struct s3_event e = s3_event_removed(key, out, what->version != NULL);

	if (out->result == BLOB_NO_KEY && !out->versioned && what->version == NULL &&
	    what->etag == NULL)
		e.name = "ObjectRemoved:Delete";
	return e;
}

static void
delete_all(struct call *c, const char *bucket, struct wanted *list, size_t n)
{
	const char         **keys = mem_array(c->task->mem, const char *, n);
	struct blob_removal *what = mem_array(c->task->mem, struct blob_removal, n);
	struct blob_removed *out = mem_array(c->task->mem, struct blob_removed, n);
	struct s3_event     *events = mem_array(c->task->mem, struct s3_event, n);
	struct blob_remover  by = remover(c);
	enum blob_result     r;
	size_t               asked = 0;

	for (size_t i = 0; i < n; i++) {
		const char *version = list[i].version;

		list[i].denied = s3_may(c, bucket, list[i].key, version != NULL && *version != '\0' ?
		    "s3:DeleteObjectVersion" : "s3:DeleteObject") != S3_MAY;
	}
	for (size_t i = 0; i < n; i++)
		if (list[i].known && !list[i].denied) {
			keys[asked] = list[i].key;
			what[asked++] = list[i].what;
		}
	s3_event_begin(c, bucket);
	r = blob_delete_many(c->task, &c->space, s3_owner(c), bucket, keys, what, asked, &by, out);
	for (size_t i = 0; i < asked; i++)
		events[i] = event_of(keys[i], &what[i], &out[i]);
	s3_event_end(c, bucket, events, r == BLOB_OK ? asked : 0);
	if (r != BLOB_OK)
		throw(c, r, bucket, NULL);
	asked = 0;
	for (size_t i = 0; i < n; i++)
		if (list[i].known && !list[i].denied)
			list[i].out = out[asked++];
}

static void
put_error(struct call *c, const struct wanted *w, const struct fault *f, const char *message)
{
	enc_struct(c->out, "Error");
	enc_text(c->out, "Key", w->key);
	enc_text(c->out, "VersionId", w->version);
	enc_text(c->out, "Code", f->code);
	enc_text(c->out, "Message", message != NULL ? message : f->text);
	enc_end(c->out);
}

static void
put_deleted(struct call *c, const struct wanted *w)
{
	enc_struct(c->out, "Deleted");
	enc_text(c->out, "Key", w->key);
	enc_text(c->out, "VersionId", w->version);
	if (w->out.marker) {
		enc_bool(c->out, "DeleteMarker", true);
		enc_text(c->out, "DeleteMarkerVersionId", s3_version_id(w->out.version));
	}
	enc_end(c->out);
}

static void
put_outcome(struct call *c, const struct wanted *w, bool quiet)
{
	if (w->denied)
		put_error(c, w, &S3_ACCESS_DENIED, NULL);
	else if (!w->known)
		put_error(c, w, &S3_NO_VERSION, NULL);
	else if (w->out.result == BLOB_UNMET)
		put_error(c, w, &S3_PRECONDITION, NULL);
	else if (w->out.result == BLOB_LOCKED)
		put_error(c, w, &S3_ACCESS_DENIED,
		    "Access Denied because object protected by object lock.");
	else if (w->out.result == BLOB_NO_KEY && w->what.etag != NULL && w->version == NULL)
		put_error(c, w, &S3_NO_KEY, NULL);
	else if (!quiet)
		put_deleted(c, w);
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
