/* tests/unit/shared/wire/jws.c - tokens that others signed */
#include "shared/wire/jws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json_tokener.h>

#include "shared/base/mem.h"
#include "shared/wire/json.h"

/*
 * Keys and tokens as jwcrypto (PyPI) makes them.  "small" is an RSA key of 1024 bits; the payload
 * is {"sub":"joe"}, in `list` ["joe"].
 */
static const char jwks[] =
    "{\"keys\":[{\"e\":\"AQAB\",\"kid\":\"rsa\",\"kty\":\"RSA\",\"n\":\"1e3Pnh1Aipu-m"
    "7Ju8mjNj2cKu8_d9IXVkTyou1AdJctqhIVyqGTWWIbjIH98X5UvJ9ySQok2E1NhFx6giuT1Hk7moaYql"
    "EP335yM5HMUxUa1yMehpPBkbrjzPdrAyZZjf36eYgUnAOQVt5fB_YNPcoBl0l8EE4xC_P0TV-iEgC6t4"
    "jA_4X6W_dUE7Igla3OfPfoJ-Jnpe8Wb2XFi0icKXQlSw0BMaTJcAHs9Oi4CgBeURZcufr6Aubr_uelY6"
    "ov8DpdrDOPfnulP-dVHKRdPK15WCK8uWXmkDWwAXzY4qyS5ArYxHGXBmz-JV5XxsfBAKWxpC8JjU9etC"
    "mDErB5uAw\"},{\"e\":\"AQAB\",\"kid\":\"small\",\"kty\":\"RSA\",\"n\":\"zfIHHzolD"
    "eXUXQQnikj9Mmb70L4v9fFO9Ep7lRZFXW3qwkEAuwUHstNKkLdhm_81RZ5JljuwPkA4mDi_DjSFww_KG"
    "FyvcntgI-J3nss5zPC_XrLy2EtGXpxbjhE0Tocs0S7tPBLaYQSnxIzzBRNPFpaVBYJuwlw5AR5WrPBjG"
    "u8\"},{\"crv\":\"P-256\",\"kid\":\"p256\",\"kty\":\"EC\",\"x\":\"2EbMbc69St5hQtd"
    "C8mJQ8wNQdtTqpE6jTOVGcLFSrVM\",\"y\":\"BqTAXyAGV6nt0p4agNDM8O_aWV0d59GArajFnFdZ2"
    "mk\"},{\"crv\":\"Ed25519\",\"kid\":\"ed\",\"kty\":\"OKP\",\"x\":\"hZw9Dq7jMQeBR8"
    "C3Ap7LrGAEG-gUCvpAPCpVf1WwWgA\"}]}";
static const char rs256[] =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJzdWIiOiJqb2UifQ.k6Gezimj0YZ6130J3Q8EuRbX"
    "n2HdXh_EudOvph1kR_0HwkPH_cK7NCRXZ9g6jv-PGytf-Q523QSvMo5SymLaeoRKhDYk4HavOgcPNPcg"
    "QoWyFMXxZmxEVe6G_Y8jn-1p6AqpnDeWdppeE7l7wypb8eWA1Um7Gmr6QX1GAyg3lFeeOYcfNZmQwy_b"
    "8BOoUJKfJG-gCWcC0Z3YOQlC_XN5nvg-UZ8rDe9XP2tO66xquQIDXNcGk2Du4HE0UF5_ed9jsN1OWdJ6"
    "-JjX_Eg4FqI0dDqmJfI2uNgUP-uo7x_Dl3N28JQYX2kqL8ULWolUOrrC2c3Nid7pGdmIc3nD4Xj4JA";
static const char ps256[] =
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSJ9.eyJzdWIiOiJqb2UifQ.fi3Aad5E6LKKMxGAyzHdA7Sj"
    "fO1maWezav9O5FFMlWfNKrCjBUWHj_ItF5EzdsNbkJZxkiQDjc0Wi6K2a0PItZT86v4oUqWRRY4AnDtS"
    "5umUpvMRA5-TzY5htyzM48-efLcGO-WcX-AJAp6ywhFZa9dsQ9fmDe6QxNPfDvwg-IhmKk73n5uFfPfe"
    "hVkm4tBYd4J8R0_uAcyISnN94fYJm7kS831XoMqM-SpmWan9Z8J-SwUcvN4S8ahOow3Cv5uKOh2Km62r"
    "1Zo4At16xVoINVA_hQrCGaGxkYRyEJZgGU6Cs45ExganfJZLx3bEJ-nJJzTKQk2Q282syzD2qlW51A";
static const char es256[] =
    "eyJhbGciOiJFUzI1NiIsImtpZCI6InAyNTYifQ.eyJzdWIiOiJqb2UifQ.WaSpuIT5Slmh_4M_jBE857"
    "88GIPQ44I6EKN2YSHkZMnuDt36jniLHyMBNz33jrpYVFfd7D5QcPi1k0OKBY4o4A";
static const char eddsa[] =
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkIn0.eyJzdWIiOiJqb2UifQ.2ZQY-7dJXzdOx3FxBNlnpNeS7"
    "oZfBmrALZMPMAqUJmIMXFtEwKK1KThIpSSpVb8mLKFpvslZJ4Gn0pV9QhG9Aw";
static const char no_kid[] =
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqb2UifQ.7hWUQ6PvKQ9zmNrK7HRiOjbSesc0N5Kk11iUtb_-"
    "RxnJvhadua2PorV5eEM6EbVoTMp7DFlnq9ulit-djM-xOA";
static const char small[] =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InNtYWxsIn0.eyJzdWIiOiJqb2UifQ.dAIZpbAD1zgqN5jnAhN0P"
    "EHWnv3-KswBsqnEq0nkYi-z-0ymLUwvrtsTc2-Ii9zSu0uvzx5DGE0TE7aOjlW_Qd3cjujKnzNDPqGqT"
    "yqv-NRP6o8Kz4mUcy3yIq6syxAcoDKwQIn6lpdMBPtlIaOEJNHQ8IbbxRi9_9ixhXJkzTc";
static const char rs512[] =
    "eyJhbGciOiJSUzUxMiIsImtpZCI6InJzYSJ9.eyJzdWIiOiJqb2UifQ.U9KHnyAQ0zPdJ9xWID9EDYKq"
    "w-QzBeHDqhTHCet6lT4xGU--rpktrrR_GlazXrIMo9KW--DCV9aOh48U3lei-ChToibDDaWq-1ETGo3v"
    "3QSF9byxYLMRmMr-achGTGwbwNnpX7UOd-rvvLuDazS0pX8_JCbk3ljJTTriQltKP4SI-hvEY6Lq1FWM"
    "9nYCAHXKoDxUgs1EuWXCp7vsTfUhffsmQUz86CZgKsigdzcRj2K50n7PdVYvOmDY-sOuYW4Wmy3YNr8L"
    "ZlAWL-y7hLJpCtNuBsEGAsGwX5B342-K31qrPBygkIHgHrPXmgWzRvmyEmpf-KTA7QL2M244JuluMA";
static const char list[] =
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkIn0.WyJqb2UiXQ.0yi4ZJeQSxUb8twgBSag4TEa1BY7MD5Z4"
    "fvu1TKrsOpAyYmqM10KuX3GTzHWD3Q-hoEfIh8aCQT-VX4Boi86Cw";
/* HS256 with the RSA key's PEM as the secret. */
static const char confused[] =
    "eyJhbGciOiJIUzI1NiIsImtpZCI6InJzYSJ9.eyJzdWIiOiJqb2UifQ.8t9DoO0eZHJQvndUPLexjELU"
    "JxmLZyFCPz6WFdbD_0g";

static struct mem         *m;
static struct json_object *keys;

static int
set_up(void **state)
{
	(void)state;
	m = mem_new(1 << 20);
	keys = json_parse(m, jwks, strlen(jwks));
	assert_non_null(keys);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	mem_free(m);
	return 0;
}

static enum jws_result
verify(const char *token)
{
	struct json_object *payload = NULL;
	enum jws_result     r = jws_verify(m, token, keys, &payload);

	assert_true((r == JWS_OK) == (payload != NULL));
	if (payload != NULL)
		assert_string_equal(json_object_get_string(json_get(payload, "sub")), "joe");
	return r;
}

static void
test_each_algorithm(void **state)
{
	(void)state;
	assert_int_equal(verify(rs256), JWS_OK);
	assert_int_equal(verify(ps256), JWS_OK);
	assert_int_equal(verify(es256), JWS_OK);
	assert_int_equal(verify(eddsa), JWS_OK);
	assert_int_equal(verify(no_kid), JWS_OK);
}

/* With one character changed nothing passes, wherever it is. */
static void
test_changed(void **state)
{
	static const char *const tokens[] = { rs256, ps256, es256, eddsa };

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++)
		for (size_t at = 0; tokens[i][at] != '\0'; at++) {
			struct mem_mark mark = mem_mark(m);
			char           *token = mem_text(m, tokens[i]);

			/* The last character may hold bits that nobody reads. */
			if (tokens[i][at] == '.' || tokens[i][at + 1] == '\0')
				continue;
			token[at] = token[at] == 'A' ? 'B' : 'A';
			if (verify(token) == JWS_OK)
				fail_msg("token %zu passes with character %zu changed", i, at);
			mem_release(m, mark);
		}
}

static void
test_not_signatures_of_ours(void **state)
{
	(void)state;
	assert_int_equal(verify(confused), JWS_ALGORITHM);
	assert_int_equal(verify(rs512), JWS_ALGORITHM);
	assert_int_equal(verify(small), JWS_NO_KEY);
	assert_int_equal(verify(list), JWS_MALFORMED);
	/* {"alg":"none"}, without and with somebody's signature. */
	assert_int_equal(verify("eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2UifQ."), JWS_ALGORITHM);
	assert_int_equal(verify("eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2UifQ.AAAA"), JWS_ALGORITHM);
	/* {"alg":"RS256","kid":"rsa","crit":["exp"]} */
	assert_int_equal(verify("eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSIsImNyaXQiOlsiZXhwIl19"
	    ".eyJzdWIiOiJqb2UifQ.AAAA"), JWS_MALFORMED);
	/* {"alg":"ES256","kid":"rsa"}, and {"alg":"RS256","kid":"who"} */
	assert_int_equal(verify("eyJhbGciOiJFUzI1NiIsImtpZCI6InJzYSJ9.eyJzdWIiOiJqb2UifQ.AAAA"),
	    JWS_ALGORITHM);
	assert_int_equal(verify("eyJhbGciOiJSUzI1NiIsImtpZCI6IndobyJ9.eyJzdWIiOiJqb2UifQ.AAAA"),
	    JWS_NO_KEY);
}

static void
test_malformed(void **state)
{
	static const char *const tokens[] = { "", ".", "..", "...", "a.b.c", "e30.e30", "e30.e30.",
		"eyJhbGciOiJub25lIn0.e30", "bnVsbA.e30.AAAA", "eyJhbGciOjF9.e30.AAAA",
		"eyJhbGciOiJub25lIn0=.e30.AAAA", " eyJhbGciOiJub25lIn0.e30.AAAA",
		"eyJhbGciOiJub25lIn0.e30.AAAA.AAAA" };

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++)
		if (verify(tokens[i]) != JWS_MALFORMED)
			fail_msg("%s passes as well formed", tokens[i]);
}

/* What is no set of keys has no key. */
static void
test_sets(void **state)
{
	static const char *const sets[] = { "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]}",
		"{\"keys\":[null,1,\"x\",[],{}]}", "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"rsa\"}]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"rsa\",\"n\":\"\",\"e\":\"\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"rsa\",\"x\":\"AA\",\"y\":\"AA\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"kid\":\"rsa\",\"k\":\"AA\"}]}" };

	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct json_object *payload = NULL, *set = json_parse(m, sets[i], strlen(sets[i]));

		assert_non_null(set);
		assert_int_equal(jws_verify(m, rs256, set, &payload), JWS_NO_KEY);
		assert_null(payload);
	}
}

/* A key is for what it says it is for. */
static void
test_use(void **state)
{
	static const struct {
		const char     *member, *value;
		enum jws_result result;
	} cases[] = {
		{ "use", "\"sig\"", JWS_OK }, { "use", "\"enc\"", JWS_NO_KEY },
		{ "key_ops", "[\"verify\"]", JWS_OK }, { "key_ops", "[\"encrypt\", 1]", JWS_NO_KEY },
		{ "alg", "\"RS256\"", JWS_OK }, { "alg", "\"PS256\"", JWS_ALGORITHM },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *set = json_parse(m, jwks, strlen(jwks)), *payload;
		struct json_object *key = json_object_array_get_idx(json_get(set, "keys"), 0);

		json_object_object_add(key, cases[i].member, json_tokener_parse(cases[i].value));
		assert_int_equal(jws_verify(m, rs256, set, &payload), cases[i].result);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_algorithm),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_not_signatures_of_ours),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_use),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
