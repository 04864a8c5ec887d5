/* fcgi/api/openapi.h - the OpenAPI document: its parts */
#ifndef MF_OPENAPI_H
#define MF_OPENAPI_H

struct doc;
struct enc;
struct mem;
struct op;

/* One operation, as a member of the path item that is open. */
void openapi_write_op(struct enc *e, struct mem *m, const struct op *op, const struct doc *d);
/* The path of an operation, without its method. */
const char *openapi_path(const struct op *op);

#endif
