/* shared/base/hash.h - where to look in a table of this process */
#ifndef MF_HASH_H
#define MF_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a of 32 bits: quick for short keys, and no defence against who chooses them.  What is hashed
 * in several pieces goes on from the last one's.
 */
#define HASH_START UINT32_C(2166136261)

static inline uint32_t
hash_bytes(uint32_t from, const void *p, size_t n)
{
	for (const unsigned char *at = p; n > 0; at++, n--)
		from = (from ^ *at) * UINT32_C(16777619);
	return from;
}

#endif
