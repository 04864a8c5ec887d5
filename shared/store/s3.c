/* shared/store/s3.c - object bytes in a bucket of any service that speaks S3 */
#include "shared/store/s3.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/uri.h"
#include "shared/wire/xml.h"

struct s3 *
s3_of(struct store *s)
{
	return (struct s3 *)(void *)s;
}

const char *
s3_key_of(struct task *t, struct store *s, const struct remote_name *name)
{
	return mem_fmt(t->mem, "%s%" PRId64 "/%s", s3_of(s)->prefix, name->environment,
	    name->id != NULL ? name->id : "");
}

const char *
s3_path(struct task *t, struct store *s, const char *key)
{
	return mem_fmt(t->mem, "%s/%s", s3_of(s)->root,
	    key != NULL ? uri_encode(t->mem, key, true) : "");
}

static struct http_request
request_of(struct task *t, struct store *s, const struct s3_request *r)
{
	struct http_request out = { .method = r->method, .path = r->path, .query = r->query,
		.body = r->size > 0 ? r->body : "", .size = r->size };

	if (r->md5 != NULL)
		http_add(t->mem, &out, "content-md5", r->md5);
	if (r->range != NULL)
		http_add(t->mem, &out, "range", r->range);
	if (r->type != NULL)
		http_add(t->mem, &out, "content-type", r->type);
	sigv4_sign_request(t, &s3_of(s)->remote.http, &s3_of(s)->key, clock_now(), &out);
	return out;
}

void
s3_call(struct task *t, struct store *s, const struct s3_request *r, struct http_answer *out)
{
	struct http_tries tries = { .refused = r->once };

	do {
		struct http_request q = request_of(t, s, r);

		http_call(t, &s3_of(s)->remote.http, &q, out);
	} while (http_again(t, &s3_of(s)->remote.http, &tries, out->status));
}

void
s3_failed(struct task *t, struct store *s, const char *what, const struct http_answer *a)
{
	remote_failed(t, s, what, a, http_answer_header(a->stream, "x-amz-request-id"));
}

/*
 * An etag is the MD5 of what was stored, unless it is encrypted with a key of a customer's or of
 * KMS: then it is something else of that form, and the service's word on Content-MD5 must do.
 */
static void
check_etag(struct task *t, struct store *s, const struct http_answer *a, const char *etag,
    const char *expected)
{
	const char *sse = http_answer_header(a->stream, "x-amz-server-side-encryption");
	size_t      n = strlen(etag);

	if ((sse != NULL && strcmp(sse, "AES256") != 0) ||
	    http_answer_header(a->stream, "x-amz-server-side-encryption-customer-algorithm") != NULL)
		return;
	if (n >= 2 && etag[0] == '"' && etag[n - 1] == '"')
		etag = mem_text_n(t->mem, etag + 1, n - 2);
	if (strcmp(etag, expected) != 0)
		remote_lied(t, s, expected, etag);
}

/* The etag that an answer names, which must be the expected one. */
static const char *
etag_of(struct task *t, struct store *s, const struct http_answer *a, const char *what,
    const char *expected)
{
	const char *etag = http_answer_header(a->stream, "etag");

	if (a->status != 200 || etag == NULL)
		s3_failed(t, s, what, a);
	check_etag(t, s, a, etag, expected);
	return etag;
}

static void
s3_put(struct task *t, struct store *s, const struct remote_name *name, const void *p, size_t n,
    const unsigned char md5[REMOTE_MD5])
{
	struct http_answer a;

	s3_call(t, s, &(struct s3_request){ .method = "PUT",
		.path = s3_path(t, s, s3_key_of(t, s, name)), .body = p, .size = n,
		.type = "application/octet-stream",
		.md5 = base64_encode(t->mem, md5, REMOTE_MD5) }, &a);
	etag_of(t, s, &a, "put", text_hex(t->mem, md5, REMOTE_MD5));
}

/* The root of an answer's document, if it is what was asked for; NULL otherwise. */
static struct xml *
document(struct task *t, const struct http_answer *a, const char *root)
{
	struct xml *x = NULL;

	if (a->status == 200 && a->body.len > 0)
		x = xml_parse(t->mem, a->body.data, a->body.len);
	return x != NULL && strcmp(x->name, root) == 0 ? x : NULL;
}

static const char *
s3_begin(struct task *t, struct store *s, const struct remote_name *name)
{
	struct http_answer a;
	struct xml        *x;
	const char        *id;

	s3_call(t, s, &(struct s3_request){ .method = "POST", .once = true, .query = "uploads=",
		.path = s3_path(t, s, s3_key_of(t, s, name)), .type = "application/octet-stream" }, &a);
	x = document(t, &a, "InitiateMultipartUploadResult");
	id = x != NULL ? xml_child_text(x, "UploadId") : NULL;
	if (id == NULL || id[0] == '\0')
		s3_failed(t, s, "begin an upload", &a);
	return uri_encode(t->mem, id, false);
}

static const char *
s3_part(struct task *t, struct store *s, const struct remote_name *name, const char *upload,
    int number, const void *p, size_t n, const unsigned char md5[REMOTE_MD5])
{
	struct http_answer a;

	s3_call(t, s, &(struct s3_request){ .method = "PUT",
		.path = s3_path(t, s, s3_key_of(t, s, name)), .body = p, .size = n,
		.query = mem_fmt(t->mem, "partNumber=%d&uploadId=%s", number, upload),
		.md5 = base64_encode(t->mem, md5, REMOTE_MD5) }, &a);
	return etag_of(t, s, &a, "put a part", text_hex(t->mem, md5, REMOTE_MD5));
}

/* What was completed has the expected etag, says the object itself. */
static void
check_object(struct task *t, struct store *s, const struct remote_name *name, const char *expected)
{
	struct http_answer a;

	s3_call(t, s, &(struct s3_request){ .method = "HEAD",
		.path = s3_path(t, s, s3_key_of(t, s, name)) }, &a);
	etag_of(t, s, &a, "look at a completed upload", expected);
}

/*
 * An error may come with status 200: the service answers before it is done.  Ceph 16 leaves the
 * ETag of its answer empty.
 */
static void
s3_commit(struct task *t, struct store *s, const struct remote_name *name, const char *upload,
    const char *etags, int n, const unsigned char md5[REMOTE_MD5])
{
	struct http_answer a;
	struct buf         b = buf_new(t->mem);
	struct xml        *x;
	const char        *etag, *expected;

	buf_text(&b, "<CompleteMultipartUpload>");
	for (int i = 1; i <= n; i++) {
		size_t len = strlen(etags), quoted = etags[0] == '"';

		buf_fmt(&b, "<Part><PartNumber>%d</PartNumber><ETag>&quot;%.*s&quot;</ETag></Part>", i,
		    (int)(len - 2 * quoted), etags + quoted);
		etags += len + 1;
	}
	buf_text(&b, "</CompleteMultipartUpload>");
	s3_call(t, s, &(struct s3_request){ .method = "POST", .once = true,
		.path = s3_path(t, s, s3_key_of(t, s, name)), .body = b.data, .size = b.len,
		.query = mem_fmt(t->mem, "uploadId=%s", upload), .type = "application/xml" }, &a);
	x = document(t, &a, "CompleteMultipartUploadResult");
	etag = x != NULL ? xml_child_text(x, "ETag") : NULL;
	if (etag == NULL)
		s3_failed(t, s, "complete an upload", &a);
	expected = mem_fmt(t->mem, "%s-%d", text_hex(t->mem, md5, REMOTE_MD5), n);
	if (etag[0] == '\0')
		check_object(t, s, name, expected);
	else
		check_etag(t, s, &a, etag, expected);
}

static struct http_stream *
s3_get(struct task *t, struct store *s, const struct remote_name *name, int64_t offset,
    int64_t length)
{
	struct http_service *http = &s3_of(s)->remote.http;
	const char          *path = s3_path(t, s, s3_key_of(t, s, name));
	const char *range = mem_fmt(t->mem, "bytes=%" PRId64 "-%" PRId64, offset, offset + length - 1);
	struct http_tries    tries = { 0 };
	struct http_stream  *h = NULL;
	int                  status;

	do {
		struct http_request q = request_of(t, s, &(struct s3_request){ .method = "GET",
			.path = path, .range = range });

		if (h != NULL)
			http_close(h);
		h = http_open(t, http, &q);
		status = http_status(h);
	} while (http_again(t, http, &tries, status));
	remote_check_range(t, s, h, offset, "x-amz-request-id");
	return h;
}

static bool
read_secret(struct s3 *s, const char *file, char *error, size_t size)
{
	FILE  *f = fopen(file, "re");
	size_t n;

	if (f == NULL) {
		snprintf(error, size, "cannot read MF_STORE_SECRET_FILE=%s: %s", file, strerror(errno));
		return false;
	}
	n = fread(s->secret, 1, sizeof(s->secret) - 1, f);
	fclose(f);
	s->secret[n] = '\0';
	s->secret[strcspn(s->secret, " \t\r\n")] = '\0';
	if (s->secret[0] == '\0')
		snprintf(error, size, "MF_STORE_SECRET_FILE=%s is empty", file);
	return s->secret[0] != '\0';
}

/* BUCKET or BUCKET/PREFIX; the bucket goes into the path or in front of the host. */
static bool
set_names(struct s3 *s, const struct conf *c, const char *where, char *error, size_t size)
{
	size_t bucket = strcspn(where, "/"), prefix = strlen(where + bucket);

	while (prefix > 0 && where[bucket + prefix - 1] == '/')
		prefix--;
	if (bucket == 0 || bucket > 63 || prefix > 200) {
		snprintf(error, size, "MF_STORE=%s: an s3 store is s3:BUCKET or s3:BUCKET/PREFIX",
		    c->store);
		return false;
	}
	if (prefix > 1)
		snprintf(s->prefix, sizeof(s->prefix), "%.*s/", (int)prefix - 1, where + bucket + 1);
	if (c->store_path_style)
		snprintf(s->root, sizeof(s->root), "%s/%.*s", s->remote.http.prefix, (int)bucket, where);
	else
		snprintf(s->root, sizeof(s->root), "%s", s->remote.http.prefix);
	return true;
}

/* The service's address; with the bucket in front of the host when that is wanted. */
static void
set_endpoint(const struct conf *c, const char *where, char *out, size_t size)
{
	const char *given = c->store_endpoint, *host = strstr(given, "://");

	if (host == NULL && given[0] == '\0')
		snprintf(out, size, "https://%.*s%ss3.%s.amazonaws.com",
		    c->store_path_style ? 0 : (int)strcspn(where, "/"), where,
		    c->store_path_style ? "" : ".", c->store_region);
	else if (host == NULL || c->store_path_style)
		snprintf(out, size, "%s", given);
	else
		snprintf(out, size, "%.*s%.*s.%s", (int)(host + 3 - given), given,
		    (int)strcspn(where, "/"), where, host + 3);
}

static const struct remote_kind kind = {
	.put = s3_put, .begin = s3_begin, .part = s3_part, .commit = s3_commit, .get = s3_get,
	.remove = s3_remove, .abort = s3_abort, .remove_all = s3_remove_all,
};

static struct store *
s3_open(const struct conf *c, const char *where, char *error, size_t size)
{
	struct s3 *s = calloc(1, sizeof(*s));
	char       endpoint[600];

	if (s == NULL)
		abort();
	set_endpoint(c, where, endpoint, sizeof(endpoint));
	snprintf(s->id, sizeof(s->id), "%s", c->store_key);
	snprintf(s->region, sizeof(s->region), "%s", c->store_region);
	s->key = (struct sigv4_key){ .id = s->id, .secret = s->secret, .region = s->region };
	if (!remote_open(&s->remote, c, &store_s3, &kind, endpoint, error, size) ||
	    !set_names(s, c, where, error, size) ||
	    !read_secret(s, c->store_secret_file, error, size)) {
		free(s);
		return NULL;
	}
	return &s->remote.store;
}

static void
s3_close(struct store *s)
{
	explicit_bzero(s3_of(s)->secret, sizeof(s3_of(s)->secret));
	free(s);
}

const struct store_driver store_s3 = {
	.kind = "s3", .open = s3_open, .close = s3_close, REMOTE_FUNCTIONS,
};
