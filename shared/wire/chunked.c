/* shared/wire/chunked.c - the aws-chunked framing of a body */
#include "shared/wire/chunked.h"

#include <string.h>

#include "shared/base/text.h"

enum { SIZE_DIGITS = 15 };

/* AT_HEADER is 0: where a zeroed struct begins. */
enum { AT_HEADER, IN_DATA, AFTER_DATA, AT_TRAILER, AT_END, BROKEN };

static enum chunked_event
broken(struct chunked *c, enum chunked_event how)
{
	c->state = BROKEN;
	return how;
}

/*
 * One line into c->line, without its CRLF and with a NUL.  False: there is no whole line yet, or
 * it is too long, or LF alone ends what is no trailer (then the state is BROKEN).
 */
static bool
take_line(struct chunked *c, const char **p, size_t *n)
{
	const char *end = *n > 0 ? memchr(*p, '\n', *n) : NULL;
	size_t      take = end != NULL ? (size_t)(end - *p) + 1 : *n;

	if (*n == 0)
		return false;
	if (c->used + take > sizeof(c->line)) {
		c->state = BROKEN;
		return false;
	}
	memcpy(c->line + c->used, *p, take);
	c->used += take;
	*p += take;
	*n -= take;
	if (end == NULL)
		return false;
	c->used--;
	if (c->used > 0 && c->line[c->used - 1] == '\r') {
		c->used--;
	} else if (c->state != AT_TRAILER) {
		c->state = BROKEN;
		return false;
	}
	c->line[c->used] = '\0';
	return true;
}

/* The extensions of a chunk's header; those other than the signature mean nothing. */
static bool
read_extensions(struct chunked *c, const char *s)
{
	static const char name[] = "chunk-signature=";

	for (; *s == ';'; s += strcspn(s, ";")) {
		s += 1 + strspn(s + 1, " ");
		if (strncmp(s, name, strlen(name)) != 0)
			continue;
		s += strlen(name);
		if (strspn(s, "0123456789abcdef") != 64 || strchr(";", s[64]) == NULL ||
		    c->signature[0] != '\0')
			return false;
		memcpy(c->signature, s, 64);
		c->signature[64] = '\0';
	}
	return *s == '\0';
}

static enum chunked_event
read_header(struct chunked *c)
{
	const char *s = c->line;
	int         digits = 0;

	c->size = 0;
	c->signature[0] = '\0';
	for (; digits < SIZE_DIGITS && text_hex_value(*s) >= 0; s++, digits++)
		c->size = c->size << 4 | text_hex_value(*s);
	if (digits == 0 || memchr(c->line, '\0', c->used) != NULL ||
	    !read_extensions(c, s))
		return broken(c, CHUNKED_BAD);
	c->used = 0;
	c->number++;
	c->left = c->size;
	c->state = IN_DATA;
	return CHUNKED_BEGIN;
}

static enum chunked_event
read_trailer(struct chunked *c)
{
	char  *colon = strchr(c->line, ':'), *value, *end = c->line + c->used;
	size_t len = c->used;

	c->trailers += len + 2;
	c->used = 0;
	if (len == 0) {
		c->state = AT_END;
		return CHUNKED_DONE;
	}
	if (colon == NULL || colon == c->line || c->trailers > CHUNKED_TRAILERS ||
	    memchr(c->line, '\0', len) != NULL)
		return broken(c, CHUNKED_BAD_TRAILER);
	*colon = '\0';
	for (char *p = c->line; p < colon; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	value = colon + 1 + strspn(colon + 1, " \t");
	while (end > value && strchr(" \t\r", end[-1]) != NULL)
		*--end = '\0';
	c->name = c->line;
	c->value = value;
	return CHUNKED_TRAILER;
}

static enum chunked_event
take_data(struct chunked *c, const char **p, size_t *n)
{
	if (c->left == 0) {
		c->state = c->size == 0 ? AT_TRAILER : AFTER_DATA;
		return CHUNKED_END;
	}
	if (*n == 0)
		return CHUNKED_MORE;
	c->data = *p;
	c->len = (uint64_t)c->left < *n ? (size_t)c->left : *n;
	c->left -= (int64_t)c->len;
	*p += c->len;
	*n -= c->len;
	return CHUNKED_DATA;
}

enum chunked_event
chunked_next(struct chunked *c, const char **p, size_t *n)
{
	if (c->state == IN_DATA)
		return take_data(c, p, n);
	if (c->state == AT_END)
		return CHUNKED_DONE;
	if (c->state == BROKEN)
		return CHUNKED_BAD;
	if (!take_line(c, p, n))
		return c->state == BROKEN ? CHUNKED_BAD : CHUNKED_MORE;
	if (c->state == AT_TRAILER)
		return read_trailer(c);
	if (c->state == AFTER_DATA) {
		if (c->used > 0)
			return broken(c, CHUNKED_BAD);
		c->state = AT_HEADER;
		return chunked_next(c, p, n);
	}
	return read_header(c);
}

void
chunked_resume(struct chunked *c)
{
	c->state = AT_TRAILER;
}
