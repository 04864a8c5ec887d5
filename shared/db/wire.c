/* shared/db/wire.c - values in PostgreSQL's binary format, both ways */
#include "shared/db/wire.h"

#include <arpa/inet.h>
#include <assert.h>
#include <endian.h>
#include <libpq-fe.h>
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

/* Type oids, from PostgreSQL's pg_type.dat. */
enum {
	BOOL = 16, BYTEA = 17, NAME = 19, INT8 = 20, INT2 = 21, INT4 = 23, TEXT = 25, JSON = 114,
	UNKNOWN = 705, BYTEAS = 1001, TEXTS = 1009, INT8S = 1016, BPCHAR = 1042, VARCHAR = 1043,
	TIMESTAMPTZ = 1184, TIMESTAMPTZS = 1185
};

/* PostgreSQL counts microseconds from 2000-01-01. */
static const int64_t POSTGRES_EPOCH = INT64_C(946684800) * SECOND;

struct param
db_i64(int64_t i)
{
	return (struct param){ .kind = P_I64, .i = i };
}

struct param
db_bool(bool b)
{
	return (struct param){ .kind = P_BOOL, .i = b };
}

struct param
db_time(int64_t microseconds)
{
	return (struct param){ .kind = P_TIME, .i = microseconds - POSTGRES_EPOCH };
}

struct param
db_text(const char *s)
{
	return (struct param){ .kind = P_TEXT, .null = s == NULL, .p = s,
		.n = s != NULL ? strlen(s) : 0 };
}

struct param
db_bytes(const void *p, size_t n)
{
	return (struct param){ .kind = P_BYTES, .null = p == NULL, .p = p, .n = n };
}

struct param
db_texts(const char *const *list, size_t n)
{
	return (struct param){ .kind = P_TEXTS, .p = list, .n = n };
}

struct param
db_i64s(const int64_t *list, size_t n)
{
	return (struct param){ .kind = P_I64S, .p = list, .n = n };
}

struct param
db_times(const int64_t *list, size_t n)
{
	return (struct param){ .kind = P_TIMES, .p = list, .n = n };
}

struct param
db_null(struct param like)
{
	like.null = true;
	return like;
}

static void
add_u32(struct buf *b, uint32_t v)
{
	v = htonl(v);
	buf_add(b, &v, sizeof(v));
}

static void
add_i64(struct buf *b, int64_t v)
{
	uint64_t wire = htobe64((uint64_t)v);

	buf_add(b, &wire, sizeof(wire));
}

/* One dimension, lower bound 1; a null element has length -1 (arrays.c, array_send). */
static struct buf
encode_array(struct mem *m, const struct param *p, uint32_t element)
{
	struct buf b = buf_new(m);

	add_u32(&b, p->n > 0);
	add_u32(&b, p->kind == P_TEXTS);
	add_u32(&b, element);
	if (p->n > 0) {
		add_u32(&b, (uint32_t)p->n);
		add_u32(&b, 1);
	}
	for (size_t i = 0; i < p->n; i++) {
		if (p->kind == P_TEXTS) {
			const char *s = ((const char *const *)p->p)[i];

			add_u32(&b, s != NULL ? (uint32_t)strlen(s) : UINT32_MAX);
			if (s != NULL)
				buf_text(&b, s);
		} else {
			int64_t v = ((const int64_t *)p->p)[i];

			add_u32(&b, sizeof(v));
			add_i64(&b, p->kind == P_TIMES ? v - POSTGRES_EPOCH : v);
		}
	}
	return b;
}

static unsigned
oid_of(const struct param *p)
{
	static const unsigned oids[] = {
		[P_I64] = INT8, [P_TEXT] = TEXT, [P_BYTES] = BYTEA, [P_BOOL] = BOOL,
		[P_TIME] = TIMESTAMPTZ, [P_TEXTS] = TEXTS, [P_I64S] = INT8S,
		[P_BYTES_LIST] = BYTEAS, [P_TIMES] = TIMESTAMPTZS,
	};

	return oids[p->kind];
}

static struct buf
encode(struct mem *m, const struct param *p)
{
	struct buf b = { 0 };

	switch (p->kind) {
	case P_TEXT:
	case P_BYTES:
		/* Sent from where it is: bodies are not copied. */
		memcpy(&b.data, &p->p, sizeof(b.data));
		b.len = p->n;
		return b;
	case P_BOOL:
		b = buf_new(m);
		buf_char(&b, (char)p->i);
		return b;
	case P_I64:
	case P_TIME:
		b = buf_new(m);
		add_i64(&b, p->i);
		return b;
	case P_TEXTS:
		return encode_array(m, p, TEXT);
	case P_I64S:
		return encode_array(m, p, INT8);
	case P_TIMES:
		return encode_array(m, p, TIMESTAMPTZ);
	case P_BYTES_LIST:
		break;
	}
	assert(!"no such parameter kind");
	return b;
}

void
wire_encode(struct task *t, const struct query *q, const struct param *params, struct wire *out)
{
	size_t n = q->n_types;

	out->values = mem_array(t->mem, const char *, n + 1);
	out->lengths = mem_array(t->mem, int, n + 1);
	out->formats = mem_array(t->mem, int, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct buf b;

		assert(oid_of(&params[i]) == q->types[i]);
		out->formats[i] = 1;
		if (params[i].null)
			continue;
		b = encode(t->mem, &params[i]);
		out->values[i] = b.data != NULL ? b.data : "";
		out->lengths[i] = (int)b.len;
	}
}

/* Rows are mostly read in the order of their columns. */
static int
column_of(const struct rows *r, const char *column)
{
	int n = PQnfields(r->result);

	for (int i = 0, at = *r->next; i < n; i++, at++) {
		if (at >= n)
			at = 0;
		if (strcmp(PQfname(r->result, at), column) == 0) {
			*r->next = at + 1;
			return at;
		}
	}
	assert(!"the statement returns no such column");
	return -1;
}

bool
row_null(const struct rows *r, size_t i, const char *column)
{
	return PQgetisnull(r->result, (int)i, column_of(r, column)) == 1;
}

static int64_t
read_integer(const char *p, int n)
{
	uint64_t v = 0;

	assert(n == 8 || n == 4 || n == 2);
	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return n == 8 ? (int64_t)v : n == 4 ? (int32_t)(uint32_t)v : (int16_t)(uint16_t)v;
}

int64_t
row_i64(const struct rows *r, size_t i, const char *column)
{
	int      c = column_of(r, column);
	unsigned type = PQftype(r->result, c);

	assert(type == INT8 || type == INT4 || type == INT2);
	if (PQgetisnull(r->result, (int)i, c))
		return 0;
	return read_integer(PQgetvalue(r->result, (int)i, c), PQgetlength(r->result, (int)i, c));
}

bool
row_bool(const struct rows *r, size_t i, const char *column)
{
	int c = column_of(r, column);

	assert(PQftype(r->result, c) == BOOL);
	return !PQgetisnull(r->result, (int)i, c) && *PQgetvalue(r->result, (int)i, c) != 0;
}

int64_t
row_time(const struct rows *r, size_t i, const char *column)
{
	int c = column_of(r, column);

	assert(PQftype(r->result, c) == TIMESTAMPTZ);
	if (PQgetisnull(r->result, (int)i, c))
		return 0;
	return read_integer(PQgetvalue(r->result, (int)i, c), 8) + POSTGRES_EPOCH;
}

const char *
row_text(const struct rows *r, size_t i, const char *column)
{
	int      c = column_of(r, column);
	unsigned type = PQftype(r->result, c);

	assert(type == TEXT || type == VARCHAR || type == NAME || type == JSON || type == UNKNOWN ||
	    type == BPCHAR);
	return PQgetisnull(r->result, (int)i, c) ? NULL : PQgetvalue(r->result, (int)i, c);
}

const void *
row_bytes(const struct rows *r, size_t i, const char *column, size_t *n)
{
	int c = column_of(r, column);

	assert(PQftype(r->result, c) == BYTEA);
	*n = (size_t)PQgetlength(r->result, (int)i, c);
	return PQgetisnull(r->result, (int)i, c) ? NULL : PQgetvalue(r->result, (int)i, c);
}

/* The number of elements of an array and where they begin. */
static size_t
array_open(const struct rows *r, size_t i, const char *column, unsigned type, const char **p)
{
	int c = column_of(r, column);

	assert(PQftype(r->result, c) == type);
	if (PQgetisnull(r->result, (int)i, c))
		return 0;
	*p = PQgetvalue(r->result, (int)i, c);
	if (read_integer(*p, 4) == 0)
		return 0;
	*p += 20; /* dimensions, has-null flag, element type, length, lower bound */
	return (size_t)read_integer(*p - 8, 4);
}

size_t
row_texts(struct task *t, const struct rows *r, size_t i, const char *column, const char ***out)
{
	const char *p = NULL;
	size_t      n = array_open(r, i, column, TEXTS, &p);

	*out = mem_array(t->mem, const char *, n + 1);
	for (size_t k = 0; k < n; k++) {
		int64_t len = read_integer(p, 4);

		assert(len >= 0);
		(*out)[k] = mem_text_n(t->mem, p + 4, (size_t)len);
		p += 4 + len;
	}
	return n;
}

size_t
row_i64s(struct task *t, const struct rows *r, size_t i, const char *column, int64_t **out)
{
	const char *p = NULL;
	size_t      n = array_open(r, i, column, INT8S, &p);

	*out = mem_array(t->mem, int64_t, n + 1);
	for (size_t k = 0; k < n; k++) {
		(*out)[k] = read_integer(p + 4, 8);
		p += 12;
	}
	return n;
}
