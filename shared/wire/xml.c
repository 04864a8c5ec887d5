/* shared/wire/xml.c - XML documents from outside, as a small tree */
#include "shared/wire/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlreader.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"

enum { MAX_DEPTH = 32, MAX_ELEMENTS = 100000, MAX_ATTRIBUTES = 64,
	MAX_NAMESPACES = 64 };

/*
 * What libxml2 would do at great cost is refused before it sees the document: a DOCTYPE (it
 * reads the whole of it first), deep nesting, tags with very many attributes (it compares each
 * with each), and very many namespaces (it goes through all of them for every name).  This looks
 * at the shape only; whether the document is well-formed is libxml2's word.
 */
struct scan {
	const char *p, *end;
	int         depth, namespaces;
};

static bool
skip_past(struct scan *s, const char *mark)
{
	const char *at = memmem(s->p, (size_t)(s->end - s->p), mark, strlen(mark));

	if (at == NULL)
		return false;
	s->p = at + strlen(mark);
	return true;
}

static bool
starts(const struct scan *s, const char *what)
{
	size_t n = strlen(what);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, what, n) == 0;
}

/* Add those declared between the tag's start and s->p. */
static bool
count_namespaces(struct scan *s, const char *from)
{
	static const char word[] = "xmlns";
	const size_t      n = sizeof(word) - 1;

	while ((from = memmem(from, (size_t)(s->p - from), word, n)) != NULL) {
		s->namespaces++;
		from += n;
	}
	return s->namespaces <= MAX_NAMESPACES;
}

/* A start or end tag, from its '<' to past its '>'. */
static bool
scan_tag(struct scan *s)
{
	const char *from = s->p;
	bool        ends = starts(s, "</");
	int         attributes = 0;

	for (s->p++; s->p < s->end && *s->p != '>'; s->p++) {
		if (*s->p != '"' && *s->p != '\'')
			continue;
		s->p = memchr(s->p + 1, *s->p, (size_t)(s->end - s->p - 1));
		if (s->p == NULL || ++attributes > MAX_ATTRIBUTES)
			return false;
	}
	if (s->p == s->end)
		return false;
	if (ends)
		s->depth--;
	else if (s->p[-1] != '/')
		s->depth++;
	s->p++;
	return s->depth <= MAX_DEPTH && count_namespaces(s, from);
}

static bool
scan_shape(const char *p, size_t n)
{
	struct scan s = { .p = p, .end = p + n };

	while ((s.p = memchr(s.p, '<', (size_t)(s.end - s.p))) != NULL) {
		bool good;

		if (starts(&s, "<!--"))
			good = skip_past(&s, "-->");
		else if (starts(&s, "<![CDATA["))
			good = skip_past(&s, "]]>");
		else if (starts(&s, "<?"))
			good = skip_past(&s, "?>");
		else
			good = !starts(&s, "<!") && scan_tag(&s);
		if (!good)
			return false;
	}
	return true;
}

/* The reader, where the arena finds it if something throws meanwhile. */
struct holder {
	xmlTextReaderPtr reader;
};

static void
holder_free(void *arg)
{
	struct holder *h = arg;

	if (h->reader != NULL)
		xmlFreeTextReader(h->reader);
	h->reader = NULL;
}

/* An element that is open, and where its text and its next child go. */
struct open {
	struct xml  *x;
	struct xml **last;
	struct buf   text; /* from the second piece on */
};

struct builder {
	struct mem      *mem;
	xmlTextReaderPtr reader;
	struct xml      *root;
	struct open      open[MAX_DEPTH];
	int              depth, elements;
};

static void
add_attributes(struct builder *b, struct xml *x)
{
	struct xml_attribute **last = &x->attributes;

	while (xmlTextReaderMoveToNextAttribute(b->reader) == 1) {
		if (xmlTextReaderIsNamespaceDecl(b->reader) == 1)
			continue;
		*last = mem_one(b->mem, struct xml_attribute);
		(*last)->name = mem_text(b->mem, (const char *)xmlTextReaderConstLocalName(b->reader));
		(*last)->value = mem_text(b->mem, (const char *)xmlTextReaderConstValue(b->reader));
		last = &(*last)->next;
	}
	xmlTextReaderMoveToElement(b->reader);
}

/* Most elements have one piece of text, or none: only further ones take a buffer. */
static void
add_text(struct builder *b, const char *text)
{
	struct open *o = &b->open[b->depth - 1];

	if (*o->x->text == '\0') {
		o->x->text = mem_text(b->mem, text);
		return;
	}
	if (o->text.mem == NULL) {
		o->text = buf_new(b->mem);
		buf_text(&o->text, o->x->text);
	}
	buf_text(&o->text, text);
	o->x->text = o->text.data;
}

static bool
open_element(struct builder *b)
{
	struct xml *x = mem_one(b->mem, struct xml);
	bool        closed = xmlTextReaderIsEmptyElement(b->reader) == 1;

	if (b->depth == MAX_DEPTH || ++b->elements > MAX_ELEMENTS)
		return false;
	x->name = mem_text(b->mem, (const char *)xmlTextReaderConstLocalName(b->reader));
	x->text = "";
	add_attributes(b, x);
	if (b->depth == 0) {
		b->root = x;
	} else {
		struct open *parent = &b->open[b->depth - 1];

		*parent->last = x;
		parent->last = &x->next;
	}
	b->open[b->depth++] = (struct open){ .x = x, .last = &x->first };
	if (closed)
		b->depth--;
	return true;
}

static bool
add_node(struct builder *b)
{
	const char *text;

	switch (xmlTextReaderNodeType(b->reader)) {
	case XML_READER_TYPE_ELEMENT:
		return open_element(b);
	case XML_READER_TYPE_END_ELEMENT:
		b->depth--;
		return true;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		text = (const char *)xmlTextReaderConstValue(b->reader);
		if (b->depth > 0 && text != NULL)
			add_text(b, text);
		return true;
	case XML_READER_TYPE_COMMENT:
	case XML_READER_TYPE_PROCESSING_INSTRUCTION:
		return true;
	default:
		return false;
	}
}

static struct xml *
build(struct builder *b)
{
	int more;

	while ((more = xmlTextReaderRead(b->reader)) == 1)
		if (!add_node(b))
			return NULL;
	return more == 0 && b->depth == 0 ? b->root : NULL;
}

static void
start(void)
{
	xmlInitParser();
}

struct xml *
xml_parse(struct mem *m, const void *p, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const int       options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	struct builder *b;
	struct holder  *h;
	struct xml     *x;

	pthread_once(&once, start);
	if (n == 0 || n > INT_MAX || !text_utf8(p, n) || !scan_shape(p, n))
		return NULL;
	b = mem_one(m, struct builder);
	h = mem_one(m, struct holder);
	mem_defer(m, holder_free, h);
	h->reader = xmlReaderForMemory(p, (int)n, NULL, "UTF-8", options);
	if (h->reader == NULL)
		return NULL;
	b->mem = m;
	b->reader = h->reader;
	x = build(b);
	holder_free(h);
	return x;
}

struct xml *
xml_child(const struct xml *x, const char *name)
{
	struct xml *child = x->first;

	while (child != NULL && strcmp(child->name, name) != 0)
		child = child->next;
	return child;
}

const char *
xml_child_text(const struct xml *x, const char *name)
{
	const struct xml *child = xml_child(x, name);

	return child != NULL ? child->text : NULL;
}

struct xml *
xml_again(const struct xml *x)
{
	struct xml *next = x->next;

	while (next != NULL && strcmp(next->name, x->name) != 0)
		next = next->next;
	return next;
}
