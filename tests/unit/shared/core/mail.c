/* tests/unit/shared/core/mail.c - mails, with a sendmail of the test's own */
#include "shared/core/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/account.h"
#include "shared/db/db.h"
#include "tests/unit/support/scratch.h"

static struct conf conf;
static int64_t     owner;
static char        directory[64], command[128];

static int
setup(void **state)
{
	scratch_setup(state);
	scratch_wipe();
	scratch_sql("truncate core.mail");
	conf = *scratch_conf();
	conf.domain = "mocks.example";
	owner = account_create(*state, "owner", "owner@example.com")->id;
	snprintf(directory, sizeof(directory), "/tmp/mf-mail.XXXXXX");
	assert_non_null(mkdtemp(directory));
	return 0;
}

static int
teardown(void **state)
{
	char path[96];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, i == 0 ? "out" : "sendmail");
		unlink(path);
	}
	rmdir(directory);
	return scratch_teardown(state);
}

/* A sendmail that runs these lines, in the test's directory. */
static void
sendmail_is(const char *lines)
{
	char  path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/sendmail", directory);
	assert_non_null(f = fopen(path, "w"));
	fprintf(f, "#!/bin/sh\ncd %s\n%s\n", directory, lines);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
	snprintf(command, sizeof(command), "%s -t  -i $(touch out)", path);
	conf.sendmail = command;
}

static const char *
received(struct task *t)
{
	char   path[96], *text = mem_alloc(t->mem, 8192);
	FILE  *f;

	snprintf(path, sizeof(path), "%s/out", directory);
	if ((f = fopen(path, "r")) == NULL)
		return NULL;
	text[fread(text, 1, 8191, f)] = '\0';
	fclose(f);
	return text;
}

static void
put(struct task *t, const char *about)
{
	mail_put(t, owner, about, "subject", "text\n");
}

static void
test_sent(void **state)
{
	struct task *t = *state;
	const char  *got;

	sendmail_is("echo \"$@\" >out; cat >>out");
	put(t, "one");
	put(t, "one");
	t->now = INT64_C(1800000000) * SECOND;
	assert_int_equal(mail_send_next(t, &conf), MAIL_SENT);
	assert_int_equal(mail_send_next(t, &conf), MAIL_NONE);
	got = received(t);
	assert_non_null(strstr(got, "-t -i $(touch out)\n"
	    "From: MockFactory <mockfactory@mocks.example>\nTo: owner@example.com\n"
	    "Subject: subject\nDate: "));
	assert_non_null(strstr(got, " +0000\nMessage-ID: <mail-"));
	assert_non_null(strstr(got, "\n\ntext\n"));
	assert_string_equal(scratch_sql("select count(sent_at) from core.mail"), "1");
}

/* Refused, it is tried again later; a second copy of the same attempt changes nothing. */
static void
test_refused(void **state)
{
	struct task *t = *state;
	int64_t      now = t->now;

	sendmail_is("cat >/dev/null; exit 75");
	put(t, "one");
	assert_int_equal(mail_send_next(t, &conf), MAIL_FAILED);
	assert_string_equal(scratch_sql("select error from core.mail"), "it ended with status 75");
	assert_int_equal(mail_send_next(t, &conf), MAIL_NONE);
	t->now = now + MINUTE;
	assert_int_equal(mail_send_next(t, &conf), MAIL_FAILED);
	t->now = now + 2 * MINUTE;
	assert_int_equal(mail_send_next(t, &conf), MAIL_NONE);
	sendmail_is("cat >out");
	t->now = now + 3 * MINUTE;
	assert_int_equal(mail_send_next(t, &conf), MAIL_SENT);
	conf.sendmail = "/nonexistent/sendmail -t";
	put(t, "two");
	assert_int_equal(mail_send_next(t, &conf), MAIL_FAILED);
	conf.sendmail = " ";
	put(t, "three");
	assert_int_equal(mail_send_next(t, &conf), MAIL_FAILED);
	assert_string_equal(scratch_sql("select count(given_up_at) from core.mail"), "0");
	scratch_sql("update core.mail set attempts = 23, locked_until = null where dedup = 'three'");
	assert_int_equal(mail_send_next(t, &conf), MAIL_FAILED);
	assert_string_equal(scratch_sql("select count(given_up_at) from core.mail"), "1");
}

static void
send_next(struct task *t)
{
	mail_send_next(t, &conf);
}

/* Killed after sendmail took it: sent again when the lease is over, recognisably the same. */
static void
test_killed(void **state)
{
	struct task *t = *state;
	int64_t      now = t->now;
	const char  *got, *second;

	sendmail_is("grep ^Message-ID: >>out");
	put(t, "one");
	db_fail_in(2); /* taken, sent, not noted */
	assert_ptr_equal(scratch_try(t, send_next), &FAULT_UNAVAILABLE);
	db_release(t);
	assert_int_equal(mail_send_next(t, &conf), MAIL_NONE);
	t->now = now + 5 * MINUTE;
	assert_int_equal(mail_send_next(t, &conf), MAIL_SENT);
	got = received(t);
	second = strchr(got, '\n') + 1;
	assert_int_equal(strlen(got), 2 * strlen(second));
	assert_memory_equal(got, second, strlen(second));
}

/* Nothing in a name makes a header, nothing in an address another receiver. */
static void
test_injection(void **state)
{
	struct task *t = *state;
	struct mail  m = { .id = 7, .created_at = INT64_C(784111777) * SECOND, .to = "a@example.com",
		.subject = "env-1 (x\r\nBcc: evil@example.com)", .body = "b\n" };
	const char  *text = mail_message(t->mem, &conf, &m);

	assert_null(strstr(text, "Bcc"));
	assert_non_null(strstr(text, "\nSubject: =?UTF-8?B?ZW52LTEgKHgNCkJjYzog"));
	assert_non_null(strstr(text, "\nDate: Sun, 06 Nov 1994 08:49:37 +0000\n"));
	m.subject = "\xc3\xa4\xc3\xb6\xc3\xbc \xf0\x9f\x9a\x80 aaaaaaaaaaaaaaaaaaaaaaaaa"
	            "\xf0\x9f\x9a\x80 bbbb";
	text = mail_message(t->mem, &conf, &m);
	for (const char *line = text; *line != '\n'; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 76);
	assert_non_null(strstr(text, "?=\n =?UTF-8?B?8J+agCBiYmJi?=\n")); /* not within a character */
	assert_true(mail_address_good("o.w-n+er@mail.example.com"));
	assert_false(mail_address_good("a@b.c, d@e.f"));
	assert_false(mail_address_good("a@b.c\nBcc: d@e.f"));
	assert_false(mail_address_good("<a@b.c>"));
	assert_false(mail_address_good("-oQ@b.c"));
	assert_false(mail_address_good("a@b@c"));
	assert_false(mail_address_good("a"));
	assert_false(mail_address_good("\xc3\xa4@b.c"));
	scratch_sql("update core.account set email = 'a@b.c, d@e.f'");
	put(t, "one");
	assert_int_equal(mail_send_next(t, &conf), MAIL_FAILED);
	assert_string_equal(scratch_sql("select count(given_up_at) from core.mail"), "1");
}

static void
test_nobody(void **state)
{
	struct task *t = *state;

	scratch_sql("update core.account set email = null");
	put(t, "one");
	scratch_sql("update core.account set email = 'a@b.c', disabled_at = created_at");
	put(t, "one");
	assert_string_equal(scratch_sql("select count(*) from core.mail"), "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_injection, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
