/* fcgi/auth/sigv4_read.c - where the signature stands in a request, and what it says */
#include <string.h>

#include "fcgi/auth/sigv4_parts.h"
#include "fcgi/call.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { MAX_SIGNED_HEADERS = 100, MAX_EXPIRES_S = 7 * 24 * 60 * 60 };

/* The request and where its mistakes go. */
struct reader {
	struct call               *c;
	const struct sigv4_faults *f;
	struct sigv4              *s;
	const struct fault        *malformed;
	const char                *where; /* begins the sentence about a mistake */
};

static const struct fault *
either(const struct fault *own, const struct fault *instead)
{
	return own != NULL ? own : instead;
}

static _Noreturn void
bad(const struct reader *r, const char *what)
{
	task_throw(r->c->task, r->malformed, "%s%s", r->where, what);
}

/* Cut the last part, after the last slash, off text. */
static const char *
cut_last(struct mem *m, const char *text, size_t *len)
{
	size_t end = *len, start = end;

	while (start > 0 && text[start - 1] != '/')
		start--;
	if (start == 0)
		return NULL;
	*len = start - 1;
	return mem_text_n(m, text + start, end - start);
}

/* From the right, since a key may hold slashes. */
bool
sigv4_credential(struct mem *m, struct sigv4 *s, const char *text)
{
	size_t len = strlen(text);

	s->terminator = cut_last(m, text, &len);
	s->service = s->terminator != NULL ? cut_last(m, text, &len) : NULL;
	s->region = s->service != NULL ? cut_last(m, text, &len) : NULL;
	s->date = s->region != NULL ? cut_last(m, text, &len) : NULL;
	if (s->date == NULL || len == 0)
		return false;
	s->access_key_id = mem_text_n(m, text, len);
	s->scope = mem_text(m, text + len + 1);
	return true;
}

static void
read_credential(struct reader *r, const char *text)
{
	if (!sigv4_credential(r->c->task->mem, r->s, text))
		bad(r, "the Credential is mal-formed; expecting "
		    "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
}

/* "host;x-amz-date": apart. */
static void
read_signed_headers(struct reader *r, const char *list)
{
	struct mem *m = r->c->task->mem;
	const char **names;
	size_t       most = 2, n = 0;

	for (const char *p = list; *p != '\0'; p++)
		most += *p == ';';
	if (*list == '\0' || most > MAX_SIGNED_HEADERS)
		bad(r, "the SignedHeaders are mal-formed.");
	names = mem_array(m, const char *, most);
	for (const char *p = list; *p != '\0';) {
		size_t len = strcspn(p, ";");

		if (len == 0)
			bad(r, "the SignedHeaders are mal-formed.");
		names[n++] = text_lower(m, mem_text_n(m, p, len));
		p += len + (p[len] == ';');
	}
	r->s->signed_list = list;
	r->s->signed_headers = names;
}

static void
read_signature(struct reader *r, const char *text)
{
	unsigned char bytes[32];

	if (!text_unhex(text, bytes, sizeof(bytes)))
		bad(r, "the Signature is mal-formed.");
	r->s->signature = text_lower(r->c->task->mem, text);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

enum { CREDENTIAL, SIGNED_HEADERS, SIGNATURE, COMPONENTS };

static const char *const components[COMPONENTS] = { "Credential", "SignedHeaders", "Signature" };

/* One of them, name=value. */
static void
read_component(struct reader *r, const char *text, const char **values)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL || strchr(equals + 1, '=') != NULL)
		bad(r, mem_fmt(r->c->task->mem, "the authorization component \"%s\" is malformed.",
		    text));
	for (size_t i = 0; i < COMPONENTS; i++)
		if (strlen(components[i]) == (size_t)(equals - text) &&
		    text_starts(text, components[i]))
			values[i] = equals + 1;
}

/*
 * The values in "Credential=.., SignedHeaders=..,Signature=..", in any order.  What S3 says was
 * reported: github.com/robmcvey/cakephp-amazon-s3 15, zendesk/apt-s3 10, versity/versitygw 1425.
 */
static void
read_components(struct reader *r, const char *list, const char **values)
{
	struct mem *m = r->c->task->mem;
	const char *texts[COMPONENTS];
	size_t      n = 0, len;

	for (; *list != '\0'; list += len + (list[len] == ',')) {
		size_t skip = strspn(list, " \t"), end = len = strcspn(list, ",");

		while (end > skip && is_space(list[end - 1]))
			end--;
		if (end > skip && n++ < COMPONENTS)
			texts[n - 1] = mem_text_n(m, list + skip, end - skip);
	}
	if (n != COMPONENTS)
		bad(r, "the authorization header requires three components: Credential, SignedHeaders, "
		    "and Signature.");
	for (size_t i = 0; i < COMPONENTS; i++)
		read_component(r, texts[i], values);
	for (size_t i = 0; i < COMPONENTS; i++)
		if (values[i] == NULL)
			bad(r, mem_fmt(m, "missing %s.", components[i]));
}

static void
read_header(struct reader *r, const char *header)
{
	const char *values[COMPONENTS] = { NULL };
	size_t      n = strlen(ALGORITHM);

	r->malformed = r->f->malformed;
	r->where = "The authorization header is malformed; ";
	if (!text_starts(header, ALGORITHM) || (header[n] != '\0' && !is_space(header[n])))
		task_throw(r->c->task, either(text_starts(header, "AWS ") ? r->f->version_2 : NULL,
		    either(r->f->unsupported, r->f->malformed)), NULL);
	read_components(r, header + n, values);
	read_credential(r, values[CREDENTIAL]);
	read_signed_headers(r, values[SIGNED_HEADERS]);
	read_signature(r, values[SIGNATURE]);
}

/* A Date as HTTP has it, or as mail has it, which is what botocore writes. */
static bool
parse_date(const char *date, int64_t *at)
{
	return clock_parse_http(date, at) || clock_parse_mail(date, at);
}

/* When it was signed: x-amz-date, or else Date in any of its forms. */
static void
read_date(struct reader *r)
{
	const char *amz = request_header(r->c->req, "x-amz-date");
	const char *date = amz != NULL ? amz : request_header(r->c->req, "date");

	if (date == NULL || !(clock_parse_basic(date, &r->s->signed_at) ||
	    (amz == NULL && parse_date(date, &r->s->signed_at))))
		task_throw(r->c->task, either(r->f->no_date, r->f->malformed),
		    "AWS authentication requires a valid Date or x-amz-date header");
	r->s->amz_date = clock_basic(r->c->task->mem, r->s->signed_at);
}

static const char *
query_value(struct reader *r, const char *name)
{
	const char *value = request_arg(r->c->req, name);

	if (value == NULL)
		bad(r, "Query-string authentication version 4 requires the X-Amz-Algorithm, "
		    "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, "
		    "and X-Amz-Expires parameters.");
	return value;
}

static void
read_expires(struct reader *r)
{
	const char *text = query_value(r, "X-Amz-Expires");
	int64_t     seconds;

	if (!text_i64(text, INT64_MIN, INT64_MAX, &seconds))
		bad(r, "X-Amz-Expires should be a number");
	if (seconds < 0)
		bad(r, "X-Amz-Expires must be non-negative");
	if (seconds > MAX_EXPIRES_S)
		bad(r, "X-Amz-Expires must be less than a week (in seconds); that is, the given "
		    "X-Amz-Expires must be less than 604800 seconds");
	r->s->expires = seconds * SECOND;
}

static void
read_query(struct reader *r)
{
	const char *credential;

	r->s->presigned = true;
	r->malformed = either(r->f->malformed_query, r->f->malformed);
	r->where = "";
	if (strcmp(query_value(r, "X-Amz-Algorithm"), ALGORITHM) != 0)
		bad(r, "X-Amz-Algorithm only supports \"" ALGORITHM "\"");
	credential = query_value(r, "X-Amz-Credential");
	r->where = "Error parsing the X-Amz-Credential parameter; ";
	read_credential(r, credential);
	r->where = "";
	r->s->amz_date = query_value(r, "X-Amz-Date");
	if (!clock_parse_basic(r->s->amz_date, &r->s->signed_at))
		bad(r, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
	read_expires(r);
	read_signed_headers(r, query_value(r, "X-Amz-SignedHeaders"));
	read_signature(r, query_value(r, "X-Amz-Signature"));
}

bool
sigv4_read(struct call *c, const struct sigv4_faults *f, struct sigv4 *s)
{
	const char   *header = request_header(c->req, "authorization");
	bool          query = request_arg(c->req, "X-Amz-Algorithm") != NULL ||
	    request_arg(c->req, "X-Amz-Signature") != NULL;
	struct reader r = { .c = c, .f = f, .s = s };

	if (header != NULL && *header == '\0')
		header = NULL;
	if (header != NULL && query)
		task_throw(c->task, either(f->two_ways, f->malformed),
		    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
		    "Signature query string parameter or the Authorization header should be specified");
	if (header != NULL) {
		read_header(&r, header);
		read_date(&r);
	} else if (query) {
		read_query(&r);
	}
	return header != NULL || query;
}
