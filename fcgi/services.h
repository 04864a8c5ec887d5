/* fcgi/services.h - every service this program has, and how an address names one */
#ifndef MF_SERVICES_H
#define MF_SERVICES_H

struct call;
struct service;

/*
 * The service of an environment that a host label or path segment names.  "aws" is all of AWS on
 * one address: the request's own words choose (credential scope, target), and what is signed for a
 * service we do not have gets that answer, never another service's.  NULL: no such name.
 */
const struct service *service_at(struct call *c, const char *name);
/* Our own service for a path outside environments; never NULL. */
const struct service *service_own(struct call *c);
/* By the id environments and prices use ("aws_s3"); NULL: not in this program. */
const struct service *service_sold(const char *id);

#endif
