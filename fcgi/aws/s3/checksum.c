/* fcgi/aws/s3/checksum.c - which checksums S3 knows, and what a request asks for */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/s3.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

static const struct s3_checksum checksums[] = {
	{ "CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", DIGEST_CRC32 },
	{ "CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", DIGEST_CRC32C },
	{ "CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", DIGEST_CRC64NVME },
	{ "MD5", "x-amz-checksum-md5", "ChecksumMD5", DIGEST_MD5 },
	{ "SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", DIGEST_SHA1 },
	{ "SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", DIGEST_SHA256 },
	{ "SHA512", "x-amz-checksum-sha512", "ChecksumSHA512", DIGEST_SHA512 },
};

/* In the model since 2026, not built. */
static const char *const later[] = { "x-amz-checksum-xxhash64", "x-amz-checksum-xxhash3",
	"x-amz-checksum-xxhash128" };

const struct s3_checksum *
s3_checksum_named(const char *algorithm)
{
	for (size_t i = 0; algorithm != NULL && i < COUNT(checksums); i++)
		if (strcasecmp(checksums[i].algorithm, algorithm) == 0)
			return &checksums[i];
	return NULL;
}

const struct s3_checksum *
s3_checksum_asked(struct call *c)
{
	const char               *name = s3_header(c, "x-amz-checksum-algorithm");
	const struct s3_checksum *k = s3_checksum_named(name);

	if (name != NULL && k == NULL)
		task_throw(c->task, &S3_CHECKSUM_ALGORITHM, NULL);
	return k;
}

bool
s3_checksum_combines(const struct s3_checksum *k)
{
	return k->kind == DIGEST_CRC32 || k->kind == DIGEST_CRC32C || k->kind == DIGEST_CRC64NVME;
}

static void
refuse_later(struct call *c, const char *trailer)
{
	for (size_t i = 0; i < COUNT(later); i++)
		if (request_header(c->req, later[i]) != NULL ||
		    (trailer != NULL && strcasecmp(trailer, later[i]) == 0))
			s3_throw(c, &S3_NOT_IMPLEMENTED, NULL, "Header", later[i], NULL);
}

/*
 * Only from headers: what a presigned URL says in its query is signed and otherwise ignored, as S3
 * does.  The SDK for JavaScript puts the CRC32 of the empty body there that it has when it signs.
 */
const struct s3_checksum *
s3_checksum_header(struct call *c, const char **value)
{
	const struct s3_checksum *found = NULL;

	for (size_t i = 0; i < COUNT(checksums); i++) {
		const char *v = request_header(c->req, checksums[i].header);

		if (v == NULL && !s3_header_empty(c, checksums[i].header))
			continue;
		if (found != NULL)
			s3_throw(c, &S3_INVALID_REQUEST, "Expecting a single x-amz-checksum- header. "
			    "Multiple checksum Types are not allowed.", NULL);
		found = &checksums[i];
		*value = v != NULL ? v : "";
	}
	return found;
}

static const struct s3_checksum *
in_trailer_named(const char *trailer)
{
	for (size_t i = 0; trailer != NULL && i < COUNT(checksums); i++)
		if (strcasecmp(trailer, checksums[i].header) == 0)
			return &checksums[i];
	return NULL;
}

void
s3_checksum_check(struct call *c, const struct s3_checksum *k, const char *value, const char *where)
{
	size_t n;

	if (base64_decode(c->task->mem, value, &n) == NULL ||
	    n != digest_size((enum digest_kind)k->kind))
		s3_throw(c, &S3_INVALID_REQUEST,
		    mem_fmt(c->task->mem, "Value for %s %s is invalid.", k->header, where), NULL);
}

const struct s3_checksum *
s3_checksum_wanted(struct call *c, const char **value, bool *in_trailer)
{
	const char               *trailer = request_header(c->req, "x-amz-trailer");
	const char               *named = request_header(c->req, "x-amz-sdk-checksum-algorithm");
	const struct s3_checksum *k = s3_checksum_header(c, value), *t = in_trailer_named(trailer);

	*in_trailer = false;
	refuse_later(c, trailer);
	if (k != NULL && t != NULL)
		s3_throw(c, &S3_INVALID_REQUEST, "Expecting a single x-amz-checksum- header. "
		    "Multiple checksum Types are not allowed.", NULL);
	if (k != NULL)
		s3_checksum_check(c, k, *value, "header");
	*in_trailer = t != NULL;
	if (k == NULL)
		k = t;
	if (named != NULL && s3_checksum_named(named) == NULL)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "Value for x-amz-sdk-checksum-algorithm header is invalid.", NULL);
	if (named != NULL && k == NULL)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "x-amz-sdk-checksum-algorithm specified, but no corresponding "
		    "x-amz-checksum-* or x-amz-trailer headers were found.", NULL);
	if (named != NULL && s3_checksum_named(named) != k)
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "Value for x-amz-sdk-checksum-algorithm header is invalid."), NULL);
	return k;
}

void
s3_checksum_headers(struct call *c, const struct blob_object *o)
{
	const struct s3_checksum *k = s3_checksum_named(o->checksum_algorithm);

	if (k == NULL || o->checksum == NULL)
		return;
	call_header(c, k->header, o->checksum);
	call_header(c, "x-amz-checksum-type", o->checksum_type);
}

void
s3_checksum_elements(struct call *c, const struct blob_object *o)
{
	const struct s3_checksum *k = s3_checksum_named(o->checksum_algorithm);

	if (k == NULL || o->checksum == NULL)
		return;
	enc_text(c->out, k->element, o->checksum);
	enc_text(c->out, "ChecksumType", o->checksum_type);
}
