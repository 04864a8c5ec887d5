/* shared/wire/enc.c - one way to write an answer, as JSON or as XML */
#include "shared/wire/enc.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/wire/enc_text.h"

enum { MAX_DEPTH = 64 };

const struct enc_traits enc_traits_json = { .format = ENC_JSON };

enum kind { STRUCT, LIST, MAP };

/* One thing that is open. */
struct frame {
	enum kind   kind;
	const char *name;  /* of the XML element to close; NULL: none */
	const char *close; /* a second one around it (a map's entry); NULL: none */
	const char *item;  /* LIST: its elements in XML; MAP: its entries */
	const char *key, *value;
	bool        empty;
};

struct enc {
	struct mem              *mem;
	const struct enc_traits *traits;
	struct buf              *out;
	bool                     root;     /* written */
	bool                     tag_open; /* XML: the last start tag still lacks its '>' */
	unsigned                 depth;
	struct frame             frames[MAX_DEPTH];
};

struct enc *
enc_new(struct mem *m, const struct enc_traits *traits, struct buf *out)
{
	struct enc *e = mem_one(m, struct enc);

	e->mem = m;
	e->traits = traits;
	e->out = out;
	return e;
}

void
enc_reset(struct enc *e)
{
	buf_clear(e->out);
	e->root = e->tag_open = false;
	e->depth = 0;
}

bool
enc_empty(const struct enc *e)
{
	return !e->root;
}

bool
enc_done(const struct enc *e)
{
	return e->root && e->depth == 0;
}

static bool
is_xml(const struct enc *e)
{
	return e->traits->format == ENC_XML;
}

static struct frame *
top(struct enc *e)
{
	return e->depth > 0 ? &e->frames[e->depth - 1] : NULL;
}

/* Text in a JSON string; the quotes are written too. */
static void
json_string(struct buf *b, const char *s)
{
	static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";

	buf_char(b, '"');
	while (*s != '\0') {
		size_t plain = 0;

		while ((unsigned char)s[plain] >= 0x20 && s[plain] != '"' && s[plain] != '\\')
			plain++;
		buf_add(b, s, plain);
		s += plain;
		if (*s == '\0')
			break;
		if (strchr(escaped, *s) != NULL)
			buf_fmt(b, "\\%c", letters[strchr(escaped, *s) - escaped]);
		else
			buf_fmt(b, "\\u%04x", (unsigned char)*s);
		s++;
	}
	buf_char(b, '"');
}

/* The last start tag, finished. */
static void
close_tag(struct enc *e)
{
	if (e->tag_open)
		buf_char(e->out, '>');
	e->tag_open = false;
}

/* <name, or with the root's declaration and namespace. */
static void
xml_start(struct enc *e, const char *name)
{
	assert(name != NULL);
	close_tag(e);
	if (!e->root && e->traits->declaration)
		buf_text(e->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_char(e->out, '<');
	buf_text(e->out, name);
	e->tag_open = true;
	if (!e->root && e->traits->xmlns != NULL) {
		e->root = true;
		enc_attribute(e, "xmlns", e->traits->xmlns);
	}
	e->root = true;
}

static void
xml_end(struct enc *e, const char *name)
{
	if (e->tag_open) {
		buf_add(e->out, "/>", 2);
	} else {
		buf_add(e->out, "</", 2);
		buf_text(e->out, name);
		buf_char(e->out, '>');
	}
	e->tag_open = false;
}

static void
xml_leaf(struct enc *e, const char *name, const char *text)
{
	xml_start(e, name);
	close_tag(e);
	enc_xml_text(e->out, text, false);
	xml_end(e, name);
}

/*
 * Everything before a value.  In XML the element is opened (for an entry of a map the key is
 * written as well): *name is its name, *around that of the entry, or NULL.
 */
static void
xml_before(struct enc *e, const char *member, const char **name, const char **around)
{
	struct frame *f = top(e);

	*around = NULL;
	*name = member;
	if (f != NULL && f->kind == LIST) {
		assert(member == NULL);
		*name = f->item;
	} else if (f != NULL && f->kind == MAP) {
		assert(member != NULL);
		*around = f->item;
		*name = f->value;
		xml_start(e, f->item);
		xml_leaf(e, f->key, member);
	}
	xml_start(e, *name);
}

static void
json_before(struct enc *e, const char *member)
{
	struct frame *f = top(e);

	if (f != NULL) {
		assert((member == NULL) == (f->kind == LIST));
		if (!f->empty)
			buf_char(e->out, ',');
		f->empty = false;
		if (member != NULL) {
			json_string(e->out, member);
			buf_char(e->out, ':');
		}
	}
	e->root = true;
}

static struct frame *
push(struct enc *e, enum kind kind)
{
	assert(e->depth < MAX_DEPTH);
	e->frames[e->depth] = (struct frame){ .kind = kind, .empty = true };
	return &e->frames[e->depth++];
}

/* item: of a list or map in XML; NULL: flattened, so nothing is written yet. */
static struct frame *
open_one(struct enc *e, enum kind kind, const char *name, const char *item)
{
	const char   *element = NULL, *around = NULL;
	struct frame *f;

	assert(e->depth > 0 || !e->root);
	if (!is_xml(e)) {
		json_before(e, name);
		buf_char(e->out, kind == LIST ? '[' : '{');
	} else if (kind == STRUCT || item != NULL) {
		xml_before(e, name, &element, &around);
	} else {
		assert(e->depth > 0 && top(e)->kind == STRUCT && name != NULL);
	}
	f = push(e, kind);
	f->name = element;
	f->close = around;
	f->item = item != NULL ? item : name;
	return f;
}

void
enc_struct(struct enc *e, const char *name)
{
	open_one(e, STRUCT, name, NULL);
}

void
enc_list(struct enc *e, const char *name, const char *item)
{
	open_one(e, LIST, name, item);
}

void
enc_map(struct enc *e, const char *name, const char *entry, const char *key, const char *value)
{
	struct frame *f = open_one(e, MAP, name, entry);

	f->key = key;
	f->value = value;
}

void
enc_flat_list(struct enc *e, const char *name, const char *xml_name)
{
	open_one(e, LIST, name, NULL)->item = xml_name;
}

void
enc_flat_map(struct enc *e, const char *name, const char *xml_name, const char *key,
    const char *value)
{
	enc_map(e, name, NULL, key, value);
	top(e)->item = xml_name;
}

void
enc_end(struct enc *e)
{
	struct frame *f = top(e);

	assert(f != NULL);
	if (!is_xml(e))
		buf_char(e->out, f->kind == LIST ? ']' : '}');
	if (f->name != NULL)
		xml_end(e, f->name);
	if (f->close != NULL)
		xml_end(e, f->close);
	e->depth--;
}

/* A value: text to be escaped, or what may stand as it is (quoted false). */
static void
leaf(struct enc *e, const char *name, const char *text, bool quoted)
{
	const char *element, *around;

	assert(e->depth > 0 || !e->root);
	if (!is_xml(e)) {
		json_before(e, name);
		if (quoted)
			json_string(e->out, text);
		else
			buf_text(e->out, text);
		return;
	}
	xml_before(e, name, &element, &around);
	close_tag(e);
	enc_xml_text(e->out, text, false);
	xml_end(e, element);
	if (around != NULL)
		xml_end(e, around);
}

void
enc_text(struct enc *e, const char *name, const char *value)
{
	if (value != NULL)
		leaf(e, name, value, true);
}

void
enc_int(struct enc *e, const char *name, int64_t value)
{
	char room[TEXT_I64_MOST];

	leaf(e, name, text_of_i64(room, value), false);
}

void
enc_bool(struct enc *e, const char *name, bool value)
{
	leaf(e, name, value ? "true" : "false", false);
}

void
enc_null(struct enc *e, const char *name)
{
	assert(!is_xml(e));
	leaf(e, name, "null", false);
}

void
enc_text_or_null(struct enc *e, const char *name, const char *value)
{
	if (value != NULL)
		enc_text(e, name, value);
	else
		enc_null(e, name);
}

/* -?digits(.digits)? without a needless zero in front, as JSON has it. */
static bool
is_decimal(const char *s)
{
	size_t whole, part;

	s += *s == '-';
	whole = strspn(s, "0123456789");
	if (whole == 0 || (whole > 1 && *s == '0'))
		return false;
	s += whole;
	if (*s == '\0')
		return true;
	part = strspn(s + 1, "0123456789");
	return *s == '.' && part > 0 && s[1 + part] == '\0';
}

void
enc_number(struct enc *e, const char *name, const char *digits)
{
	assert(is_decimal(digits));
	leaf(e, name, digits, false);
}

void
enc_attribute(struct enc *e, const char *name, const char *value)
{
	assert(is_xml(e) && e->tag_open);
	buf_fmt(e->out, " %s=\"", name);
	enc_xml_text(e->out, value, true);
	buf_char(e->out, '"');
}

void
enc_json(struct enc *e, const char *name, const char *json)
{
	assert(!is_xml(e));
	leaf(e, name, json, false);
}
