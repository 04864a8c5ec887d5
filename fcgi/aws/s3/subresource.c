/* fcgi/aws/s3/subresource.c - the parts of buckets and objects that a query names: ?acl, ?policy */
#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "fcgi/aws/s3/s3.h"
#include "fcgi/proto/aws_rest.h"

/*
 * The operation table says which there are: what comes first in a query is one.  A request that
 * names one without being an operation of it is none at all: DELETE of a bucket's ?acl must not
 * delete the bucket.  What else there is in a query S3 does not look at.
 */
enum { MOST = 100 };

extern const struct service service_aws_s3;

/* Arguments of operations on objects, not parts of them. */
static const char *const none[] = { "partNumber", "uploadId" };

static struct {
	const char *name;
	size_t      n;
	bool        of_bucket, of_key;
} parts[MOST];
static size_t         n_parts;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t
find(const char *name, size_t n)
{
	size_t i = 0;

	while (i < n_parts && !(parts[i].n == n && memcmp(parts[i].name, name, n) == 0))
		i++;
	return i;
}

static void
note(const struct op *op)
{
	const char *name = op->http != NULL ? strchr(op->http, '?') : NULL;
	size_t      n, i;

	if (name == NULL)
		return;
	name++;
	n = strcspn(name, "&=");
	for (i = 0; i < COUNT(none); i++)
		if (strlen(none[i]) == n && memcmp(none[i], name, n) == 0)
			return;
	if (name[n] == '=')
		return;
	i = find(name, n);
	assert(i < MOST);
	if (i == n_parts)
		parts[n_parts++].name = name;
	parts[i].n = n;
	if (strstr(op->http, "{Key+}") != NULL)
		parts[i].of_key = true;
	else
		parts[i].of_bucket = true;
}

static void
note_all(void)
{
	for (size_t i = 0; i < service_aws_s3.n_ops; i++)
		note(&service_aws_s3.ops[i]);
}

/* Whether the operation is about that. */
static bool
names(const struct op *op, size_t part)
{
	const char *s = op->http != NULL ? strchr(op->http, '?') : NULL;
	size_t      n = parts[part].n;

	return s != NULL && strncmp(s + 1, parts[part].name, n) == 0 &&
	    (s[n + 1] == '\0' || s[n + 1] == '&');
}

const char *
s3_stray_subresource(const struct call *c, const struct op *op)
{
	pthread_once(&once, note_all);
	for (size_t i = 0; i < c->req->args.n; i++) {
		const char *name = c->req->args.pairs[i].name;
		size_t      part = find(name, strlen(name));

		if (part < n_parts && (op == NULL || !names(op, part)))
			return name;
	}
	return NULL;
}

void
s3_throw_subresource(struct call *c, const char *name)
{
	bool   key = aws_rest_label(c, "Key") != NULL;
	size_t part = find(name, strlen(name));
	char  *type = mem_text(c->task->mem, name);

	if (part < n_parts && !(key ? parts[part].of_key : parts[part].of_bucket))
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "There is no such thing as the ?%s sub-resource for a %s", name,
		    key ? "key" : "bucket"), NULL);
	for (char *p = type; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	s3_throw(c, &S3_METHOD_NOT_ALLOWED, NULL, "Method", c->req->method, "ResourceType", type, NULL);
}
