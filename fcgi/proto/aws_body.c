/* fcgi/proto/aws_body.c - the body of an AWS request as the caller meant it */
#include "fcgi/proto/aws_body.h"

#include <string.h>

#include "fcgi/auth/sigv4.h"
#include "fcgi/call.h"
#include "shared/base/text.h"
#include "shared/wire/chunked.h"
#include "shared/wire/digest.h"

enum { INPUT = 64 * 1024, SMALLEST_CHUNK = 8192 };

#define MOST_LENGTH (INT64_MAX / 2)
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SIGNATURE_TRAILER "x-amz-trailer-signature"

struct trailer {
	struct trailer *next;
	const char     *name, *value;
};

struct aws_body {
	struct call                  *c;
	const struct aws_body_faults *f;
	int64_t                       most, want, got; /* decoded bytes; want -1: not known */
	bool                          done;
	const char                   *sha256;          /* the literal one; NULL: none to verify */
	struct digest                *digest;          /* of the whole body or of one chunk */

	/* the framing */
	bool            framed, is_signed, has_trailer;
	struct chunked  chunked;
	char           *input;
	const char     *at;
	size_t          left;
	const char     *data;                          /* decoded, not handed out yet */
	size_t          len;
	int64_t         last_size;
	char            signature[65];                 /* of the chunk before */
	struct buf      text;                          /* to sign */
	struct trailer *trailers, **last_trailer;
};

static _Noreturn void
fail(struct aws_body *b, const struct fault *f)
{
	task_throw(b->c->task, f, NULL);
}

/* What the caller says of the payload: signed, or by an anonymous caller's header. */
static enum sigv4_payload
payload_of(const struct call *c)
{
	const struct sigv4 *s = c->auth;
	const char         *said = request_header(c->req, "x-amz-content-sha256");
	enum sigv4_payload  payload;

	if (s != NULL)
		return s->payload;
	if (said != NULL && sigv4_payload_named(said, &payload) && payload == SIGV4_UNSIGNED_TRAILER)
		return payload;
	return SIGV4_UNSIGNED;
}

static void
open_framed(struct aws_body *b, enum sigv4_payload payload)
{
	struct mem         *m = b->c->task->mem;
	const struct sigv4 *s = b->c->auth;
	const char         *length = request_header(b->c->req, "x-amz-decoded-content-length");

	b->framed = true;
	b->has_trailer = payload != SIGV4_CHUNKS;
	b->is_signed = payload != SIGV4_UNSIGNED_TRAILER && !b->c->env->lenient;
	b->input = mem_raw(m, INPUT);
	b->last_size = -1;
	b->last_trailer = &b->trailers;
	if (length == NULL || !text_i64(length, 0, MOST_LENGTH, &b->want))
		fail(b, b->f->missing_length);
	if (b->is_signed) {
		b->digest = digest_new(m, DIGEST_SHA256);
		b->text = buf_new(m);
		memcpy(b->signature, s->signature, sizeof(b->signature));
	}
}

struct aws_body *
aws_body_open(struct call *c, const struct aws_body_faults *f, int64_t most)
{
	struct aws_body    *b = mem_one(c->task->mem, struct aws_body);
	const struct sigv4 *s = c->auth;
	enum sigv4_payload  payload = payload_of(c);

	b->c = c;
	b->f = f;
	b->most = most;
	b->want = c->req->length;
	if (payload == SIGV4_LITERAL) {
		b->sha256 = s->payload_sha256;
		b->digest = digest_new(c->task->mem, DIGEST_SHA256);
	} else if (payload != SIGV4_UNSIGNED) {
		open_framed(b, payload);
	}
	if (b->want > most)
		fail(b, f->too_large);
	return b;
}

int64_t
aws_body_length(const struct aws_body *b)
{
	return b->want;
}

static const char *
hex_digest(struct aws_body *b, char out[2 * DIGEST_MOST + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char     bytes[DIGEST_MOST];
	size_t            n = digest_size(DIGEST_SHA256);

	digest_end(b->digest, bytes);
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

/* Every signature signs the one before: the chunks cannot change places. */
static void
check_signature(struct aws_body *b, const char *kind, const char *between, const char *signature)
{
	const struct sigv4 *s = b->c->auth;
	char                digest[2 * DIGEST_MOST + 1], want[65];

	buf_clear(&b->text);
	buf_fmt(&b->text, "AWS4-HMAC-SHA256-%s\n%s\n%s\n%s\n%s%s", kind, s->amz_date, s->scope,
	    b->signature, between, hex_digest(b, digest));
	sigv4_sign(s, b->text.data, b->text.len, want);
	if (!text_same_secret(want, signature))
		fail(b, b->f->mismatch);
	memcpy(b->signature, want, sizeof(want));
}

static void
begin_chunk(struct aws_body *b)
{
	const struct chunked *k = &b->chunked;
	struct sigv4         *s = b->c->auth;

	if (k->size > 0 && b->last_size >= 0 && b->last_size < SMALLEST_CHUNK &&
	    b->f->small_chunk != NULL) {
		if (s != NULL) {
			s->chunk = k->number;
			s->chunk_size = b->last_size;
		}
		fail(b, b->f->small_chunk);
	}
	b->last_size = k->size;
	if (!b->is_signed)
		return;
	if (k->signature[0] == '\0')
		fail(b, b->f->malformed);
	digest_restart(b->digest);
}

static void
add_trailer(struct aws_body *b)
{
	struct mem     *m = b->c->task->mem;
	struct trailer *t = mem_one(m, struct trailer);

	if (!b->has_trailer || aws_body_trailer(b, b->chunked.name) != NULL)
		fail(b, b->f->malformed_trailer);
	t->name = mem_text(m, b->chunked.name);
	t->value = mem_text(m, b->chunked.value);
	*b->last_trailer = t;
	b->last_trailer = &t->next;
}

/* Every trailing header was announced in x-amz-trailer, and every one announced came. */
static void
check_announced(struct aws_body *b)
{
	const char *list = request_header(b->c->req, "x-amz-trailer");
	size_t      announced = 0, came = 0;

	for (const struct trailer *t = b->trailers; t != NULL; t = t->next)
		came += strcmp(t->name, SIGNATURE_TRAILER) != 0;
	list = list != NULL ? text_lower(b->c->task->mem, list) : "";
	while (*(list += strspn(list, " \t,")) != '\0') {
		size_t      len = strcspn(list, " \t,");
		const char *name = mem_text_n(b->c->task->mem, list, len);

		if (aws_body_trailer(b, name) == NULL)
			fail(b, b->f->malformed_trailer);
		announced++;
		list += len;
	}
	if (announced != came)
		fail(b, b->f->malformed_trailer);
}

/* A trailer's signature that is none is bad framing to S3, whatever else is wrong. */
static void
check_trailers(struct aws_body *b)
{
	const char *signature = aws_body_trailer(b, SIGNATURE_TRAILER);

	if (b->is_signed && (signature == NULL || strlen(signature) != 64))
		fail(b, b->f->malformed);
	check_announced(b);
	if (!b->is_signed)
		return;
	digest_restart(b->digest);
	for (const struct trailer *t = b->trailers; t != NULL; t = t->next) {
		if (strcmp(t->name, SIGNATURE_TRAILER) == 0)
			continue;
		buf_clear(&b->text);
		buf_fmt(&b->text, "%s:%s\n", t->name, t->value);
		digest_add(b->digest, b->text.data, b->text.len);
	}
	check_signature(b, "TRAILER", "", signature);
}

/* An empty line, and more after it, but the trailer's signature has not come. */
static bool
is_unfinished(const struct aws_body *b)
{
	return b->is_signed && b->has_trailer && aws_body_trailer(b, SIGNATURE_TRAILER) == NULL;
}

/* The framing is over: nothing may follow, and all of it must have come. */
static void
finish_framed(struct aws_body *b)
{
	if (b->left > 0 || b->c->req->read(b->c->req, b->input, INPUT) > 0)
		fail(b, b->f->malformed);
	if (b->c->req->short_body || b->got != b->want)
		fail(b, b->f->incomplete);
	if (b->has_trailer)
		check_trailers(b);
	b->done = true;
}

static void
refill(struct aws_body *b)
{
	b->left = b->c->req->read(b->c->req, b->input, INPUT);
	b->at = b->input;
	if (b->left == 0)
		fail(b, b->c->req->short_body ? b->f->incomplete : b->f->malformed);
}

/* Bytes past the length that was said go nowhere: how the framing ends decides what is wrong. */
static void
take_data(struct aws_body *b)
{
	const struct chunked *k = &b->chunked;

	b->got += (int64_t)k->len;
	if (b->is_signed)
		digest_add(b->digest, k->data, k->len);
	if (b->got > b->want)
		return;
	b->data = k->data;
	b->len = k->len;
}

/* Until there is data, or everything is over. */
static void
advance(struct aws_body *b)
{
	while (b->len == 0 && !b->done)
		switch (chunked_next(&b->chunked, &b->at, &b->left)) {
		case CHUNKED_MORE:
			refill(b);
			break;
		case CHUNKED_BEGIN:
			begin_chunk(b);
			break;
		case CHUNKED_DATA:
			take_data(b);
			break;
		case CHUNKED_END:
			if (b->is_signed)
				check_signature(b, "PAYLOAD", EMPTY_SHA256 "\n",
				    b->chunked.signature);
			break;
		case CHUNKED_TRAILER:
			add_trailer(b);
			break;
		case CHUNKED_DONE:
			if (b->left > 0 && is_unfinished(b))
				chunked_resume(&b->chunked);
			else
				finish_framed(b);
			break;
		case CHUNKED_BAD:
			fail(b, b->f->malformed);
		case CHUNKED_BAD_TRAILER:
			fail(b, b->f->malformed_trailer);
		}
}

static size_t
read_framed(struct aws_body *b, void *p, size_t n)
{
	advance(b);
	if (n > b->len)
		n = b->len;
	if (n > 0)
		memcpy(p, b->data, n);
	b->data += n;
	b->len -= n;
	return n;
}

static void
finish_plain(struct aws_body *b)
{
	char hex[2 * DIGEST_MOST + 1];

	if (b->c->req->short_body || (b->want >= 0 && b->got < b->want))
		fail(b, b->f->incomplete);
	if (b->sha256 != NULL && strcmp(hex_digest(b, hex), b->sha256) != 0)
		fail(b, b->f->bad_sha256);
	b->done = true;
}

static size_t
read_plain(struct aws_body *b, void *p, size_t n)
{
	n = b->c->req->read(b->c->req, p, n);
	b->got += (int64_t)n;
	if (b->got > b->most)
		fail(b, b->f->too_large);
	if (b->want >= 0 && b->got > b->want)
		fail(b, b->f->malformed);
	if (b->sha256 != NULL)
		digest_add(b->digest, p, n);
	if (n == 0)
		finish_plain(b);
	return n;
}

size_t
aws_body_read(struct aws_body *b, void *p, size_t n)
{
	if (b->done || n == 0)
		return 0;
	return b->framed ? read_framed(b, p, n) : read_plain(b, p, n);
}

const char *
aws_body_trailer(const struct aws_body *b, const char *name)
{
	for (const struct trailer *t = b->trailers; t != NULL; t = t->next)
		if (strcmp(t->name, name) == 0)
			return t->value;
	return NULL;
}
