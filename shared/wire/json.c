/* shared/wire/json.c - JSON documents from outside: json-c with bounds */
#include "shared/wire/json.h"

#include <json-c/json_object_iterator.h>
#include <json-c/json_tokener.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "shared/base/mem.h"
#include "shared/base/text.h"

enum { MAX_DEPTH = 32 };

/* About what json-c takes for each, and how much of it one document may cause. */
enum {
	COST_OBJECT = 850,
	COST_ARRAY = 400,
	COST_VALUE = 96,
	MAX_COST = 32 << 20,
};

/*
 * json-c takes more than the standard allows (NaN, \u0000, half a surrogate pair, duplicate
 * keys), so the grammar of RFC 8259 is checked here first.  Members are counted: of two that
 * have the same name json-c keeps the last, so its tree then has fewer.
 */
struct scan {
	const char *p, *end;
	int         depth;
	size_t      members;
	size_t      cost;
};

static bool scan_value(struct scan *s);

static void
skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
take(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* Four hexadecimal digits; -1 when they are not there. */
static int
scan_hex4(struct scan *s)
{
	unsigned char bytes[2];
	char          digits[5];

	if (s->end - s->p < 4)
		return -1;
	memcpy(digits, s->p, 4);
	digits[4] = '\0';
	if (!text_unhex(digits, bytes, sizeof(bytes)))
		return -1;
	s->p += 4;
	return bytes[0] << 8 | bytes[1];
}

/* After "\u": no NUL, and surrogates only in pairs. */
static bool
scan_unicode(struct scan *s)
{
	int c = scan_hex4(s), low;

	if (c <= 0 || (c >= 0xdc00 && c <= 0xdfff))
		return false;
	if (c < 0xd800 || c > 0xdbff)
		return true;
	if (!scan_word(s, "\\u"))
		return false;
	low = scan_hex4(s);
	return low >= 0xdc00 && low <= 0xdfff;
}

static bool
scan_string(struct scan *s)
{
	const char *from = s->p;

	if (!take(s, '"'))
		return false;
	while (s->p < s->end && *s->p != '"') {
		char c = *s->p++;

		if ((unsigned char)c < 0x20)
			return false;
		if (c != '\\')
			continue;
		if (s->p == s->end)
			return false;
		c = *s->p++;
		if (c == 'u' ? !scan_unicode(s) : strchr("\"\\/bfnrt", c) == NULL)
			return false;
	}
	s->cost += (size_t)(s->p - from);
	return take(s, '"');
}

static size_t
scan_digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return (size_t)(s->p - from);
}

static bool
scan_number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && scan_digits(s) == 0)
		return false;
	if (take(s, '.') && scan_digits(s) == 0)
		return false;
	if (!take(s, 'e') && !take(s, 'E'))
		return true;
	if (!take(s, '+'))
		take(s, '-');
	return scan_digits(s) > 0;
}

static bool
scan_member(struct scan *s)
{
	s->members++;
	skip_space(s);
	if (!scan_string(s))
		return false;
	skip_space(s);
	return take(s, ':') && scan_value(s);
}

/* What stands between brackets, after the first of them. */
static bool
scan_items(struct scan *s, char close, bool (*item)(struct scan *s))
{
	if (++s->depth > MAX_DEPTH)
		return false;
	skip_space(s);
	if (!take(s, close)) {
		do {
			if (!item(s))
				return false;
			skip_space(s);
		} while (take(s, ','));
		if (!take(s, close))
			return false;
	}
	s->depth--;
	return true;
}

static bool
scan_value(struct scan *s)
{
	skip_space(s);
	if (s->p == s->end || s->cost > MAX_COST)
		return false;
	s->cost += *s->p == '{' ? COST_OBJECT : *s->p == '[' ? COST_ARRAY : COST_VALUE;
	switch (*s->p) {
	case '{':
		s->p++;
		return scan_items(s, '}', scan_member);
	case '[':
		s->p++;
		return scan_items(s, ']', scan_value);
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

static bool
scan_document(struct scan *s)
{
	if (!scan_value(s))
		return false;
	skip_space(s);
	return s->p == s->end && s->cost <= MAX_COST;
}

/* How many members json-c kept, in all objects; at most MAX_DEPTH deep. */
static size_t
count_members(struct json_object *j)
{
	size_t n = 0;

	if (json_object_is_type(j, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(j); i++)
			n += count_members(json_object_array_get_idx(j, i));
	} else if (json_object_is_type(j, json_type_object)) {
		struct json_object_iterator it = json_object_iter_begin(j), end = json_object_iter_end(j);

		for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
			n += 1 + count_members(json_object_iter_peek_value(&it));
	}
	return n;
}

/* What json-c allocated, where the arena finds it. */
struct holder {
	struct json_tokener *tokener;
	struct json_object  *object;
};

static void
holder_free(void *arg)
{
	struct holder *h = arg;

	if (h->tokener != NULL)
		json_tokener_free(h->tokener);
	json_object_put(h->object);
}

struct json_object *
json_parse(struct mem *m, const void *p, size_t n)
{
	struct scan    s = { .p = p, .end = (const char *)p + n };
	struct holder *h;
	const char    *text;

	if (n >= INT_MAX || !text_utf8(p, n) || !scan_document(&s))
		return NULL;
	text = mem_text_n(m, p, n);
	h = mem_one(m, struct holder);
	mem_defer(m, holder_free, h);
	h->tokener = json_tokener_new_ex(MAX_DEPTH + 2);
	if (h->tokener == NULL)
		return NULL;
	json_tokener_set_flags(h->tokener, JSON_TOKENER_STRICT);
	/* With the NUL at the end, so that a number standing alone is known to be over. */
	h->object = json_tokener_parse_ex(h->tokener, text, (int)n + 1);
	if (json_tokener_get_error(h->tokener) != json_tokener_success)
		return NULL;
	return count_members(h->object) == s.members ? h->object : NULL;
}

struct json_object *
json_get(struct json_object *j, const char *name)
{
	struct json_object *member = NULL;

	if (json_object_is_type(j, json_type_object))
		json_object_object_get_ex(j, name, &member);
	return member;
}
