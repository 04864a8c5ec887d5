/* shared/store/oci_body.c - bodies in and out of OCI Object Storage */
#include "shared/store/oci_body.h"

#include <inttypes.h>
#include <string.h>

#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/store/oci.h"
#include "shared/wire/base64.h"
#include "shared/wire/enc.h"
#include "shared/wire/json.h"
#include "shared/wire/uri.h"

/* Two may make it at once, for two bodies: the second hears that it is there. */
static void
make_bucket(struct task *t, struct store *s, const struct remote_name *name)
{
	struct oci        *o = oci_of(s);
	struct buf         b = buf_new(t->mem);
	struct enc        *e = enc_new(t->mem, &enc_traits_json, &b);
	struct http_answer a;

	enc_struct(e, NULL);
	enc_text(e, "name", oci_bucket(t, name));
	enc_text(e, "compartmentId", o->compartment);
	enc_end(e);
	oci_call(t, s, &(struct oci_request){ .method = "POST", .kind = OCI_JSON,
		.path = mem_fmt(t->mem, "%s/n/%s/b", o->remote.http.prefix, o->ns),
		.body = b.data, .size = b.len }, &a);
	if (a.status != 200 && (a.status != 409 ||
	        strcmp(oci_code(t, &a), "BucketAlreadyExists") != 0))
		oci_failed(t, s, "make a bucket", &a);
}

/* The first request for a body: if it fails for want of a bucket, that is made. */
static void
call_with_bucket(struct task *t, struct store *s, const struct remote_name *name,
    const struct oci_request *r, struct http_answer *a)
{
	oci_call(t, s, r, a);
	if (a->status != 404 || strcmp(oci_code(t, a), "BucketNotFound") != 0)
		return;
	make_bucket(t, s, name);
	oci_call(t, s, r, a);
}

static void
check_md5(struct task *t, struct store *s, const struct http_answer *a, const char *header,
    const char *expected)
{
	const char *said = http_answer_header(a->stream, header);

	if (said == NULL || strcmp(said, expected) != 0)
		remote_lied(t, s, expected, said);
}

void
oci_put(struct task *t, struct store *s, const struct remote_name *name, const void *p, size_t n,
    const unsigned char md5[REMOTE_MD5])
{
	const char        *digest = base64_encode(t->mem, md5, REMOTE_MD5);
	struct http_answer a;

	call_with_bucket(t, s, name, &(struct oci_request){ .method = "PUT", .kind = OCI_BYTES,
		.path = oci_path(t, s, name, "/o/%s", name->id), .md5 = digest, .body = p, .size = n },
	    &a);
	if (a.status != 200)
		oci_failed(t, s, "put", &a);
	check_md5(t, s, &a, "opc-content-md5", digest);
}

const char *
oci_begin(struct task *t, struct store *s, const struct remote_name *name)
{
	struct buf          b = buf_new(t->mem);
	struct enc         *e = enc_new(t->mem, &enc_traits_json, &b);
	struct http_answer  a;
	struct json_object *id;

	enc_struct(e, NULL);
	enc_text(e, "object", name->id);
	enc_end(e);
	call_with_bucket(t, s, name, &(struct oci_request){ .method = "POST", .kind = OCI_JSON,
		.once = true, .path = oci_path(t, s, name, "/u"), .body = b.data, .size = b.len }, &a);
	id = a.status == 200 ? json_get(json_parse(t->mem, a.body.data, a.body.len), "uploadId") : NULL;
	if (id == NULL)
		oci_failed(t, s, "begin an upload", &a);
	return uri_encode(t->mem, json_object_get_string(id), false);
}

const char *
oci_part(struct task *t, struct store *s, const struct remote_name *name, const char *upload,
    int number, const void *p, size_t n, const unsigned char md5[REMOTE_MD5])
{
	const char        *digest = base64_encode(t->mem, md5, REMOTE_MD5), *etag;
	struct http_answer a;

	oci_call(t, s, &(struct oci_request){ .method = "PUT", .kind = OCI_BYTES,
		.path = oci_path(t, s, name, "/u/%s", name->id), .md5 = digest, .body = p, .size = n,
		.query = mem_fmt(t->mem, "uploadId=%s&uploadPartNum=%d", upload, number) }, &a);
	etag = http_answer_header(a.stream, "etag");
	if (a.status != 200 || etag == NULL)
		oci_failed(t, s, "put a part", &a);
	check_md5(t, s, &a, "opc-content-md5", digest);
	return etag;
}

void
oci_commit(struct task *t, struct store *s, const struct remote_name *name, const char *upload,
    const char *etags, int n, const unsigned char md5[REMOTE_MD5])
{
	struct buf         b = buf_new(t->mem);
	struct enc        *e = enc_new(t->mem, &enc_traits_json, &b);
	struct http_answer a;

	enc_struct(e, NULL);
	enc_list(e, "partsToCommit", NULL);
	for (int i = 1; i <= n; i++) {
		enc_struct(e, NULL);
		enc_int(e, "partNum", i);
		enc_text(e, "etag", etags);
		enc_end(e);
		etags += strlen(etags) + 1;
	}
	enc_end(e);
	enc_end(e);
	oci_call(t, s, &(struct oci_request){ .method = "POST", .kind = OCI_JSON, .once = true,
		.path = oci_path(t, s, name, "/u/%s", name->id), .body = b.data, .size = b.len,
		.query = mem_fmt(t->mem, "uploadId=%s", upload) }, &a);
	if (a.status != 200)
		oci_failed(t, s, "commit an upload", &a);
	check_md5(t, s, &a, "opc-multipart-md5",
	    mem_fmt(t->mem, "%s-%d", base64_encode(t->mem, md5, REMOTE_MD5), n));
}

struct http_stream *
oci_get(struct task *t, struct store *s, const struct remote_name *name, int64_t offset,
    int64_t length)
{
	struct http_service *http = &oci_of(s)->remote.http;
	struct oci_request   r = { .method = "GET", .path = oci_path(t, s, name, "/o/%s", name->id),
		.range = mem_fmt(t->mem, "bytes=%" PRId64 "-%" PRId64, offset, offset + length - 1) };
	struct http_tries    tries = { 0 };
	struct http_stream  *h = NULL;
	int                  status;

	do {
		struct http_request q = oci_request_of(t, s, &r);

		if (h != NULL)
			http_close(h);
		h = http_open(t, http, &q);
		status = http_status(h);
	} while (http_again(t, http, &tries, status));
	remote_check_range(t, s, h, offset, "opc-request-id");
	return h;
}
