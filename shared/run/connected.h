/* shared/run/connected.h - who is connected to servers of this machine */
#ifndef MF_CONNECTED_H
#define MF_CONNECTED_H

#include <stddef.h>
#include <stdint.h>

struct mem;

/*
 * The TCP ports of this machine on which something listens and to which somebody is connected, from
 * /proc/net/tcp and tcp6 (Linux, proc(5)); each once.
 */
size_t connected_ports(struct mem *m, int64_t **out);

#endif
