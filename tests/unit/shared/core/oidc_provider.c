/* tests/unit/shared/core/oidc_provider.c - what is kept of a provider's answers */
#include "shared/core/oidc_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/oidc.h"
#include "tests/unit/support/replies.h"
#include "tests/unit/support/scratch.h"

/* A reply that is a JSON document of the provider's. */
static const char *
document(struct task *t, const char *issuer)
{
	const char *body = mem_fmt(t->mem, "{\"issuer\":\"%s\"}", issuer);

	return mem_fmt(t->mem, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

/* Only one that names the issuer we asked is kept. */
static void
test_another_issuer(void **state)
{
	struct task       *t = *state;
	const char        *here = replies_start();
	struct conf        c = { .sso_issuer = here, .sso_client_id = "mockfactory", .sso_scopes = "",
		.sso_ca_file = "", .sso_secret_file = "" };
	const char        *list[] = { document(t, "http://127.0.0.1:1"), document(t, here) };
	char               error[100];
	struct oidc_asking a = { .task = t, .oidc = oidc_open(&c, error, sizeof(error)) };

	assert_non_null(a.oidc);
	replies_set(list, COUNT(list));
	assert_false(oidc_learn(&a));
	assert_non_null(strstr(a.why, "speaks of issuer"));
	assert_true(oidc_learn(&a));
	assert_true(oidc_learn(&a));
	assert_int_equal(replies_asked(), 2);
	oidc_free(a.oidc);
	replies_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_another_issuer, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
