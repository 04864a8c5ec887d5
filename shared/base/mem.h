/* shared/base/mem.h - arenas: allocate freely, free everything at once */
#ifndef MF_MEM_H
#define MF_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * An arena lives as long as one task.  Nothing is freed by itself; mem_reset runs the deferred
 * clean-ups, newest first, and gives everything back but the first chunk.
 *
 * A ceiling bounds what one task may take.  Past it the function given to mem_on_full is called,
 * which must not return (a task throws there); when the process itself has no memory it aborts,
 * and its parent starts a fresh one.  No function here returns NULL.
 *
 * Built with -DMEM_EXACT every piece is a malloc of its own: AddressSanitizer then sees overruns.
 */
struct mem;

struct mem *mem_new(size_t ceiling);
/* The same beginning small: for many that live long, as in a cache. */
struct mem *mem_new_small(size_t ceiling);
void        mem_reset(struct mem *m);
void        mem_free(struct mem *m);
void        mem_on_full(struct mem *m, void (*full)(void *arg), void *arg);
size_t      mem_used(const struct mem *m);

/* A state to go back to: what was allocated since goes, what was deferred since is run. */
struct mem_mark {
	void  *chunk, *deferred;
	size_t chunk_used, used;
};
struct mem_mark mem_mark(const struct mem *m);
void            mem_release(struct mem *m, struct mem_mark at);

/* n bytes, zeroed, aligned for any type. */
void *mem_alloc(struct mem *m, size_t n);
/* count elements of size bytes, zeroed; a product that overflows counts as past the ceiling. */
void *mem_calloc(struct mem *m, size_t count, size_t size);
/* n bytes, not zeroed: for large buffers that are written at once. */
void *mem_raw(struct mem *m, size_t n);

#define mem_one(m, type)      ((type *)mem_alloc((m), sizeof(type)))
#define mem_array(m, type, n) ((type *)mem_calloc((m), (n), sizeof(type)))

void *mem_copy(struct mem *m, const void *p, size_t n);
char *mem_text(struct mem *m, const char *s);             /* NULL stays NULL */
char *mem_text_n(struct mem *m, const char *s, size_t n); /* adds the NUL */
char *mem_fmt(struct mem *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *mem_vfmt(struct mem *m, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Call fn(arg) at mem_reset, mem_release: for what foreign libraries allocate (PGresult, ...). */
void mem_defer(struct mem *m, void (*fn)(void *arg), void *arg);

#endif
