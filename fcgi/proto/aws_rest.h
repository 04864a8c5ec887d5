/* fcgi/proto/aws_rest.h - which operation a REST-shaped AWS request names */
#ifndef MF_AWS_REST_H
#define MF_AWS_REST_H

struct call;
struct op;
struct service;

/*
 * Works from op.http as the vendor's model writes it, and op.when, a header that must be there:
 *
 *     "PUT /{Bucket}/{Key+}?partNumber&uploadId"    "GET /{Bucket}?list-type=2"
 *
 * {Name} is one segment of the path, not empty; {Name+} is all that is left, not empty, slashes
 * included.  ?name demands that the query has the name, ?name=value this value too.  Of several
 * that match, the one that demands most wins: segments, then query, then the header; then the
 * first in the table.  A slash at the end of the path is nothing: "/bucket/" is the bucket.
 *
 * For a service whose table begins paths with {Bucket}, a bucket in the host (c->sub_host) stands
 * for the first segment: the whole path is the key.
 */

/* NULL: nothing matches.  Sets c->route. */
const struct op *aws_rest_match(struct call *c, const struct service *s);
/* The same as if the request's method were another: what a preflight asks about. */
const struct op *aws_rest_match_as(struct call *c, const struct service *s, const char *method);

/*
 * A label of the path of the operation that matched, decoded; NULL when there is none of that
 * name, or it cannot be decoded: bad percent-encoding, or a NUL.
 */
const char *aws_rest_label(const struct call *c, const char *name);
/* One that is not in the path; the text is not copied. */
void        aws_rest_set_label(struct call *c, const char *name, const char *value);

#endif
