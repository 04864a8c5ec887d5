/* fcgi/proto/shape.c - what a JSON value is like, written as JSON Schema */
#include "fcgi/proto/shape.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "shared/wire/enc.h"

/* A line for people: no control characters, and something to see. */
#define LINE "^[^\\u0000-\\u001F\\u007F]*[^\\u0000-\\u0020\\u007F][^\\u0000-\\u001F\\u007F]*$"

const struct member *
shape_member(const struct shape *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->members[i].name, name) == 0)
			return &s->members[i];
	return NULL;
}

static bool
has_members(const struct shape *s)
{
	return s->kind == SHAPE_OBJECT || s->kind == SHAPE_WISH;
}

void
shape_collect(struct shape_names *names, const struct shape *s)
{
	if (s == NULL)
		return;
	if (s->name != NULL) {
		for (size_t i = 0; i < names->n; i++)
			if (names->list[i] == s)
				return;
		assert(names->n < MOST_SHAPES);
		names->list[names->n++] = s;
	}
	shape_collect(names, s->of);
	for (size_t i = 0; has_members(s) && i < s->n; i++)
		shape_collect(names, &s->members[i].shape);
	for (size_t i = 0; s->kind == SHAPE_EITHER && i < s->n; i++)
		shape_collect(names, &s->either[i]);
}

static const char *
type_of(const struct shape *s)
{
	static const char *const types[] = {
		[SHAPE_STRING] = "string", [SHAPE_TEXT] = "string", [SHAPE_BOOL] = "boolean",
		[SHAPE_INT] = "integer", [SHAPE_NUMBER] = "number", [SHAPE_LIST] = "array",
		[SHAPE_MAP] = "object", [SHAPE_OBJECT] = "object", [SHAPE_WISH] = "object",
	};

	return types[s->kind];
}

/* "^[...]{lo,hi}$" of the characters that are allowed. */
static void
write_chars(struct enc *e, const struct shape *s)
{
	char   text[512];
	size_t n = (size_t)snprintf(text, sizeof(text), "^[");

	for (const char *p = s->chars; *p != '\0'; p++) {
		assert(n + 32 < sizeof(text));
		if (strchr("\\]^-[", *p) != NULL)
			text[n++] = '\\';
		text[n++] = *p;
	}
	snprintf(text + n, sizeof(text) - n, "]{%d,%d}$", (int)s->min, (int)s->max);
	enc_text(e, "pattern", text);
}

static void
write_text(struct enc *e, const struct shape *s, bool nullable)
{
	if (s->chars != NULL)
		write_chars(e, s);
	else if (s->kind == SHAPE_TEXT && s->min > 0)
		enc_text(e, "pattern", LINE);
	enc_text(e, "pattern", s->pattern);
	enc_text(e, "format", s->format);
	if (s->min > 0)
		enc_int(e, "minLength", s->min);
	if (s->max > 0)
		enc_int(e, "maxLength", s->max);
	if (s->words == NULL)
		return;
	enc_list(e, "enum", NULL);
	for (size_t i = 0; i < s->n; i++)
		enc_text(e, NULL, s->words[i]);
	if (nullable)
		enc_null(e, NULL);
	enc_end(e);
}

static void
write_members(struct enc *e, const struct shape *s)
{
	bool must = false;

	enc_struct(e, "properties");
	for (size_t i = 0; i < s->n; i++) {
		const struct member *m = &s->members[i];

		must |= (m->flags & MUST) != 0;
		shape_write_member(e, m->name, m, (m->flags & NULLS) != 0 ||
		    (s->kind == SHAPE_WISH && (m->flags & MUST) == 0));
	}
	enc_end(e);
	if (must) {
		enc_list(e, "required", NULL);
		for (size_t i = 0; i < s->n; i++)
			if (s->members[i].flags & MUST)
				enc_text(e, NULL, s->members[i].name);
		enc_end(e);
	}
	if (s->kind == SHAPE_WISH)
		enc_bool(e, "additionalProperties", false);
}

/* The keywords that bound the value, in the schema that is open. */
static void
write_bounds(struct enc *e, const struct shape *s, bool nullable)
{
	switch (s->kind) {
	case SHAPE_STRING:
	case SHAPE_TEXT:
		write_text(e, s, nullable);
		break;
	case SHAPE_INT:
		if (s->min != 0 || s->max != 0)
			enc_int(e, "minimum", s->min);
		if (s->max != 0)
			enc_int(e, "maximum", s->max);
		break;
	case SHAPE_LIST:
		shape_write(e, "items", s->of);
		if (s->min > 0)
			enc_int(e, "minItems", s->min);
		if (s->max > 0)
			enc_int(e, "maxItems", s->max);
		break;
	case SHAPE_MAP:
		shape_write(e, "additionalProperties", s->of);
		break;
	case SHAPE_OBJECT:
	case SHAPE_WISH:
		if (s->n > 0 || s->kind == SHAPE_WISH) /* an object of none may be any */
			write_members(e, s);
		break;
	case SHAPE_BOOL:
	case SHAPE_NUMBER:
	case SHAPE_EITHER:
	case SHAPE_SAME:
		break;
	}
}

static void
write_type(struct enc *e, const struct shape *s, bool nullable)
{
	if (!nullable) {
		enc_text(e, "type", type_of(s));
		return;
	}
	enc_list(e, "type", NULL);
	enc_text(e, NULL, type_of(s));
	enc_text(e, NULL, "null");
	enc_end(e);
}

static void
write_null(struct enc *e)
{
	enc_struct(e, NULL);
	enc_text(e, "type", "null");
	enc_end(e);
}

/* The schema's own keywords, in the object that is open; by reference where it has a name. */
static void
write_body(struct enc *e, const struct shape *s, bool nullable)
{
	char ref[128];

	if (s->kind == SHAPE_SAME) {
		write_body(e, s->of, nullable);
	} else if (s->kind == SHAPE_EITHER || (nullable && s->name != NULL)) {
		enc_list(e, "anyOf", NULL);
		for (size_t i = 0; s->kind == SHAPE_EITHER && i < s->n; i++)
			shape_write(e, NULL, &s->either[i]);
		if (s->kind != SHAPE_EITHER)
			shape_write(e, NULL, s);
		if (nullable)
			write_null(e);
		enc_end(e);
	} else if (s->name != NULL) {
		snprintf(ref, sizeof(ref), "#/components/schemas/%s", s->name);
		enc_text(e, "$ref", ref);
	} else {
		write_type(e, s, nullable);
		write_bounds(e, s, nullable);
	}
	if (s->example != NULL) {
		enc_list(e, "examples", NULL);
		enc_json(e, NULL, s->example);
		enc_end(e);
	}
}

void
shape_write(struct enc *e, const char *name, const struct shape *s)
{
	enc_struct(e, name);
	write_body(e, s, false);
	enc_end(e);
}

void
shape_define(struct enc *e, const struct shape *s)
{
	enc_struct(e, s->name);
	enc_text(e, "type", type_of(s));
	write_bounds(e, s, false);
	enc_end(e);
}

void
shape_write_member(struct enc *e, const char *name, const struct member *m, bool nullable)
{
	enc_struct(e, name);
	write_body(e, &m->shape, nullable);
	enc_text(e, "description", m->about);
	if (m->initial != NULL)
		enc_json(e, "default", m->initial);
	enc_end(e);
}
