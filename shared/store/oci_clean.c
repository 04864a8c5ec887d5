/* shared/store/oci_clean.c - what the collector does to the oci store */
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/store/oci.h"
#include "shared/wire/json.h"
#include "shared/wire/uri.h"

/* 204, or it is not there: neither body nor bucket is an error. */
static void
delete_it(struct task *t, struct store *s, const char *path, const char *query, const char *what)
{
	struct http_answer a;

	oci_call(t, s, &(struct oci_request){ .method = "DELETE", .path = path, .query = query }, &a);
	if (a.status != 204 && a.status != 404)
		oci_failed(t, s, what, &a);
}

void
oci_remove(struct task *t, struct store *s, const struct remote_name *name)
{
	delete_it(t, s, oci_path(t, s, name, "/o/%s", name->id), NULL, "remove");
}

/* A member that is a text; "" when it is none. */
static const char *
text_of(struct json_object *j, const char *name)
{
	struct json_object *x = json_get(j, name);

	return json_object_is_type(x, json_type_string) ? json_object_get_string(x) : "";
}

/* A list, below the bucket; NULL: there is no bucket. */
static struct json_object *
list(struct task *t, struct store *s, const char *path, const char *query, struct http_answer *a)
{
	struct json_object *j;

	oci_call(t, s, &(struct oci_request){ .method = "GET", .path = path, .query = query }, a);
	if (a->status == 404 && strcmp(oci_code(t, a), "BucketNotFound") == 0)
		return NULL;
	j = a->status == 200 ? json_parse(t->mem, a->body.data, a->body.len) : NULL;
	if (j == NULL)
		oci_failed(t, s, "list", a);
	return j;
}

/* The uploads of the bucket, or those of one body.  Listings of uploads know no prefix. */
void
oci_abort(struct task *t, struct store *s, const struct remote_name *name)
{
	const char *page = NULL;

	do {
		struct http_answer  a;
		struct json_object *j = list(t, s, oci_path(t, s, name, "/u"), mem_fmt(t->mem,
		    "limit=1000%s%s", page != NULL ? "&page=" : "",
		    page != NULL ? uri_encode(t->mem, page, false) : ""), &a);
		size_t n = json_object_is_type(j, json_type_array) ? json_object_array_length(j) : 0;

		for (size_t i = 0; i < n; i++) {
			struct json_object *u = json_object_array_get_idx(j, i);
			const char         *object = text_of(u, "object");

			if (name->id == NULL || strcmp(name->id, object) == 0)
				delete_it(t, s, oci_path(t, s, name, "/u/%s", uri_encode(t->mem, object, false)),
				    mem_fmt(t->mem, "uploadId=%s",
				    uri_encode(t->mem, text_of(u, "uploadId"), false)), "abort an upload");
		}
		page = http_answer_header(a.stream, "opc-next-page");
	} while (page != NULL);
}

/* One page of bodies; how many there were, -1: there is no bucket. */
static int
remove_some(struct task *t, struct store *s, const struct remote_name *name, int64_t until)
{
	struct http_answer  a;
	struct json_object *j = list(t, s, oci_path(t, s, name, "/o"), "limit=1000", &a), *objects;
	int                 n = 0;

	if (j == NULL)
		return -1;
	objects = json_get(j, "objects");
	if (!json_object_is_type(objects, json_type_array))
		oci_failed(t, s, "list", &a);
	for (size_t i = 0; i < json_object_array_length(objects); i++) {
		struct mem_mark mark = mem_mark(t->mem);
		const char     *object = text_of(json_object_array_get_idx(objects, i), "name");

		if (n > 0 && clock_monotonic() > until)
			break;
		delete_it(t, s, oci_path(t, s, name, "/o/%s", uri_encode(t->mem, object, false)), NULL,
		    "remove");
		mem_release(t->mem, mark);
		n++;
	}
	return n;
}

/* At last the bucket; something may have come into it meanwhile. */
static bool
remove_bucket(struct task *t, struct store *s, const struct remote_name *name)
{
	struct http_answer a;

	oci_call(t, s, &(struct oci_request){ .method = "DELETE",
		.path = oci_path(t, s, name, "%s", "") }, &a);
	if (a.status == 409)
		return false;
	if (a.status != 204 && a.status != 404)
		oci_failed(t, s, "remove a bucket", &a);
	return true;
}

bool
oci_remove_all(struct task *t, struct store *s, const struct remote_name *name, int64_t until)
{
	int n;

	oci_abort(t, s, name);
	do {
		struct mem_mark mark = mem_mark(t->mem);

		n = remove_some(t, s, name, until);
		mem_release(t->mem, mark);
	} while (n > 0 && clock_monotonic() < until);
	return n <= 0 && (n < 0 || remove_bucket(t, s, name));
}
