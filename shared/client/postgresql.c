/* shared/client/postgresql.c - rows copied into a table of a PostgreSQL server */
#include <string.h>

#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/client/load.h"
#include "shared/client/pg.h"

/*
 * One transaction: the table is made and copied into; one that was there is copied into by way of a
 * temporary one, since copying replaces no rows.
 */
enum { BATCH_BYTES = 64 << 10 };

#define STAGE "mockfactory_load"
static const char OPTIONS[] =
    "-c statement_timeout=60s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s "
    "-c client_min_messages=error -c timezone=UTC -c datestyle=ISO -c search_path=public,pg_temp "
    "-c standard_conforming_strings=on";

static void
close_link(struct load *l)
{
	struct pg_link *k = l->link;

	if (k != NULL && k->pg != NULL)
		PQfinish(k->pg);
	if (k != NULL)
		mem_free(k->row);
	l->link = NULL;
}

/* --- the table --- */

static bool
fits(enum load_type type, const char *there)
{
	static const char *const words[][4] = {
		[LOAD_TEXT] = { "text", "character varying", "character" },
		[LOAD_INT] = { "bigint", "integer", "numeric" },
		[LOAD_NUMBER] = { "numeric", "double precision", "real" },
		[LOAD_BOOL] = { "boolean" },
		[LOAD_DATE] = { "date" },
		[LOAD_TIME] = { "timestamp with time zone", "timestamp without time zone" },
		[LOAD_LIST] = { "text[]", "character varying[]" },
	};

	for (size_t i = 0; i < COUNT(words[type]) && words[type][i] != NULL; i++)
		if (strcmp(words[type][i], there) == 0)
			return true;
	return false;
}

static const char *
table(struct load *l)
{
	struct buf b = buf_new(l->mem);

	buf_text(&b, "public.");
	load_quoted(&b, l->into, '"');
	return b.data;
}

static const char *
columns(struct load *l, enum load_some some, void (*each)(struct buf *b, const char *quoted))
{
	struct buf b = buf_new(l->mem);

	load_names(&b, l, some, '"', each);
	return b.data;
}

static void
plain_name(struct buf *b, const char *quoted)
{
	buf_text(b, quoted);
}

static void
new_value(struct buf *b, const char *quoted)
{
	buf_fmt(b, "%s = excluded.%s", quoted, quoted);
}

static const char *
look_sql(struct load *l)
{
	struct buf b = buf_new(l->mem);

	buf_text(&b, "select a.attname, format_type(a.atttypid, null), a.attnotnull and not "
	    "a.atthasdef and a.attidentity = '', exists (select from pg_index i "
	    "where i.indrelid = c.oid and i.indisunique and i.indimmediate and i.indpred is null "
	    "and i.indnkeyatts = 1 and i.indkey[0] = a.attnum), c.relkind in ('r', 'p') "
	    "from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_attribute a "
	    "on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
	    "where n.nspname = 'public' and c.relname = ");
	load_quoted(&b, l->into, '\'');
	return b.data;
}

static enum load_result
look(struct load *l, int *n)
{
	PGresult          *res = NULL;
	enum load_result   r = pg_run(l, look_sql(l), &res);
	struct load_there *there;

	*n = res != NULL ? PQntuples(res) : 0;
	there = mem_array(l->mem, struct load_there, (size_t)*n + 1);
	for (int i = 0; r == LOAD_OK && i < *n; i++) {
		if (PQgetvalue(res, i, 4)[0] != 't')
			r = load_fail(l, LOAD_REFUSED, "%s is there and is no table", l->into);
		there[i] = (struct load_there){ mem_text(l->mem, PQgetvalue(res, i, 0)),
			mem_text(l->mem, PQgetvalue(res, i, 1)), PQgetvalue(res, i, 2)[0] == 't',
			PQgetvalue(res, i, 3)[0] == 't' };
	}
	if (res != NULL)
		PQclear(res);
	return r == LOAD_OK && *n > 0 ? load_fits(l, there, (size_t)*n, fits) : r;
}

static enum load_result
make_table(struct load *l)
{
	static const char *const types[] = { [LOAD_TEXT] = "varchar(255)", [LOAD_INT] = "bigint",
		[LOAD_NUMBER] = "numeric", [LOAD_BOOL] = "boolean", [LOAD_DATE] = "date",
		[LOAD_TIME] = "timestamptz", [LOAD_LIST] = "text[]" };
	struct buf       sql = buf_new(l->mem);
	enum load_result r;

	buf_fmt(&sql, "create table %s", table(l));
	for (size_t i = 0; i < l->n_columns; i++) {
		buf_text(&sql, i == 0 ? " (" : ", ");
		load_quoted(&sql, l->columns[i].name, '"');
		buf_fmt(&sql, " %s", i == 0 ? "varchar(64) primary key" : types[l->columns[i].type]);
	}
	buf_char(&sql, ')');
	r = pg_run(l, sql.data, NULL);
	l->made = r == LOAD_OK;
	return r;
}

static enum load_result
make_stage(struct load *l)
{
	struct pg_link *k = l->link;

	k->staged = true;
	return pg_run(l, mem_fmt(l->mem, "create temp table " STAGE " on commit drop as "
	    "select %s from %s with no data", columns(l, LOAD_ALL, plain_name), table(l)), NULL);
}

static enum load_result
log_in(struct load *l)
{
	const char *const names[] = { "host", "port", "user", "password", "dbname", "connect_timeout",
		"options", "sslmode", "gssencmode", "client_encoding", "passfile",
		"tcp_user_timeout", NULL };
	const char *const values[] = { l->address, mem_fmt(l->mem, "%lld", (long long)l->port), l->user,
		l->password, l->database, "5", OPTIONS, "disable", "disable", "UTF8", "/nonexistent",
		"60000", NULL };
	struct pg_link      *k = l->link;

	k->pg = PQconnectdbParams(names, values, 0);
	if (PQstatus(k->pg) != CONNECTION_OK || PQsetnonblocking(k->pg, 1) != 0)
		return pg_lost(l);
	return pg_run(l, "begin", NULL);
}

static enum load_result
open_link(struct load *l)
{
	struct pg_link     *k = l->link = mem_one(l->mem, struct pg_link);
	enum load_result r;
	int              n = 0;

	k->row = mem_new_small(1 << 20);
	k->batch = buf_new(l->mem);
	r = log_in(l);
	if (r == LOAD_OK)
		r = look(l, &n);
	if (r == LOAD_OK)
		r = n == 0 ? make_table(l) : make_stage(l);
	if (r == LOAD_OK)
		r = pg_run(l, mem_fmt(l->mem, "copy %s (%s) from stdin", k->staged ? STAGE : table(l),
		    columns(l, LOAD_ALL, plain_name)), NULL);
	return r;
}

/* --- rows --- */

/* Text as copy reads it (PostgreSQL 15 manual, "COPY", text format). */
static void
add_text(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '\\': buf_text(b, "\\\\"); break;
		case '\n': buf_text(b, "\\n"); break;
		case '\r': buf_text(b, "\\r"); break;
		case '\t': buf_text(b, "\\t"); break;
		default: buf_char(b, *text);
		}
}

/* {"a","b"}, as an array is read (same manual, 8.15.6). */
static const char *
array_text(struct mem *m, const struct load_value *v)
{
	struct buf b = buf_new(m);

	buf_char(&b, '{');
	for (size_t i = 0; i < v->n; i++) {
		buf_text(&b, i > 0 ? ",\"" : "\"");
		for (const char *s = v->list[i]; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_char(&b, '\\');
			buf_char(&b, *s);
		}
		buf_char(&b, '"');
	}
	buf_char(&b, '}');
	return b.data;
}

static enum load_result
flush(struct load *l)
{
	struct pg_link     *k = l->link;
	int64_t          end = clock_monotonic() + PG_REPLY;
	enum load_result r = LOAD_OK;
	int              sent;

	while ((sent = PQputCopyData(k->pg, k->batch.data, (int)k->batch.len)) == 0) {
		if (!pg_wait(l, true, end))
			return pg_slow(l);
		if (PQconsumeInput(k->pg) == 0)
			return pg_lost(l);
	}
	buf_clear(&k->batch);
	/* Sent, not only noted by libpq: it must not pile up there. */
	r = sent < 0 ? pg_lost(l) : pg_push(l, end);
	return r;
}

static enum load_result
row(struct load *l, const struct load_value *values)
{
	struct pg_link *k = l->link;

	for (size_t i = 0; i < l->n_columns; i++) {
		const char *text = l->columns[i].type == LOAD_LIST ? array_text(k->row, &values[i])
		    : values[i].text;

		if (i > 0)
			buf_char(&k->batch, '\t');
		if (text == NULL)
			buf_text(&k->batch, "\\N");
		else
			add_text(&k->batch, text);
	}
	buf_char(&k->batch, '\n');
	mem_reset(k->row);
	return k->batch.len >= BATCH_BYTES ? flush(l) : LOAD_OK;
}

static enum load_result
complete(struct load *l)
{
	struct pg_link     *k = l->link;
	enum load_result r = k->batch.len > 0 ? flush(l) : LOAD_OK;
	int64_t          end = clock_monotonic() + PG_REPLY;
	int              done;

	while (r == LOAD_OK && (done = PQputCopyEnd(k->pg, NULL)) != 1) {
		if (done < 0)
			r = pg_lost(l);
		else if (!pg_wait(l, true, end))
			r = pg_slow(l);
	}
	if (r == LOAD_OK)
		r = pg_finish(l, NULL);
	if (r == LOAD_OK && k->staged)
		r = pg_run(l, mem_fmt(l->mem, "insert into %s (%s) select %s from " STAGE
		    " on conflict (\"%s\") do update set %s", table(l), columns(l, LOAD_ALL, plain_name),
		    columns(l, LOAD_ALL, plain_name), l->columns[0].name,
		    columns(l, LOAD_OTHERS, new_value)), NULL);
	return r;
}

static enum load_result
commit(struct load *l)
{
	return pg_run(l, "commit", NULL);
}

const struct load_ops load_postgresql = {
	.engine = "postgresql", .open = open_link, .row = row, .complete = complete, .commit = commit,
	.close = close_link,
};
