/* tests/unit/fcgi/auth/client.c - where a request comes from, with and without proxies */
#include "fcgi/auth/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/call.h"
#include "shared/base/conf.h"

static void
test_client(void **state)
{
	static const struct { const char *proxies, *remote, *forwarded, *want; } cases[] = {
		{ "", "192.0.2.1", NULL, "192.0.2.1" },
		/* Nobody is believed who is not named. */
		{ "", "192.0.2.1", "198.51.100.7", "192.0.2.1" },
		{ "10.0.0.1", "192.0.2.1", "198.51.100.7", "192.0.2.1" },
		{ "10.0.0.1", "10.0.0.1", "198.51.100.7", "198.51.100.7" },
		/* What the client wrote itself stands before what the proxy added. */
		{ "10.0.0.1", "10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7" },
		{ "10.0.0.1,10.0.0.2", "10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7" },
		{ "10.0.0.1", "10.0.0.1", "nonsense", "10.0.0.1" },
		{ "10.0.0.1", "10.0.0.1", NULL, "10.0.0.1" },
		{ "10.0.0.1", "10.0.0.11", "198.51.100.7", "10.0.0.11" },
		{ "", "2001:db8:1:2:3:4:5:6", NULL, "2001:db8:1:2::/64" },
		{ "", "2001:db8:1:2:ffff::1", NULL, "2001:db8:1:2::/64" },
		{ "", "::ffff:192.0.2.1", NULL, "192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mem    *m = mem_new(1 << 16);
		struct task    t = { .mem = m };
		struct conf    conf = { .proxies = cases[i].proxies };
		struct world   world = { .conf = &conf };
		char          *params[2] = { NULL, NULL };
		struct request req = { .remote = cases[i].remote, .params = params };
		struct call    c = { .task = &t, .world = &world, .req = &req };

		if (cases[i].forwarded != NULL)
			params[0] = mem_fmt(m, "HTTP_X_FORWARDED_FOR=%s", cases[i].forwarded);
		assert_string_equal(client_address(&c), cases[i].want);
		mem_free(m);
	}
}

/* Policies speak of one address, not of its network. */
static void
test_exact(void **state)
{
	struct mem    *m = mem_new(1 << 16);
	struct task    t = { .mem = m };
	struct conf    conf = { .proxies = "10.0.0.1" };
	struct world   world = { .conf = &conf };
	char           forwarded[] = "HTTP_X_FORWARDED_FOR=2001:db8::1:2", *none[] = { NULL };
	struct request req = { .remote = "10.0.0.1", .params = (char *[]){ forwarded, NULL } };
	struct call    c = { .task = &t, .world = &world, .req = &req };

	(void)state;
	assert_string_equal(client_exact(&c), "2001:db8::1:2");
	req.params = none;
	assert_string_equal(client_exact(&c), "10.0.0.1");
	req.remote = NULL;
	assert_string_equal(client_exact(&c), "");
	mem_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client), cmocka_unit_test(test_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
