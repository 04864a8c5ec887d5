/* shared/db/migrate.c - bringing a database to the schema this program needs */
#include "shared/db/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/text.h"
#include "shared/db/connect.h"

/* "MFmigrat" as a number: the advisory lock of everyone who migrates this database. */
#define LOCK "5568258288764739956"

enum { MOST_FILES = 9999, DIGITS = 4, MOST_TEXT = 16 << 20 };

struct run {
	PGconn     *pg;
	const char *directory;
	char       *error;
	size_t      size;
};

static bool fail(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool
fail(struct run *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->error, r->size, fmt, ap);
	va_end(ap);
	r->error[strcspn(r->error, "\n")] = '\0'; /* the server's first line says it */
	return false;
}

/* NULL when the statement failed, which is then in the error. */
static PGresult *
query(struct run *r, const char *sql, const char *a, const char *b)
{
	const char *values[] = { a, b };
	int         n = b != NULL ? 2 : a != NULL ? 1 : 0;
	PGresult   *result = PQexecParams(r->pg, sql, n, NULL, values, NULL, NULL, 0);

	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	fail(r, "%s", PQresultErrorMessage(result));
	PQclear(result);
	return NULL;
}

static bool
run(struct run *r, const char *sql, const char *a, const char *b)
{
	PGresult *result = query(r, sql, a, b);

	PQclear(result);
	return result != NULL;
}

/* The first value of the first row into out, "" when there is no row. */
static bool
ask(struct run *r, const char *sql, const char *a, char *out, size_t size)
{
	PGresult *result = query(r, sql, a, NULL);

	if (result == NULL)
		return false;
	snprintf(out, size, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return true;
}

static int
is_migration(const struct dirent *d)
{
	return strspn(d->d_name, "0123456789") == DIGITS && d->d_name[DIGITS] == '_' &&
	    text_ends(d->d_name, ".sql");
}

/* The text of a file, malloced; NULL when it cannot be read. */
static char *
read_file(struct run *r, const char *name)
{
	char   path[4096], *text = NULL;
	size_t n = 0;
	FILE  *f;

	snprintf(path, sizeof(path), "%s/%s", r->directory, name);
	f = fopen(path, "re");
	if (f != NULL && (text = malloc(MOST_TEXT + 1)) != NULL)
		n = fread(text, 1, MOST_TEXT + 1, f);
	if (text == NULL || ferror(f) || n > MOST_TEXT || !text_utf8(text, n)) {
		fail(r, "cannot read %s as UTF-8 text: %s", path, strerror(errno));
		free(text);
		text = NULL;
	} else {
		text[n] = '\0';
	}
	if (f != NULL)
		fclose(f);
	return text;
}

/* Run the script and note it, as one transaction. */
static bool
apply(struct run *r, const char *name, const char *text)
{
	PGresult *result;
	bool      ok;

	if (!run(r, "begin", NULL, NULL))
		return false;
	result = PQexec(r->pg, text);
	ok = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK ||
	    PQresultStatus(result) == PGRES_EMPTY_QUERY;
	if (!ok)
		fail(r, "%s: %s", name, PQresultErrorMessage(result));
	PQclear(result);
	ok = ok && run(r,
	    "insert into public.mf_migration (name, sha256, applied_at)"
	    " values ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'), now())", name, text) &&
	    run(r, "commit", NULL, NULL);
	if (!ok)
		PQclear(PQexec(r->pg, "rollback"));
	return ok;
}

/* 1: it ran now; 0: it had run; -1: refused or failed. */
static int
step(struct run *r, const char *name)
{
	char  recorded[65], digest[65];
	char *text = read_file(r, name);
	int   result = -1;

	if (text == NULL)
		return -1;
	if (ask(r, "select sha256 from public.mf_migration where name = $1", name, recorded,
	        sizeof(recorded)) &&
	    ask(r, "select encode(sha256(convert_to($1, 'UTF8')), 'hex')", text, digest,
	        sizeof(digest))) {
		if (recorded[0] == '\0')
			result = apply(r, name, text) ? 1 : -1;
		else if (strcmp(recorded, digest) == 0)
			result = 0;
		else
			fail(r, "%s was changed after it ran: restore it, and write a new migration", name);
	}
	free(text);
	if (result == 1)
		log_say("migrate", "applied %s", name);
	return result;
}

/* Everything this database ran is in the directory, and no number stands twice. */
static bool
check_files(struct run *r, struct dirent **files, int n)
{
	PGresult *ran;
	bool      ok = true;

	for (int i = 1; i < n; i++)
		if (strncmp(files[i]->d_name, files[i - 1]->d_name, DIGITS) == 0)
			return fail(r, "%s and %s have one number", files[i - 1]->d_name, files[i]->d_name);
	ran = query(r, "select name from public.mf_migration", NULL, NULL);
	if (ran == NULL)
		return false;
	for (int i = 0; ok && i < PQntuples(ran); i++) {
		bool found = false;

		for (int k = 0; k < n && !found; k++)
			found = strcmp(files[k]->d_name, PQgetvalue(ran, i, 0)) == 0;
		if (!found)
			ok = fail(r, "the database ran %s, which is not in %s: it is newer than this program",
			    PQgetvalue(ran, i, 0), r->directory);
	}
	PQclear(ran);
	return ok;
}

static bool
prepare(struct run *r)
{
	char encoding[32];

	if (!ask(r, "select current_setting('server_encoding')", NULL, encoding, sizeof(encoding)))
		return false;
	if (strcmp(encoding, "UTF8") != 0)
		return fail(r, "the database is encoded in %s; it must be UTF8", encoding);
	return run(r, "set statement_timeout = 0", NULL, NULL) &&
	    run(r, "set idle_in_transaction_session_timeout = 0", NULL, NULL) &&
	    run(r, "select pg_advisory_lock(" LOCK ")", NULL, NULL) &&
	    run(r, "create table if not exists public.mf_migration (name text primary key,"
	           " sha256 text not null, applied_at timestamptz not null)", NULL, NULL);
}

static int
run_all(struct run *r, struct dirent **files, int n)
{
	int count = 0;

	if (!prepare(r) || !check_files(r, files, n))
		return -1;
	for (int i = 0; i < n; i++) {
		int ran = step(r, files[i]->d_name);

		if (ran < 0)
			return -1;
		count += ran;
	}
	return count;
}

int
migrate(const struct conf *c, const char *directory, char *error, size_t size)
{
	struct run      r = { .directory = directory, .error = error, .size = size };
	struct dirent **files;
	int             n, count;

	n = scandir(directory, &files, is_migration, alphasort);
	if (n < 0) {
		fail(&r, "cannot read the directory %s: %s", directory, strerror(errno));
		return -1;
	}
	r.pg = connect_pg(c, c->db_direct[0] != '\0' ? c->db_direct : c->db);
	if (r.pg == NULL) {
		fail(&r, "no connection to the database");
		count = -1;
	} else {
		count = run_all(&r, files, n);
		PQfinish(r.pg);
	}
	for (int i = 0; i < n; i++)
		free(files[i]);
	free(files);
	return count;
}
