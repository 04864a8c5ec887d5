/* fcgi/aws/s3/document.h - XML documents that S3 keeps and gives back */
#ifndef MF_S3_DOCUMENT_H
#define MF_S3_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct enc;
struct xml;

/*
 * What may stand in a document, as botocore's model has it: elements in the order in which S3
 * answers with them, each at least `least` and at most `most` times.  S3 takes them in any order
 * and refuses what its schema does not know.
 */
enum field_kind {
	FIELD_STRUCT, /* `members` are inside */
	FIELD_TEXT,
	FIELD_NUMBER, /* 32 bits, with a sign */
	FIELD_LONG,
	FIELD_BOOL,
	FIELD_TIME,   /* ISO 8601 */
	FIELD_WORD,   /* one of `words` */
};

enum { MANY = 100000 };

struct field {
	const char              *name;
	enum field_kind          kind;
	unsigned                 least, most;
	const struct field      *members; /* to one without a name; NULL: nothing may be inside */
	const char *const       *words;   /* NULL at the end */
};

/*
 * x as S3 keeps it: checked, in the schema's order, white space around values gone.  Throws
 * MalformedXML.
 */
struct xml *document_check(struct call *c, const struct xml *x, const struct field *members);
/* An element added to x at its end; text NULL: it will have elements of its own. */
struct xml *document_add(struct call *c, struct xml *x, const char *name, const char *text);
/* Its children, and so the element itself. */
void document_write_inside(struct enc *e, const struct xml *x);
void document_write(struct enc *e, const struct xml *x);
/* To keep it, and back. */
const char *document_text(struct call *c, const struct xml *x);
struct xml *document_parse(struct call *c, const char *text);

/* The number in child `name`; false: there is none. */
bool document_number(const struct xml *x, const char *name, int64_t *out);
/* How many children of that name x has. */
unsigned document_count(const struct xml *x, const char *name);
/* An attribute; NULL: none. */
const char *document_attribute(const struct xml *x, const char *name);

#endif
