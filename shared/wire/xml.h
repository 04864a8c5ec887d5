/* shared/wire/xml.h - XML documents from outside, as a small tree */
#ifndef MF_XML_H
#define MF_XML_H

#include <stddef.h>

struct mem;

/*
 * Parsed by libxml2 with its own memory given back before return.  Refused (NULL): anything not
 * well-formed, any DOCTYPE (so no entities but the five), nesting past 32, more than 100,000
 * elements, 64 attributes in one of them or 64 namespaces, bytes that are not UTF-8.  Namespaces
 * are cut from names; attributes are kept.
 */
struct xml {
	const char *name;
	const char *text;      /* the character data directly inside, "" when none */
	struct xml *first, *next;
	struct xml_attribute {
		const char           *name, *value;
		struct xml_attribute *next;
	} *attributes;
};

struct xml *xml_parse(struct mem *m, const void *p, size_t n);
/* The first child of that name; NULL when there is none. */
struct xml *xml_child(const struct xml *x, const char *name);
/* Its text; NULL when there is no such child. */
const char *xml_child_text(const struct xml *x, const char *name);
/* The next one in line of the same name as this one. */
struct xml *xml_again(const struct xml *x);

#endif
