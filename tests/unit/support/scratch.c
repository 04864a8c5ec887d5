/* tests/unit/support/scratch.c - the world of a unit test: settings, a scratch database, a task */
#include "tests/unit/support/scratch.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

static struct db *the_db;
static PGconn    *sql;

const struct conf *
scratch_conf(void)
{
	static struct conf conf;
	static bool        read;
	char               error[512];

	if (read)
		return &conf;
	if (getenv("MF_DB") == NULL)
		log_die("scratch", "no MF_DB: run me by make check-unit");
	if (!conf_read(&conf, error, sizeof(error)))
		log_die("scratch", "%s", error);
	read = true;
	return &conf;
}

static void
close_all(void)
{
	PQfinish(sql);
	db_close(the_db);
}

static void
open_all(void)
{
	if (the_db != NULL)
		return;
	the_db = db_open(scratch_conf());
	sql = PQconnectdb(scratch_conf()->db);
	if (PQstatus(sql) != CONNECTION_OK)
		log_die("scratch", "%s", PQerrorMessage(sql));
	atexit(close_all);
}

struct db *
scratch_db(void)
{
	open_all();
	return the_db;
}

struct task *
scratch_task(void)
{
	struct task *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	task_init(t, mem_new((size_t)scratch_conf()->task_memory));
	db_attach(t, scratch_db());
	return t;
}

void
scratch_end(struct task *t)
{
	db_detach(t);
	mem_free(t->mem);
	free(t);
}

int
scratch_setup(void **state)
{
	*state = scratch_task();
	return 0;
}

int
scratch_teardown(void **state)
{
	scratch_end(*state);
	return 0;
}

const char *
scratch_sql(const char *fmt, ...)
{
	static char answer[4096];
	char        text[16384];
	va_list     ap;
	PGresult   *r;
	bool        found;

	open_all();
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r = PQexec(sql, text);
	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", text, PQresultErrorMessage(r));
	found = PQntuples(r) > 0 && PQnfields(r) > 0 && !PQgetisnull(r, 0, 0);
	if (found)
		snprintf(answer, sizeof(answer), "%s", PQgetvalue(r, 0, 0));
	PQclear(r);
	return found ? answer : NULL;
}

void
scratch_wipe(void)
{
	scratch_sql("do $$ declare t text; begin"
	            " for t in select name from core.customer_table order by ord loop"
	            "  execute format('truncate %%s cascade', t); end loop; end $$");
	/* The audit log is not to be emptied; only a test may. */
	scratch_sql("set session_replication_role = replica;"
	            " truncate core.account, core.environment, core.space cascade;"
	            " set session_replication_role = origin");
}

struct attempt {
	struct task *t;
	void       (*body)(struct task *t);
};

static void
run_attempt(void *arg)
{
	struct attempt *a = arg;

	a->body(a->t);
}

const struct fault *
scratch_try(struct task *t, void (*body)(struct task *t))
{
	struct attempt a = { t, body };

	return task_try(t, run_attempt, &a);
}
