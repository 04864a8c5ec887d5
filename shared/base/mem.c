/* shared/base/mem.c - arenas */
#include "shared/base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CHUNK = 16 * 1024, SMALL_CHUNK = 1024, LARGEST_CHUNK = 1024 * 1024, ALIGN = 16 };

struct chunk {
	struct chunk *next;
	size_t        size, used;
	_Alignas(ALIGN) char data[];
};

struct deferred {
	struct deferred *next;
	void           (*fn)(void *arg);
	void            *arg;
};

struct mem {
	struct chunk    *chunks; /* newest first; the last one is kept by mem_reset */
	struct deferred *deferred;
	size_t           ceiling, used;
	void           (*full)(void *arg);
	void            *full_arg;
};

static struct chunk *
chunk_new(size_t size, struct chunk *next)
{
	struct chunk *c = malloc(sizeof(*c) + size);

	if (c == NULL)
		abort();
	*c = (struct chunk){ .next = next, .size = size };
	return c;
}

static struct mem *
new_with(size_t ceiling, size_t first)
{
	struct mem *m = calloc(1, sizeof(*m));

	if (m == NULL)
		abort();
	m->ceiling = ceiling;
	m->chunks = chunk_new(first, NULL);
	return m;
}

struct mem *
mem_new(size_t ceiling)
{
	return new_with(ceiling, FIRST_CHUNK);
}

struct mem *
mem_new_small(size_t ceiling)
{
	return new_with(ceiling, SMALL_CHUNK);
}

void
mem_reset(struct mem *m)
{
	while (m->deferred != NULL) {
		struct deferred *d = m->deferred;

		m->deferred = d->next;
		d->fn(d->arg);
	}
	while (m->chunks->next != NULL) {
		struct chunk *c = m->chunks;

		m->chunks = c->next;
		free(c);
	}
	m->chunks->used = 0;
	m->used = 0;
}

struct mem_mark
mem_mark(const struct mem *m)
{
	return (struct mem_mark){ .chunk = m->chunks, .deferred = m->deferred,
		.chunk_used = m->chunks->used, .used = m->used };
}

void
mem_release(struct mem *m, struct mem_mark at)
{
	while (m->deferred != at.deferred) {
		struct deferred *d = m->deferred;

		m->deferred = d->next;
		d->fn(d->arg);
	}
	while (m->chunks != at.chunk) {
		struct chunk *c = m->chunks;

		m->chunks = c->next;
		free(c);
	}
	m->chunks->used = at.chunk_used;
	m->used = at.used;
}

void
mem_free(struct mem *m)
{
	if (m == NULL)
		return;
	mem_reset(m);
	free(m->chunks);
	free(m);
}

void
mem_on_full(struct mem *m, void (*full)(void *arg), void *arg)
{
	m->full = full;
	m->full_arg = arg;
}

size_t
mem_used(const struct mem *m)
{
	return m->used;
}

static void
mem_full(struct mem *m)
{
	if (m->full != NULL)
		m->full(m->full_arg);
	abort();
}

/* A chunk with room for n more bytes; a large piece gets one of its own. */
static struct chunk *
chunk_for(struct mem *m, size_t n)
{
	struct chunk *c = m->chunks;
	size_t        size;

#ifdef MEM_EXACT
	return m->chunks = chunk_new(n, c);
#endif
	if (c->size - c->used >= n)
		return c;
	size = c->size * 2 < LARGEST_CHUNK ? c->size * 2 : LARGEST_CHUNK;
	return m->chunks = chunk_new(n > size ? n : size, c);
}

void *
mem_raw(struct mem *m, size_t n)
{
	struct chunk *c;
	void         *p;

	if (n > SIZE_MAX - ALIGN)
		mem_full(m);
#ifndef MEM_EXACT
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
#endif
	if (n > m->ceiling || m->used > m->ceiling - n)
		mem_full(m);
	c = chunk_for(m, n);
	p = c->data + c->used;
	c->used += n;
	m->used += n;
	return p;
}

void *
mem_alloc(struct mem *m, size_t n)
{
	return memset(mem_raw(m, n), 0, n);
}

void *
mem_calloc(struct mem *m, size_t count, size_t size)
{
	assert(size > 0);
	if (count > SIZE_MAX / size)
		mem_full(m);
	return mem_alloc(m, count * size);
}

void *
mem_copy(struct mem *m, const void *p, size_t n)
{
	void *copy = mem_raw(m, n);

	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

char *
mem_text_n(struct mem *m, const char *s, size_t n)
{
	char *copy = mem_raw(m, n + 1);

	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
mem_text(struct mem *m, const char *s)
{
	return s == NULL ? NULL : mem_text_n(m, s, strlen(s));
}

char *
mem_vfmt(struct mem *m, const char *fmt, va_list ap)
{
	va_list again;
	char    small[256], *s;
	int     n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(small)) {
		s = mem_text_n(m, small, (size_t)n);
	} else {
		s = mem_raw(m, (size_t)n + 1);
		vsnprintf(s, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	return s;
}

char *
mem_fmt(struct mem *m, const char *fmt, ...)
{
	va_list ap;
	char   *s;

	va_start(ap, fmt);
	s = mem_vfmt(m, fmt, ap);
	va_end(ap);
	return s;
}

void
mem_defer(struct mem *m, void (*fn)(void *arg), void *arg)
{
	struct deferred *d = mem_one(m, struct deferred);

	*d = (struct deferred){ .next = m->deferred, .fn = fn, .arg = arg };
	m->deferred = d;
}
