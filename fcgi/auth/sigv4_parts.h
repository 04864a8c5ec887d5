/* fcgi/auth/sigv4_parts.h - what sigv4.c is made of; nobody else includes it */
#ifndef MF_SIGV4_PARTS_H
#define MF_SIGV4_PARTS_H

#include <stdbool.h>

#include "fcgi/auth/sigv4.h"

struct mem;
struct request;

#define SIGV4_TERMINATOR "aws4_request"

/*
 * Read the claim from Authorization or from the query, and its date.  False: there is none.
 * Throws when it cannot be read; what it says is not checked yet.
 */
bool sigv4_read(struct call *c, const struct sigv4_faults *f, struct sigv4 *s);

/* key/date/region/service/aws4_request apart; false: it is no such thing. */
bool sigv4_credential(struct mem *m, struct sigv4 *s, const char *text);
/* The signing key of s->scope. */
void sigv4_derive(struct mem *m, struct sigv4 *s, const char *secret);

/*
 * The canonical request is a few lines: method, path, query, headers, "", their names, the
 * payload's digest.  There are two ways to write the path that SDKs use (see sigv4_canon.c),
 * variant 0 and 1; NULL: the second is the same as the first.
 */
const char *sigv4_path(struct mem *m, const char *raw, bool s3, int variant);
/*
 * From the query on, in two readings of the headers.  One that comes in several lines is signed as
 * "a,b" (the SDK for Go sends lists so: X-Amz-Object-Attributes), and web servers hand it
 * on as "a, b", as one line may have had it, too.  Variant 0: it had; 1: the lines were joined;
 * NULL: no header is such.
 */
const char *sigv4_rest(struct mem *m, const struct request *r, const struct sigv4 *s,
    const char *payload, int variant);

#endif
