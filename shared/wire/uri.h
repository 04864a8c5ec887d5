/* shared/wire/uri.h - percent-encoding and query strings (RFC 3986) */
#ifndef MF_URI_H
#define MF_URI_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct mem;

/*
 * Decoding refuses what is malformed (%, %4, %zz): NULL.  Decoded bytes may be anything, also
 * NUL: *n tells how many there are (n may be NULL; then a NUL inside is refused).  A '+' is a
 * plus in a path and a space in a query.
 */
char *uri_decode(struct mem *m, const char *s, size_t len, size_t *n);
char *uri_decode_query(struct mem *m, const char *s, size_t len, size_t *n);
/* Everything but A-Z a-z 0-9 - . _ ~ (and '/' when keep_slash) becomes %XX, upper case. */
char *uri_encode(struct mem *m, const char *s, bool keep_slash);
void  uri_encode_to(struct buf *b, const char *s, size_t n, bool keep_slash);

/* One name=value of a raw query string; a name without '=' has has_value false and value "". */
struct uri_pair {
	const char *raw_name, *raw_value; /* as received */
	const char *name, *value;         /* decoded */
	bool        has_value;
};
struct uri_query {
	struct uri_pair *pairs;
	size_t           n;
};

/* False, and *out has none: malformed percent-encoding, or more than 1,000 pairs. */
bool uri_query_parse(struct mem *m, const char *raw, struct uri_query *out);
/* The first value of name; NULL when it is not there. */
const char *uri_query_get(const struct uri_query *q, const char *name);

#endif
