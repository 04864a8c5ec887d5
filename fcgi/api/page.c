/* fcgi/api/page.c - lists in pages, and other arguments of a query */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"

enum { LIMIT = 20, MOST = 100, ID_LETTERS = 10 };

const struct member page_query[2] = {
	{ "limit", S_INT(1, MOST), 0, "How many at most; when not given 20, of catalogues 100", NULL },
	{ "cursor", S_STRING, 0, "The next_cursor of the page before", NULL },
};

#define LAST_TIME (INT64_C(253402300800) * SECOND - 1) /* of the year 9999 */

/* The public id in a cursor; NULL when it is none of that kind. */
static const char *
read_cursor(struct call *c, const char *cursor, const char *id_prefix)
{
	size_t n;
	char  *id = base64url_decode(c->task->mem, cursor, &n);

	if (id == NULL || n != strlen(id_prefix) + ID_LETTERS)
		return NULL;
	id = mem_text_n(c->task->mem, id, n);
	if (!text_starts(id, id_prefix) || strspn(id + strlen(id_prefix), ID_LOWER) != ID_LETTERS)
		return NULL;
	return id;
}

static size_t
read_limit(struct call *c, int64_t initial)
{
	const char *limit = request_arg(c->req, "limit");
	int64_t     number = initial;

	if (limit != NULL && !text_i64(limit, 1, MOST, &number))
		problem_field(c, "limit", "is to be a whole number from 1 to %d", MOST);
	return (size_t)number;
}

static void
wrong_cursor(struct call *c)
{
	problem_field(c, "cursor", "is to be a next_cursor of an earlier answer");
}

struct api_page
api_page(struct call *c, const char *id_prefix)
{
	const char     *cursor = request_arg(c->req, "cursor");
	struct api_page page = { .limit = read_limit(c, LIMIT) };

	if (cursor != NULL && (page.after = read_cursor(c, cursor, id_prefix)) == NULL)
		wrong_cursor(c);
	return page;
}

struct api_page
api_page_of_times(struct call *c)
{
	const char     *cursor = request_arg(c->req, "cursor");
	struct api_page page = { .limit = read_limit(c, LIMIT) };
	size_t          n;
	char           *text = cursor != NULL ? base64url_decode(c->task->mem, cursor, &n) : NULL;

	if (text != NULL)
		text = mem_text_n(c->task->mem, text, n);
	if (cursor != NULL && (text == NULL || !text_i64(text, 1, LAST_TIME, &page.after_time)))
		wrong_cursor(c);
	return page;
}

struct api_slice
api_slice(struct call *c, const char *const *names, size_t n)
{
	const char      *cursor = request_arg(c->req, "cursor");
	size_t           limit = read_limit(c, MOST), length;
	char            *after = NULL;
	struct api_slice s = { 0 };
	bool             found = cursor == NULL;

	if (cursor != NULL)
		after = base64url_decode(c->task->mem, cursor, &length);
	for (size_t i = 0; after != NULL && i < n && !found; i++)
		if (length == strlen(names[i]) && memcmp(after, names[i], length) == 0) {
			s.first = i + 1;
			found = true;
		}
	if (!found)
		wrong_cursor(c);
	problem_check(c);
	s.end = n - s.first > limit ? s.first + limit : n;
	s.next = s.end < n ? names[s.end - 1] : NULL;
	return s;
}

void
api_put_cursor(struct call *c, const char *last_id)
{
	enc_text_or_null(c->out, "next_cursor",
	    last_id != NULL ? base64url_encode(c->task->mem, last_id, strlen(last_id)) : NULL);
}

void
api_put_time_cursor(struct call *c, int64_t last)
{
	api_put_cursor(c, last != 0 ? mem_fmt(c->task->mem, "%lld", (long long)last) : NULL);
}

const char *
api_word_arg(struct call *c, const char *name, const char *const *words, size_t n)
{
	const char *s = request_arg(c->req, name), *list = "";

	for (size_t i = 0; s != NULL && i < n; i++) {
		if (strcmp(s, words[i]) == 0)
			return words[i];
		list = mem_fmt(c->task->mem, "%s%s%s", list, i > 0 ? ", " : "", words[i]);
	}
	if (s != NULL)
		problem_field(c, name, "is to be one of: %s", list);
	return NULL;
}

int64_t
api_time_arg(struct call *c, const char *name, int64_t initial)
{
	const char *s = request_arg(c->req, name);
	int64_t     at = initial;

	if (s != NULL && !clock_parse_iso(s, &at))
		problem_field(c, name, "is to be a time, as 2030-01-31T12:00:00Z");
	return at;
}
