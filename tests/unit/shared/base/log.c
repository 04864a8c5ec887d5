/* tests/unit/shared/base/log.c - log lines */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include "shared/base/log.h"

static char text[8192];

/* What say writes to standard error. */
static const char *
written(void (*say)(void))
{
	int     pipes[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], STDERR_FILENO);
	say();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pipes[1]);
	n = read(pipes[0], text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	close(pipes[0]);
	return text;
}

static void
request(void)
{
	struct log l = log_begin("request");

	log_text(&l, "op", "aws.s3.PutObject");
	log_text(&l, "none", NULL);
	log_text(&l, "empty", "");
	log_text(&l, "odd", "a b\"\\\n\x01\xc3\xa4");
	log_int(&l, "status", -200);
	log_end(&l);
}

static void
one_line(void **state)
{
	const char *s = written(request), *event = strstr(s, " event=");

	(void)state;
	assert_memory_equal(s, "ts=20", 5);
	assert_non_null(event);
	assert_string_equal(event, " event=request op=aws.s3.PutObject empty=\"\" "
	    "odd=\"a b\\\"\\\\\\x0a\\x01\xc3\xa4\" status=-200\n");
}

static void
long_request(void)
{
	struct log l = log_begin("request");
	char       value[3000];

	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	log_text(&l, "path", value);
	log_text(&l, "lost", "y");
	log_end(&l);
}

/* What does not fit is cut, and the line still ends. */
static void
cuts(void **state)
{
	const char *s = written(long_request);

	(void)state;
	assert_true(strlen(s) <= sizeof(((struct log *)0)->line));
	assert_ptr_equal(strchr(s, '\n'), s + strlen(s) - 1);
	assert_null(strstr(s, "lost="));
}

static void
sentence(void)
{
	log_say("pool", "listening on %s", "/run/x");
}

static void
says(void **state)
{
	(void)state;
	assert_non_null(strstr(written(sentence), " event=pool say=\"listening on /run/x\"\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line),
		cmocka_unit_test(cuts),
		cmocka_unit_test(says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
