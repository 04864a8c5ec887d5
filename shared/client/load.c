/* shared/client/load.c - rows loaded into a real server: what the clients share */
#include "shared/client/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/wire/enc.h"

const struct load_ops *
load_into(const char *engine)
{
	static const struct load_ops *const all[] = { &load_redis, &load_mysql, &load_postgresql };

	for (size_t i = 0; i < COUNT(all); i++)
		if (strcmp(all[i]->engine, engine) == 0)
			return all[i];
	return NULL;
}

enum load_result
load_fail(struct load *l, enum load_result r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->why, sizeof(l->why), fmt, ap);
	va_end(ap);
	return r;
}

/* Only what is printable ASCII of the first line: it goes into answers and logs. */
enum load_result
load_said(struct load *l, enum load_result r, const char *words)
{
	size_t n = 0;

	for (; *words != '\0' && *words != '\n' && n < sizeof(l->why) - 1; words++)
		l->why[n++] = *words >= ' ' && *words <= '~' ? *words : '?';
	l->why[n] = '\0';
	return r;
}

void
load_json(struct buf *b, const struct load_value *v)
{
	static const struct enc_traits json = { .format = ENC_JSON };
	struct enc                    *e = enc_new(b->mem, &json, b);

	enc_list(e, NULL, NULL);
	for (size_t i = 0; i < v->n; i++)
		enc_text(e, NULL, v->list[i]);
	enc_end(e);
}

void
load_quoted(struct buf *b, const char *name, char quote)
{
	buf_char(b, quote);
	for (; *name != '\0'; name++) {
		if (*name == quote)
			buf_char(b, quote);
		buf_char(b, *name);
	}
	buf_char(b, quote);
}

void
load_names(struct buf *b, const struct load *l, enum load_some some, char quote,
    void (*each)(struct buf *b, const char *quoted))
{
	size_t first = some == LOAD_OTHERS ? 1 : 0;

	for (size_t i = first; i < l->n_columns; i++) {
		struct buf name = buf_new(l->mem);

		if (i > first)
			buf_text(b, ", ");
		load_quoted(&name, l->columns[i].name, quote);
		each(b, name.data);
	}
}

static const struct load_there *
find(const struct load_there *there, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(there[i].name, name) == 0)
			return &there[i];
	return NULL;
}

static bool
is_ours(const struct load *l, const char *name)
{
	for (size_t i = 0; i < l->n_columns; i++)
		if (strcmp(l->columns[i].name, name) == 0)
			return true;
	return false;
}

enum load_result
load_fits(struct load *l, const struct load_there *there, size_t n,
    bool (*fits)(enum load_type type, const char *there))
{
	for (size_t i = 0; i < l->n_columns; i++) {
		const struct load_column *c = &l->columns[i];
		const struct load_there  *t = find(there, n, c->name);

		if (t == NULL)
			return load_fail(l, LOAD_REFUSED, "the table %s is there and has no column %s", l->into,
			    c->name);
		if (!fits(c->type, t->type))
			return load_fail(l, LOAD_REFUSED, "column %s of the table %s is of type %s, which does "
			    "not fit", c->name, l->into, t->type);
		if (i == 0 && !t->key)
			return load_fail(l, LOAD_REFUSED, "column %s of the table %s is not unique: it has to "
			    "be the primary key", c->name, l->into);
	}
	for (size_t i = 0; i < n; i++)
		if (there[i].needed && !is_ours(l, there[i].name))
			return load_fail(l, LOAD_REFUSED, "column %s of the table %s must not be null, and no "
			    "record has it", there[i].name, l->into);
	return LOAD_OK;
}
