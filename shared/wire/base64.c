/* shared/wire/base64.c - base64 (RFC 4648) */
#include "shared/wire/base64.h"

#include <stdbool.h>
#include <string.h>

#include "shared/base/mem.h"

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static char *
encode(struct mem *m, const unsigned char *p, size_t n, const char *alphabet, bool pad)
{
	char  *out = mem_raw(m, n / 3 * 4 + 5), *o = out;
	size_t i;

	for (i = 0; i + 2 < n; i += 3) {
		*o++ = alphabet[p[i] >> 2];
		*o++ = alphabet[(p[i] & 3) << 4 | p[i + 1] >> 4];
		*o++ = alphabet[(p[i + 1] & 15) << 2 | p[i + 2] >> 6];
		*o++ = alphabet[p[i + 2] & 63];
	}
	if (i < n) {
		unsigned second = i + 1 < n ? p[i + 1] : 0;

		*o++ = alphabet[p[i] >> 2];
		*o++ = alphabet[(p[i] & 3) << 4 | second >> 4];
		if (i + 1 < n)
			*o++ = alphabet[(second & 15) << 2];
		else if (pad)
			*o++ = '=';
		if (pad)
			*o++ = '=';
	}
	*o = '\0';
	return out;
}

char *
base64_encode(struct mem *m, const void *p, size_t n)
{
	return encode(m, p, n, plain, true);
}

char *
base64url_encode(struct mem *m, const void *p, size_t n)
{
	return encode(m, p, n, for_urls, false);
}

/* The six bits of c; -1 when it is not of the alphabet. */
static int
value_of(char c, const char *alphabet)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == alphabet[62] || c == alphabet[63])
		return c == alphabet[62] ? 62 : 63;
	return -1;
}

/* len characters without padding; bits left over must be zero: each value has one spelling. */
static void *
decode(struct mem *m, const char *s, size_t len, const char *alphabet, size_t *n)
{
	unsigned char *out, *o;
	unsigned       bits = 0;
	int            have = 0;

	if (len % 4 == 1)
		return NULL;
	o = out = mem_raw(m, len / 4 * 3 + 3);
	for (size_t i = 0; i < len; i++) {
		int v = value_of(s[i], alphabet);

		if (v < 0)
			return NULL;
		bits = (bits << 6 | (unsigned)v) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			*o++ = (unsigned char)(bits >> have);
		}
	}
	if ((bits & ((1u << have) - 1)) != 0)
		return NULL;
	*o = '\0';
	*n = (size_t)(o - out);
	return out;
}

static size_t
without_padding(const char *s, size_t len)
{
	size_t pad = 0;

	while (pad < 2 && pad < len && s[len - 1 - pad] == '=')
		pad++;
	return len - pad;
}

void *
base64_decode(struct mem *m, const char *s, size_t *n)
{
	size_t len = strlen(s);

	return len % 4 != 0 ? NULL : decode(m, s, without_padding(s, len), plain, n);
}

void *
base64url_decode(struct mem *m, const char *s, size_t *n)
{
	size_t len = strlen(s), bare = without_padding(s, len);

	if (bare != len && len % 4 != 0)
		return NULL;
	return decode(m, s, bare, for_urls, n);
}
