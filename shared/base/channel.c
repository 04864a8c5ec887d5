/* shared/base/channel.c - names of what processes tell each other, across hosts */
#include "shared/base/channel.h"

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, the same on every host. */
unsigned
channel_slot(const char *channel)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (const unsigned char *p = (const unsigned char *)channel; *p != '\0'; p++)
		hash = (hash ^ *p) * UINT64_C(0x100000001b3);
	return (unsigned)((hash ^ hash >> 32) % CHANNEL_SLOTS);
}

void
channel_read(const char *payload, const char *me, void (*each)(void *arg, unsigned slot), void *arg)
{
	const char *p = strchr(payload, ':');
	size_t      n = p != NULL ? (size_t)(p - payload) : 0;

	if (p == NULL || (n == strlen(me) && strncmp(payload, me, n) == 0))
		return;
	for (p++; *p != '\0';) {
		char         *end;
		unsigned long slot = strtoul(p, &end, 16);

		if (end == p || slot >= CHANNEL_SLOTS)
			return;
		each(arg, (unsigned)slot);
		p = *end == ',' ? end + 1 : end;
	}
}
