/* tests/unit/shared/base/conf.c - settings from the environment */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"

extern char **environ;

/* Nothing of the world outside. */
static int
clear(void **state)
{
	static char *empty[1];

	(void)state;
	environ = empty;
	return 0;
}

static void
has_defaults(void **state)
{
	struct conf c;
	char        error[200] = "";

	(void)state;
	assert_true(conf_read(&c, error, sizeof(error)));
	assert_string_equal(c.db, "dbname=mockfactory");
	assert_int_equal(c.processes, 2);
	assert_true(c.task_memory == 32 << 20);
	assert_true(c.drain == 30 * SECOND);
	assert_int_equal(c.socket_mode, 0660);
	assert_false(c.single_user);
	assert_int_equal(c.web_port_first, 0);
}

static void
reads_units(void **state)
{
	struct conf c;
	char        error[200] = "";

	(void)state;
	setenv("MF_DB", "host=/run/x", 1);
	setenv("MF_THREADS", "4", 1);
	setenv("MF_TASK_MEMORY", "2g", 1);
	setenv("MF_DRAIN", "1500ms", 1);
	setenv("MF_BLOB_GRACE", "2d", 1);
	setenv("MF_SOCKET_MODE", "600", 1);
	setenv("MF_SINGLE_USER", "1", 1);
	setenv("MF_WEB_PORTS", "30000-30199", 1);
	setenv("OTHER", "is not ours", 1);
	assert_true(conf_read(&c, error, sizeof(error)));
	assert_string_equal(c.db, "host=/run/x");
	assert_int_equal(c.threads, 4);
	assert_true(c.task_memory == INT64_C(2) << 30);
	assert_true(c.drain == 1500 * MILLISECOND);
	assert_true(c.blob_grace == 2 * DAY);
	assert_int_equal(c.socket_mode, 0600);
	assert_true(c.single_user);
	assert_int_equal(c.web_port_first, 30000);
	assert_int_equal(c.web_port_last, 30199);
}

static void
refuses(void **state)
{
	static const char *const bad[][2] = {
		{ "MF_NO_SUCH_SETTING", "1" }, { "MF_THREADS", "0" }, { "MF_THREADS", "257" },
		{ "MF_THREADS", "" }, { "MF_THREADS", "4k" }, { "MF_THREADS", "x" },
		{ "MF_TASK_MEMORY", "32mb" }, { "MF_TASK_MEMORY", "-1" }, { "MF_TASK_MEMORY", "1" },
		{ "MF_TASK_MEMORY", "99999999999999999999g" }, { "MF_TASK_MEMORY", "9223372036854775807t" },
		{ "MF_DRAIN", "30" }, { "MF_DRAIN", "2h" }, { "MF_DRAIN", "s" },
		{ "MF_SOCKET_MODE", "rw" }, { "MF_SOCKET_MODE", "1777" }, { "MF_SOCKET_MODE", "" },
		{ "MF_SINGLE_USER", "perhaps" }, { "MF_WEB_PORTS", "30000" },
		{ "MF_WEB_PORTS", "30199-30000" }, { "MF_WEB_PORTS", "1-65536" },
		{ "MF_WEB_PORTS", "0-2" }, { "MF_WEB_PORTS", "1-2-3" },
	};
	struct conf c;

	for (size_t i = 0; i < COUNT(bad); i++) {
		char error[200] = "";

		clear(state);
		setenv(bad[i][0], bad[i][1], 1);
		if (conf_read(&c, error, sizeof(error)))
			fail_msg("accepted: %s=%s", bad[i][0], bad[i][1]);
		assert_non_null(strstr(error, bad[i][0]));
	}
}

/* Every setting is in what --help prints. */
static void
prints(void **state)
{
	char   text[16384] = "", error[200] = "";
	FILE  *f = fmemopen(text, sizeof(text), "w");
	char  *line, *rest = text;
	size_t settings = 0;

	conf_print(f);
	fclose(f);
	while ((line = strsep(&rest, "\n")) != NULL) {
		char       *name = strstr(line, "MF_");
		struct conf c;

		if (name == NULL || name > line + 4)
			continue;
		name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] = '\0';
		clear(state);
		setenv(name, "\x01", 1);
		conf_read(&c, error, sizeof(error));
		assert_null(strstr(error, "is not a setting"));
		settings++;
	}
	assert_true(settings >= 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(has_defaults, clear),
		cmocka_unit_test_setup(reads_units, clear),
		cmocka_unit_test_setup(refuses, clear),
		cmocka_unit_test_setup(prints, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
