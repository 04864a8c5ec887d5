/* shared/run/connected.c - who is connected to servers of this machine */
#include "shared/run/connected.h"

#include <stdio.h>
#include <string.h>

#include "shared/base/mem.h"

enum { PORTS = 65536, ESTABLISHED = 1, LISTENING = 10, LISTENS = 1, IS_USED = 2 };

/* " 0: 0100007F:7919 0100007F:C350 01 ...": number, local and remote address, state. */
static void
read_table(const char *path, unsigned char *ports)
{
	FILE    *f = fopen(path, "re");
	char     line[512];
	unsigned port, state;

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port, &state) != 2 ||
		    port >= PORTS)
			continue;
		if (state == LISTENING)
			ports[port] |= LISTENS;
		else if (state == ESTABLISHED)
			ports[port] |= IS_USED;
	}
	fclose(f);
}

size_t
connected_ports(struct mem *m, int64_t **out)
{
	unsigned char *ports = mem_alloc(m, PORTS);
	size_t         n = 0;

	read_table("/proc/net/tcp", ports);
	read_table("/proc/net/tcp6", ports);
	for (size_t i = 0; i < PORTS; i++)
		n += ports[i] == (LISTENS | IS_USED);
	*out = mem_array(m, int64_t, n);
	n = 0;
	for (size_t i = 0; i < PORTS; i++)
		if (ports[i] == (LISTENS | IS_USED))
			(*out)[n++] = (int64_t)i;
	return n;
}
