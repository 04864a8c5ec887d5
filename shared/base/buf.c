/* shared/base/buf.c - a byte string that grows in an arena */
#include "shared/base/buf.h"

#include <stdint.h>
#include <string.h>

#include "shared/base/mem.h"

enum { SMALLEST = 128 };

struct buf
buf_new(struct mem *m)
{
	struct buf b = { .mem = m };

	buf_reserve(&b, 0);
	return b;
}

void
buf_reserve(struct buf *b, size_t more)
{
	size_t want = more < SIZE_MAX / 4 - b->len ? b->len + more + 1 : SIZE_MAX / 2;
	size_t cap = b->cap * 2 > SMALLEST ? b->cap * 2 : SMALLEST;
	char  *data;

	if (want <= b->cap)
		return;
	if (cap < want)
		cap = want;
	data = mem_raw(b->mem, cap);
	if (b->len > 0)
		memcpy(data, b->data, b->len);
	data[b->len] = '\0';
	b->data = data;
	b->cap = cap;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	buf_reserve(b, n);
	if (n > 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_text(b, mem_vfmt(b->mem, fmt, ap));
	va_end(ap);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->cap > 0)
		b->data[0] = '\0';
}
