/* fcgi/proto/accept.h - what a client takes (RFC 9110, 12.5.1) */
#ifndef MF_ACCEPT_H
#define MF_ACCEPT_H

#include <stdbool.h>

/*
 * Does an Accept header take that type ("application/json")?  The most exact of its ranges decides;
 * parameters other than q are not looked at.  NULL or empty: it takes everything.
 */
bool accept_takes(const char *header, const char *type);

#endif
