/* fcgi/aws/s3/attributes.c - GetObjectAttributes */
#include <string.h>

#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/multipart.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"

enum { MOST_PARTS = 1000, LAST_PART = 10000 };

enum { ETAG = 1, CHECKSUM = 2, PARTS = 4, CLASS = 8, SIZE = 16 };

static const struct {
	const char *name;
	unsigned    bit;
} attributes[] = { { "ETag", ETAG }, { "Checksum", CHECKSUM }, { "ObjectParts", PARTS },
	{ "StorageClass", CLASS }, { "ObjectSize", SIZE } };

static const char HEADER[] = "x-amz-object-attributes";

static unsigned
bit_of(struct call *c, const char *name, size_t n)
{
	for (size_t i = 0; i < COUNT(attributes); i++)
		if (strlen(attributes[i].name) == n && strncmp(attributes[i].name, name, n) == 0)
			return attributes[i].bit;
	s3_throw(c, &S3_INVALID_ARGUMENT, "Invalid attribute name specified.", "ArgumentName", HEADER,
	    NULL);
}

static unsigned
wanted(struct call *c)
{
	const char *p = s3_header(c, HEADER);
	unsigned    bits = 0;

	if (p == NULL || *p == '\0')
		s3_throw(c, &S3_INVALID_REQUEST, "The x-amz-object-attributes header specifying the "
		    "attributes to be retrieved is either missing or empty", NULL);
	while (*p != '\0') {
		size_t n, len;

		p += strspn(p, ", \t");
		n = len = strcspn(p, ",");
		while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
			len--;
		if (len > 0)
			bits |= bit_of(c, p, len);
		p += n;
	}
	return bits;
}

static int64_t
number(struct call *c, const char *header, int64_t otherwise)
{
	const char *value = s3_header(c, header);

	if (value != NULL && !text_i64(value, 0, INT32_MAX, &otherwise))
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Provided %s not an integer or within integer range", header), "ArgumentName", header,
		    NULL);
	return otherwise;
}

/* Here a composite one does not say of how many parts it is. */
static void
put_checksum(struct call *c, const struct blob_object *o)
{
	struct blob_object shown = *o;

	if (o->checksum == NULL)
		return;
	shown.checksum = mem_text_n(c->task->mem, o->checksum, strcspn(o->checksum, "-"));
	enc_struct(c->out, "Checksum");
	s3_checksum_elements(c, &shown);
	enc_end(c->out);
}

static void
put_part(struct call *c, const struct blob_object *o, const struct blob_part *p)
{
	enc_struct(c->out, "Part");
	enc_int(c->out, "PartNumber", p->number);
	enc_int(c->out, "Size", p->size);
	enc_text(c->out, s3_checksum_named(o->checksum_algorithm)->element, p->checksum);
	enc_end(c->out);
}

/* Parts are listed where the object's checksum is made of theirs, else only counted. */
static void
put_parts(struct call *c, const struct blob_object *o)
{
	int64_t           after = number(c, "x-amz-part-number-marker", 0), total, last = 0;
	int64_t           most = number(c, "x-amz-max-parts", MOST_PARTS);
	struct blob_part *list;
	size_t            n;
	bool              more;

	if (!s3_has_parts(o))
		return;
	most = most < MOST_PARTS ? most : MOST_PARTS;
	n = blob_parts(c->task, &c->space, o, after < LAST_PART ? after : LAST_PART, most, &list,
	    &total, &more);
	enc_struct(c->out, "ObjectParts");
	enc_int(c->out, "PartsCount", total);
	if (o->checksum != NULL && strcmp(o->checksum_type, "COMPOSITE") == 0) {
		if (n > 0)
			last = list[n - 1].number;
		enc_int(c->out, "PartNumberMarker", after);
		enc_int(c->out, "NextPartNumberMarker", last);
		enc_int(c->out, "MaxParts", most);
		enc_bool(c->out, "IsTruncated", more);
		for (size_t i = 0; i < n; i++)
			put_part(c, o, &list[i]);
	}
	enc_end(c->out);
}

void
s3_get_object_attributes(struct call *c)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c);
	unsigned           bits = wanted(c);
	struct blob_object o;

	s3_find_version(c, bucket, key, false, &o);
	encryption_check_key(c, &o);
	s3_version_header(c, &o);
	call_header(c, "Last-Modified", clock_http(c->task->mem, o.modified_at));
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "GetObjectAttributesResponse");
	if (bits & ETAG)
		enc_text(c->out, "ETag", o.etag);
	if (bits & CHECKSUM)
		put_checksum(c, &o);
	if (bits & PARTS)
		put_parts(c, &o);
	if (bits & CLASS)
		enc_text(c->out, "StorageClass", o.storage_class);
	if (bits & SIZE)
		enc_int(c->out, "ObjectSize", o.size);
	enc_end(c->out);
}
