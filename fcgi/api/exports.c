/* fcgi/api/exports.c - an environment as lines for a shell to eval */
#include <ctype.h>
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/core/server.h"

const struct doc doc_get_exports = {
	.tag = "Environments", .summary = "An environment as lines for a shell to eval",
	.answers = { { 200, "export NAME='value', line by line", NULL, "text/plain", 0 } },
	.faults = { &API_NO_ENVIRONMENT, &API_DESTROYED },
};

/* The AWS SDKs name a service's own endpoint after its id in their models; most need no table. */
static const struct { const char *service, *suffix; } suffixes[] = {
	{ "aws_route53", "ROUTE_53" },
	{ "aws_elasticbeanstalk", "ELASTIC_BEANSTALK" },
};

/* export NAME='value': within single quotes a shell reads nothing but the closing one. */
static void
put_export(struct buf *b, const char *name, const char *value)
{
	buf_fmt(b, "export %s='", name);
	for (; *value != '\0'; value++)
		if (*value == '\'')
			buf_text(b, "'\\''");
		else
			buf_char(b, *value);
	buf_text(b, "'\n");
}

static const char *
variable_of(struct call *c, const char *service)
{
	char *name;

	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (strcmp(suffixes[i].service, service) == 0)
			return mem_fmt(c->task->mem, "AWS_ENDPOINT_URL_%s", suffixes[i].suffix);
	name = mem_fmt(c->task->mem, "AWS_ENDPOINT_URL_%s", service + strlen("aws_"));
	for (char *p = name; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return name;
}

/* REDIS_URL, MYSQL_URL, POSTGRESQL_URL */
static const char *
url_variable(struct call *c, const char *service)
{
	char *name = mem_fmt(c->task->mem, "%s_URL", service);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return name;
}

static void
put_aws(struct call *c, struct buf *b, const struct life *e)
{
	bool any = false;

	for (size_t i = 0; i < e->n_services; i++) {
		if (!text_starts(e->services[i], "aws_"))
			continue;
		if (!any)
			put_export(b, "AWS_ENDPOINT_URL", api_endpoint(c, e, "aws"));
		any = true;
		put_export(b, variable_of(c, e->services[i]), api_endpoint(c, e, e->services[i]));
	}
	if (!any || e->n_accounts == 0)
		return;
	put_export(b, "AWS_ACCESS_KEY_ID", e->accounts[0].access_key_id);
	put_export(b, "AWS_SECRET_ACCESS_KEY", e->accounts[0].secret_access_key);
	put_export(b, "AWS_DEFAULT_REGION", "us-east-1");
	put_export(b, "AWS_REGION", "us-east-1");
	/* A session token left over from the real cloud would go along with these keys. */
	buf_text(b, "unset AWS_SESSION_TOKEN\n");
}

void
api_get_exports(struct call *c)
{
	struct life *e = api_environment(c);
	struct buf  *b = &c->reply.body;

	c->reply.status = 200;
	call_header(c, "Content-Type", "text/plain; charset=utf-8");
	call_header(c, "Cache-Control", "no-store");
	put_export(b, "MF_ENVIRONMENT", e->public_id);
	for (size_t i = 0; i < e->n_servers; i++)
		put_export(b, url_variable(c, e->servers[i].service), server_url(c->task, &e->servers[i]));
	put_aws(c, b, e);
}
