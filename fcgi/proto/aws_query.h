/* fcgi/proto/aws_query.h - the AWS Query protocol: a form in, XML out */
#ifndef MF_AWS_QUERY_H
#define MF_AWS_QUERY_H

#include <stddef.h>

struct call;
struct fault;
struct op;

/*
 * Source: smithy.io "AWS Query protocol".  Arguments are those of a form in the body, or of the
 * URL's query; Action names the operation.  The dots of a name make a tree:
 *
 *     Entry.1.Id=a&Entry.1.Attribute.1.Name=x&Entry.1.Attribute.1.Value=y
 *
 * which becomes the one that the JSON protocol has, {"Entries": [{"Id": "a", "Attributes": {"x":
 * "y"}}]}, by a table of the names that are lists or maps; every leaf is a string.  A list may come
 * as its only element, without a number.  A name that is in no row of the table is as it is.
 */
struct aws_query_name {
	const char *query, *member; /* "Entry", "Entries" */
	const char *key, *value;    /* of a map's entries: "Name", "Value"; NULL: it is a list */
};
struct aws_query {
	const struct aws_query_name *names;
	size_t                       n_names;
	size_t                       most;   /* bytes of a form */
};

/*
 * Reads the form; sets c->route. NULL: no operation of c->service.  In its values U+0001 stands for
 * U+0000, as in aws_json.h.
 */
const struct op *aws_query_find(struct call *c, const struct aws_query *q);
/* What Action says, after aws_query_find; NULL: there is none. */
const char *aws_query_action(const struct call *c);
/* Sets c->args, opens c->out; aws_query_finish closes it. OP_SILENT: without a result in it. */
void aws_query_decode(struct call *c, const struct aws_query *q);
void aws_query_finish(struct call *c);
void aws_query_fault(struct call *c, const struct fault *f, const char *message);
/* What a request hears that names no operation, in whatever protocol. */
void aws_query_no_action(struct call *c, const struct fault *f);

#endif
