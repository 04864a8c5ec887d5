/* fcgi/api/openapi.c - the API's own description, printed from its table of operations */
#include "fcgi/api/openapi.h"

#include <pthread.h>
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/proto/problem.h"
#include "shared/wire/digest.h"

/* OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1); schemas are JSON Schema 2020-12. */
#define ABOUT \
	"Environments of mocked clouds and real servers: made, looked at, emptied, stopped and " \
	"destroyed; their clocks, data, usage; keys and prices."

enum { DOCUMENT_MEMORY = 8 << 20 };

/* The document of this program: always the same, so it is made once. */
static struct {
	pthread_once_t once;
	struct buf     text;
	const char    *etag;
} document = { .once = PTHREAD_ONCE_INIT };

static const struct shape anything = { .kind = SHAPE_OBJECT };

const struct doc doc_get_openapi = {
	.tag = "Description", .summary = "This document",
	.flags = DOC_CACHED,
	.answers = { { 200, "An OpenAPI 3.1 document", &anything, NULL, HAS_ETAG },
		{ 304, "It is the one you have", NULL, NULL, HAS_ETAG } },
};

static void
put_info(struct enc *e)
{
	enc_text(e, "openapi", "3.1.1");
	enc_struct(e, "info");
	enc_text(e, "title", "MockFactory");
	enc_text(e, "version", "1");
	enc_text(e, "description", ABOUT);
	enc_end(e);
	enc_list(e, "servers", NULL);
	enc_struct(e, NULL);
	enc_text(e, "url", "/");
	enc_end(e);
	enc_end(e);
}

/* The operations of one path stand together, under the first of them. */
static void
put_paths(struct enc *e, struct mem *m)
{
	const struct service *s = &service_api;

	enc_struct(e, "paths");
	for (size_t i = 0; i < s->n_ops; i++) {
		const char *path = openapi_path(&s->ops[i]);
		size_t      first = 0;

		while (strcmp(openapi_path(&s->ops[first]), path) != 0)
			first++;
		if (first != i)
			continue;
		enc_struct(e, path);
		for (size_t k = i; k < s->n_ops; k++)
			if (strcmp(openapi_path(&s->ops[k]), path) == 0)
				openapi_write_op(e, m, &s->ops[k], api_docs[k]);
		enc_end(e);
	}
	enc_end(e);
}

static void
collect(struct shape_names *names)
{
	shape_collect(names, &problem_shape);
	for (size_t i = 0; i < service_api.n_ops; i++) {
		const struct doc *d = api_docs[i];

		shape_collect(names, d->request);
		for (size_t k = 0; k < COUNT(d->answers); k++)
			shape_collect(names, d->answers[k].body);
	}
}

static void
put_components(struct enc *e)
{
	struct shape_names names = { .n = 0 };

	collect(&names);
	enc_struct(e, "components");
	enc_struct(e, "schemas");
	for (size_t i = 0; i < names.n; i++)
		shape_define(e, names.list[i]);
	enc_end(e);
	enc_struct(e, "securitySchemes");
	enc_struct(e, "key");
	enc_text(e, "type", "http");
	enc_text(e, "scheme", "bearer");
	enc_text(e, "description", "An API key: Authorization: Bearer mf_live_...");
	enc_end(e);
	enc_end(e);
	enc_end(e);
}

static void
make_document(void)
{
	struct mem *m = mem_new(DOCUMENT_MEMORY); /* it lives as long as the process */
	struct enc *e;

	document.text = buf_new(m);
	e = enc_new(m, &enc_traits_json, &document.text);
	enc_struct(e, NULL);
	put_info(e);
	put_paths(e, m);
	put_components(e);
	enc_end(e);
	document.etag = mem_fmt(m, "\"%s\"",
	    digest_hex(m, DIGEST_SHA256, document.text.data, document.text.len));
}

void
api_get_openapi(struct call *c)
{
	pthread_once(&document.once, make_document);
	call_header(c, "ETag", document.etag);
	call_header(c, "Cache-Control", "public, no-cache"); /* kept, and asked for again */
	if (api_listed(request_header(c->req, "if-none-match"), document.etag)) {
		c->reply.status = 304;
		return;
	}
	c->reply.status = 200;
	call_header(c, "Content-Type", "application/json");
	buf_add(&c->reply.body, document.text.data, document.text.len);
}

const struct doc *
doc_of(const struct op *op)
{
	for (size_t i = 0; i < service_api.n_ops; i++)
		if (&service_api.ops[i] == op)
			return api_docs[i];
	return NULL;
}
