/* fcgi/api/fields.h - members of a JSON object, read with bounds; all that is wrong is collected */
#ifndef MF_FIELDS_H
#define MF_FIELDS_H

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call;
struct shape;

/*
 *     struct fields f = fields_in(c, c->args, "", &key_wish_shape);
 *     const char   *name = field_text(&f, "name");
 *     problem_check(c);
 *
 * The bounds are the shape's (fcgi/proto/shape.h), which the OpenAPI document prints, too.  A
 * member that is absent, or null, reads as NULL or as the initial value.  A reader that meets
 * something wrong notes it (problem_field) and returns as if it were absent: read all, then check.
 */
struct fields {
	struct call        *call;
	struct json_object *object;
	const char         *prefix; /* of names in errors: "accounts[0]." */
	const struct shape *shape;
};

/* Notes every member that the shape does not have, and those missing that it must have. */
struct fields fields_in(struct call *c, struct json_object *j, const char *prefix,
    const struct shape *s);

/* Text: of the shape's words, of its characters, or as long as it says. */
const char *field_text(const struct fields *f, const char *name);
bool        field_bool(const struct fields *f, const char *name, bool initial);
int64_t     field_int(const struct fields *f, const char *name, int64_t initial);
/* NULL when absent. */
struct json_object *field_list(const struct fields *f, const char *name);
/* RFC 3339; false when absent. */
bool        fields_time(const struct fields *f, const char *name, int64_t *out);

/*
 * The same with bounds of the caller's: shapes are better.
 */

/* Notes every member that is not in known. j is an object. */
struct fields fields_of(struct call *c, struct json_object *j, const char *prefix,
    const char *const *known, size_t n);
/* Something is wrong with a member. */
void fields_wrong(const struct fields *f, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Text of min to max bytes, without control characters; white space alone is not text. */
const char *fields_text(const struct fields *f, const char *name, size_t min, size_t max);
/* Text of min to max characters of those given; what: how a sentence calls them. */
const char *fields_chars(const struct fields *f, const char *name, size_t min, size_t max,
    const char *chars, const char *what);
/* One of the words; NULL when absent. */
const char *fields_word(const struct fields *f, const char *name, const char *const *words,
    size_t n);
bool        fields_bool(const struct fields *f, const char *name, bool initial);
int64_t     fields_int(const struct fields *f, const char *name, int64_t initial, int64_t min,
    int64_t max);
/* A list of min to max elements; NULL when absent. */
struct json_object *fields_list(const struct fields *f, const char *name, size_t min, size_t max);
/* A span of time in microseconds: a number of seconds, or ISO 8601 text; false when absent. */
bool fields_duration(const struct fields *f, const char *name, int64_t *out);

#endif
