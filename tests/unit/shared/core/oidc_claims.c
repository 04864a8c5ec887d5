/* tests/unit/shared/core/oidc_claims.c - what an ID token must say */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/linkhash.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/core/oidc.h"
#include "shared/wire/json.h"

enum { NOW = 1000000 };

/* A good payload; `with` replaces or adds members, and takes those away that it has as null. */
static bool
passes(const char *with)
{
	static const char           good[] = "{\"iss\": \"https://id.example/\", \"aud\": \"mf\","
	                                     " \"sub\": \"joe\", \"nonce\": \"n-1\", \"exp\": 1000300,"
	                                     " \"iat\": 999999}";
	const struct oidc_expected  expected = { "https://id.example/", "mf", "n-1", NOW * SECOND };
	struct mem                 *m = mem_new(1 << 20);
	struct json_object         *claims = json_parse(m, good, strlen(good));
	struct json_object         *changes = json_parse(m, with, strlen(with));
	bool                        passed;

	assert_non_null(changes);
	json_object_object_foreach(changes, name, value) {
		if (value == NULL)
			json_object_object_del(claims, name);
		else
			json_object_object_add(claims, name, json_object_get(value));
	}
	passed = oidc_check_claims(m, claims, &expected) == NULL;
	mem_free(m);
	return passed;
}

static void
test_good(void **state)
{
	static const char *const good[] = { "{}", "{\"aud\": [\"mf\"]}",
		"{\"aud\": [\"other\", \"mf\"], \"azp\": \"mf\"}", "{\"azp\": \"mf\"}",
		"{\"exp\": 999941}", "{\"iat\": 1000060}", "{\"iat\": 999400}", "{\"nbf\": 1000060}",
		"{\"exp\": 1000300.5}" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!passes(good[i]))
			fail_msg("%s is refused", good[i]);
}

static void
test_bad(void **state)
{
	static const char *const bad[] = {
		/* of another issuer; one that only begins or ends alike */
		"{\"iss\": \"https://id.example\"}", "{\"iss\": \"https://id.example/x\"}",
		"{\"iss\": null}", "{\"iss\": [\"https://id.example/\"]}",
		/* for another client, or for several and issued to another */
		"{\"aud\": \"mf2\"}", "{\"aud\": null}", "{\"aud\": []}", "{\"aud\": [\"mf\", \"other\"]}",
		"{\"aud\": [\"mf\", \"other\"], \"azp\": \"other\"}", "{\"azp\": \"other\"}",
		"{\"azp\": 1}", "{\"aud\": {\"mf\": \"mf\"}}",
		/* nobody */
		"{\"sub\": null}", "{\"sub\": \"\"}", "{\"sub\": 7}",
		/* of another log-in */
		"{\"nonce\": null}", "{\"nonce\": \"n-2\"}", "{\"nonce\": \"\"}", "{\"nonce\": [\"n-1\"]}",
		/* not now */
		"{\"exp\": 999940}", "{\"exp\": null}", "{\"exp\": \"1000300\"}", "{\"exp\": -1}",
		"{\"iat\": 1000061}", "{\"iat\": 999399}", "{\"iat\": null}", "{\"nbf\": 1000061}",
		"{\"nbf\": \"soon\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (passes(bad[i]))
			fail_msg("%s passes", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
