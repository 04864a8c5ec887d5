/* fcgi/aws/s3/body.c - taking a request's body: digests, checks, and the store, in one pass */
#include <assert.h>
#include <string.h>

#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/form.h"
#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/proto/aws_body.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"
#include "shared/core/weigh.h"
#include "shared/store/store.h"
#include "shared/wire/base64.h"
#include "shared/wire/cipher.h"
#include "shared/wire/digest.h"
#include "shared/wire/xml.h"

enum { BUFFER = 128 << 10, MD5_SIZE = 16 };

static const struct aws_body_faults body_faults = {
	.incomplete = &S3_INCOMPLETE_BODY, .malformed = &S3_CHUNKS,
	.missing_length = &S3_MISSING_LENGTH, .small_chunk = &S3_SMALL_CHUNK,
	.mismatch = &S3_SIGNATURE, .bad_sha256 = &S3_BAD_SHA256,
	.malformed_trailer = &S3_MALFORMED_TRAILER, .too_large = &S3_TOO_LARGE,
};

/* A body on its way in. */
struct intake {
	struct call              *c;
	struct aws_body          *from;
	const struct s3_checksum *algorithm;
	const char               *expected; /* base64, or NULL */
	bool                      in_trailer, chosen;
	const unsigned char      *md5_expected;
	struct digest            *md5, *checksum;
	struct digest            *crc64nvme; /* besides: of parts */
	int64_t                   size, most; /* most: a form's policy says so */
};

static const unsigned char *
content_md5(struct call *c)
{
	const char *value = request_header(c->req, "content-md5");
	void       *digest;
	size_t      n;

	if (value == NULL && s3_header_empty(c, "content-md5"))
		value = "";
	if (value == NULL)
		return NULL;
	digest = base64_decode(c->task->mem, value, &n);
	if (digest == NULL || n != MD5_SIZE)
		s3_throw(c, &S3_INVALID_DIGEST, NULL, "Content-MD5", value, NULL);
	return digest;
}

static void
intake_open(struct intake *in, struct call *c, const struct aws_body_faults *f, int64_t most,
    bool checksummed)
{
	*in = (struct intake){ .c = c, .md5_expected = content_md5(c), .most = INT64_MAX };
	if (checksummed)
		in->algorithm = s3_checksum_wanted(c, &in->expected, &in->in_trailer);
	in->chosen = in->algorithm != NULL;
	if (in->algorithm == NULL)
		in->algorithm = s3_checksum_named("CRC64NVME");
	in->md5 = digest_new(c->task->mem, DIGEST_MD5);
	in->checksum = digest_new(c->task->mem, (enum digest_kind)in->algorithm->kind);
	in->from = aws_body_open(c, f, most);
}

/* Up to n bytes, fewer only at the end. */
static size_t
intake_read(struct intake *in, char *p, size_t n)
{
	size_t got = 0, r;

	while (got < n && (r = aws_body_read(in->from, p + got, n - got)) > 0)
		got += r;
	digest_add(in->md5, p, got);
	digest_add(in->checksum, p, got);
	if (in->crc64nvme != NULL)
		digest_add(in->crc64nvme, p, got);
	in->size += (int64_t)got;
	if (in->size > in->most)
		s3_throw(in->c, &S3_TOO_LARGE, NULL, "ProposedSize", mem_fmt(in->c->task->mem, "%lld",
		    (long long)in->size), "MaxSizeAllowed", mem_fmt(in->c->task->mem, "%lld",
		    (long long)in->most), NULL);
	return got;
}

static void
check_checksum(struct intake *in, const char *computed)
{
	struct call *c = in->c;

	if (in->in_trailer &&
	    (in->expected = aws_body_trailer(in->from, in->algorithm->header)) == NULL)
		task_throw(c->task, &S3_MALFORMED_TRAILER, NULL);
	if (in->in_trailer)
		s3_checksum_check(c, in->algorithm, in->expected, "trailing header");
	if (in->expected != NULL && strcmp(in->expected, computed) != 0)
		s3_throw(c, &S3_BAD_DIGEST, mem_fmt(c->task->mem,
		    "The %s you specified did not match the calculated checksum.",
		    in->algorithm->algorithm), NULL);
}

/* Everything was read: what was announced must be what came. */
static void
intake_check(struct intake *in, struct s3_body *body)
{
	struct call  *c = in->c;
	struct mem   *m = c->task->mem;
	unsigned char out[DIGEST_MOST];

	digest_end(in->md5, out);
	if (in->md5_expected != NULL && memcmp(in->md5_expected, out, MD5_SIZE) != 0)
		s3_throw(c, &S3_BAD_DIGEST, NULL, "ExpectedDigest", request_arg(c->req, "uploadId") != NULL
		    ? base64_encode(m, in->md5_expected, MD5_SIZE) /* as it was sent: of parts only */
		    : text_hex(m, in->md5_expected, MD5_SIZE),
		    "CalculatedDigest", base64_encode(m, out, MD5_SIZE), NULL);
	body->md5_hex = text_hex(m, out, MD5_SIZE);
	digest_end(in->checksum, out);
	body->checksum = base64_encode(m, out, digest_size((enum digest_kind)in->algorithm->kind));
	check_checksum(in, body->checksum);
	body->algorithm = in->algorithm;
	body->chosen = in->chosen;
	body->crc64nvme = body->checksum;
	if (in->crc64nvme != NULL) {
		digest_end(in->crc64nvme, out);
		body->crc64nvme = base64_encode(m, out, digest_size(DIGEST_CRC64NVME));
	}
	body->size = in->size;
}

void
s3_body_store(struct call *c, struct s3_body *body)
{
	unsigned char nonce[SEAL_NONCE];

	body->id = blob_body_id(c->task);
	body->home = c->space.environment;
	body->put = store_create(c->task, c->world->store, body->home, body->id);
	body->seal = encryption_seal(c, nonce);
	if (body->seal != NULL)
		store_write(c->task, body->put, nonce, sizeof(nonce));
}

void
s3_body_write(struct call *c, struct s3_body *body, void *p, size_t n)
{
	if (body->seal != NULL)
		cipher_apply(body->seal, p, n);
	store_write(c->task, body->put, p, n);
}

/* What did not fit: `have` bytes are in buffer already. */
static void
take_into_store(struct intake *in, struct s3_body *body, char *buffer, size_t have)
{
	struct call *c = in->c;
	char        *more = mem_raw(c->task->mem, BUFFER);
	size_t       n;

	s3_body_store(c, body);
	s3_body_write(c, body, buffer, have);
	while ((n = intake_read(in, more, BUFFER)) > 0)
		s3_body_write(c, body, more, n);
}

/* The quota of who owns the environment, which is none of AWS's: worded as Ceph does. */
void
s3_check_quota(struct call *c, int64_t size)
{
	struct s3_state *s = s3_state(c);

	if (size < s->weighed)
		return;
	if (!weigh_fits(c->task, c->world->limit, c->env->account, c->env->storage, size))
		task_throw(c->task, &S3_QUOTA, NULL);
	s->weighed = size + 1;
}

static const struct s3_body *
take(struct call *c, bool of_part)
{
	size_t          most = (size_t)c->world->conf->inline_max, room = most, got;
	struct s3_body *body = s3_state(c)->body;
	struct intake   in;
	int64_t         length, least;
	char           *buffer;

	if (body != NULL)
		return body;
	body = mem_one(c->task->mem, struct s3_body);
	intake_open(&in, c, &body_faults, c->world->conf->object_max, true);
	form_limits(c, &least, &in.most);
	if (of_part && in.algorithm->kind != DIGEST_CRC64NVME)
		in.crc64nvme = digest_new(c->task->mem, DIGEST_CRC64NVME);
	length = aws_body_length(in.from);
	s3_check_quota(c, length > 0 ? length : 0);
	if (length >= 0 && (size_t)length < room)
		room = (size_t)length;
	buffer = mem_raw(c->task->mem, room + 1);
	/* One byte more than may stay here tells that it does not. */
	got = intake_read(&in, buffer, room + 1);
	if (got > most || encryption_brought(c))
		take_into_store(&in, body, buffer, got);
	intake_check(&in, body);
	if (length < 0)
		s3_check_quota(c, body->size);
	if (body->size < least)
		s3_throw(c, &S3_TOO_SMALL, NULL, "ProposedSize", mem_fmt(c->task->mem, "%lld",
		    (long long)body->size), "MinSizeAllowed", mem_fmt(c->task->mem, "%lld",
		    (long long)least), NULL);
	if (body->put != NULL) {
		store_keep(c->task, body->put);
	} else {
		buffer[got] = '\0';
		body->bytes = buffer;
	}
	return s3_state(c)->body = body;
}

const struct s3_body *
s3_body(struct call *c)
{
	return take(c, false);
}

const struct s3_body *
s3_part_body(struct call *c)
{
	return take(c, true);
}

void
s3_settle(const struct s3_body *body, enum blob_result r)
{
	if (body->put == NULL)
		return;
	if (r == BLOB_OK)
		store_named(body->put);
	else
		store_drop(body->put);
}

/* All of the body, once; more than `most` throws too_large. */
static const struct buf *
read_text(struct call *c, size_t most, const struct fault *too_large, bool checksummed)
{
	struct s3_state        *state = s3_state(c);
	struct aws_body_faults *faults = mem_one(c->task->mem, struct aws_body_faults);
	struct buf             *text = mem_one(c->task->mem, struct buf);
	struct s3_body          body;
	struct intake           in;
	char                   *buffer;
	size_t                  n;

	if (state->text != NULL)
		return state->text;
	*faults = body_faults;
	faults->too_large = too_large;
	*text = buf_new(c->task->mem);
	buf_text(text, "");
	intake_open(&in, c, faults, (int64_t)most, checksummed);
	buffer = mem_raw(c->task->mem, BUFFER);
	while ((n = intake_read(&in, buffer, BUFFER)) > 0)
		buf_add(text, buffer, n);
	intake_check(&in, &body);
	return state->text = text;
}

const struct buf *
s3_text(struct call *c, size_t most, const struct fault *too_large)
{
	return read_text(c, most, too_large, true);
}

static struct xml *
document(struct call *c, const char *root, bool checksummed)
{
	size_t            most = c->op->body_limit > 0 ? c->op->body_limit : DEFAULT_BODY_LIMIT;
	const struct buf *text = read_text(c, most, &S3_MESSAGE_TOO_LONG, checksummed);
	struct xml       *x;

	if (text->len == 0)
		return NULL;
	if (s3_state(c)->document != NULL)
		return s3_state(c)->document;
	x = xml_parse(c->task->mem, text->data, text->len);
	if (x == NULL || strcmp(x->name, root) != 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	return s3_state(c)->document = x;
}

struct xml *
s3_xml(struct call *c, const char *root)
{
	return document(c, root, true);
}

struct xml *
s3_xml_plain(struct call *c, const char *root)
{
	return document(c, root, false);
}

void
s3_need_digest(struct call *c)
{
	const char *value;
	bool        in_trailer;

	if (request_header(c->req, "content-md5") == NULL &&
	    s3_checksum_wanted(c, &value, &in_trailer) == NULL)
		s3_throw(c, &S3_INVALID_REQUEST, "Missing required header for this request: Content-MD5",
		    NULL);
}
