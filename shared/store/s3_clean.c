/* shared/store/s3_clean.c - what the collector does to the s3 store */
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/store/s3.h"
#include "shared/wire/uri.h"
#include "shared/wire/xml.h"

void
s3_remove(struct task *t, struct store *s, const struct remote_name *name)
{
	struct http_answer a;

	s3_call(t, s, &(struct s3_request){ .method = "DELETE",
		.path = s3_path(t, s, s3_key_of(t, s, name)) }, &a);
	if (a.status != 204 && a.status != 200 && a.status != 404)
		s3_failed(t, s, "remove", &a);
}

/* A listing of the bucket; query without its '?'. */
static struct xml *
list(struct task *t, struct store *s, const char *query, const char *root)
{
	struct http_answer a;
	struct xml        *x;

	s3_call(t, s, &(struct s3_request){ .method = "GET", .path = s3_path(t, s, NULL),
		.query = query }, &a);
	x = a.status == 200 ? xml_parse(t->mem, a.body.data, a.body.len) : NULL;
	if (x == NULL || strcmp(x->name, root) != 0)
		s3_failed(t, s, "list", &a);
	return x;
}

/* One page of the uploads under keys that begin with key; how many there were. */
static int
abort_some(struct task *t, struct store *s, const char *key)
{
	struct xml *x = list(t, s, mem_fmt(t->mem, "max-uploads=1000&prefix=%s&uploads=",
	    uri_encode(t->mem, key, false)), "ListMultipartUploadsResult");
	int         n = 0;

	for (struct xml *u = xml_child(x, "Upload"); u != NULL; u = xml_again(u)) {
		const char        *k = xml_child_text(u, "Key"), *id = xml_child_text(u, "UploadId");
		struct http_answer a;

		if (k == NULL || id == NULL)
			continue;
		s3_call(t, s, &(struct s3_request){ .method = "DELETE", .path = s3_path(t, s, k),
			.query = mem_fmt(t->mem, "uploadId=%s", uri_encode(t->mem, id, false)) }, &a);
		if (a.status != 204 && a.status != 404)
			s3_failed(t, s, "abort an upload", &a);
		n++;
	}
	return n;
}

/* One page of the bodies whose keys begin with key. */
static int
remove_some(struct task *t, struct store *s, const char *key, int64_t until)
{
	struct xml *x = list(t, s, mem_fmt(t->mem, "list-type=2&max-keys=1000&prefix=%s",
	    uri_encode(t->mem, key, false)), "ListBucketResult");
	int         n = 0;

	for (struct xml *u = xml_child(x, "Contents"); u != NULL; u = xml_again(u)) {
		const char        *k = xml_child_text(u, "Key");
		struct mem_mark    mark = mem_mark(t->mem);
		struct http_answer a;

		if (k == NULL)
			continue;
		if (n > 0 && clock_monotonic() > until)
			break;
		s3_call(t, s, &(struct s3_request){ .method = "DELETE", .path = s3_path(t, s, k) }, &a);
		if (a.status != 204 && a.status != 200 && a.status != 404)
			s3_failed(t, s, "remove", &a);
		mem_release(t->mem, mark);
		n++;
	}
	return n;
}

void
s3_abort(struct task *t, struct store *s, const struct remote_name *name)
{
	abort_some(t, s, s3_key_of(t, s, name));
}

/* Page by page from the start: what was listed is gone then. */
bool
s3_remove_all(struct task *t, struct store *s, const struct remote_name *name, int64_t until)
{
	const char *key = s3_key_of(t, s, name);
	int         n;

	do {
		struct mem_mark mark = mem_mark(t->mem);

		n = abort_some(t, s, key) + remove_some(t, s, key, until);
		mem_release(t->mem, mark);
	} while (n > 0 && clock_monotonic() < until);
	return n == 0;
}
