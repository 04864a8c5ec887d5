/* fcgi/aws/s3/subresource.c - the parts of buckets and objects that a query names: ?acl, ?policy */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "fcgi/proto/aws_rest.h"
#include "shared/base/text.h"

/*
 * The operation table says which there are: what comes first in a query is one.  A request that
 * names one without being an operation of it is none at all: DELETE of a bucket's ?acl must not
 * delete the bucket.  What else there is in a query S3 does not look at.  What it answers was
 * reported by who compares with it (github.com/versity/versitygw 896, 1226, 1229, 1236, 1597, 1688,
 * 2155; brekkylab/backlot 230, 267, 312).
 */
enum { MOST = 100 };

extern const struct service service_aws_s3;

/* A part of an object as S3 tells it, an argument beside it: only PUT cannot do without either. */
static const char UPLOAD[] = "uploadId", NUMBER[] = "partNumber";

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
	if (name[n] == '=' || (n == strlen(NUMBER) && memcmp(name, NUMBER, n) == 0))
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

	for (; s != NULL; s = strchr(s + 1, '&'))
		if (strncmp(s + 1, parts[part].name, n) == 0 && (s[n + 1] == '\0' || s[n + 1] == '&'))
			return true;
	return false;
}

const char *
s3_stray_subresource(const struct call *c, const struct op *op)
{
	pthread_once(&once, note_all);
	for (size_t i = 0; i < c->req->args.n; i++) {
		const char *name = c->req->args.pairs[i].name;
		size_t      part = find(name, strlen(name));

		if (part < n_parts && strcmp(name, UPLOAD) == 0 && aws_rest_label(c, "Key") == NULL)
			continue;
		if (part < n_parts && (op == NULL || !names(op, part)))
			return name;
	}
	if (strcmp(c->req->method, "PUT") == 0 && request_arg(c->req, NUMBER) != NULL &&
	    request_arg(c->req, UPLOAD) == NULL && aws_rest_label(c, "Key") != NULL)
		return NUMBER;
	return NULL;
}

const char *
s3_resource_type(const struct call *c)
{
	return aws_rest_label(c, "Key") != NULL ? "OBJECT" : "BUCKET";
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* More than one part, which no operation is about. */
static void
check_conflict(struct call *c)
{
	const char **list = mem_array(c->task->mem, const char *, c->req->args.n);
	struct buf   all = buf_new(c->task->mem);
	size_t       n = 0;

	for (size_t i = 0; i < c->req->args.n; i++) {
		const char *name = c->req->args.pairs[i].name;

		if (find(name, strlen(name)) < n_parts)
			list[n++] = name;
	}
	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(list[i], list[i - 1]) != 0)
			buf_fmt(&all, "%s%s", i > 0 ? ", " : "", list[i]);
	if (n > 0 && strcmp(list[0], list[n - 1]) != 0)
		s3_throw(c, &S3_INVALID_ARGUMENT, mem_fmt(c->task->mem,
		    "Conflicting query string parameters: %s", all.data), "ArgumentName",
		    "ResourceType", "ArgumentValue", list[0], NULL);
}

/*
 * The methods that part has, in S3's order.  A bucket's uploads and those of its keys are one,
 * other parts of both are not.
 */
static const char *
methods(struct call *c, size_t part, bool key)
{
	static const char *const order[] = { "DELETE", "POST", "GET", "PUT" };
	struct buf               all = buf_new(c->task->mem);
	bool                     both = !parts[part].of_key || !parts[part].of_bucket ||
	    (parts[part].n == strlen("uploads") && memcmp(parts[part].name, "uploads", 7) == 0);

	buf_text(&all, "");
	for (size_t m = 0; m < COUNT(order); m++)
		for (size_t i = 0; i < service_aws_s3.n_ops; i++) {
			const struct op *op = &service_aws_s3.ops[i];

			if (!names(op, part) || strstr(op->http, NUMBER) != NULL ||
			    !text_starts(op->http, order[m]) ||
			    (!both && (strstr(op->http, "{Key+}") != NULL) != key))
				continue;
			buf_fmt(&all, "%s%s", all.len > 0 ? ", " : "", order[m]);
			break;
		}
	return all.data;
}

void
s3_throw_subresource(struct call *c, const char *name)
{
	bool   key = aws_rest_label(c, "Key") != NULL;
	size_t part = find(name, strlen(name));
	char  *type = mem_text(c->task->mem, strcmp(name, UPLOAD) == 0 ? "upload" : name);

	check_conflict(c);
	if (strcmp(name, NUMBER) == 0)
		s3_throw(c, &S3_INVALID_ARGUMENT,
		    "This operation does not accept partNumber without uploadId",
		    "ArgumentName", NUMBER, "ArgumentValue", NUMBER, NULL);
	if (key && strcmp(name, "uploads") == 0 && strcmp(c->req->method, "GET") == 0)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "Key is not expected for the GET method ?uploads subresource", NULL);
	if (part < n_parts && !(key ? parts[part].of_key : parts[part].of_bucket))
		s3_throw(c, &S3_INVALID_REQUEST, mem_fmt(c->task->mem,
		    "There is no such thing as the ?%s sub-resource for a %s", name,
		    key ? "key" : "bucket"), NULL);
	for (char *p = type; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	if (part < n_parts)
		s3_state(c)->allow = methods(c, part, key);
	s3_throw(c, &S3_METHOD_NOT_ALLOWED, NULL, "Method", c->req->method, "ResourceType", type, NULL);
}
