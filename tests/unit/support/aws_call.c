/* tests/unit/support/aws_call.c - a call to an AWS service, made up without a web server */
#include "tests/unit/support/aws_call.h"

#include <stdlib.h>
#include <string.h>

#include "shared/base/text.h"

static size_t
read_body(struct request *r, void *p, size_t n)
{
	struct aws_call *a = r->io;

	if (a->piece > 0 && n > a->piece)
		n = a->piece;
	if (n > a->left)
		n = a->left;
	if (n > 0)
		memcpy(p, a->body, n);
	if (n > 0)
		a->body += n;
	a->left -= n;
	r->short_body = a->left == 0 && a->lost > 0;
	return n;
}

/* "X-Amz-Date: 2013..." as the gateway's parameter; NULL when it is no header. */
static char *
parameter(struct mem *m, const char *line, size_t len)
{
	char  *text = mem_text_n(m, line, len), *value = strchr(text, ':');
	size_t spaces;
	char  *name;

	if (value == NULL)
		return NULL;
	*value++ = '\0';
	spaces = strspn(value, " ");
	name = text_lower(m, text);
	for (char *p = name; *p != '\0'; p++)
		*p = *p == '-' ? '_' : (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	if (strcmp(name, "CONTENT_TYPE") == 0 || strcmp(name, "CONTENT_LENGTH") == 0)
		return mem_fmt(m, "%s=%s", name, value + spaces);
	return mem_fmt(m, "HTTP_%s=%s", name, value + spaces);
}

static void
set_headers(struct aws_call *a, struct mem *m, const char *headers)
{
	size_t n = 0;

	a->request.params = mem_array(m, char *, strlen(headers) + 1);
	for (const char *p = headers; *p != '\0';) {
		size_t len = strcspn(p, "\n");

		a->request.params[n] = parameter(m, p, len);
		n += a->request.params[n] != NULL;
		p += len + (p[len] == '\n');
	}
	for (size_t i = 0; i < n; i++) {
		if (text_starts(a->request.params[i], "HTTP_HOST="))
			a->request.host = a->request.params[i] + strlen("HTTP_HOST=");
		if (text_starts(a->request.params[i], "CONTENT_LENGTH="))
			text_i64(strchr(a->request.params[i], '=') + 1, 0, INT64_MAX,
			    &a->request.length);
	}
}

void
aws_call_make(struct aws_call *a, const char *service, const char *secret, int64_t now,
    const char *method, const char *target, const char *headers)
{
	struct mem *m = mem_new(8 << 20);
	const char *query = strchr(target, '?');

	memset(a, 0, sizeof(*a));
	task_init(&a->task, m);
	task_begin(&a->task);
	a->task.now = now;
	a->account = (struct aws_account){ .account_id = "123456789012",
		.access_key_id = "AKIAIOSFODNN7EXAMPLE", .secret_access_key = secret };
	a->env = (struct environment){ .accounts = &a->account, .n_accounts = 1 };
	a->service = (struct service){ .cloud = "aws", .name = service, .signing_name = service };
	a->request = (struct request){ .method = method, .target = target, .host = "", .length = -1,
		.scheme = "http", .id = "ID", .read = read_body, .io = a };
	a->request.path = query == NULL ? target : mem_text_n(m, target, (size_t)(query - target));
	a->request.query = query == NULL ? "" : query + 1;
	a->request.malformed = !uri_query_parse(m, a->request.query, &a->request.args);
	a->call = (struct call){ .task = &a->task, .req = &a->request, .service = &a->service,
		.env = &a->env, .path = a->request.path };
	set_headers(a, m, headers);
}

void
aws_call_body(struct aws_call *a, const char *body, size_t n)
{
	a->body = body;
	a->left = n;
}

void
aws_call_end(struct aws_call *a)
{
	mem_free(a->task.mem);
}

struct trial {
	struct call *c;
	void       (*body)(struct call *c);
};

static void
run(void *arg)
{
	struct trial *t = arg;

	t->body(t->c);
}

const struct fault *
aws_call_try(struct aws_call *a, void (*body)(struct call *c))
{
	struct trial t = { &a->call, body };

	return task_try(&a->task, run, &t);
}
