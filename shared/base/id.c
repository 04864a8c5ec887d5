/* shared/base/id.c - random bytes and public identifiers */
#include "shared/base/id.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "shared/base/mem.h"

/* splitmix64, for tests only. */
static uint64_t
next_seeded(struct id_source *ids)
{
	uint64_t z = (ids->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
id_bytes(struct id_source *ids, void *p, size_t n)
{
	char *out = p;

	while (n > 0) {
		ssize_t got;

		if (ids->seeded) {
			uint64_t word = next_seeded(ids);

			got = n < sizeof(word) ? (ssize_t)n : (ssize_t)sizeof(word);
			memcpy(out, &word, (size_t)got);
		} else {
			got = getrandom(out, n, 0);
			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				abort();
		}
		out += got;
		n -= (size_t)got;
	}
}

char *
id_text(struct id_source *ids, struct mem *m, const char *alphabet, size_t n)
{
	size_t        letters = strlen(alphabet), have = 0;
	unsigned      limit = 256 - 256 % (unsigned)letters; /* past it some letters gain */
	unsigned char pool[64];
	char         *s = mem_raw(m, n + 1);

	assert(letters > 1 && letters <= 64);
	for (size_t i = 0; i < n;) {
		if (have == 0) {
			id_bytes(ids, pool, sizeof(pool));
			have = sizeof(pool);
		}
		if (pool[--have] < limit)
			s[i++] = alphabet[pool[have] % letters];
	}
	s[n] = '\0';
	return s;
}
