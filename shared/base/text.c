/* shared/base/text.c - checks and conversions of text from outside */
#include "shared/base/text.h"

#include <assert.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"

bool
text_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
	const char *digits = *s == '-' ? s + 1 : s;
	char       *end;
	long long   value;

	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	value = strtoll(s, &end, 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return false;
	*out = value;
	return true;
}

const char *
text_of_i64(char room[TEXT_I64_MOST], int64_t value)
{
	char    *p = room + TEXT_I64_MOST - 1;
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

	*p = '\0';
	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		*--p = '-';
	return p;
}

bool
text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

/* The character at p, its length in *len; -1 when the bytes are no character. */
static int32_t
utf8_next(const unsigned char *p, size_t n, size_t *len)
{
	static const int32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int32_t              c = p[0];

	*len = c < 0x80 ? 1
	     : c >= 0xc2 && c < 0xe0 ? 2
	     : c >= 0xe0 && c < 0xf0 ? 3
	     : c >= 0xf0 && c < 0xf5 ? 4 : 0;
	if (*len == 0 || *len > n)
		return -1;
	if (*len == 1)
		return c;
	c &= 0x7f >> *len;
	for (size_t i = 1; i < *len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[*len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	return c;
}

bool
text_utf8(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t               len;

	for (; n > 0; p += len, n -= len)
		if (utf8_next(p, n, &len) <= 0)
			return false;
	return true;
}

bool
text_xml(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t               len;

	for (; n > 0; p += len, n -= len) {
		int32_t c = utf8_next(p, n, &len);

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return false;
		if (c == 0xfffe || c == 0xffff)
			return false;
	}
	return true;
}

static locale_t letters;

static void
open_letters(void)
{
	letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	assert(letters != (locale_t)0); /* every glibc since 2.35 has it built in */
}

bool
text_word(const char *s, const char *marks)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t                n = strlen(s), len;

	pthread_once(&once, open_letters);
	for (; n > 0; s += len, n -= len) {
		int32_t c = utf8_next((const unsigned char *)s, n, &len);

		if (c < 0 || !(iswalnum_l((wint_t)c, letters) || (c < 0x80 && strchr(marks, c) != NULL)))
			return false;
	}
	return true;
}

const char *
text_for_xml(struct mem *m, const char *s)
{
	struct buf b;

	if (s == NULL || text_xml(s, strlen(s)))
		return s;
	b = buf_new(m);
	for (size_t i = 0, n; s[i] != '\0'; i += n) {
		n = 1;
		while (((unsigned char)s[i + n] & 0xc0) == 0x80)
			n++;
		if (text_xml(s + i, n))
			buf_add(&b, s + i, n);
		else
			buf_text(&b, "\xef\xbf\xbd");
	}
	return b.data;
}

bool
text_token(const char *s)
{
	static const char of_it[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "!#$%&'*+-.^_`|~";

	return *s != '\0' && s[strspn(s, of_it)] == '\0';
}

char *
text_hex(struct mem *m, const void *p, size_t n)
{
	static const char    digits[] = "0123456789abcdef";
	const unsigned char *in = p;
	char                *s = mem_raw(m, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		s[2 * i] = digits[in[i] >> 4];
		s[2 * i + 1] = digits[in[i] & 15];
	}
	s[2 * n] = '\0';
	return s;
}

int
text_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
text_unhex(const char *s, void *out, size_t n)
{
	unsigned char *bytes = out;

	if (strlen(s) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = text_hex_value(s[2 * i]), low = text_hex_value(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

char *
text_lower(struct mem *m, const char *s)
{
	char *lower = mem_text(m, s);

	for (char *p = lower; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return lower;
}

bool
text_same_secret(const char *a, const char *b)
{
	size_t                 n = strlen(a), m = strlen(b);
	volatile unsigned char differ = n != m;

	for (size_t i = 0; i < n; i++)
		differ |= (unsigned char)(a[i] ^ b[m == 0 ? 0 : i % m]);
	return differ == 0;
}
