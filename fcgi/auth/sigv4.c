/* fcgi/auth/sigv4.c - AWS Signature Version 4, verified */
#include "fcgi/auth/sigv4.h"

#include <string.h>

#include "fcgi/auth/sigv4_parts.h"
#include "fcgi/call.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/digest.h"

#define MAX_SKEW (15 * MINUTE)

/* What is verified, and the words for what is wrong. */
struct check {
	struct call               *c;
	const struct sigv4_faults *f;
	struct sigv4              *s;
};

static const struct {
	const char        *name;
	enum sigv4_payload payload;
} payloads[] = {
	{ "UNSIGNED-PAYLOAD", SIGV4_UNSIGNED },
	{ "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", SIGV4_CHUNKS },
	{ "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", SIGV4_CHUNKS_TRAILER },
	{ "STREAMING-UNSIGNED-PAYLOAD-TRAILER", SIGV4_UNSIGNED_TRAILER },
};

bool
sigv4_payload_named(const char *name, enum sigv4_payload *payload)
{
	for (size_t i = 0; i < COUNT(payloads); i++)
		if (strcmp(payloads[i].name, name) == 0) {
			*payload = payloads[i].payload;
			return true;
		}
	return false;
}

/* S3: what x-amz-content-sha256 says.  Returns it as it stands in the canonical request. */
static const char *
payload_said(struct check *k)
{
	struct mem    *m = k->c->task->mem;
	const char    *said = request_header(k->c->req, "x-amz-content-sha256");
	unsigned char  bytes[32];

	if (said == NULL && k->s->presigned)
		said = request_arg(k->c->req, "X-Amz-Content-Sha256");
	if (said == NULL && (k->s->presigned || k->c->env->lenient))
		said = "UNSIGNED-PAYLOAD";
	if (said == NULL)
		task_throw(k->c->task, k->f->no_digest_header != NULL ? k->f->no_digest_header
		    : k->f->bad_digest_header,
		    "Missing required header for this request: x-amz-content-sha256");
	if (sigv4_payload_named(said, &k->s->payload))
		return said;
	if (!text_unhex(said, bytes, sizeof(bytes)))
		task_throw(k->c->task, k->f->bad_digest_header,
		    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
		    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER "
		    "or a valid sha256 value.");
	k->s->payload = SIGV4_LITERAL;
	k->s->payload_sha256 = text_lower(m, said);
	return said;
}

/* Other services: the digest of the body that came. */
static const char *
payload_hashed(struct check *k)
{
	const char       *said = request_header(k->c->req, "x-amz-content-sha256");
	const struct buf *body;

	if (said != NULL && strcmp(said, "UNSIGNED-PAYLOAD") == 0) {
		k->s->payload = SIGV4_UNSIGNED;
		return said;
	}
	body = call_body(k->c);
	k->s->payload = SIGV4_LITERAL;
	k->s->payload_sha256 = digest_hex(k->c->task->mem, DIGEST_SHA256, body->data, body->len);
	return k->s->payload_sha256;
}

static void
check_scope(struct check *k)
{
	const struct sigv4 *s = k->s;
	struct task        *t = k->c->task;
	const struct fault *f = k->f->bad_scope;
	const char         *where = "The authorization header is malformed; ";

	if (s->presigned) {
		where = "Error parsing the X-Amz-Credential parameter; ";
		if (k->f->malformed_query != NULL)
			f = k->f->malformed_query;
	}
	if (strlen(s->date) != 8 || strncmp(s->date, s->amz_date, 8) != 0)
		task_throw(t, f, "%sInvalid credential date \"%s\". This date is not the same as "
		    "X-Amz-Date: \"%.8s\".", where, s->date, s->amz_date);
	if (strcmp(s->service, k->c->service->signing_name) != 0)
		task_throw(t, f, "%sincorrect service \"%s\". This endpoint belongs to \"%s\".", where,
		    s->service, k->c->service->signing_name);
	if (strcmp(s->terminator, SIGV4_TERMINATOR) != 0)
		task_throw(t, f, "%sincorrect terminal \"%s\". This endpoint uses \"%s\".", where,
		    s->terminator, SIGV4_TERMINATOR);
}

static void
check_expiry(struct check *k)
{
	int64_t now = k->c->task->now;
	/* It was signed at some time of that second: what moved the clock within it does not count. */
	int64_t moved = environment_moved_since(k->c->env, k->s->signed_at + SECOND - 1);

	if (k->s->signed_at > now + MAX_SKEW)
		task_throw(k->c->task, k->f->expired, "Request is not valid yet");
	if (now + (moved > 0 ? moved : 0) > k->s->signed_at + k->s->expires)
		task_throw(k->c->task, k->f->expired, "Request has expired");
}

static void
check_time(struct check *k)
{
	int64_t off = k->c->task->now - k->s->signed_at;

	if (k->s->presigned)
		check_expiry(k);
	else if (off > MAX_SKEW || off < -MAX_SKEW)
		task_throw(k->c->task, k->f->skewed, NULL);
}

/* The names of headers that should have been signed, one after the other. */
struct unsigned_headers {
	const struct sigv4 *s;
	struct buf          names;
};

static bool
is_signed(const struct sigv4 *s, const char *name)
{
	for (const char *const *n = s->signed_headers; *n != NULL; n++)
		if (request_same_header(*n, name))
			return true;
	return false;
}

/* S3 lets x-amz-content-sha256 go unsigned: its value is in the canonical request anyway. */
static void
note_unsigned(void *arg, const char *name, const char *value)
{
	struct unsigned_headers *u = arg;

	(void)value;
	if (strcmp(name, "x-amz-content-sha256") == 0 || is_signed(u->s, name))
		return;
	buf_fmt(&u->names, "%s%s", u->names.len > 0 ? ", " : "", name);
}

static void
check_signed_headers(struct check *k)
{
	struct mem             *m = k->c->task->mem;
	struct unsigned_headers u = { k->s, buf_new(m) };

	if (k->f->not_signed == NULL)
		return;
	if (!is_signed(k->s, "host"))
		buf_text(&u.names, "host");
	request_headers(k->c->req, m, "x-amz-", note_unsigned, &u);
	if (u.names.len == 0)
		return;
	k->s->not_signed = u.names.data;
	task_throw(k->c->task, k->f->not_signed,
	    "There were headers present in the request which were not signed");
}

void
sigv4_sign(const struct sigv4 *s, const char *text, size_t n, char out[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char     mac[32];

	digest_hmac_sha256(s->signing_key, sizeof(s->signing_key), text, n, mac);
	for (size_t i = 0; i < sizeof(mac); i++) {
		out[2 * i] = digits[mac[i] >> 4];
		out[2 * i + 1] = digits[mac[i] & 15];
	}
	out[64] = '\0';
}

static bool
matches(struct check *k, const char *path, const char *rest)
{
	struct mem *m = k->c->task->mem;
	const char *request = mem_fmt(m, "%s\n%s\n%s", k->c->req->method, path, rest);
	const char *text = mem_fmt(m, "AWS4-HMAC-SHA256\n%s\n%s\n%s", k->s->amz_date, k->s->scope,
	    digest_hex(m, DIGEST_SHA256, request, strlen(request)));
	char        signature[65];

	if (k->s->canonical_request == NULL) {
		k->s->canonical_request = request;
		k->s->string_to_sign = text;
	}
	sigv4_sign(k->s, text, strlen(text), signature);
	return text_same_secret(signature, k->s->signature);
}

static void
check_signature(struct check *k, bool s3, const char *payload)
{
	struct mem *m = k->c->task->mem;

	for (int variant = 0; variant < 4; variant++) {
		const char *path = sigv4_path(m, k->c->req->path, s3, variant & 1);
		const char *rest = sigv4_rest(m, k->c->req, k->s, payload, variant >> 1);

		if (path != NULL && rest != NULL && matches(k, path, rest))
			return;
	}
	task_throw(k->c->task, k->f->mismatch, NULL);
}

static void
check_token(struct check *k)
{
	const char *token = request_header(k->c->req, "x-amz-security-token");

	if (token == NULL && k->s->presigned)
		token = request_arg(k->c->req, "X-Amz-Security-Token");
	if (token != NULL && *token != '\0')
		task_throw(k->c->task, k->f->bad_token, NULL);
}

void
sigv4_verify(struct call *c, const struct sigv4_faults *f, bool s3)
{
	struct sigv4             *s = mem_one(c->task->mem, struct sigv4);
	struct check              k = { c, f, s };
	const struct aws_account *who;
	const char               *payload;

	c->who = NULL;
	c->auth = NULL;
	if (!sigv4_read(c, f, s)) {
		if (f->missing != NULL)
			task_throw(c->task, f->missing, NULL);
		return;
	}
	c->auth = s;
	who = environment_account(c->env, s->access_key_id);
	if (who == NULL)
		task_throw(c->task, f->unknown_key, NULL);
	payload = s3 ? payload_said(&k) : payload_hashed(&k);
	sigv4_derive(c->task->mem, s, who->secret_access_key);
	if (!c->env->lenient) {
		check_scope(&k);
		check_token(&k);
	}
	if (!c->env->lenient || s->presigned)
		check_time(&k);
	if (!c->env->lenient) {
		check_signed_headers(&k);
		check_signature(&k, s3, payload);
	}
	c->who = who;
}
