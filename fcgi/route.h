/* fcgi/route.h - from the address of a request to its environment and service */
#ifndef MF_ROUTE_H
#define MF_ROUTE_H

#include <stdbool.h>

struct call;

/*
 * Reads the raw target, Host and port (docs/ARCHITECTURE.md, "Addresses"):
 *
 *   host  bucket.s3.env-abc123defg.<domain>, s3.env-abc123defg.<domain>,
 *         s3--env-abc123defg.<domain>
 *   port  a port of MF_WEB_PORTS
 *   path  /env-abc123defg/s3/...
 *   else  our own: /api/v1, /healthz, /metrics
 *
 * Sets c->service, c->address, c->path, c->base_url, c->sub_host.  *key is the environment as the
 * cache names it ("env-abc123defg" or ":30012"), NULL for our own.  Never NULL c->service: an
 * address that means nothing is our own API's, which answers 404.
 */
void route(struct call *c, const char **key);

/* "env-" and ten of [a-z0-9] at s; false when it is anything else. */
bool route_is_environment(const char *s, unsigned long n);

#endif
