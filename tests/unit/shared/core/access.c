/* tests/unit/shared/core/access.c - access tokens: none but ours are good, and not for long */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/access.h"

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/secret.h"
#include "tests/unit/support/scratch.h"

static void
test_access_token(void **state)
{
	struct task        *t = *state;
	const struct access a = { .account = "acc-1", .session = "ses-1", .issued_at = t->now,
		.expires_at = t->now + MINUTE };
	struct access       out;
	char               *token, *other;
	size_t              n;

	secret_start(scratch_conf());
	token = access_write(t, &a);
	n = strlen(token);
	assert_true(access_read(t, token, &out));
	assert_string_equal(out.session, "ses-1");
	assert_string_equal(out.account, "acc-1");
	for (size_t i = 0; i < n; i++) {
		other = mem_text(t->mem, token);
		other[i] = other[i] == 'A' ? 'B' : 'A';
		if (access_read(t, other, &out))
			fail_msg("changed at %zu it is still good", i);
	}
	for (size_t i = 0; i < n; i += 7)
		assert_false(access_read(t, mem_text_n(t->mem, token, i), &out));
	assert_false(access_read(t, mem_fmt(t->mem, "%s.", token), &out));
	assert_false(access_read(t, "..", &out));
	t->now += MINUTE;
	assert_false(access_read(t, token, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_access_token, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
