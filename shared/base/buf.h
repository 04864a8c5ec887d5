/* shared/base/buf.h - a byte string that grows in an arena */
#ifndef MF_BUF_H
#define MF_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct mem;

/*
 * data[len] is always NUL, so data can be read as a C string when the bytes hold no NUL.  A buffer
 * grows within the arena's ceiling, so no input makes it grow without limit.
 */
struct buf {
	struct mem *mem;
	char       *data;
	size_t      len, cap;
};

struct buf buf_new(struct mem *m);
void       buf_reserve(struct buf *b, size_t more);
void       buf_add(struct buf *b, const void *p, size_t n);
void       buf_text(struct buf *b, const char *s);
void       buf_char(struct buf *b, char c);
void       buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void       buf_clear(struct buf *b);

#endif
