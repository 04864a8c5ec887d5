/* fcgi/aws/s3/document.c - XML documents that S3 keeps and gives back */
#include "fcgi/aws/s3/document.h"

#include <string.h>

#include "fcgi/aws/s3/s3.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

/* Of the type of a Grantee; the prefix is XML Schema's. */
static const char TYPE[] = "type";
static const char SCHEMA[] = "http://www.w3.org/2001/XMLSchema-instance";

static _Noreturn void
malformed(struct call *c)
{
	task_throw(c->task, &S3_MALFORMED_XML, NULL);
}

static const char *
trimmed(struct call *c, const char *s)
{
	static const char space[] = " \t\r\n";
	size_t            n;

	s += strspn(s, space);
	n = strlen(s);
	while (n > 0 && strchr(space, s[n - 1]) != NULL)
		n--;
	return mem_text_n(c->task->mem, s, n);
}

static bool
is_word(const char *s, const char *const *words)
{
	while (*words != NULL && strcmp(*words, s) != 0)
		words++;
	return *words != NULL;
}

/* As S3 writes it; a day alone is its midnight. NULL: no time. */
static const char *
time_of(struct call *c, const char *s)
{
	int64_t at;

	if (strlen(s) == strlen("2026-11-23"))
		s = mem_fmt(c->task->mem, "%sT00:00:00Z", s);
	return clock_parse_iso(s, &at) ? clock_iso_milli(c->task->mem, at) : NULL;
}

/* The text as it is kept: booleans in lower case, values without white space around them. */
static const char *
value_of(struct call *c, const struct xml *x, const struct field *f)
{
	const char *s = f->kind == FIELD_TEXT ? x->text : trimmed(c, x->text);
	int64_t     n;
	bool        good = true;

	if (f->kind == FIELD_NUMBER)
		good = text_i64(s, INT32_MIN, INT32_MAX, &n);
	else if (f->kind == FIELD_LONG)
		good = text_i64(s, INT64_MIN, INT64_MAX, &n);
	else if (f->kind == FIELD_TIME)
		good = (s = time_of(c, s)) != NULL;
	else if (f->kind == FIELD_WORD)
		good = is_word(s, f->words);
	else if (f->kind == FIELD_BOOL)
		good = strcmp(s = text_lower(c->task->mem, s), "true") == 0 || strcmp(s, "false") == 0;
	if (!good || x->first != NULL)
		malformed(c);
	return s;
}

struct xml *
document_add(struct call *c, struct xml *x, const char *name, const char *text)
{
	struct xml *child = mem_one(c->task->mem, struct xml), **last = &x->first;

	child->name = name;
	child->text = text != NULL ? text : "";
	while (*last != NULL)
		last = &(*last)->next;
	return *last = child;
}

static const struct field *
known(const struct field *members, const char *name)
{
	for (; members != NULL && members->name != NULL; members++)
		if (strcmp(members->name, name) == 0)
			return members;
	return NULL;
}

static void check_inside(struct call *c, const struct xml *x, const struct field *members,
    struct xml *out);

/* All of one name; returns the last of them, as *last, where the next one goes. */
static struct xml **
check_field(struct call *c, const struct xml *x, const struct field *f, struct xml **last)
{
	unsigned n = 0;

	for (const struct xml *child = xml_child(x, f->name); child != NULL; child = xml_again(child)) {
		struct xml *kept = mem_one(c->task->mem, struct xml);

		if (++n > f->most)
			malformed(c);
		kept->name = f->name;
		kept->text = "";
		kept->attributes = child->attributes;
		if (f->kind == FIELD_STRUCT)
			check_inside(c, child, f->members, kept);
		else
			kept->text = value_of(c, child, f);
		*last = kept;
		last = &kept->next;
	}
	if (n < f->least)
		malformed(c);
	return last;
}

static void
check_inside(struct call *c, const struct xml *x, const struct field *members, struct xml *out)
{
	struct xml **last = &out->first;

	for (const struct xml *child = x->first; child != NULL; child = child->next)
		if (known(members, child->name) == NULL)
			malformed(c);
	for (; members != NULL && members->name != NULL; members++)
		last = check_field(c, x, members, last);
}

struct xml *
document_check(struct call *c, const struct xml *x, const struct field *members)
{
	struct xml *out = mem_one(c->task->mem, struct xml);

	out->name = x->name;
	out->text = "";
	check_inside(c, x, members, out);
	return out;
}

const char *
document_attribute(const struct xml *x, const char *name)
{
	for (const struct xml_attribute *a = x->attributes; a != NULL; a = a->next)
		if (strcmp(a->name, name) == 0)
			return a->value;
	return NULL;
}

void
document_write_inside(struct enc *e, const struct xml *x)
{
	for (const struct xml *child = x->first; child != NULL; child = child->next)
		document_write(e, child);
}

void
document_write(struct enc *e, const struct xml *x)
{
	const char *type = document_attribute(x, TYPE);

	if (x->first == NULL && *x->text != '\0') {
		enc_text(e, x->name, x->text);
		return;
	}
	enc_struct(e, x->name);
	if (type != NULL) {
		enc_attribute(e, "xmlns:xsi", SCHEMA);
		enc_attribute(e, "xsi:type", type);
	}
	document_write_inside(e, x);
	enc_end(e);
}

/* The root's attributes are ours, and stay. */
const char *
document_text(struct call *c, const struct xml *x)
{
	static const struct enc_traits traits = { .format = ENC_XML };
	struct buf                     b = buf_new(c->task->mem);
	struct enc                    *e = enc_new(c->task->mem, &traits, &b);

	enc_struct(e, x->name);
	for (const struct xml_attribute *a = x->attributes; a != NULL; a = a->next)
		enc_attribute(e, a->name, a->value);
	document_write_inside(e, x);
	enc_end(e);
	return b.data;
}

struct xml *
document_parse(struct call *c, const char *text)
{
	struct xml *x = text != NULL ? xml_parse(c->task->mem, text, strlen(text)) : NULL;

	if (x == NULL)
		task_throw(c->task, &FAULT_INTERNAL, "a kept document cannot be read");
	return x;
}

bool
document_number(const struct xml *x, const char *name, int64_t *out)
{
	const char *text = xml_child_text(x, name);

	return text != NULL && text_i64(text, INT64_MIN, INT64_MAX, out);
}

unsigned
document_count(const struct xml *x, const char *name)
{
	unsigned n = 0;

	for (const struct xml *child = xml_child(x, name); child != NULL; child = xml_again(child))
		n++;
	return n;
}
