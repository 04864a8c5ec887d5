/* fcgi/aws/s3/proto.c - S3's way with HTTP and XML: operations, answers, errors */
#include <stdarg.h>
#include <string.h>

#include "fcgi/auth/sigv4.h"
#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/cors.h"
#include "fcgi/aws/s3/form.h"
#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/aws/s3/version.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

#define FAULT(name, code, status, text) const struct fault name = { #name, code, status, text };
#include "fcgi/aws/s3/faults.def"
#undef FAULT

struct s3_state *
s3_state(struct call *c)
{
	if (c->state == NULL)
		c->state = mem_one(c->task->mem, struct s3_state);
	return c->state;
}

void
s3_extra_numbered(struct call *c, struct s3_extras *x, const char *name, const char *value)
{
	size_t number = x->n / 2 + 1;

	if (x->n + 2 > S3_MOST_EXTRAS)
		return;
	x->list[x->n].name = mem_fmt(c->task->mem, "ArgumentName%zu", number);
	x->list[x->n++].value = name;
	x->list[x->n].name = mem_fmt(c->task->mem, "ArgumentValue%zu", number);
	x->list[x->n++].value = value;
}

void
s3_throw_extras(struct call *c, const char *message, const struct s3_extras *x)
{
	s3_state(c)->extras = mem_copy(c->task->mem, x, sizeof(*x));
	task_throw(c->task, x->of, "%s", message);
}

void
s3_throw(struct call *c, const struct fault *f, const char *message, ...)
{
	struct s3_extras *x = mem_one(c->task->mem, struct s3_extras);
	const char       *name;
	va_list           ap;

	x->of = f;
	va_start(ap, message);
	while (x->n < S3_MOST_EXTRAS && (name = va_arg(ap, const char *)) != NULL) {
		x->list[x->n].name = name;
		x->list[x->n].value = va_arg(ap, const char *);
		x->n++;
	}
	va_end(ap);
	s3_state(c)->extras = x;
	if (message != NULL)
		task_throw(c->task, f, "%s", message);
	task_throw(c->task, f, NULL);
}

static const struct op *
find(struct call *c)
{
	const struct op *op;

	if (strcmp(c->req->method, "OPTIONS") == 0) {
		aws_rest_match_as(c, c->service, "GET");
		return &s3_preflight_op;
	}
	op = form_find(c);
	if (op == NULL)
		op = aws_rest_match(c, c->service);
	if (op == NULL) {
		form_refuse_other(c);
		aws_rest_match_as(c, c->service, "GET");
	}
	return op != NULL && s3_stray_subresource(c, op) == NULL ? op : NULL;
}

static void
unknown(struct call *c)
{
	const char *type = aws_rest_label(c, "Key") != NULL ? "OBJECT" :
	    aws_rest_label(c, "Bucket") != NULL ? "BUCKET" : "SERVICE";
	const char *part = s3_stray_subresource(c, NULL);

	if (part != NULL && *type != 'S')
		s3_throw_subresource(c, part);
	s3_throw(c, &S3_METHOD_NOT_ALLOWED, NULL, "Method", c->req->method, "ResourceType", type, NULL);
}

/* x-amz-id-2: meaningless to us as to the client, but always there. */
const char *
s3_host_id(struct call *c)
{
	unsigned char digest[DIGEST_MOST];

	digest_once(DIGEST_SHA256, c->req->id, strlen(c->req->id), digest);
	return base64_encode(c->task->mem, digest, digest_size(DIGEST_SHA256));
}

static void
put_ids(struct call *c)
{
	call_header(c, "x-amz-request-id", c->req->id);
	call_header(c, "x-amz-id-2", s3_host_id(c));
}

static void
decode(struct call *c)
{
	struct enc_traits *traits = mem_one(c->task->mem, struct enc_traits);

	*traits = (struct enc_traits){ .format = ENC_XML, .xmlns = c->service->xmlns,
	    .declaration = true };
	put_ids(c);
	cors_begin(c);
	c->out = enc_new(c->task->mem, traits, &c->reply.body);
}

/* "41 57 53 ...", as S3 shows what it signed. */
static const char *
spaced_hex(struct call *c, const char *s)
{
	struct buf b = buf_new(c->task->mem);

	for (size_t i = 0; s[i] != '\0'; i++)
		buf_fmt(&b, "%s%02x", i > 0 ? " " : "", (unsigned char)s[i]);
	return b.data;
}

/* What the client needs to find out why we sign otherwise. */
static void
add_signature(struct call *c, struct enc *e, const struct sigv4 *s)
{
	enc_text(e, "AWSAccessKeyId", s->access_key_id);
	enc_text(e, "StringToSign", s->string_to_sign);
	enc_text(e, "SignatureProvided", s->signature);
	if (s->string_to_sign != NULL)
		enc_text(e, "StringToSignBytes", spaced_hex(c, s->string_to_sign));
	enc_text(e, "CanonicalRequest", s->canonical_request);
	if (s->canonical_request != NULL)
		enc_text(e, "CanonicalRequestBytes", spaced_hex(c, s->canonical_request));
}

/* What errors of authentication say besides. */
static void
add_authentication(struct call *c, struct enc *e, const struct fault *f)
{
	const struct sigv4 *s = c->auth;

	if (f == &S3_AUTH_TYPE || f == &S3_AUTH_TWICE) {
		enc_text(e, "ArgumentName", "Authorization");
		enc_text(e, "ArgumentValue", request_header(c->req, "authorization"));
	}
	if (s == NULL)
		return;
	if (f == &S3_SIGNATURE)
		add_signature(c, e, s);
	if (f == &S3_UNKNOWN_KEY_ID)
		enc_text(e, "AWSAccessKeyId", s->access_key_id);
	if (f == &S3_NOT_SIGNED)
		enc_text(e, "HeadersNotSigned", s->not_signed);
	if (f == &S3_SMALL_CHUNK) {
		enc_int(e, "Chunk", s->chunk);
		enc_int(e, "BadChunkSize", s->chunk_size);
	}
	if (f == &S3_SKEWED) {
		enc_text(e, "RequestTime", s->amz_date);
		enc_text(e, "ServerTime", clock_iso(c->task->mem, c->task->now));
		enc_text(e, "MaxAllowedSkewMilliseconds", "900000");
	}
	if (f == &S3_EXPIRED) {
		if (s->expires > 0) /* version 2 says when, not for how long */
			enc_int(e, "X-Amz-Expires", s->expires / SECOND);
		enc_text(e, "Expires", clock_iso(c->task->mem, s->signed_at + s->expires));
		enc_text(e, "ServerTime", clock_iso(c->task->mem, c->task->now));
	}
}

static void
write_document(struct call *c, const struct fault *f)
{
	static const struct enc_traits traits = { .format = ENC_XML, .declaration = true };
	const struct s3_extras        *x = s3_state(c)->extras;
	struct enc                    *e = enc_new(c->task->mem, &traits, &c->reply.body);

	enc_struct(e, "Error");
	enc_text(e, "Code", f->code);
	enc_text(e, "Message", c->task->detail != NULL ? c->task->detail : f->text);
	add_authentication(c, e, f);
	for (size_t i = 0; x != NULL && x->of == f && i < x->n; i++)
		enc_text(e, x->list[i].name, x->list[i].value);
	enc_text(e, "RequestId", c->req->id);
	enc_text(e, "HostId", s3_host_id(c));
	enc_end(e);
}

static void
fault(struct call *c, const struct fault *f)
{
	const struct blob_object *o = s3_state(c)->marker;

	c->reply.status = f->status;
	put_ids(c);
	cors_headers(c);
	if (f == &S3_METHOD_NOT_ALLOWED)
		call_header(c, "Allow", o != NULL ? "DELETE" : s3_state(c)->allow != NULL
		    ? s3_state(c)->allow : "HEAD, DELETE, POST, GET, PUT");
	if (o != NULL) {
		call_header(c, "x-amz-delete-marker", "true");
		call_header(c, "x-amz-version-id", s3_version_id(o->version));
	}
	if (o != NULL && o->key != NULL)
		call_header(c, "Last-Modified", clock_http(c->task->mem, o->modified_at));
	call_header(c, "Content-Type", "application/xml");
	if (strcmp(c->req->method, "HEAD") == 0)
		return;
	write_document(c, f);
}

static void
finish(struct call *c)
{
	s3_check_asked(c);
	form_answer(c);
}

const struct proto s3_proto = { .name = "aws-rest-xml-s3", .find = find, .unknown = unknown,
	.decode = decode, .finish = finish, .fault = fault };
