/* shared/base/id.h - random bytes and public identifiers */
#ifndef MF_ID_H
#define MF_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;

/*
 * Where a task's randomness comes from: the kernel, or in tests a seeded generator so that
 * answers can be compared byte by byte.  A zeroed id_source is the kernel's.
 */
struct id_source {
	bool     seeded;
	uint64_t state;
};

#define ID_LOWER  "abcdefghijklmnopqrstuvwxyz0123456789"
#define ID_BASE62 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define ID_BASE32 "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
#define ID_DIGITS "0123456789"
#define ID_HEX    "0123456789abcdef"

/* Fill p with n random bytes, good enough for secrets. */
void id_bytes(struct id_source *ids, void *p, size_t n);
/* n characters drawn evenly from alphabet, in the arena. */
char *id_text(struct id_source *ids, struct mem *m, const char *alphabet, size_t n);

#endif
