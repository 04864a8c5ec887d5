/* shared/wire/encoded_word.c - header values that are not ASCII, as RFC 2047 writes them */
#include "shared/wire/encoded_word.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"

static const char START[] = "=?UTF-8?";
static const char END[] = "?=";
static const char REPLACEMENT[] = "\xef\xbf\xbd"; /* U+FFFD stands for what could not be read */

static bool
is_control(unsigned char ch)
{
	return (ch < 0x20 && ch != '\t') || ch == 0x7f;
}

static bool
printable(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (is_control((unsigned char)*p))
			return false;
	return strstr(s, REPLACEMENT) == NULL;
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

static const char *
quoted(struct mem *m, const char *s)
{
	struct buf b = buf_new(m);

	buf_text(&b, START);
	buf_text(&b, "Q?");
	for (; *s != '\0'; s++) {
		unsigned char ch = (unsigned char)*s;

		if (ch == ' ')
			buf_char(&b, '_');
		else if (ch >= 0x80 || strchr("=?_", ch) != NULL)
			buf_fmt(&b, "=%02X", ch);
		else
			buf_char(&b, (char)ch);
	}
	buf_text(&b, END);
	return b.data;
}

const char *
encoded_word(struct mem *m, const char *s)
{
	if (!printable(s))
		return mem_fmt(m, "%sB?%s%s", START, base64_encode(m, s, strlen(s)), END);
	return is_ascii(s) ? s : quoted(m, s);
}

/* NULL: the n bytes are not in Q, or hold a zero byte. */
static const char *
unquoted(struct mem *m, const char *s, size_t n)
{
	struct buf b = buf_new(m);

	buf_text(&b, "");
	for (size_t i = 0; i < n; i++) {
		int high, low;

		if (s[i] != '=') {
			buf_char(&b, s[i] == '_' ? ' ' : s[i]);
			continue;
		}
		high = i + 2 < n ? text_hex_value(s[i + 1]) : -1;
		low = i + 2 < n ? text_hex_value(s[i + 2]) : -1;
		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return NULL;
		buf_char(&b, (char)(high << 4 | low));
		i += 2;
	}
	return b.data;
}

static const char *
from_base64(struct mem *m, const char *s, size_t n)
{
	const char *bytes = base64_decode(m, mem_text_n(m, s, n), &n);

	return bytes != NULL && memchr(bytes, '\0', n) == NULL ? mem_text_n(m, bytes, n) : NULL;
}

const char *
encoded_word_read(struct mem *m, const char *s)
{
	size_t      start = strlen(START), end = strlen(END), n = strlen(s);
	const char *text = NULL, *inner = s + start + 2;

	if (n < start + 2 + end || strncasecmp(s, START, start) != 0 || s[start + 1] != '?' ||
	    strcmp(s + n - end, END) != 0)
		return NULL;
	n -= start + 2 + end;
	if (s[start] == 'Q' || s[start] == 'q')
		text = unquoted(m, inner, n);
	else if (s[start] == 'B' || s[start] == 'b')
		text = from_base64(m, inner, n);
	return text != NULL && text_utf8(text, strlen(text)) && printable(text) ? text : NULL;
}
