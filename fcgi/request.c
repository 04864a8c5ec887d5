/* fcgi/request.c - an HTTP request as the web server hands it over */
#include "fcgi/request.h"

#include <string.h>

#include "shared/base/id.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"

#define ID_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
enum { ID_LENGTH = 16, READ_STEP = 16 * 1024, READ_AT_ONCE = 1 << 20 };

/* The value of a CGI variable; NULL when there is none. */
static const char *
param(const struct request *r, const char *name)
{
	size_t n = strlen(name);

	for (char **p = r->params; *p != NULL; p++)
		if ((*p)[0] == name[0] && strncmp(*p, name, n) == 0 && (*p)[n] == '=')
			return *p + n + 1;
	return NULL;
}

static char
cgi_letter(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
}

/* Does the variable begin with name, as CGI spells a header?  Up to n letters of it. */
static bool
spells(const char *variable, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (variable[i] != cgi_letter(name[i]))
			return false;
	return true;
}

bool
request_same_header(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0' && cgi_letter(*a) == cgi_letter(*b))
		a++, b++;
	return *a == *b;
}

static bool
is_header(const char *v)
{
	return v[0] == 'H' && v[1] == 'T' && v[2] == 'T' && v[3] == 'P' && v[4] == '_';
}

const char *
request_header(const struct request *r, const char *name)
{
	size_t n = strlen(name);
	char   first;

	/* The two that CGI gives without a prefix (RFC 3875, 4.1). */
	if (strcmp(name, "content-type") == 0)
		return param(r, "CONTENT_TYPE");
	if (strcmp(name, "content-length") == 0)
		return param(r, "CONTENT_LENGTH");
	/* Asked some sixty times for one request: the first letter rules most variables out. */
	first = cgi_letter(name[0]);
	for (char **p = r->params; *p != NULL; p++)
		if (is_header(*p) && (*p)[5] == first && spells(*p + 5, name, n) &&
		    (*p)[5 + n] == '=')
			return *p + 5 + n + 1;
	return NULL;
}

void
request_headers(const struct request *r, struct mem *m, const char *prefix,
    void (*each)(void *arg, const char *name, const char *value), void *arg)
{
	size_t n = strlen(prefix);

	for (char **p = r->params; *p != NULL; p++) {
		const char *equals = strchr(*p, '=');
		char       *name;

		if (!is_header(*p) || !spells(*p + 5, prefix, n) || equals == NULL)
			continue;
		name = mem_text_n(m, *p + 5, (size_t)(equals - *p) - 5);
		for (char *c = name; *c != '\0'; c++)
			if (*c == '_')
				*c = '-';
		each(arg, text_lower(m, name), equals + 1);
	}
}

const char *
request_arg(const struct request *r, const char *name)
{
	return uri_query_get(&r->args, name);
}

bool
request_body(struct task *t, struct request *r, size_t most, struct buf *out)
{
	(void)t;
	if (r->length > 0 && (uint64_t)r->length > most)
		return false;
	/* Believe a length that was announced, but not with a large piece of memory at once. */
	if (r->length > 0)
		buf_reserve(out, r->length < READ_AT_ONCE ? (size_t)r->length : READ_AT_ONCE);
	for (;;) {
		size_t room, got;

		if (out->cap - out->len < 2)
			buf_reserve(out, READ_STEP);
		room = out->cap - out->len - 1;
		got = r->read(r, out->data + out->len, room);
		out->len += got;
		out->data[out->len] = '\0';
		if (got == 0)
			return !r->short_body;
		if (out->len > most)
			return false;
	}
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static void
parse_target(struct task *t, struct request *r)
{
	const char *question;

	r->target = or_empty(param(r, "REQUEST_URI"));
	question = strchr(r->target, '?');
	r->path = r->target;
	r->query = "";
	if (question != NULL) {
		r->path = mem_text_n(t->mem, r->target, (size_t)(question - r->target));
		r->query = question + 1;
	}
	r->malformed = r->path[0] != '/' || !uri_query_parse(t->mem, r->query, &r->args);
}

static const char *
parse_scheme(const struct request *r)
{
	const char *scheme = param(r, "REQUEST_SCHEME"), *https = param(r, "HTTPS");

	if ((scheme != NULL && strcmp(scheme, "https") == 0) ||
	    (https != NULL && strcmp(https, "on") == 0))
		return "https";
	return "http";
}

void
request_parse(struct task *t, struct request *r)
{
	const char *length = param(r, "CONTENT_LENGTH");

	r->id = id_text(&t->ids, t->mem, ID_UPPER, ID_LENGTH);
	r->args = (struct uri_query){ 0 };
	r->method = or_empty(param(r, "REQUEST_METHOD"));
	parse_target(t, r);
	r->scheme = parse_scheme(r);
	r->host = or_empty(param(r, "HTTP_HOST"));
	r->remote = or_empty(param(r, "REMOTE_ADDR"));
	r->last_modified_as = param(r, "MF_LAST_MODIFIED_AS");
	r->port = 0;
	text_i64(or_empty(param(r, "SERVER_PORT")), 0, 65535, &r->port);
	r->length = -1;
	if (length != NULL && *length != '\0' && !text_i64(length, 0, INT64_MAX, &r->length))
		r->malformed = true;
}
