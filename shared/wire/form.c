/* shared/wire/form.c - multipart/form-data, as browsers send forms */
#include "shared/wire/form.h"

#include <string.h>
#include <strings.h>

enum { MOST_HEADERS = 16 };

enum { PREAMBLE, AFTER_MARK, IN_HEADERS, IN_DATA, COMPLETE, BROKEN };

static enum form_event
broken(struct form *f)
{
	f->state = BROKEN;
	return FORM_BAD;
}

/*
 * The value of a parameter at s, in quotes or not, into out (FORM_LINE bytes).  Only a quote is
 * escaped: some browsers send paths with backslashes.  Returns what follows it.
 */
static const char *
read_value(const char *s, char *out)
{
	size_t n = 0;

	if (*s != '"') {
		n = strcspn(s, "; \t");
		memcpy(out, s, n);
		out[n] = '\0';
		return s + n;
	}
	for (s++; *s != '\0' && *s != '"'; s++) {
		if (*s == '\\' && s[1] == '"')
			s++;
		out[n++] = *s;
	}
	out[n] = '\0';
	return *s == '"' ? s + 1 : s;
}

/* The next of "; name=value"; false: there is none. */
static bool
next_parameter(const char **s, char *name, size_t room, char *value)
{
	size_t n;

	*s += strcspn(*s, ";");
	*s += strspn(*s, "; \t");
	n = strcspn(*s, "=; \t");
	if (n == 0 || n >= room || (*s)[n] != '=')
		return false;
	memcpy(name, *s, n);
	name[n] = '\0';
	*s = read_value(*s + n + 1, value);
	return true;
}

bool
form_start(struct form *f, const char *content_type)
{
	static const char type[] = "multipart/form-data";
	const char       *s = content_type;
	char              name[16];

	*f = (struct form){ .state = BROKEN };
	if (s == NULL || strncasecmp(s, type, strlen(type)) != 0 || strlen(s) >= FORM_LINE)
		return false;
	while (next_parameter(&s, name, sizeof(name), f->line)) {
		size_t n = strlen(f->line);

		if (strcasecmp(name, "boundary") != 0)
			continue;
		if (n == 0 || n > FORM_BOUNDARY || strpbrk(f->line, "\r\n") != NULL)
			return false;
		memcpy(f->mark, "\r\n--", 4);
		memcpy(f->mark + 4, f->line, n + 1);
		f->mark_len = n + 4;
		f->matched = 2; /* the first one has no line before it */
		f->state = PREAMBLE;
		return true;
	}
	return false;
}

/*
 * Bytes up to the mark.  What looked like its beginning and was none is data, too, and comes out of
 * the struct: only its first byte can be a CR, so that no second beginning lies within it.
 */
static enum form_event
read_data(struct form *f, const char **p, size_t *n)
{
	const char *cr;

	while (*n > 0 && f->matched > 0 && f->matched < f->mark_len) {
		if (**p != f->mark[f->matched]) {
			f->data = f->mark;
			f->len = f->matched;
			f->matched = 0;
			return FORM_DATA;
		}
		f->matched++;
		++*p;
		--*n;
	}
	if (f->matched == f->mark_len) {
		bool data = f->state == IN_DATA;

		f->matched = f->used = 0;
		f->state = AFTER_MARK;
		return data ? FORM_END : FORM_MORE;
	}
	if (*n == 0)
		return FORM_MORE;
	cr = memchr(*p, '\r', *n);
	f->data = *p;
	f->len = cr != NULL ? (size_t)(cr - *p) : *n;
	f->matched = cr != NULL;
	*p += f->len + f->matched;
	*n -= f->len + f->matched;
	return FORM_DATA;
}

/* One line into f->line, without its CRLF; false: none yet, or it is too long (then BROKEN). */
static bool
take_line(struct form *f, const char **p, size_t *n)
{
	const char *end = *n > 0 ? memchr(*p, '\n', *n) : NULL;
	size_t      take = end != NULL ? (size_t)(end - *p) + 1 : *n;

	if (f->used + take > sizeof(f->line)) {
		f->state = BROKEN;
		return false;
	}
	memcpy(f->line + f->used, *p, take);
	f->used += take;
	*p += take;
	*n -= take;
	if (end == NULL)
		return false;
	f->used--;
	if (f->used > 0 && f->line[f->used - 1] == '\r')
		f->used--;
	f->line[f->used] = '\0';
	if (strlen(f->line) != f->used)
		f->state = BROKEN;
	f->used = 0;
	return f->state != BROKEN;
}

static bool
read_disposition(struct form *f, const char *s)
{
	char name[16];

	if (strncasecmp(s, "form-data", strlen("form-data")) != 0)
		return false;
	while (next_parameter(&s, name, sizeof(name), f->type)) {
		if (strcasecmp(name, "name") == 0) {
			memcpy(f->name, f->type, sizeof(f->name));
			f->has_name = true;
		} else if (strcasecmp(name, "filename") == 0) {
			memcpy(f->filename, f->type, sizeof(f->filename));
			f->has_filename = true;
		}
	}
	f->type[0] = '\0';
	return f->has_name;
}

static bool
read_header(struct form *f)
{
	char *colon = strchr(f->line, ':'), *value;
	char  type[FORM_LINE];

	if (colon == NULL || ++f->headers > MOST_HEADERS)
		return false;
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	if (strcasecmp(f->line, "Content-Disposition") == 0) {
		memcpy(type, f->type, sizeof(type));
		if (f->has_name || !read_disposition(f, value))
			return false;
		memcpy(f->type, type, sizeof(f->type));
	} else if (strcasecmp(f->line, "Content-Type") == 0) {
		memcpy(f->type, value, strlen(value) + 1);
	}
	return true;
}

/* What follows a mark on its line: nothing, or two dashes that end the form. */
static enum form_event
after_mark(struct form *f, const char **p, size_t *n)
{
	while (*n > 0 && f->used < 2) {
		f->line[f->used++] = *(*p)++;
		--*n;
	}
	if (f->used < 2)
		return FORM_MORE;
	if (memcmp(f->line, "--", 2) == 0) {
		f->state = COMPLETE;
		return FORM_DONE;
	}
	if (memcmp(f->line, "\r\n", 2) != 0)
		return broken(f);
	f->used = f->headers = 0;
	f->has_name = f->has_filename = false;
	f->name[0] = f->filename[0] = f->type[0] = '\0';
	f->state = IN_HEADERS;
	return FORM_MORE;
}

static enum form_event
read_headers(struct form *f, const char **p, size_t *n)
{
	while (take_line(f, p, n)) {
		if (f->line[0] == '\0') {
			if (!f->has_name)
				return broken(f);
			f->state = IN_DATA;
			/* An empty field has nothing between its headers and the mark but the CRLF. */
			f->matched = 0;
			return FORM_FIELD;
		}
		if (!read_header(f))
			return broken(f);
	}
	return f->state == BROKEN ? FORM_BAD : FORM_MORE;
}

enum form_event
form_next(struct form *f, const char **p, size_t *n)
{
	enum form_event event;

	do {
		switch (f->state) {
		case PREAMBLE:
			event = read_data(f, p, n);
			if (event == FORM_DATA) /* nobody wants it */
				event = FORM_MORE;
			break;
		case AFTER_MARK:
			event = after_mark(f, p, n);
			break;
		case IN_HEADERS:
			event = read_headers(f, p, n);
			break;
		case IN_DATA:
			event = read_data(f, p, n);
			if (event == FORM_DATA && f->len == 0)
				event = FORM_MORE;
			break;
		case COMPLETE:
			return FORM_DONE;
		default:
			return FORM_BAD;
		}
	} while (event == FORM_MORE && *n > 0);
	return event;
}
