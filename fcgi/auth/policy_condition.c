/* fcgi/auth/policy_condition.c - condition operators of policies */
#include <arpa/inet.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "fcgi/auth/policy.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"

enum { IP_BYTES = 16, IP_BITS = 8 * IP_BYTES, IP4_BITS = 32 };

enum type { STRING, STRING_ANY_CASE, STRING_LIKE, NUMBER, DATE, BOOLEAN, BINARY, ADDRESS, ARN,
	ABSENT };

/* How the request's value stands to the policy's; only numbers and dates have an order. */
enum relation { EQUAL, LESS, AT_MOST, GREATER, AT_LEAST };

/* "IAM JSON policy elements: Condition operators", IAM User Guide. */
struct policy_operator {
	const char   *name;
	enum type     type;
	enum relation relation;
	bool          negated;
};

static const struct policy_operator operators[] = {
	{ "StringEquals", STRING, EQUAL, false },
	{ "StringNotEquals", STRING, EQUAL, true },
	{ "StringEqualsIgnoreCase", STRING_ANY_CASE, EQUAL, false },
	{ "StringNotEqualsIgnoreCase", STRING_ANY_CASE, EQUAL, true },
	{ "StringLike", STRING_LIKE, EQUAL, false },
	{ "StringNotLike", STRING_LIKE, EQUAL, true },
	{ "NumericEquals", NUMBER, EQUAL, false },
	{ "NumericNotEquals", NUMBER, EQUAL, true },
	{ "NumericLessThan", NUMBER, LESS, false },
	{ "NumericLessThanEquals", NUMBER, AT_MOST, false },
	{ "NumericGreaterThan", NUMBER, GREATER, false },
	{ "NumericGreaterThanEquals", NUMBER, AT_LEAST, false },
	{ "DateEquals", DATE, EQUAL, false },
	{ "DateNotEquals", DATE, EQUAL, true },
	{ "DateLessThan", DATE, LESS, false },
	{ "DateLessThanEquals", DATE, AT_MOST, false },
	{ "DateGreaterThan", DATE, GREATER, false },
	{ "DateGreaterThanEquals", DATE, AT_LEAST, false },
	{ "Bool", BOOLEAN, EQUAL, false },
	{ "BinaryEquals", BINARY, EQUAL, false },
	{ "IpAddress", ADDRESS, EQUAL, false },
	{ "NotIpAddress", ADDRESS, EQUAL, true },
	{ "ArnEquals", ARN, EQUAL, false },
	{ "ArnLike", ARN, EQUAL, false },
	{ "ArnNotEquals", ARN, EQUAL, true },
	{ "ArnNotLike", ARN, EQUAL, true },
	{ "Null", ABSENT, EQUAL, false },
};

const struct policy_operator *
policy_operator_named(const char *name, size_t n)
{
	for (size_t i = 0; i < COUNT(operators); i++)
		if (strlen(operators[i].name) == n && strncmp(operators[i].name, name, n) == 0)
			return &operators[i];
	return NULL;
}

static bool
related(enum relation how, double difference)
{
	switch (how) {
	case EQUAL:
		return fpclassify(difference) == FP_ZERO;
	case LESS:
		return difference < 0;
	case AT_MOST:
		return difference <= 0;
	case GREATER:
		return difference > 0;
	case AT_LEAST:
		return difference >= 0;
	}
	return false;
}

static bool
read_number(const char *s, double *out)
{
	char *end;

	/* Decimal only: strtod also reads 0x10, inf and nan. */
	if (*s == '\0' || s[strspn(s, "0123456789+-.eE")] != '\0')
		return false;
	*out = strtod(s, &end);
	return *end == '\0' && isfinite(*out);
}

/* ISO 8601, a date alone, or seconds since 1970. */
static bool
read_date(struct mem *m, const char *s, int64_t *out)
{
	int64_t seconds;

	if (text_i64(s, INT64_MIN / SECOND, INT64_MAX / SECOND, &seconds)) {
		*out = seconds * SECOND;
		return true;
	}
	return clock_parse_iso(s, out) ||
	    clock_parse_iso(mem_fmt(m, "%sT00:00:00Z", s), out) ||
	    clock_parse_iso(mem_fmt(m, "%sZ", s), out);
}

/* As IPv6, IPv4 mapped into it. *bits: of the prefix that counts. */
static bool
read_address(struct mem *m, const char *s, unsigned char out[IP_BYTES], int64_t *bits)
{
	const char     *slash = strchr(s, '/');
	const char     *address = slash != NULL ? mem_text_n(m, s, (size_t)(slash - s)) : s;
	struct in_addr  v4;
	struct in6_addr v6;
	int64_t         most = IP_BITS;

	memset(out, 0, IP_BYTES);
	if (inet_pton(AF_INET, address, &v4) == 1) {
		out[10] = out[11] = 0xff;
		memcpy(out + 12, &v4, sizeof(v4));
		most = IP4_BITS;
	} else if (inet_pton(AF_INET6, address, &v6) == 1) {
		memcpy(out, &v6, IP_BYTES);
	} else {
		return false;
	}
	*bits = most;
	if (slash != NULL && !text_i64(slash + 1, 0, most, bits))
		return false;
	*bits += IP_BITS - most;
	return true;
}

static bool
within(struct mem *m, const char *address, const char *range)
{
	unsigned char a[IP_BYTES], b[IP_BYTES];
	int64_t       whole, bits;

	if (!read_address(m, address, a, &whole) || !read_address(m, range, b, &bits))
		return false;
	for (int64_t i = 0; i < bits; i++)
		if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8)) & 1)
			return false;
	return true;
}

/* Each of the six parts by itself; the last holds what colons are left. */
static bool
same_arn(struct mem *m, const char *pattern, const char *arn)
{
	for (int part = 0; part < 5; part++) {
		const char *p = strchr(pattern, ':'), *a = strchr(arn, ':');

		if (p == NULL || a == NULL ||
		    !policy_match_expanded(mem_text_n(m, pattern, (size_t)(p - pattern)),
		    mem_text_n(m, arn, (size_t)(a - arn)), false))
			return false;
		pattern = p + 1;
		arn = a + 1;
	}
	return policy_match_expanded(pattern, arn, false);
}

static bool
same_bytes(struct mem *m, const char *a, const char *b)
{
	size_t      n, k;
	const void *p = base64_decode(m, a, &n), *q = base64_decode(m, b, &k);

	return p != NULL && q != NULL && n == k && memcmp(p, q, n) == 0;
}

static bool
matches(struct mem *m, const struct policy *p, const struct policy_operator *op,
    const struct policy_request *r, const char *value, const char *is)
{
	bool        wild = op->type == STRING_LIKE || op->type == ARN;
	const char *text = value;
	double      a, b;
	int64_t     at, then;

	if ((wild || op->type == STRING || op->type == STRING_ANY_CASE) &&
	    (text = policy_expand(m, p, r, value, wild)) == NULL)
		return false;
	switch (op->type) {
	case STRING:
		return strcmp(text, is) == 0;
	case STRING_ANY_CASE:
		return strcasecmp(text, is) == 0;
	case STRING_LIKE:
		return policy_match_expanded(text, is, false);
	case ARN:
		return same_arn(m, text, is);
	case NUMBER:
		return read_number(value, &a) && read_number(is, &b) && related(op->relation, b - a);
	case DATE:
		return read_date(m, value, &at) && read_date(m, is, &then) &&
		    related(op->relation, then < at ? -1 : then > at);
	case BOOLEAN:
		return strcasecmp(value, is) == 0;
	case BINARY:
		return same_bytes(m, value, is);
	case ADDRESS:
		return within(m, is, value);
	case ABSENT:
		break;
	}
	return false;
}

const char *
policy_bad_value(struct mem *m, const struct policy_condition *c)
{
	unsigned char address[IP_BYTES];
	double        number;
	int64_t       n;

	for (size_t i = 0; i < c->values.n; i++) {
		const char *value = c->values.list[i];
		bool        bad = false;

		if (c->op->type == NUMBER)
			bad = !read_number(value, &number);
		if (c->op->type == DATE)
			bad = !read_date(m, value, &n);
		if (c->op->type == ADDRESS)
			bad = !read_address(m, value, address, &n);
		if (c->op->type == BOOLEAN || c->op->type == ABSENT)
			bad = strcasecmp(value, "true") != 0 && strcasecmp(value, "false") != 0;
		if (bad)
			return mem_fmt(m, "Could not parse the policy: Invalid value for condition operator "
			    "%s : %s", c->operator_name, value);
	}
	return NULL;
}

/* Does one value of the request satisfy the operator? A negated one: none of the policy's is it. */
static bool
satisfied(struct mem *m, const struct policy *p, const struct policy_condition *c,
    const struct policy_request *r, const char *is)
{
	for (size_t i = 0; i < c->values.n; i++)
		if (matches(m, p, c->op, r, c->values.list[i], is))
			return !c->op->negated;
	return c->op->negated;
}

bool
policy_condition_holds(struct mem *m, const struct policy *p, const struct policy_condition *c,
    const struct policy_request *r)
{
	struct policy_texts is = { 0 };
	bool                there = r->values != NULL && r->values(r->arg, c->key, &is) && is.n > 0;
	size_t              n = 0;

	if (c->op->type == ABSENT) {
		for (size_t i = 0; i < c->values.n; i++)
			if ((strcasecmp(c->values.list[i], "true") == 0) != there)
				return true;
		return false;
	}
	if (!there)
		return c->if_exists || c->set == POLICY_ALL_VALUES ||
		    (c->op->negated && c->set == POLICY_ONE);
	for (size_t i = 0; i < is.n; i++)
		n += satisfied(m, p, c, r, is.list[i]);
	return c->set == POLICY_ALL_VALUES ? n == is.n : n > 0;
}

bool
policy_condition_pins(const struct policy_condition *c)
{
	return !c->op->negated && !c->if_exists && c->set != POLICY_ALL_VALUES &&
	    c->op->type != ABSENT;
}

int64_t
policy_range_bits(struct mem *m, const char *range, bool *v4)
{
	unsigned char address[IP_BYTES];
	int64_t       bits;

	if (!read_address(m, range, address, &bits))
		return 0;
	*v4 = strchr(range, ':') == NULL;
	return *v4 ? bits - (IP_BITS - IP4_BITS) : bits;
}
