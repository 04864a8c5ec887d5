/* fcgi/api/fields.c - members of a JSON object, read with bounds; all that is wrong is collected */
#include "fcgi/api/fields.h"

#include <assert.h>
#include <json-c/linkhash.h>
#include <stdarg.h>
#include <string.h>

#include "fcgi/call.h"
#include "fcgi/proto/problem.h"
#include "fcgi/proto/shape.h"
#include "shared/base/clock.h"
#include "shared/base/duration.h"
#include "shared/base/text.h"
#include "shared/wire/json.h"

static const double MOST_SECONDS = 400.0 * 366 * 86400; /* far within int64 microseconds */

void
fields_wrong(const struct fields *f, const char *name, const char *fmt, ...)
{
	struct mem *m = f->call->task->mem;
	va_list     ap;

	va_start(ap, fmt);
	problem_field(f->call, mem_fmt(m, "%s%s", f->prefix, name), "%s", mem_vfmt(m, fmt, ap));
	va_end(ap);
}

struct fields
fields_of(struct call *c, struct json_object *j, const char *prefix, const char *const *known,
    size_t n)
{
	struct fields f = { .call = c, .object = j, .prefix = prefix };

	json_object_object_foreach(j, name, value) {
		bool found = false;

		(void)value;
		for (size_t i = 0; i < n && !found; i++)
			found = strcmp(name, known[i]) == 0;
		if (!found)
			fields_wrong(&f, mem_text(c->task->mem, name), "there is no such field");
	}
	return f;
}

struct fields
fields_in(struct call *c, struct json_object *j, const char *prefix, const struct shape *s)
{
	struct fields f = { .call = c, .object = j, .prefix = prefix, .shape = s };

	json_object_object_foreach(j, name, value) {
		(void)value;
		if (shape_member(s, name) == NULL)
			fields_wrong(&f, mem_text(c->task->mem, name), "there is no such field");
	}
	for (size_t i = 0; i < s->n; i++)
		if ((s->members[i].flags & MUST) != 0 && json_get(j, s->members[i].name) == NULL)
			fields_wrong(&f, s->members[i].name, "is missing");
	return f;
}

/* What the shape says of a member: a reader asks for none it does not have. */
static const struct shape *
shape_of(const struct fields *f, const char *name)
{
	const struct member *m = shape_member(f->shape, name);

	assert(m != NULL);
	return m->shape.kind == SHAPE_SAME ? m->shape.of : &m->shape;
}

/* The member when it has that type; noted when it has another. */
static struct json_object *
typed(const struct fields *f, const char *name, enum json_type type, const char *what)
{
	struct json_object *j = json_get(f->object, name);

	if (j == NULL || json_object_get_type(j) == type)
		return j;
	fields_wrong(f, name, "is to be %s", what);
	return NULL;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

/* Of UTF-8. */
static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

const char *
fields_text(const struct fields *f, const char *name, size_t min, size_t max)
{
	struct json_object *j = typed(f, name, json_type_string, "text");
	const char         *s;
	size_t              n;

	if (j == NULL)
		return NULL;
	s = json_object_get_string(j);
	n = characters(s);
	if (n < min || n > max)
		fields_wrong(f, name, "is to have %zu to %zu characters", min, max);
	else if (has_control(s))
		fields_wrong(f, name, "may not have control characters");
	else if (n > 0 && strspn(s, " ") == n)
		fields_wrong(f, name, "is blank");
	else
		return s;
	return NULL;
}

const char *
fields_chars(const struct fields *f, const char *name, size_t min, size_t max, const char *chars,
    const char *what)
{
	struct json_object *j = typed(f, name, json_type_string, "text");
	const char         *s;
	size_t              n;

	if (j == NULL)
		return NULL;
	s = json_object_get_string(j);
	n = strlen(s);
	if (n >= min && n <= max && strspn(s, chars) == n)
		return s;
	if (min == max)
		fields_wrong(f, name, "is to be %zu %s", min, what);
	else
		fields_wrong(f, name, "is to be %zu to %zu %s", min, max, what);
	return NULL;
}

const char *
fields_word(const struct fields *f, const char *name, const char *const *words, size_t n)
{
	struct json_object *j = typed(f, name, json_type_string, "text");
	const char         *list = "";

	for (size_t i = 0; j != NULL && i < n; i++) {
		if (strcmp(json_object_get_string(j), words[i]) == 0)
			return words[i];
		list = mem_fmt(f->call->task->mem, "%s%s%s", list, i > 0 ? ", " : "", words[i]);
	}
	if (j != NULL)
		fields_wrong(f, name, "is to be one of: %s", list);
	return NULL;
}

bool
fields_bool(const struct fields *f, const char *name, bool initial)
{
	struct json_object *j = typed(f, name, json_type_boolean, "true or false");

	return j != NULL ? json_object_get_boolean(j) : initial;
}

int64_t
fields_int(const struct fields *f, const char *name, int64_t initial, int64_t min, int64_t max)
{
	struct json_object *j = json_get(f->object, name);
	int64_t             value;

	if (j == NULL)
		return initial;
	value = json_object_get_int64(j);
	if (json_object_get_type(j) == json_type_int && value >= min && value <= max)
		return value;
	fields_wrong(f, name, "is to be a whole number from %lld to %lld", (long long)min,
	    (long long)max);
	return initial;
}

struct json_object *
fields_list(const struct fields *f, const char *name, size_t min, size_t max)
{
	struct json_object *j = typed(f, name, json_type_array, "a list");
	size_t              n;

	if (j == NULL)
		return NULL;
	n = json_object_array_length(j);
	if (n >= min && n <= max)
		return j;
	if (n == 0)
		fields_wrong(f, name, "is empty");
	else if (n < min)
		fields_wrong(f, name, "is to have at least %zu elements", min);
	else
		fields_wrong(f, name, "has more than %zu elements", max);
	return NULL;
}

const char *
field_text(const struct fields *f, const char *name)
{
	const struct shape *s = shape_of(f, name);
	size_t              min = (size_t)s->min, max = (size_t)s->max;
	const char         *text, *at;

	if (s->words != NULL)
		return fields_word(f, name, s->words, s->n);
	if (s->chars != NULL)
		return fields_chars(f, name, min, max, s->chars, s->what);
	text = fields_text(f, name, min, max > 0 ? max : SIZE_MAX);
	if (text == NULL || s->format == NULL || strcmp(s->format, "email") != 0)
		return text;
	at = strchr(text, '@');
	if (at != NULL && at != text && at[1] != '\0' && strpbrk(at + 1, "@ ") == NULL &&
	    strchr(text, ' ') == NULL)
		return text;
	fields_wrong(f, name, "is no e-mail address");
	return NULL;
}

bool
field_bool(const struct fields *f, const char *name, bool initial)
{
	assert(shape_of(f, name)->kind == SHAPE_BOOL);
	return fields_bool(f, name, initial);
}

int64_t
field_int(const struct fields *f, const char *name, int64_t initial)
{
	const struct shape *s = shape_of(f, name);

	assert(s->kind == SHAPE_INT);
	return fields_int(f, name, initial, s->min, s->max);
}

struct json_object *
field_list(const struct fields *f, const char *name)
{
	const struct shape *s = shape_of(f, name);

	assert(s->kind == SHAPE_LIST);
	return fields_list(f, name, (size_t)s->min, s->max > 0 ? (size_t)s->max : SIZE_MAX);
}

bool
fields_time(const struct fields *f, const char *name, int64_t *out)
{
	struct json_object *j = typed(f, name, json_type_string, "text");

	if (j == NULL)
		return false;
	if (clock_parse_iso(json_object_get_string(j), out))
		return true;
	fields_wrong(f, name, "is to be a time, as 2030-01-31T12:00:00Z");
	return false;
}

bool
fields_duration(const struct fields *f, const char *name, int64_t *out)
{
	struct json_object *j = json_get(f->object, name);
	enum json_type      type = json_object_get_type(j);

	if (j == NULL)
		return false;
	if (type == json_type_int || type == json_type_double) {
		double s = json_object_get_double(j);

		if (s >= -MOST_SECONDS && s <= MOST_SECONDS) {
			*out = (int64_t)(s * (double)SECOND + (s < 0 ? -0.5 : 0.5));
			return true;
		}
	} else if (type == json_type_string && duration_parse(json_object_get_string(j), out)) {
		return true;
	}
	fields_wrong(f, name, "is to be seconds, or a duration such as \"P1D\", \"-PT15M\"");
	return false;
}
