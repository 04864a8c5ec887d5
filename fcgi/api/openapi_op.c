/* fcgi/api/openapi_op.c - one operation in the OpenAPI document */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/openapi.h"
#include "fcgi/proto/problem.h"
#include "shared/base/text.h"

enum { MOST_FAULTS = 40 };

/* What an operation is, as far as it decides what may go wrong with it. */
enum {
	ANY     = 0,
	KEYED   = 1 << 0, /* it needs an API key */
	BODY    = 1 << 1, /* its method has a body */
	SEGMENT = 1 << 3, /* its path has a segment in braces */
	SHOWS   = 1 << 4, /* it answers a body */
	MATCHES = 1 << 5, /* it takes If-Match */
	ONCE    = 1 << 6, /* it takes an Idempotency-Key */
	READS   = 1 << 7, /* anybody may, and it changes nothing */
};

/* What every operation of a kind may answer, besides its own faults. */
static const struct { const struct fault *fault; unsigned when; } general[] = {
	{ &PROBLEM_TARGET, ANY },
	{ &PROBLEM_INTERNAL, ANY },
	{ &PROBLEM_UNAVAILABLE, ANY },
	{ &API_NO_KEY, KEYED },
	{ &API_SCOPE, KEYED },
	{ &API_THROTTLED, KEYED },
	{ &API_THROTTLED, READS },
	{ &PROBLEM_NOT_FOUND, SEGMENT },
	{ &PROBLEM_JSON, BODY },
	{ &PROBLEM_INCOMPLETE, BODY },
	{ &PROBLEM_TOO_LARGE, BODY },
	{ &PROBLEM_TYPE, BODY },
	{ &PROBLEM_INVALID, ANY },
	{ &PROBLEM_ACCEPT, SHOWS },
	{ &API_CHANGED, MATCHES },
	{ &API_MALFORMED_IDEMPOTENCY_KEY, ONCE },
	{ &API_IN_PROGRESS, ONCE },
	{ &API_KEY_REUSED, ONCE },
};

static bool
is_method(const struct op *op, const char *method)
{
	size_t n = strlen(method);

	return strncmp(op->http, method, n) == 0 && op->http[n] == ' ';
}

static bool
has_body(const struct op *op)
{
	return is_method(op, "POST") || is_method(op, "PUT") || is_method(op, "PATCH");
}

static bool
takes_key(const struct op *op)
{
	return is_method(op, "POST") && (op->flags & OP_OPEN) == 0;
}

static unsigned
kind_of(const struct op *op, const struct doc *d)
{
	unsigned kind = ANY;

	if ((op->flags & OP_OPEN) == 0)
		kind |= KEYED;
	else if ((op->flags & OP_READ) != 0)
		kind |= READS;
	if (has_body(op))
		kind |= BODY;
	if (takes_key(op))
		kind |= ONCE;
	if (d->flags & DOC_TAGGED)
		kind |= MATCHES;
	for (size_t i = 0; i < COUNT(d->answers); i++)
		if (d->answers[i].body != NULL || d->answers[i].type != NULL)
			kind |= SHOWS;
	if (strchr(op->http, '{') != NULL)
		kind |= SEGMENT;
	return kind;
}

const char *
openapi_path(const struct op *op)
{
	return strchr(op->http, ' ') + 1;
}

static void
begin_param(struct enc *e, const char *name, const char *in, bool required)
{
	enc_struct(e, NULL);
	enc_text(e, "name", name);
	enc_text(e, "in", in);
	enc_bool(e, "required", required);
}

static void
put_param(struct enc *e, const char *in, const struct member *m)
{
	begin_param(e, m->name, in, (m->flags & MUST) != 0);
	enc_text(e, "description", m->about);
	shape_write(e, "schema", &m->shape);
	enc_end(e);
}

static void
put_segments(struct enc *e, struct mem *m, const char *path)
{
	static const struct shape any = S_STRING;

	for (const char *p = strchr(path, '{'); p != NULL; p = strchr(p + 1, '{')) {
		begin_param(e, mem_text_n(m, p + 1, strcspn(p, "}") - 1), "path", true);
		shape_write(e, "schema", &any);
		enc_end(e);
	}
}

static void
put_headers(struct enc *e, const struct op *op, const struct doc *d)
{
	static const struct member match = { "If-Match", S_STRING, 0,
		"Only if the resource still has one of these ETags (RFC 9110, 13.1.1); else 412", NULL };
	static const struct member none_match = { "If-None-Match", S_STRING, 0,
		"Answer 304 while the resource has one of these ETags (RFC 9110, 13.1.2)", NULL };
	static const struct member prefer = { "Prefer", S_STRING, 0,
		"\"wait=N\": answer when something changed, at most N seconds later; "
		"\"respond-async\": answer 202 at once (RFC 7240)", NULL };
	static const struct member once = { "Idempotency-Key", S_STRING, 0,
		"1 to 255 characters of the client's choice: the same request with the same key has its "
		"effect once, and its answer again for a day", NULL };

	if (takes_key(op))
		put_param(e, "header", &once);
	if (d->flags & DOC_TAGGED)
		put_param(e, "header", &match);
	if (d->flags & DOC_CACHED)
		put_param(e, "header", &none_match);
	if (d->flags & (DOC_WAITS | DOC_ASYNC))
		put_param(e, "header", &prefer);
}

static void
put_params(struct enc *e, struct mem *m, const struct op *op, const struct doc *d)
{
	enc_list(e, "parameters", NULL);
	put_segments(e, m, openapi_path(op));
	for (size_t i = 0; i < d->n_query; i++)
		put_param(e, "query", &d->query[i]);
	for (size_t i = 0; (d->flags & DOC_PAGED) != 0 && i < COUNT(page_query); i++)
		put_param(e, "query", &page_query[i]);
	put_headers(e, op, d);
	enc_end(e);
}

static void
put_request(struct enc *e, const struct op *op, const struct doc *d)
{
	/* One that takes no fields takes {}, or no body. */
	static const struct shape nothing = { .kind = SHAPE_WISH };

	if (!has_body(op))
		return;
	enc_struct(e, "requestBody");
	enc_bool(e, "required", false);
	enc_struct(e, "content");
	enc_struct(e, "application/json");
	shape_write(e, "schema", d->request != NULL ? d->request : &nothing);
	enc_end(e);
	enc_end(e);
	enc_end(e);
}

static void
put_answer_header(struct enc *e, const char *name, const char *about, const char *type)
{
	enc_struct(e, name);
	enc_text(e, "description", about);
	enc_bool(e, "required", true);
	enc_struct(e, "schema");
	enc_text(e, "type", type);
	enc_end(e);
	enc_end(e);
}

static void
put_answer_headers(struct enc *e, int status, unsigned headers)
{
	enc_struct(e, "headers");
	put_answer_header(e, "X-Request-Id", "The request's id, in the log and the audit log, too",
	    "string");
	if (headers & HAS_LOCATION)
		put_answer_header(e, "Location", "Where it is", "string");
	if (headers & HAS_ETAG)
		put_answer_header(e, "ETag", "For If-Match and If-None-Match", "string");
	if ((headers & HAS_RETRY) != 0 || status == 503 || status == 429)
		put_answer_header(e, "Retry-After", "Seconds to wait", "integer");
	if (status == 401)
		put_answer_header(e, "WWW-Authenticate", "The scheme that is asked for", "string");
	enc_end(e);
}

static void
put_answer(struct enc *e, struct mem *m, const struct doc_answer *a)
{
	enc_struct(e, mem_fmt(m, "%d", a->status));
	enc_text(e, "description", a->about);
	put_answer_headers(e, a->status, a->headers);
	if (a->body != NULL || a->type != NULL) {
		enc_struct(e, "content");
		enc_struct(e, a->type != NULL ? a->type : "application/json");
		if (a->body != NULL) {
			shape_write(e, "schema", a->body);
		} else {
			enc_struct(e, "schema");
			enc_text(e, "type", "string");
			enc_end(e);
		}
		enc_end(e);
		enc_end(e);
	}
	enc_end(e);
}

/* One answer for all problems of a status: each has a code of its own. */
static void
put_problem(struct enc *e, struct mem *m, const struct fault *const *list, size_t n, int status)
{
	const char *about = "";

	for (size_t i = 0; i < n; i++)
		if (list[i]->status == status)
			about = mem_fmt(m, "%s%s`%s`: %s", about, *about != '\0' ? "\n\n" : "", list[i]->code,
			    list[i]->text);
	enc_struct(e, mem_fmt(m, "%d", status));
	enc_text(e, "description", about);
	put_answer_headers(e, status, 0);
	enc_struct(e, "content");
	enc_struct(e, "application/problem+json");
	enc_struct(e, "schema");
	enc_text(e, "$ref", "#/components/schemas/Problem");
	enc_struct(e, "properties");
	enc_struct(e, "code");
	enc_list(e, "enum", NULL);
	for (size_t i = 0; i < n; i++)
		if (list[i]->status == status)
			enc_text(e, NULL, list[i]->code);
	enc_end(e);
	enc_end(e);
	enc_end(e);
	enc_end(e);
	enc_end(e);
	enc_end(e);
	enc_end(e);
}

/* Add it unless one of its code and status is there. */
static void
add_fault(const struct fault **list, size_t *n, const struct fault *f)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i]->status == f->status && strcmp(list[i]->code, f->code) == 0)
			return;
	if (*n < MOST_FAULTS)
		list[(*n)++] = f;
}

static void
put_problems(struct enc *e, struct mem *m, const struct op *op, const struct doc *d)
{
	const struct fault *list[MOST_FAULTS];
	unsigned            kind = kind_of(op, d);
	size_t              n = 0;

	for (size_t i = 0; i < COUNT(general); i++)
		if ((general[i].when & kind) == general[i].when)
			add_fault(list, &n, general[i].fault);
	for (size_t i = 0; i < COUNT(d->faults) && d->faults[i] != NULL; i++)
		add_fault(list, &n, d->faults[i]);
	for (int status = 400; status < 600; status++)
		for (size_t i = 0; i < n; i++)
			if (list[i]->status == status) {
				put_problem(e, m, list, n, status);
				break;
			}
}

static void
put_security(struct enc *e, const struct op *op)
{
	enc_list(e, "security", NULL);
	if ((op->flags & OP_OPEN) == 0) {
		enc_struct(e, NULL);
		enc_list(e, "key", NULL);
		if (op_scope(op) != SCOPE_ANY)
			enc_text(e, NULL, scope_name(op_scope(op)));
		enc_end(e);
		enc_end(e);
	}
	enc_end(e);
}

void
openapi_write_op(struct enc *e, struct mem *m, const struct op *op, const struct doc *d)
{
	enc_struct(e, text_lower(m, mem_text_n(m, op->http, strcspn(op->http, " "))));
	enc_text(e, "operationId", op->name);
	enc_text(e, "summary", d->summary);
	enc_text(e, "description", d->about);
	enc_list(e, "tags", NULL);
	enc_text(e, NULL, d->tag);
	enc_end(e);
	put_security(e, op);
	put_params(e, m, op, d);
	put_request(e, op, d);
	enc_struct(e, "responses");
	for (size_t i = 0; i < COUNT(d->answers) && d->answers[i].status != 0; i++)
		put_answer(e, m, &d->answers[i]);
	put_problems(e, m, op, d);
	enc_end(e);
	enc_end(e);
}
