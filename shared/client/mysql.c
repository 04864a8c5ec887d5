/* shared/client/mysql.c - rows into a table of a MySQL or MariaDB server */
#include <mysql.h>
#include <pthread.h>
#include <string.h>

#include <errmsg.h>
#include <mysqld_error.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/client/load.h"

/*
 * Rows go out in inserts of many rows each, all in one transaction; a table has to be InnoDB's.
 * Making a table commits at once there (MySQL 8.0 manual, 13.3.3), so one that was made stays,
 * empty, when nothing comes of the rest.
 */
enum { BATCH_BYTES = 256 << 10, CONNECT_S = 5, REPLY_S = 60 };

struct link {
	MYSQL      *mysql;
	struct buf  insert;     /* being filled */
	size_t      head;       /* of it, up to "values" */
	const char *tail;       /* "on duplicate key update ..." */
	struct mem *row;
};

static void
start_library(void)
{
	mysql_library_init(0, NULL, NULL);
}

static void
close_link(struct load *l)
{
	struct link *k = l->link;

	if (k != NULL && k->mysql != NULL)
		mysql_close(k->mysql);
	if (k != NULL)
		mem_free(k->row);
	mysql_thread_end();
	l->link = NULL;
}

static enum load_result
failed(struct load *l)
{
	struct link     *k = l->link;
	unsigned         error = mysql_errno(k->mysql);
	enum load_result r = LOAD_REFUSED;

	if ((error >= CR_MIN_ERROR && error <= CR_MAX_ERROR) || error == ER_LOCK_WAIT_TIMEOUT ||
	    error == ER_LOCK_DEADLOCK || error == ER_CON_COUNT_ERROR || error == ER_SERVER_SHUTDOWN ||
	    error == ER_QUERY_INTERRUPTED || error == ER_TABLE_EXISTS_ERROR)
		r = LOAD_AGAIN;
	return load_said(l, r, mysql_error(k->mysql));
}

static enum load_result
run(struct load *l, const struct buf *sql)
{
	struct link *k = l->link;

	return mysql_real_query(k->mysql, sql->data, sql->len) == 0 ? LOAD_OK : failed(l);
}

static enum load_result
run_text(struct load *l, const char *sql)
{
	struct buf b = buf_new(l->mem);

	buf_text(&b, sql);
	return run(l, &b);
}

/* --- the table --- */

static bool
fits(enum load_type type, const char *there)
{
	static const char *const words[][6] = {
		[LOAD_TEXT] = { "varchar", "char", "text", "mediumtext", "longtext" },
		[LOAD_INT] = { "bigint", "int", "decimal" },
		[LOAD_NUMBER] = { "decimal", "double", "float" },
		[LOAD_BOOL] = { "tinyint", "bit" },
		[LOAD_DATE] = { "date" },
		[LOAD_TIME] = { "datetime", "timestamp" },
		[LOAD_LIST] = { "json", "longtext", "mediumtext", "text" },
	};

	for (size_t i = 0; i < COUNT(words[type]) && words[type][i] != NULL; i++)
		if (strcmp(words[type][i], there) == 0)
			return true;
	return false;
}

static void
add_text(struct load *l, struct buf *b, const char *text)
{
	struct link *k = l->link;
	size_t       n = strlen(text);

	buf_char(b, '\'');
	buf_reserve(b, 2 * n + 1);
	b->len += mysql_real_escape_string(k->mysql, b->data + b->len, text, (unsigned long)n);
	buf_char(b, '\'');
}

static enum load_result
look(struct load *l, size_t *n)
{
	static const char columns[] =
		"select c.column_name, c.data_type, c.is_nullable = 'NO' and c.column_default is null "
		"and c.extra not like '%auto_increment%' and c.extra not like '%GENERATED%' as needed, "
		"exists (select 1 from information_schema.statistics s "
		"where s.table_schema = c.table_schema and s.table_name = c.table_name "
		"and s.non_unique = 0 group by s.index_name "
		"having count(*) = 1 and max(s.column_name) = c.column_name "
		"and count(s.sub_part) = 0) as is_key, coalesce(t.engine, 'none') "
		"from information_schema.columns c join information_schema.tables t "
		"using (table_schema, table_name) "
		"where c.table_schema = database() and c.table_name = ";
	struct link       *k = l->link;
	struct buf         sql = buf_new(l->mem);
	struct load_there *there;
	MYSQL_RES         *res;
	MYSQL_ROW          row;
	enum load_result   r;

	buf_text(&sql, columns);
	add_text(l, &sql, l->into);
	r = run(l, &sql);
	if (r != LOAD_OK)
		return r;
	res = mysql_store_result(k->mysql);
	if (res == NULL)
		return failed(l);
	there = mem_array(l->mem, struct load_there, (size_t)mysql_num_rows(res) + 1);
	for (*n = 0; (row = mysql_fetch_row(res)) != NULL; ++*n) {
		there[*n] = (struct load_there){ mem_text(l->mem, row[0]), mem_text(l->mem, row[1]),
			row[2][0] == '1', row[3][0] == '1' };
		if (strcasecmp(row[4], "InnoDB") != 0)
			r = load_fail(l, LOAD_REFUSED, "%s is there and is no table of InnoDB", l->into);
	}
	mysql_free_result(res);
	return r == LOAD_OK && *n > 0 ? load_fits(l, there, *n, fits) : r;
}

static enum load_result
make_table(struct load *l)
{
	static const char *const types[] = { [LOAD_TEXT] = "varchar(255)", [LOAD_INT] = "bigint",
		[LOAD_NUMBER] = "decimal(12,4)", [LOAD_BOOL] = "boolean", [LOAD_DATE] = "date",
		[LOAD_TIME] = "datetime", [LOAD_LIST] = "json" };
	struct buf       sql = buf_new(l->mem);
	enum load_result r;

	buf_text(&sql, "create table ");
	load_quoted(&sql, l->into, '`');
	for (size_t i = 0; i < l->n_columns; i++) {
		buf_text(&sql, i == 0 ? " (" : ", ");
		load_quoted(&sql, l->columns[i].name, '`');
		buf_fmt(&sql, " %s", i == 0 ? "varchar(64) not null primary key"
		    : types[l->columns[i].type]);
	}
	buf_text(&sql, ") engine = InnoDB default charset = utf8mb4");
	r = run(l, &sql);
	l->made = r == LOAD_OK;
	return r;
}

/* --- rows --- */

static void
plain_name(struct buf *b, const char *quoted)
{
	buf_text(b, quoted);
}

static void
new_value(struct buf *b, const char *quoted)
{
	buf_fmt(b, "%s = values(%s)", quoted, quoted);
}

static void
begin_insert(struct load *l)
{
	struct link *k = l->link;
	struct buf   tail = buf_new(l->mem);

	k->insert = buf_new(l->mem);
	buf_text(&k->insert, "insert into ");
	load_quoted(&k->insert, l->into, '`');
	buf_text(&k->insert, " (");
	load_names(&k->insert, l, LOAD_ALL, '`', plain_name);
	buf_text(&k->insert, ") values ");
	k->head = k->insert.len;
	buf_text(&tail, " on duplicate key update ");
	load_names(&tail, l, LOAD_OTHERS, '`', new_value);
	k->tail = tail.data;
}

static enum load_result
log_in(struct load *l)
{
	struct link   *k = l->link;
	const unsigned connect = CONNECT_S, reply = REPLY_S, no = 0;

	if (k->mysql == NULL)
		return load_fail(l, LOAD_AGAIN, "no memory");
	/* What the server asks us to send of our files is not sent. */
	mysql_optionsv(k->mysql, MYSQL_OPT_LOCAL_INFILE, &no);
	mysql_optionsv(k->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
	mysql_optionsv(k->mysql, MYSQL_OPT_READ_TIMEOUT, &reply);
	mysql_optionsv(k->mysql, MYSQL_OPT_WRITE_TIMEOUT, &reply);
	mysql_optionsv(k->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (mysql_real_connect(k->mysql, l->address, l->user, l->password, l->database,
	    (unsigned)l->port, NULL, 0) == NULL)
		return failed(l);
	return run_text(l, "set session sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00', "
	    "autocommit = 0, innodb_lock_wait_timeout = 5, lock_wait_timeout = 5");
}

static enum load_result
open_link(struct load *l)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct link          *k = l->link = mem_one(l->mem, struct link);
	enum load_result      r;
	size_t                n = 0;

	pthread_once(&once, start_library);
	k->row = mem_new_small(1 << 20);
	k->mysql = mysql_init(NULL);
	r = log_in(l);
	if (r == LOAD_OK)
		r = look(l, &n);
	if (r == LOAD_OK && n == 0)
		r = make_table(l);
	begin_insert(l);
	return r;
}

/* 2026-01-31T12:00:00Z is 2026-01-31 12:00:00 there. */
static const char *
time_text(struct mem *m, const char *iso)
{
	char *text = mem_text(m, iso);

	text[strcspn(text, "T")] = ' ';
	text[strcspn(text, "Z")] = '\0';
	return text;
}

static void
add_value(struct load *l, const struct load_column *c, const struct load_value *v)
{
	struct link *k = l->link;
	struct buf   json;

	switch (c->type) {
	case LOAD_LIST:
		json = buf_new(k->row);
		load_json(&json, v);
		add_text(l, &k->insert, json.data);
		break;
	case LOAD_INT:
	case LOAD_NUMBER:
	case LOAD_BOOL:
		buf_text(&k->insert, v->text != NULL ? v->text : "null");
		break;
	case LOAD_TEXT:
	case LOAD_DATE:
	case LOAD_TIME:
		if (v->text == NULL)
			buf_text(&k->insert, "null");
		else
			add_text(l, &k->insert, c->type == LOAD_TIME ? time_text(k->row, v->text) : v->text);
		break;
	}
}

static enum load_result
flush(struct load *l)
{
	struct link     *k = l->link;
	enum load_result r;

	if (k->insert.len == k->head)
		return LOAD_OK;
	buf_text(&k->insert, k->tail);
	r = run(l, &k->insert);
	k->insert.len = k->head;
	return r;
}

static enum load_result
row(struct load *l, const struct load_value *values)
{
	struct link *k = l->link;

	buf_char(&k->insert, k->insert.len == k->head ? '(' : ',');
	if (k->insert.data[k->insert.len - 1] == ',')
		buf_char(&k->insert, '(');
	for (size_t i = 0; i < l->n_columns; i++) {
		if (i > 0)
			buf_char(&k->insert, ',');
		add_value(l, &l->columns[i], &values[i]);
	}
	buf_char(&k->insert, ')');
	mem_reset(k->row);
	return k->insert.len >= BATCH_BYTES ? flush(l) : LOAD_OK;
}

static enum load_result
commit(struct load *l)
{
	struct link *k = l->link;

	return mysql_commit(k->mysql) == 0 ? LOAD_OK : failed(l);
}

const struct load_ops load_mysql = {
	.engine = "mariadb", .open = open_link, .row = row, .complete = flush, .commit = commit,
	.close = close_link,
};
