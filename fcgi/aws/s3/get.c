/* fcgi/aws/s3/get.c - GetObject and HeadObject */
#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/multipart.h"
#include "fcgi/aws/s3/version.h"
#include "shared/base/text.h"

/* The part of an object that goes out. */
struct part {
	int64_t from, length;
	bool    whole; /* answer 200 */
	/* partNumber of an object made of parts: how many it has, and this one's checksum. */
	int64_t          parts;
	struct blob_part part;
};

/* first-last, first-, -last; false: not such a range, and it is ignored. */
static bool
parse_range(struct call *c, const char *value, int64_t size, struct part *out)
{
	const char *spec = value + strlen("bytes="), *dash;
	int64_t     first, last = INT64_MAX;

	if (!text_starts(value, "bytes=") || (dash = strchr(spec, '-')) == NULL)
		return false;
	if (dash[1] != '\0' && !text_i64(dash + 1, 0, INT64_MAX, &last))
		return false;
	if (dash == spec) {
		/* S3 gives the end of what is empty as if all had been asked for. */
		if (dash[1] == '\0' || (size == 0 && last > 0))
			return false;
		*out = (struct part){ .from = last < size ? size - last : 0 };
		out->length = last == 0 ? 0 : size - out->from;
		return true;
	}
	if (!text_i64(mem_text_n(c->task->mem, spec, (size_t)(dash - spec)), 0, INT64_MAX, &first) ||
	    last < first)
		return false;
	*out = (struct part){ .from = first };
	out->length = first < size ? (last < size - 1 ? last : size - 1) - first + 1 : 0;
	return true;
}

static struct part
range_part(struct call *c, const char *range, int64_t size)
{
	struct part p = { .length = size, .whole = true };

	if (range == NULL || !parse_range(c, range, size, &p))
		return p;
	if (p.length == 0)
		s3_throw(c, &S3_INVALID_RANGE, NULL, "RangeRequested", range, "ActualObjectSize",
		    mem_fmt(c->task->mem, "%lld", (long long)size), NULL);
	return p;
}

static _Noreturn void
no_such_part(struct call *c, const char *number, const struct blob_object *o)
{
	struct blob_part *list;
	int64_t           total = 1;
	bool              more;

	if (s3_has_parts(o))
		blob_parts(c->task, &c->space, o, 0, 1, &list, &total, &more);
	s3_throw(c, &S3_INVALID_PART_NUMBER, NULL, "PartNumberRequested", number, "ActualPartCount",
	    mem_fmt(c->task->mem, "%lld", (long long)total), NULL);
}

/* partNumber; of an object that has no parts all of it is the first. */
static struct part
numbered_part(struct call *c, const char *number, const struct blob_object *o)
{
	struct part p = { .parts = 1 };
	int64_t     n;

	if (!text_i64(number, 1, 10000, &n))
		s3_throw(c, &S3_INVALID_ARGUMENT,
		    "Part number must be an integer between 1 and 10000, inclusive",
		    "ArgumentName", "partNumber", "ArgumentValue", number, NULL);
	if (s3_has_parts(o) ? !blob_piece(c->task, &c->space, o, n, &p.part, &p.parts) : n > 1)
		no_such_part(c, number, o);
	if (!s3_has_parts(o))
		return (struct part){ .length = o->size, .whole = o->size == 0 };
	p.from = p.part.start;
	p.length = p.part.size;
	p.whole = p.length == 0;
	return p;
}

static struct part
choose_part(struct call *c, const struct blob_object *o)
{
	const char *range = request_header(c->req, "range");
	const char *number = request_arg(c->req, "partNumber");

	if (range != NULL && number != NULL)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "Cannot specify both Range header and partNumber query parameter", NULL);
	return number != NULL ? numbered_part(c, number, o) : range_part(c, range, o->size);
}

/* Of a composite checksum each part has its own. */
static void
part_checksum_headers(struct call *c, const struct blob_object *o, const struct blob_part *p)
{
	struct blob_object part = { .checksum_algorithm = o->checksum_algorithm,
		.checksum_type = o->checksum_type, .checksum = p->checksum };

	if (p->checksum_algorithm != NULL && strcmp(p->checksum_algorithm, o->checksum_algorithm) == 0)
		s3_checksum_headers(c, &part);
}

static void
put_part_headers(struct call *c, const struct blob_object *o, const struct part *p)
{
	const char *mode = s3_header(c, "x-amz-checksum-mode");

	call_header(c, "Accept-Ranges", "bytes");
	if (!p->whole) {
		c->reply.status = 206;
		call_header(c, "Content-Range",
		    mem_fmt(c->task->mem, "bytes %lld-%lld/%lld", (long long)p->from,
		    (long long)(p->from + p->length - 1), (long long)o->size));
	}
	if (p->parts > 0)
		call_header(c, "x-amz-mp-parts-count",
		    mem_fmt(c->task->mem, "%lld", (long long)p->parts));
	if (mode == NULL || strcasecmp(mode, "ENABLED") != 0)
		return;
	/* The checksum is of the whole: it would not fit a part. */
	if (p->parts > 0 && o->checksum != NULL && strcmp(o->checksum_type, "COMPOSITE") == 0)
		part_checksum_headers(c, o, &p->part);
	else if (p->length == o->size)
		s3_checksum_headers(c, o);
}

/* Everything but the bytes; false: there is nothing more to say. */
static bool
put_head(struct call *c, const struct blob_object *o, bool with_bytes, struct part *p)
{
	encryption_check_key(c, o);
	if (!s3_read_conditions(c, o))
		return false;
	if (with_bytes && s3_archived(c, o))
		s3_throw(c, &S3_ARCHIVED, NULL, "StorageClass", o->storage_class, NULL);
	*p = choose_part(c, o);
	s3_put_headers(c, o);
	s3_restore_header(c, o);
	put_part_headers(c, o, p);
	return true;
}

void
s3_answer_object(struct call *c, const struct blob_object *o, bool with_bytes)
{
	struct part p;

	if (!put_head(c, o, with_bytes, &p))
		return;
	if (with_bytes)
		s3_send_bytes(c, o, p.from, p.length);
	else
		c->reply.length = p.length;
}

static void
read_object(struct call *c, bool with_bytes)
{
	const char        *bucket = s3_bucket(c), *key = s3_key(c);
	struct blob_object o;

	s3_check_overrides(c);
	encryption_check_read(c);
	s3_find_version(c, bucket, key, with_bytes, &o);
	s3_version_header(c, &o);
	if (o.latest && s3_version_arg(c) == NULL)
		s3_expiration_header(c, bucket, &o);
	s3_answer_object(c, &o, with_bytes);
}

void
s3_get_object(struct call *c)
{
	read_object(c, true);
}

void
s3_head_object(struct call *c)
{
	read_object(c, false);
}
