/* tests/fuzz/fuzz_chunked.c - the aws-chunked framing */
#include "tests/fuzz/fuzz.h"

#include "shared/base/buf.h"
#include "shared/wire/chunked.h"

/* Everything chunked_next says, with the input given in pieces. */
static struct buf
told(struct mem *m, const char *p, size_t n, size_t piece)
{
	struct chunked    *c = mem_one(m, struct chunked);
	struct buf         b = buf_new(m);
	const char        *end = p + n;
	size_t             left = 0;
	enum chunked_event event;

	do {
		event = chunked_next(c, &p, &left);
		if (event == CHUNKED_DATA)
			buf_add(&b, c->data, c->len);
		else if (event == CHUNKED_TRAILER)
			buf_fmt(&b, "<%s=%s>", c->name, c->value);
		else if (event == CHUNKED_BEGIN)
			buf_fmt(&b, "(%lld %s ", (long long)c->size, c->signature);
		else if (event == CHUNKED_MORE)
			left = (size_t)(end - p) < piece ? (size_t)(end - p) : piece;
		else
			buf_fmt(&b, "%d", (int)event);
	} while (event != CHUNKED_DONE && event != CHUNKED_BAD && event != CHUNKED_BAD_TRAILER &&
	    !(event == CHUNKED_MORE && left == 0));
	return b;
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct buf whole = told(t->mem, p, n, n + 1), bytes = told(t->mem, p, n, 1);

	assert(whole.len == bytes.len && memcmp(whole.data, bytes.data, whole.len) == 0);
}
