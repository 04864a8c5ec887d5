/* shared/wire/enc_text.c - text in XML */
#include "shared/wire/enc_text.h"

#include <stddef.h>

#include "shared/base/buf.h"
#include "shared/base/text.h"

static void
xml_escape(struct buf *b, unsigned char c, bool attribute)
{
	if (c == '&')
		buf_text(b, "&amp;");
	else if (c == '<')
		buf_text(b, "&lt;");
	else if (c == '>')
		buf_text(b, "&gt;");
	else if (c == '"')
		buf_text(b, "&quot;");
	else if ((c == '\n' || c == '\t') && !attribute)
		buf_char(b, (char)c);
	else
		buf_fmt(b, "&#%d;", c);
}

static bool
is_markup(char c)
{
	return c == '&' || c == '<' || c == '>' || c == '"';
}

/* How many bytes at s are ASCII that stands in XML as it is: mostly all of them. */
static size_t
xml_plain(const char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && !is_markup(s[n]))
		n++;
	return n;
}

/*
 * XML 1.0 has no way to hold most control characters.  S3 writes references to them (&#x1;), which
 * no parser takes; here they are replaced.
 */
void
enc_xml_text(struct buf *b, const char *text, bool attribute)
{
	const char *s = text;
	size_t      plain = xml_plain(s);

	buf_add(b, s, plain);
	if (s[plain] == '\0')
		return;
	s = text_for_xml(b->mem, s + plain);
	while (*s != '\0') {
		plain = 0;
		while ((unsigned char)s[plain] >= 0x20 && !is_markup(s[plain]))
			plain++;
		buf_add(b, s, plain);
		s += plain;
		if (*s != '\0')
			xml_escape(b, (unsigned char)*s++, attribute);
	}
}
