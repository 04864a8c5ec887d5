/* fcgi/auth/client.h - where a request comes from */
#ifndef MF_CLIENT_H
#define MF_CLIENT_H

struct call;

/*
 * The client's address: the one the web server saw, or, behind a proxy of MF_PROXIES, the last one
 * in X-Forwarded-For that is none of these.  Of an IPv6 address the network of 64 bits ("2001:db8::
 * /64"): whoever has one address there has all.
 */
const char *client_address(struct call *c);
/* The same address as it was written, all of it: what policies speak of. */
const char *client_exact(struct call *c);

#endif
