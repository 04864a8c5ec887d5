/* tests/fuzz/fuzz_text.c - small things that come as text: a letter says what the rest is */
#include "tests/fuzz/fuzz.h"

#include "fcgi/auth/client.h"
#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/version.h"
#include "fcgi/call.h"
#include "fcgi/proto/accept.h"
#include "fcgi/route.h"
#include "shared/base/conf.h"
#include "shared/base/duration.h"
#include "shared/base/text.h"
#include "shared/core/oidc.h"
#include "shared/wire/base64.h"
#include "shared/wire/json.h"

/* Strict base64 has one way to write its bytes. */
static void
try_base64(struct mem *m, const char *s)
{
	size_t n;
	void  *p = base64_decode(m, s, &n);

	if (p != NULL)
		assert(strcmp(base64_encode(m, p, n), s) == 0);
	p = base64url_decode(m, s, &n);
	if (p != NULL)
		assert(strncmp(base64url_encode(m, p, n), s, n * 8 / 6) == 0);
}

static void
try_numbers(struct mem *m, const char *s)
{
	int64_t       i, again;
	unsigned char bytes[16];

	if (text_i64(s, -1000, 1000, &i))
		assert(i >= -1000 && i <= 1000);
	if (duration_parse(s, &i))
		assert(duration_parse(duration_text(m, i), &again) && again == i);
	if (text_unhex(s, bytes, sizeof(bytes)))
		assert(strcmp(text_hex(m, bytes, sizeof(bytes)), text_lower(m, s)) == 0);
	text_token(s);
	if (text_xml(s, strlen(s)))
		assert(text_utf8(s, strlen(s)));
}

static void
try_names(const char *s)
{
	if (s3_bucket_name_valid(s))
		assert(strlen(s) >= 3 && strlen(s) <= 63 && text_utf8(s, strlen(s)));
	s3_region_valid(s);
	s3_version_valid(s);
	accept_takes(s, "application/json");
}

/* Host, path and where it comes from, line by line. */
static void
try_address(struct task *t, const char *s)
{
	static const struct conf  conf = { .domain = "mock.example", .web_port_first = 30000,
		.web_port_last = 30010, .proxies = "127.0.0.1, ::1" };
	static const struct world world = { .conf = &conf };
	size_t                    host = strcspn(s, "\n"), path = strcspn(s + host, "/");
	char                     *params[] = { NULL, NULL };
	struct request            r = { .params = params, .host = mem_text_n(t->mem, s, host),
		.scheme = "http", .remote = "127.0.0.1", .path = s + host + path, .port = 80 };
	struct call               c = { .task = t, .world = &world, .req = &r };
	const char               *key;

	params[0] = mem_fmt(t->mem, "HTTP_X_FORWARDED_FOR=%s", r.host);
	assert(client_exact(&c) != NULL && client_address(&c) != NULL);
	route(&c, &key);
	assert(c.service != NULL && c.path != NULL && c.base_url != NULL);
	assert(key == NULL || route_is_environment(key, strlen(key)));
}

static void
try_claims(struct mem *m, const char *s)
{
	static const struct oidc_expected e = { "https://issuer.example", "client", "nonce",
		INT64_C(1763884800) * 1000000 };
	struct json_object               *j = json_parse(m, s, strlen(s));

	if (j != NULL)
		oidc_check_claims(m, j, &e);
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	if (n == 0)
		return;
	switch (*p++) {
	case 'b':
		try_base64(t->mem, p);
		break;
	case 'i':
		try_numbers(t->mem, p);
		break;
	case 'n':
		try_names(p);
		break;
	case 'a':
		try_address(t, p);
		break;
	case 'c':
		try_claims(t->mem, p);
		break;
	default:
		break;
	}
}
