/* fcgi/api/page.c - lists in pages */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/proto/problem.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"

enum { LIMIT = 20, MOST = 100, ID_LETTERS = 10 };

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

struct api_page
api_page(struct call *c, const char *id_prefix)
{
	const char     *limit = request_arg(c->req, "limit"), *cursor = request_arg(c->req, "cursor");
	struct api_page page = { .limit = LIMIT };
	int64_t         number = LIMIT;

	if (limit != NULL && !text_i64(limit, 1, MOST, &number))
		problem_field(c, "limit", "is to be a whole number from 1 to %d", MOST);
	page.limit = (size_t)number;
	if (cursor != NULL && (page.after = read_cursor(c, cursor, id_prefix)) == NULL)
		problem_field(c, "cursor", "is to be a next_cursor of an earlier answer");
	return page;
}

void
api_put_cursor(struct call *c, const char *last_id)
{
	if (last_id != NULL)
		enc_text(c->out, "next_cursor", base64url_encode(c->task->mem, last_id, strlen(last_id)));
	else
		enc_null(c->out, "next_cursor");
}
