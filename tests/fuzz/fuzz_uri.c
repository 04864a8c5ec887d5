/* tests/fuzz/fuzz_uri.c - percent-encoding and query strings */
#include "tests/fuzz/fuzz.h"

#include "shared/base/buf.h"
#include "shared/wire/uri.h"

/* Encoded and decoded again, the bytes are the same. */
static void
round_trip(struct mem *m, const char *p, size_t n)
{
	struct buf  b = buf_new(m);
	size_t      len;
	const char *back;

	uri_encode_to(&b, p, n, false);
	back = uri_decode(m, b.data, b.len, &len);
	assert(back != NULL && len == n && memcmp(back, p, n) == 0);
	back = uri_decode_query(m, b.data, b.len, &len);
	assert(back != NULL && len == n && memcmp(back, p, n) == 0);
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct mem      *m = t->mem;
	struct uri_query q;
	const char      *decoded;
	size_t           len;

	round_trip(m, p, n);
	decoded = uri_decode(m, p, n, &len);
	if (decoded != NULL)
		assert(len <= n && decoded[len] == '\0');
	if (!uri_query_parse(m, p, &q))
		return;
	assert(q.n <= 1000);
	for (size_t i = 0; i < q.n; i++) {
		assert(strlen(q.pairs[i].name) <= strlen(q.pairs[i].raw_name));
		assert(strlen(q.pairs[i].value) <= strlen(q.pairs[i].raw_value));
		assert(uri_query_get(&q, q.pairs[i].name) != NULL);
	}
}
