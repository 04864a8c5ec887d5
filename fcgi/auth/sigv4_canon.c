/* fcgi/auth/sigv4_canon.c - the canonical request of SigV4 */
#include <stdlib.h>
#include <string.h>

#include "fcgi/auth/sigv4_parts.h"
#include "fcgi/request.h"
#include "shared/base/mem.h"

/* The path as if its sender had encoded it strictly; as it is when it cannot be decoded. */
static const char *
encoded_strictly(struct mem *m, const char *raw)
{
	struct buf  b = buf_new(m);
	size_t      n;
	const char *decoded = uri_decode(m, raw, strlen(raw), &n);

	if (decoded == NULL)
		return raw;
	uri_encode_to(&b, decoded, n, true);
	return b.data;
}

/* RFC 3986, 5.2.4, and no empty segments: "/a/./b//../c/" is "/a/c/". */
static const char *
normalised(struct mem *m, const char *raw)
{
	char  *out = mem_raw(m, strlen(raw) + 2);
	size_t n = 0;

	out[n++] = '/';
	for (const char *p = raw; *p != '\0';) {
		size_t len = strcspn(p, "/");
		bool   slash = p[len] == '/';

		if (len == 2 && memcmp(p, "..", 2) == 0) {
			while (n > 1 && out[n - 2] != '/')
				n--;
			n -= n > 1;
		} else if (len > 0 && !(len == 1 && *p == '.')) {
			memcpy(out + n, p, len);
			n += len;
			if (slash)
				out[n++] = '/';
		}
		p += len + slash;
	}
	out[n] = '\0';
	return out;
}

/*
 * S3: the path decoded and encoded once, slashes kept, nothing normalised.  A sender that writes
 * %2F, or leaves characters bare that the rules would encode, has signed what it sent: variant 1.
 *
 * Others: the path as sent is normalised and encoded once more.  A sender that leaves characters
 * bare may have signed the strictly encoded path instead: variant 1.
 */
const char *
sigv4_path(struct mem *m, const char *raw, bool s3, int variant)
{
	const char *strict = encoded_strictly(m, raw);

	if (*raw == '\0')
		return variant == 0 ? "/" : NULL;
	if (variant == 1 && strcmp(strict, raw) == 0)
		return NULL;
	if (s3)
		return variant == 0 ? strict : raw;
	return uri_encode(m, normalised(m, variant == 0 ? raw : strict), true);
}

struct parameter {
	const char *name, *value;
};

static int
compare_parameters(const void *a, const void *b)
{
	const struct parameter *x = a, *y = b;
	int                     order = strcmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->value, y->value);
}

/* Encoded, sorted by name and value as they are then; without the signature itself. */
static void
add_query(struct buf *b, const struct request *r, bool presigned)
{
	struct parameter *list = mem_array(b->mem, struct parameter, r->args.n + 1);
	size_t            n = 0;

	for (size_t i = 0; i < r->args.n; i++) {
		const struct uri_pair *p = &r->args.pairs[i];

		if (presigned && strcmp(p->name, "X-Amz-Signature") == 0)
			continue;
		list[n++] = (struct parameter){ uri_encode(b->mem, p->name, false),
			uri_encode(b->mem, p->value, false) };
	}
	qsort(list, n, sizeof(*list), compare_parameters);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(b, '&');
		buf_text(b, list[i].name);
		buf_char(b, '=');
		buf_text(b, list[i].value);
	}
}

/*
 * Without white space around it, and one space for each run of it inside; none behind a comma when
 * the value is read as one of lines that were joined.
 */
static void
add_trimmed(struct buf *b, const char *value, bool joined)
{
	size_t start = b->len;
	bool   between = false;

	for (const char *p = value; *p != '\0'; p++) {
		if (strchr(" \t\r\n", *p) != NULL) {
			between = true;
			continue;
		}
		if (between && b->len > start && !(joined && b->data[b->len - 1] == ','))
			buf_char(b, ' ');
		between = false;
		buf_char(b, *p);
	}
}

/*
 * A header that is signed but not there counts as empty: the signature tells.  Web servers take a
 * chunked body apart and that header away; boto3 of 2022 signs it.
 */
static const char *
header_value(const struct request *r, const char *name)
{
	const char *value = strcmp(name, "host") == 0 ? r->host : request_header(r, name);

	if (value == NULL && strcmp(name, "transfer-encoding") == 0)
		return "chunked";
	return value != NULL ? value : "";
}

static bool
looks_joined(const struct request *r, const struct sigv4 *s)
{
	for (const char *const *name = s->signed_headers; *name != NULL; name++)
		if (strstr(header_value(r, *name), ", ") != NULL)
			return true;
	return false;
}

const char *
sigv4_rest(struct mem *m, const struct request *r, const struct sigv4 *s, const char *payload,
    int variant)
{
	struct buf b = buf_new(m);

	if (variant == 1 && !looks_joined(r, s))
		return NULL;
	add_query(&b, r, s->presigned);
	buf_char(&b, '\n');
	for (const char *const *name = s->signed_headers; *name != NULL; name++) {
		buf_fmt(&b, "%s:", *name);
		add_trimmed(&b, header_value(r, *name), variant == 1);
		buf_char(&b, '\n');
	}
	buf_char(&b, '\n');
	buf_text(&b, s->signed_list);
	buf_char(&b, '\n');
	buf_text(&b, payload);
	return b.data;
}
