/* fcgi/proto/shape.h - what a JSON value is like: it is read by this, and described by this */
#ifndef MF_SHAPE_H
#define MF_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct enc;
struct member;

/*
 * A shape stands beside the code that reads or writes the value: readers take their bounds from it
 * (fcgi/api/fields.h), the OpenAPI document is printed from it, and tests hold every answer
 * against that document.  So there is one place that says what a field may be.
 *
 *     static const struct member members[] = {
 *             { "name", S_TEXT(1, 100), MUST, "For people" },
 *             { "tags", S_LIST(S_TEXT(1, 20), 0, 10) },
 *     };
 *     const struct shape thing_shape = S_WISH("NewThing", members);
 */
enum shape_kind {
	SHAPE_STRING, /* any text */
	SHAPE_TEXT,   /* a line for people: min to max characters, no control characters, not blank */
	SHAPE_BOOL, SHAPE_INT, SHAPE_NUMBER,
	SHAPE_LIST,   /* min to max elements, each `of` */
	SHAPE_MAP,    /* an object whose members are each `of`, whatever their names */
	SHAPE_OBJECT, /* of `members` */
	SHAPE_WISH,   /* the same, from a client: no others, and null is as good as absent */
	SHAPE_EITHER, /* one of n shapes in `either` */
	SHAPE_SAME,   /* as `of` is */
};

struct shape {
	enum shape_kind kind;
	const char     *name;         /* under which the document has it once; NULL: in place */
	int64_t         min, max;     /* max 0: without end */
	const char     *format;       /* of text: "date-time" */
	const char     *chars, *what; /* text of these only; how a sentence calls them */
	const char     *pattern;      /* of text, for the document: ECMA-262 */
	const char *const   *words;   /* text is one of these n */
	const struct member *members;
	const struct shape  *of;
	const struct shape  *either;
	const char          *example; /* one of its values, as JSON, for the document */
	size_t          n;
};

enum {
	MUST   = 1 << 0, /* it is always there */
	NULLS  = 1 << 1, /* it may be null */
	SECRET = 1 << 2, /* it is not to be shown again */
};

struct member {
	const char  *name;
	struct shape shape;
	unsigned     flags;
	const char  *about;   /* a sentence without its end, or NULL */
	const char  *initial; /* what holds when it is absent, as JSON */
};

#define S_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define S_STRING           { .kind = SHAPE_STRING }
#define S_FORMAT(f)        { .kind = SHAPE_STRING, .format = (f) }
#define S_TIME             S_FORMAT("date-time")
#define S_ID(prefix)       { .kind = SHAPE_STRING, .pattern = "^" prefix "[0-9a-z]{10}$" }
#define S_PATTERN(p)       { .kind = SHAPE_STRING, .pattern = (p) }
#define S_TEXT(lo, hi)     { .kind = SHAPE_TEXT, .min = (lo), .max = (hi) }
/* Whether there is such a mailbox only a mail can tell. */
#define S_EMAIL \
	{ .kind = SHAPE_TEXT, .min = 3, .max = 254, .format = "email", .pattern = "^[^@ ]+@[^@ ]+$" }
#define S_CHARS(lo, hi, s, w) \
	{ .kind = SHAPE_STRING, .min = (lo), .max = (hi), .chars = (s), .what = (w) }
#define S_WORD(list)       { .kind = SHAPE_STRING, .words = (list), .n = S_COUNT(list) }
#define S_BOOL             { .kind = SHAPE_BOOL }
#define S_INT(lo, hi)      { .kind = SHAPE_INT, .min = (lo), .max = (hi) }
#define S_NUMBER           { .kind = SHAPE_NUMBER }
/* The element's shape is written in place: S_LIST(S_STRING, 0, 0). */
#define S_LIST(element, lo, hi) \
	{ .kind = SHAPE_LIST, .of = &(const struct shape)element, .min = (lo), .max = (hi) }
#define S_MAP(element)     { .kind = SHAPE_MAP, .of = &(const struct shape)element }
#define S_SAME(shape)      { .kind = SHAPE_SAME, .of = &(shape) }
#define S_EITHER(list)     { .kind = SHAPE_EITHER, .either = (list), .n = S_COUNT(list) }
#define S_OBJECT(title, list) \
	{ .kind = SHAPE_OBJECT, .name = (title), .members = (list), .n = S_COUNT(list) }
#define S_WISH(title, list) \
	{ .kind = SHAPE_WISH, .name = (title), .members = (list), .n = S_COUNT(list) }

/* NULL: it has no such member. */
const struct member *shape_member(const struct shape *s, const char *name);

/* The shapes of one document that have names, each once. */
enum { MOST_SHAPES = 100 };
struct shape_names {
	const struct shape *list[MOST_SHAPES];
	size_t              n;
};
/* Note it and what it is made of. */
void shape_collect(struct shape_names *names, const struct shape *s);
/*
 * As JSON Schema (2020-12), a member `name` of what is open in e (NULL: an element of a list).
 * One with a name is a reference to #/components/schemas.
 */
void shape_write(struct enc *e, const char *name, const struct shape *s);
/* Its own definition, under its name. */
void shape_define(struct enc *e, const struct shape *s);
/* A member's value, with what is said of it. */
void shape_write_member(struct enc *e, const char *name, const struct member *m, bool nullable);

#endif
