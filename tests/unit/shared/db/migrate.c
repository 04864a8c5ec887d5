/* tests/unit/shared/db/migrate.c - migrations applied once, in order, and never changed */
#include "shared/db/migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/conf.h"
#include "tests/unit/support/scratch.h"

static char directory[] = "/tmp/mf-migrate.XXXXXX";
static char error[512];

static void
put(const char *name, const char *text)
{
	char  path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (text == NULL) {
		unlink(path);
		return;
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int
run(void)
{
	error[0] = '\0';
	return migrate(scratch_conf(), directory, error, sizeof(error));
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	for (const char *const *n = (const char *const[]){ "0001_a.sql", "0002_b.sql", "0003_c.sql",
		"0004_d.sql", "notes.txt", NULL }; *n != NULL; n++)
		put(*n, NULL);
	return rmdir(directory);
}

static void
test_in_order_and_once(void **state)
{
	(void)state;
	put("0001_a.sql", "create schema mig; create table mig.a (n int)");
	put("0003_c.sql", "insert into mig.a values (3);\ninsert into mig.a values (4);");
	put("notes.txt", "not SQL");
	assert_int_equal(run(), 2);
	assert_int_equal(run(), 0);
	assert_string_equal(scratch_sql("select count(*) from mig.a"), "2");
	assert_string_equal(scratch_sql("select string_agg(name, ' ' order by name) from"
	                                " public.mf_migration"), "0001_a.sql 0003_c.sql");
	/* A branch merged later brings a lower number. */
	put("0002_b.sql", "insert into mig.a values (2)");
	assert_int_equal(run(), 1);
}

static void
test_all_or_nothing(void **state)
{
	(void)state;
	put("0004_d.sql", "insert into mig.a values (5); insert into mig.a values ('x')");
	assert_int_equal(run(), -1);
	assert_non_null(strstr(error, "0004_d.sql"));
	assert_string_equal(scratch_sql("select count(*) from mig.a"), "3");
	put("0004_d.sql", "insert into mig.a values (5)");
	assert_int_equal(run(), 1);
}

static void
test_refused(void **state)
{
	(void)state;
	put("0002_b.sql", "insert into mig.a values (20)");
	assert_int_equal(run(), -1);
	assert_non_null(strstr(error, "0002_b.sql was changed after it ran"));
	put("0002_b.sql", NULL);
	assert_int_equal(run(), -1);
	assert_non_null(strstr(error, "newer than this program"));
	put("0002_b.sql", "insert into mig.a values (2)");
	assert_int_equal(run(), 0);
	put("0003_x.sql", "select 1");
	assert_int_equal(run(), -1);
	assert_non_null(strstr(error, "have one number"));
	put("0003_x.sql", NULL);
	put("0005_e.sql", "select '\xff'");
	assert_int_equal(run(), -1);
	put("0005_e.sql", NULL);
	assert_int_equal(migrate(scratch_conf(), "/does/not/exist", error, sizeof(error)), -1);
}

static void
test_only_utf8(void **state)
{
	struct conf conf = *scratch_conf();
	char        db[512];

	(void)state;
	scratch_sql("create database mig_latin template template0 encoding 'LATIN1'");
	snprintf(db, sizeof(db), "%s dbname=mig_latin", conf.db);
	conf.db = db;
	assert_int_equal(migrate(&conf, directory, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "it must be UTF8"));
	scratch_sql("drop database mig_latin");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order_and_once), cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_only_utf8),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
