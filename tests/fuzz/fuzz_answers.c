/* tests/fuzz/fuzz_answers.c - what stores of others and an OpenID provider answer us */
#include "tests/fuzz/fuzz.h"

#include <strings.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"
#include "shared/client/http.h"
#include "shared/client/oci.h"
#include "shared/core/oidc.h"
#include "shared/store/oci.h"
#include "shared/store/s3.h"
#include "tests/fuzz/no_db.h"
#include "tests/fuzz/no_log.h"

/*
 * A letter says what is done.  Then come the answers, one for each request, an empty line and a dot
 * between them: a line with the status, headers up to an empty line, a body.
 */
static const char *left;

struct http_stream {
	int         status;
	const char *headers, *body;
};

static struct http_stream *
next_answer(struct mem *m)
{
	static const char   end[] = "\n\n.\n";
	const char         *stop = strstr(left, end), *head, *blank;
	struct http_stream *h = mem_one(m, struct http_stream);
	int64_t             status = 0;

	head = stop != NULL ? mem_text_n(m, left, (size_t)(stop - left)) : left;
	left = stop != NULL ? stop + strlen(end) : left + strlen(left);
	blank = strstr(head, "\n\n");
	text_i64(mem_text_n(m, head, strcspn(head, "\n")), 100, 599, &status);
	h->status = (int)status;
	h->headers = blank != NULL ? mem_text_n(m, head, (size_t)(blank - head)) : head;
	h->body = blank != NULL ? blank + 2 : "";
	return h;
}

/* In the place of shared/client/http.c and http_retry.c. */
struct http_stream *
http_open(struct task *t, struct http_service *s, const struct http_request *r)
{
	(void)s;
	assert(r->method != NULL && r->path[0] == '/' && strpbrk(r->path, " \r\n") == NULL);
	for (const struct http_header *h = r->headers; h != NULL; h = h->next)
		assert(h->value != NULL);
	return next_answer(t->mem);
}

int
http_status(const struct http_stream *h)
{
	return h->status;
}

const char *
http_answer_header(const struct http_stream *h, const char *name)
{
	static char value[300];
	size_t      n = strlen(name);

	for (const char *p = strchr(h->headers, '\n'); p != NULL; p = strchr(p, '\n'))
		if (strncasecmp(++p, name, n) == 0 && p[n] == ':') {
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(p + n + 1, "\n"), p + n + 1);
			return value;
		}
	return NULL;
}

size_t
http_read(struct http_stream *h, void *p, size_t n)
{
	size_t got = strlen(h->body) < n ? strlen(h->body) : n;

	memcpy(p, h->body, got);
	h->body += got;
	return got;
}

const char *
http_error(const struct http_stream *h)
{
	return h->status == 0 ? "no answer" : NULL;
}

void
http_close(struct http_stream *h)
{
	h->body = "";
}

void
http_call(struct task *t, struct http_service *s, const struct http_request *r,
    struct http_answer *out)
{
	struct http_stream *h = http_open(t, s, r);

	*out = (struct http_answer){ .status = h->status, .error = http_error(h), .stream = h,
		.body = buf_new(t->mem) };
	buf_text(&out->body, h->body);
}

bool
http_again(struct task *t, struct http_service *s, struct http_tries *tries, int status)
{
	(void)t;
	(void)s;
	return status == 503 && tries->n++ < 3;
}

/* In the place of shared/client/oci.c, whose signatures take their time. */
bool
oci_key_read(struct oci_key *k, const char *file, char *error, size_t size)
{
	(void)k;
	(void)file;
	(void)error;
	return size > 0;
}

void
oci_key_free(struct oci_key *k)
{
	(void)k;
}

void
oci_sign(struct task *t, const struct http_service *s, const struct oci_key *k, const char *date,
    bool with_body, struct http_request *r)
{
	(void)s;
	(void)k;
	(void)with_body;
	http_add(t->mem, r, "date", date);
}

static struct remote *
open_store(const char *which)
{
	static struct conf c;
	char               error[256];
	struct remote     *r;

	assert(conf_read(&c, error, sizeof(error)));
	c.store_endpoint = "http://127.0.0.1:1";
	c.store_region = "us-east-1";
	c.store_key = "key";
	c.store_secret_file = "/proc/self/cmdline";
	c.oci_tenancy = c.oci_user = c.oci_fingerprint = c.oci_compartment = c.oci_key_file = "x";
	c.store = which;
	r = (struct remote *)(void *)store_open(&c, error, sizeof(error));
	assert(r != NULL);
	return r;
}

static const unsigned char md5[REMOTE_MD5];

/* A whole upload, and what is read of it. */
static void
store(struct task *t, struct remote *r)
{
	const struct remote_name name = { 1, "env-abc123defg", "body" };
	struct store            *s = &r->store;
	const char              *upload, *etag;
	char                     bytes[100];
	struct http_stream      *h;

	r->kind->put(t, s, &name, "x", 1, md5);
	upload = r->kind->begin(t, s, &name);
	etag = r->kind->part(t, s, &name, upload, 1, "x", 1, md5);
	r->kind->commit(t, s, &name, upload, mem_fmt(t->mem, "%s%c", etag, 0), 1, md5);
	h = r->kind->get(t, s, &name, 3, 10);
	while (http_read(h, bytes, sizeof(bytes)) > 0)
		continue;
}

static void
clean(struct task *t, struct remote *r)
{
	const struct remote_name one = { 1, "env-abc123defg", "body" };
	const struct remote_name all = { 1, "env-abc123defg", NULL };

	r->kind->abort(t, &r->store, &one);
	r->kind->remove(t, &r->store, &one);
	r->kind->remove_all(t, &r->store, &all, clock_monotonic() + SECOND);
}

static void
provider(struct task *t)
{
	static struct conf      c;
	struct oidc_identity    who;
	const struct oidc_login l = { "http://h/back", "state", "nonce", "verifier" };
	const char             *url = NULL, *why = NULL;
	char                    error[256];
	struct oidc            *o;

	assert(conf_read(&c, error, sizeof(error)));
	c.sso_issuer = "https://issuer.example";
	c.sso_client_id = "client";
	o = oidc_open(&c, error, sizeof(error));
	assert(o != NULL);
	mem_defer(t->mem, (void (*)(void *))oidc_free, o);
	t->now = INT64_C(1763884800) * SECOND;
	assert(oidc_begin(t, o, &l, &url, &why) == OIDC_OK ? url != NULL : why != NULL);
	/* Whoever has no private key signs nothing. */
	assert(oidc_finish(t, o, &l, "code", &who, &why) != OIDC_OK && why != NULL);
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	static struct remote *s3, *oci;

	if (s3 == NULL) {
		s3 = open_store("s3:bucket/prefix");
		oci = open_store("oci:namespace");
	}
	left = p + (n > 0);
	switch (*p) {
	case 's':
		store(t, s3);
		break;
	case 'S':
		clean(t, s3);
		break;
	case 'o':
		store(t, oci);
		break;
	case 'O':
		clean(t, oci);
		break;
	case 'p':
		provider(t);
		break;
	default:
		break;
	}
}
