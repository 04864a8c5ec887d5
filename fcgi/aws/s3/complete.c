/* fcgi/aws/s3/complete.c - CompleteMultipartUpload */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/event.h"
#include "fcgi/aws/s3/multipart.h"
#include "fcgi/aws/s3/state.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"
#include "shared/wire/uri.h"
#include "shared/wire/xml.h"

/* PART_LEAST: "Amazon S3 multipart upload limits", User Guide: of every part but the last. */
enum { MOST_PARTS = 10000, PART_LEAST = 5 << 20, MD5_SIZE = 16 };

/* One <Part> of the request. */
struct named {
	int64_t           number;
	const char       *etag;
	const struct xml *x;
	const struct blob_part *part;
};

/* A completion on its way. */
struct completion {
	struct call              *c;
	const char               *bucket, *key, *id;
	struct named             *list;
	size_t                    n;
	struct blob_upload        upload;
	struct blob_part         *parts; /* all that were sent */
	size_t                    n_parts;
	const struct s3_checksum *checksum;
	bool                      composite;
	struct blob_object        object;
};

static const char *
unquoted(struct call *c, const char *tag)
{
	size_t n = strlen(tag);

	if (n >= 2 && tag[0] == '"' && tag[n - 1] == '"')
		return mem_text_n(c->task->mem, tag + 1, n - 2);
	return tag;
}

static void
read_request(struct completion *k)
{
	struct call      *c = k->c;
	const struct xml *x = s3_xml_plain(c, "CompleteMultipartUpload");

	if (x == NULL)
		s3_throw(c, &S3_INVALID_REQUEST, "You must specify at least one part", NULL);
	k->list = mem_array(c->task->mem, struct named, MOST_PARTS);
	for (x = x->first; x != NULL; x = x->next) {
		const char *number = xml_child_text(x, "PartNumber"), *etag = xml_child_text(x, "ETag");

		if (strcmp(x->name, "Part") != 0)
			continue;
		if (number == NULL || etag == NULL || k->n == MOST_PARTS ||
		    !text_i64(number, INT32_MIN, INT32_MAX, &k->list[k->n].number))
			task_throw(c->task, &S3_MALFORMED_XML, NULL);
		if (k->list[k->n].number < 1)
			s3_throw(c, &S3_INVALID_ARGUMENT, "PartNumber must be >= 1",
			    "ArgumentName", "PartNumber", "ArgumentValue", number, NULL);
		if (k->list[k->n].number > MOST_PARTS)
			s3_throw(c, &S3_INVALID_ARGUMENT,
			    "Part number must be an integer between 1 and 10000, inclusive",
			    "ArgumentName", "PartNumber", "ArgumentValue", number, NULL);
		k->list[k->n].etag = unquoted(c, etag);
		k->list[k->n++].x = x;
	}
	if (k->n == 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
}

/* Completed before, and the object still is what was made: the answer is the same again. */
static bool
completed_before(struct completion *k)
{
	struct call     *c = k->c;
	enum blob_result r = blob_get(c->task, &c->space, s3_owner(c), k->bucket, k->key, NULL,
	    false, &k->object);

	return r == BLOB_OK && k->object.parts != NULL && strcmp(k->object.parts, k->id) == 0;
}

static void
check_order(struct completion *k)
{
	for (size_t i = 1; i < k->n; i++)
		if (k->list[i].number <= k->list[i - 1].number)
			s3_throw(k->c, &S3_INVALID_PART_ORDER, NULL, "UploadId", k->id, NULL);
}

static _Noreturn void
invalid_part(struct completion *k, const struct named *p)
{
	s3_throw(k->c, &S3_INVALID_PART, NULL, "UploadId", k->id, "PartNumber",
	    mem_fmt(k->c->task->mem, "%lld", (long long)p->number), "ETag", p->etag,
	    NULL);
}

/* The checksum a <Part> names, as "sha256"; NULL: none. It may name one, and that in base64. */
static const char *
some_checksum(struct call *c, const struct xml *part)
{
	static const char element[] = "Checksum";
	const char       *found = NULL;
	struct buf        all = buf_new(c->task->mem);
	size_t            n = 0, len;
	bool              valid = true;

	for (const struct xml *x = part->first; x != NULL; x = x->next) {
		if (!text_starts(x->name, element))
			continue;
		found = x->name + strlen(element);
		valid = valid && base64_decode(c->task->mem, x->text, &len) != NULL;
		buf_fmt(&all, "%s:%s;", found, x->text);
		n++;
	}
	if (n > 1 || !valid)
		s3_throw(c, &S3_INVALID_ARGUMENT, "Invalid Base64 or multiple checksums present in request",
		    "ArgumentName", element, "ArgumentValue", all.data, NULL);
	return found != NULL ? text_lower(c->task->mem, found) : NULL;
}

static void
check_part_checksum(struct completion *k, const struct named *p)
{
	struct call *c = k->c;
	const char  *other = some_checksum(c, p->x);
	const char  *value = xml_child_text(p->x, k->checksum->element);

	if (k->upload.checksum_algorithm == NULL) {
		if (other != NULL)
			invalid_part(k, p);
	} else if (value != NULL) {
		if (strcmp(value, p->part->checksum) != 0)
			invalid_part(k, p);
	} else if (other != NULL) {
		s3_throw(c, &S3_BAD_DIGEST, mem_fmt(c->task->mem,
		    "The %s you specified for part %lld did not match what we received.", other,
		    (long long)p->number), NULL);
	} else if (k->composite) {
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "The upload was created using a %s checksum. The complete request must include the "
		    "checksum for each part. It was missing for part %lld in the request.",
		    text_lower(c->task->mem, k->checksum->algorithm), (long long)p->number), NULL);
	}
}

/* Both lists ascend. Fills in what was sent for each part named, and the object's size. */
static void
match_parts(struct completion *k)
{
	struct call *c = k->c;
	size_t       at = 0;

	for (size_t i = 0; i < k->n; i++) {
		struct named *p = &k->list[i];

		while (at < k->n_parts && k->parts[at].number < p->number)
			at++;
		if (at == k->n_parts || k->parts[at].number != p->number ||
		    strcmp(k->parts[at].etag, p->etag) != 0)
			invalid_part(k, p);
		p->part = &k->parts[at];
		check_part_checksum(k, p);
		if (i + 1 < k->n && p->part->size < PART_LEAST)
			s3_throw(c, &S3_TOO_SMALL, NULL,
			    "ProposedSize", mem_fmt(c->task->mem, "%lld", (long long)p->part->size),
			    "MinSizeAllowed", mem_fmt(c->task->mem, "%d", PART_LEAST),
			    "PartNumber", mem_fmt(c->task->mem, "%lld", (long long)p->number),
			    "ETag", p->etag, NULL);
		k->object.size += p->part->size;
	}
}

/* MD5 of the parts' MD5s, and how many there are. */
static const char *
etag_of(struct completion *k)
{
	struct mem    *m = k->c->task->mem;
	struct digest *d = digest_new(m, DIGEST_MD5);
	unsigned char  out[DIGEST_MOST];

	for (size_t i = 0; i < k->n; i++) {
		if (!text_unhex(k->list[i].part->etag, out, MD5_SIZE))
			task_throw(k->c->task, &FAULT_INTERNAL, "part etag %s", k->list[i].part->etag);
		digest_add(d, out, MD5_SIZE);
	}
	digest_end(d, out);
	return mem_fmt(m, "%s-%zu", text_hex(m, out, MD5_SIZE), k->n);
}

/* What a part's checksum is, as bytes. */
static const unsigned char *
part_digest(struct completion *k, const struct blob_part *p)
{
	const char *value = k->upload.checksum_algorithm != NULL ? p->checksum : p->crc64nvme;
	size_t      n = 0;
	void       *digest = value != NULL ? base64_decode(k->c->task->mem, value, &n) : NULL;

	if (digest == NULL || n != digest_size((enum digest_kind)k->checksum->kind))
		task_throw(k->c->task, &FAULT_INTERNAL, "part %lld has no checksum", (long long)p->number);
	return digest;
}

static const char *
checksum_of(struct completion *k)
{
	enum digest_kind kind = (enum digest_kind)k->checksum->kind;
	struct mem      *m = k->c->task->mem;
	struct digest   *d = digest_new(m, kind);
	unsigned char    out[DIGEST_MOST];

	for (size_t i = 0; i < k->n; i++) {
		const struct blob_part *p = k->list[i].part;

		if (k->composite)
			digest_add(d, part_digest(k, p), digest_size(kind));
		else
			digest_append(d, part_digest(k, p), (uint64_t)p->size);
	}
	digest_end(d, out);
	if (k->composite)
		return mem_fmt(m, "%s-%zu", base64_encode(m, out, digest_size(kind)), k->n);
	return base64_encode(m, out, digest_size(kind));
}

/* What the request says of the whole object must be so. */
static void
check_whole(struct completion *k)
{
	struct call              *c = k->c;
	const char               *size = s3_header(c, "x-amz-mp-object-size"), *value = NULL;
	const struct s3_checksum *said = s3_checksum_header(c, &value);
	size_t                    n = value != NULL ? strlen(value) : 0;
	int64_t                   bytes;

	if (size != NULL && !text_i64(size, INT64_MIN, INT64_MAX, &bytes))
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "Value for x-amz-mp-object-size header is invalid: '%s'", size), NULL);
	if (size != NULL && bytes < 0)
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "Value for x-amz-mp-object-size header is less than zero: '%s'", size), NULL);
	if (size != NULL && bytes != k->object.size)
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "The provided 'x-amz-mp-object-size' header value %s does not match what was "
		    "computed: %lld", size, (long long)k->object.size), NULL);
	/* S3 takes the value of a full object only together with x-amz-checksum-type. */
	if (k->upload.checksum_algorithm != NULL && !k->composite &&
	    s3_header(c, "x-amz-checksum-type") == NULL)
		n = 0;
	/* Nor does it look at one that the upload has nothing to do with. */
	if (k->upload.checksum_algorithm == NULL && said != k->checksum)
		return;
	if (said == NULL || (n > 0 && said == k->checksum &&
	                     strncmp(value, k->object.checksum, n) == 0 &&
	                     (k->object.checksum[n] == '\0' || k->object.checksum[n] == '-')))
		return;
	s3_throw(c, &S3_BAD_DIGEST, mem_fmt(c->task->mem,
	    "The %s you specified did not match the calculated checksum.",
	    text_lower(c->task->mem, k->checksum->algorithm)), NULL);
}

static void
check_mode(struct completion *k)
{
	const char *type = s3_header(k->c, "x-amz-checksum-type");
	const char *ours = k->upload.checksum_type != NULL ? k->upload.checksum_type : "null";

	if (type != NULL && strcasecmp(type, ours) != 0)
		s3_throw(k->c, &S3_INVALID_REQUEST, mem_fmt(k->c->task->mem,
		    "The upload was created using the %s checksum mode. The complete request must use the "
		    "same checksum mode.", ours), NULL);
}

/* A customer's key is needed again only where the upload chose a checksum; it must be the same. */
static void
check_key(struct completion *k)
{
	const char *seal = s3_pair(&k->upload.headers, BLOB_SEAL);
	const char *brought = encryption_verifier(k->c, k->id);

	if (brought != NULL ? seal == NULL || strcmp(brought, seal) != 0
	                    : seal != NULL && k->upload.checksum_algorithm != NULL)
		encryption_throw_part(k->c, seal);
}

static enum blob_result
complete(struct completion *k, const struct blob_condition *when)
{
	struct call        *c = k->c;
	struct blob_object *o = &k->object;
	int64_t            *left_out = mem_array(c->task->mem, int64_t, k->n_parts + 1);
	size_t              n = 0, at = 0;

	check_key(k);
	check_order(k);
	check_mode(k);
	k->checksum = s3_checksum_named(
	    k->upload.checksum_algorithm != NULL ? k->upload.checksum_algorithm : "CRC64NVME");
	k->composite = k->upload.checksum_type != NULL &&
	    strcmp(k->upload.checksum_type, "COMPOSITE") == 0;
	*o = (struct blob_object){ .key = k->key, .modified_at = c->space.now,
		.owner = k->upload.owner };
	if (s3_acl_disabled(s3_access(c, k->bucket)))
		o->owner = s3_owner(c);
	match_parts(k);
	o->etag = etag_of(k);
	o->checksum_algorithm = k->checksum->algorithm;
	o->checksum_type = k->composite ? "COMPOSITE" : "FULL_OBJECT";
	o->checksum = checksum_of(k);
	check_whole(k);
	/* S3 makes none up under a customer's key. */
	if (k->upload.checksum_algorithm == NULL && s3_pair(&k->upload.headers, BLOB_SEAL) != NULL)
		o->checksum = o->checksum_type = o->checksum_algorithm = NULL;
	for (size_t i = 0; i < k->n_parts; i++) {
		if (at < k->n && k->list[at].part == &k->parts[i])
			at++;
		else
			left_out[n++] = k->parts[i].number;
	}
	return blob_upload_complete(c->task, &c->space, s3_owner(c), k->bucket, k->id, o,
	    left_out, n, when);
}

static void
put_result(struct completion *k)
{
	struct call *c = k->c;
	const char  *key = uri_encode(c->task->mem, k->key, false);

	if (*k->object.version != '\0') /* as PutObject */
		call_header(c, "x-amz-version-id", k->object.version);
	encryption_headers(c, &k->upload.headers);
	s3_expiration_header(c, k->bucket, &k->object);
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "CompleteMultipartUploadResult");
	enc_text(c->out, "Location", c->sub_host != NULL ?
	    mem_fmt(c->task->mem, "%s/%s", c->base_url, key) :
	    mem_fmt(c->task->mem, "%s/%s/%s", c->base_url, k->bucket, key));
	enc_text(c->out, "Bucket", k->bucket);
	enc_text(c->out, "Key", k->key);
	enc_text(c->out, "ETag", s3_quoted(c, k->object.etag));
	s3_checksum_elements(c, &k->object);
	enc_end(c->out);
}

void
s3_complete_multipart_upload(struct call *c)
{
	struct completion     k = { .c = c, .bucket = s3_bucket(c), .key = s3_key(c),
		    .id = s3_upload_id(c) };
	struct blob_condition when = s3_write_condition(c);
	enum blob_result      r;

	read_request(&k);
	s3_event_begin(c, k.bucket);
	r = blob_upload_take(c->task, &c->space, s3_owner(c), k.bucket, k.key, k.id, &k.upload,
	    &k.parts, &k.n_parts);
	if (r == BLOB_OK) {
		r = complete(&k, &when);
		s3_event_object(c, k.bucket, "ObjectCreated:CompleteMultipartUpload", r, &k.object, true);
		if (r == BLOB_UNMET)
			s3_throw_unmet(c, &when);
		if (r == BLOB_DISTURBED)
			s3_throw(c, &S3_CONDITIONAL_CONFLICT, NULL, "Condition",
			    when.absent ? "If-None-Match" : "If-Match", "Key", k.key, NULL);
	} else {
		s3_event_end(c, k.bucket, NULL, 0);
		if (r == BLOB_NO_UPLOAD && completed_before(&k))
			r = BLOB_OK;
	}
	if (r != BLOB_OK)
		s3_throw_upload(c, r, k.bucket, k.key, k.id);
	put_result(&k);
}
