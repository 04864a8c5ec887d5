/* tests/unit/shared/core/password.c - passwords hashed, compared, judged */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/password.h"

#include "shared/base/task.h"
#include "shared/base/text.h"
#include "tests/unit/support/scratch.h"

#define PASSWORD "correct horse battery"

static void
test_password(void **state)
{
	struct task *t = *state;
	const char  *hash = password_hash(t, PASSWORD), *weaker;
	bool         old = true;

	assert_true(text_starts(hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
	assert_string_not_equal(hash, password_hash(t, PASSWORD));
	assert_true(password_right(t, hash, PASSWORD, &old));
	assert_false(old);
	assert_false(password_right(t, hash, "correct horse batterz", &old));
	/* Nobody's is really compared with, and never right. */
	assert_false(password_right(t, NULL, PASSWORD, &old));
	/* By the argon2 program: of fewer passes and 64 KiB. */
	weaker = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$"
	         "Y2i1tRPOjOt2WFKWzj2mAvvUBBF/AvJvGKDcLXBDVkQ";
	assert_false(password_right(t, weaker, "wrong", &old));
	assert_non_null(password_weak("password1", "a@b.example"));
	assert_non_null(password_weak("aaaaaaaaaaaa", "a@b.example"));
	assert_non_null(password_weak("Someone@b.example", "someone@b.example"));
	assert_null(password_weak(PASSWORD, "a@b.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_password, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
