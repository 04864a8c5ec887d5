/* tests/fuzz/fuzz_form.c - multipart/form-data: the first line is the Content-Type */
#include "tests/fuzz/fuzz.h"

#include "shared/base/buf.h"
#include "shared/wire/form.h"

/* Everything form_next says, with the input given in pieces. */
static struct buf
told(struct mem *m, const char *type, const char *p, size_t n, size_t piece)
{
	struct form    *f = mem_one(m, struct form);
	struct buf      b = buf_new(m);
	const char     *end = p + n;
	size_t          left = 0;
	enum form_event event;

	if (!form_start(f, type))
		return b;
	do {
		event = form_next(f, &p, &left);
		if (event == FORM_DATA)
			buf_add(&b, f->data, f->len);
		else if (event == FORM_FIELD)
			buf_fmt(&b, "<%s|%s|%s>", f->name, f->filename, f->type);
		else if (event == FORM_MORE)
			left = (size_t)(end - p) < piece ? (size_t)(end - p) : piece;
		else
			buf_fmt(&b, "%d", (int)event);
	} while (event != FORM_DONE && event != FORM_BAD && !(event == FORM_MORE && left == 0));
	return b;
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	const char *line = memchr(p, '\n', n), *type, *rest;
	struct buf  whole, bytes;

	if (line == NULL)
		return;
	type = mem_text_n(t->mem, p, (size_t)(line - p));
	rest = line + 1;
	n -= (size_t)(rest - p);
	whole = told(t->mem, type, rest, n, n + 1);
	bytes = told(t->mem, type, rest, n, 1);
	assert(whole.len == bytes.len && memcmp(whole.data, bytes.data, whole.len) == 0);
}
