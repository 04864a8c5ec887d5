/* shared/wire/uri.c - percent-encoding and query strings (RFC 3986) */
#include "shared/wire/uri.h"

#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"

enum { MAX_PAIRS = 1000 };

static char *
decode(struct mem *m, const char *s, size_t len, size_t *n, bool plus_is_space)
{
	char  *out = mem_raw(m, len + 1);
	size_t o = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high = i + 2 < len ? text_hex_value(s[i + 1]) : -1;
			int low = i + 2 < len ? text_hex_value(s[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0' && n == NULL)
			return NULL;
		out[o++] = c;
	}
	out[o] = '\0';
	if (n != NULL)
		*n = o;
	return out;
}

char *
uri_decode(struct mem *m, const char *s, size_t len, size_t *n)
{
	return decode(m, s, len, n, false);
}

char *
uri_decode_query(struct mem *m, const char *s, size_t len, size_t *n)
{
	return decode(m, s, len, n, true);
}

static bool
unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '.' || c == '_' || c == '~';
}

void
uri_encode_to(struct buf *b, const char *s, size_t n, bool keep_slash)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_reserve(b, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		char          triple[3] = { '%', digits[c >> 4], digits[c & 15] };

		if (unreserved(s[i]) || (keep_slash && s[i] == '/'))
			buf_char(b, s[i]);
		else
			buf_add(b, triple, sizeof(triple));
	}
}

char *
uri_encode(struct mem *m, const char *s, bool keep_slash)
{
	struct buf b = buf_new(m);

	buf_text(&b, "");
	uri_encode_to(&b, s, strlen(s), keep_slash);
	return b.data;
}

/* One pair from len bytes at s; false: malformed. */
static bool
pair_parse(struct mem *m, const char *s, size_t len, struct uri_pair *p)
{
	const char *equals = memchr(s, '=', len);
	size_t      name = equals != NULL ? (size_t)(equals - s) : len;
	size_t      value = equals != NULL ? len - name - 1 : 0;

	p->has_value = equals != NULL;
	p->raw_name = mem_text_n(m, s, name);
	p->raw_value = mem_text_n(m, equals != NULL ? equals + 1 : "", value);
	p->name = uri_decode_query(m, p->raw_name, name, NULL);
	p->value = uri_decode_query(m, p->raw_value, value, NULL);
	return p->name != NULL && p->value != NULL;
}

bool
uri_query_parse(struct mem *m, const char *raw, struct uri_query *out)
{
	size_t most = 1;

	*out = (struct uri_query){ NULL, 0 };
	for (const char *p = raw; *p != '\0'; p++)
		most += *p == '&';
	if (most > MAX_PAIRS)
		return false;
	out->pairs = mem_array(m, struct uri_pair, most);
	for (const char *p = raw; *p != '\0';) {
		size_t len = strcspn(p, "&");

		if (len > 0 && !pair_parse(m, p, len, &out->pairs[out->n++])) {
			out->n = 0;
			return false;
		}
		p += len + (p[len] == '&');
	}
	return true;
}

const char *
uri_query_get(const struct uri_query *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (strcmp(q->pairs[i].name, name) == 0)
			return q->pairs[i].value;
	return NULL;
}
