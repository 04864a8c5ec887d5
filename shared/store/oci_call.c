/* shared/store/oci_call.c - requests to OCI Object Storage, and its settings */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/store/oci.h"
#include "shared/store/oci_body.h"
#include "shared/wire/json.h"

enum { PART_LEAST = 10 << 20 }; /* documented for all parts but the last */

struct oci *
oci_of(struct store *s)
{
	return (struct oci *)(void *)s;
}

const char *
oci_bucket(struct task *t, const struct remote_name *name)
{
	return mem_fmt(t->mem, "mockfactory-%s-s3", name->public_id);
}

const char *
oci_path(struct task *t, struct store *s, const struct remote_name *name, const char *fmt, ...)
{
	struct oci *o = oci_of(s);
	const char *rest;
	va_list     ap;

	va_start(ap, fmt);
	rest = mem_vfmt(t->mem, fmt, ap);
	va_end(ap);
	return mem_fmt(t->mem, "%s/n/%s/b/%s%s", o->remote.http.prefix, o->ns, oci_bucket(t, name),
	    rest);
}

struct http_request
oci_request_of(struct task *t, struct store *s, const struct oci_request *r)
{
	struct oci         *o = oci_of(s);
	struct http_request out = { .method = r->method, .path = r->path, .query = r->query,
		.body = r->size > 0 ? r->body : "", .size = r->size };

	if (r->kind != OCI_NONE)
		http_add(t->mem, &out, "content-type",
		    r->kind == OCI_JSON ? "application/json" : "application/octet-stream");
	if (r->md5 != NULL)
		http_add(t->mem, &out, "content-md5", r->md5);
	if (r->range != NULL)
		http_add(t->mem, &out, "range", r->range);
	oci_sign(t, &o->remote.http, &o->key, clock_http(t->mem, clock_now()), r->kind == OCI_JSON,
	    &out);
	return out;
}

void
oci_call(struct task *t, struct store *s, const struct oci_request *r, struct http_answer *out)
{
	struct http_tries tries = { .refused = r->once };

	do {
		struct http_request q = oci_request_of(t, s, r);

		http_call(t, &oci_of(s)->remote.http, &q, out);
	} while (http_again(t, &oci_of(s)->remote.http, &tries, out->status));
}

void
oci_failed(struct task *t, struct store *s, const char *what, const struct http_answer *a)
{
	remote_failed(t, s, what, a, http_answer_header(a->stream, "opc-request-id"));
}

const char *
oci_code(struct task *t, const struct http_answer *a)
{
	struct json_object *j = json_parse(t->mem, a->body.data, a->body.len);
	struct json_object *code = json_get(j, "code");

	return code != NULL ? json_object_get_string(code) : "";
}

static bool
take_settings(struct oci *o, const struct conf *c, const char *where, char *error, size_t size)
{
	const struct { const char *name, *value; } needed[] = {
		{ "MF_OCI_TENANCY", c->oci_tenancy }, { "MF_OCI_USER", c->oci_user },
		{ "MF_OCI_FINGERPRINT", c->oci_fingerprint }, { "MF_OCI_KEY_FILE", c->oci_key_file },
		{ "MF_OCI_COMPARTMENT", c->oci_compartment }, { "the namespace in MF_STORE", where },
	};

	for (size_t i = 0; i < COUNT(needed); i++)
		if (needed[i].value[0] == '\0' || strpbrk(needed[i].value, "\"/\\ \t\r\n") != NULL) {
			if (i == 3 && needed[i].value[0] != '\0')
				continue;
			snprintf(error, size, "an oci store needs %s", needed[i].name);
			return false;
		}
	if (c->store_part < PART_LEAST) {
		snprintf(error, size, "MF_STORE_PART is to be 10m or more for an oci store");
		return false;
	}
	snprintf(o->ns, sizeof(o->ns), "%s", where);
	snprintf(o->compartment, sizeof(o->compartment), "%s", c->oci_compartment);
	snprintf(o->key_id, sizeof(o->key_id), "%s/%s/%s", c->oci_tenancy, c->oci_user,
	    c->oci_fingerprint);
	o->key.id = o->key_id;
	return oci_key_read(&o->key, c->oci_key_file, error, size);
}

static const struct remote_kind kind = {
	.wants_public_id = true,
	.put = oci_put, .begin = oci_begin, .part = oci_part, .commit = oci_commit, .get = oci_get,
	.remove = oci_remove, .abort = oci_abort, .remove_all = oci_remove_all,
};

static struct store *
oci_open(const struct conf *c, const char *where, char *error, size_t size)
{
	struct oci *o = calloc(1, sizeof(*o));
	char        endpoint[300];

	if (o == NULL)
		abort();
	if (c->store_endpoint[0] != '\0')
		snprintf(endpoint, sizeof(endpoint), "%s", c->store_endpoint);
	else
		snprintf(endpoint, sizeof(endpoint), "https://objectstorage.%s.oraclecloud.com",
		    c->store_region);
	if (!remote_open(&o->remote, c, &store_oci, &kind, endpoint, error, size) ||
	    !take_settings(o, c, where, error, size)) {
		free(o);
		return NULL;
	}
	return &o->remote.store;
}

static void
oci_close(struct store *s)
{
	oci_key_free(&oci_of(s)->key);
	free(s);
}

const struct store_driver store_oci = {
	.kind = "oci", .open = oci_open, .close = oci_close, REMOTE_FUNCTIONS,
};
