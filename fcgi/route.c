/* fcgi/route.c - from the address of a request to its environment and service */
#include "fcgi/route.h"

#include <string.h>

#include "fcgi/call.h"
#include "fcgi/services.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"

enum { ID_LETTERS = 10, ID_LENGTH = 4 + ID_LETTERS };

bool
route_is_environment(const char *s, unsigned long n)
{
	if (n != ID_LENGTH || strncmp(s, "env-", 4) != 0)
		return false;
	for (unsigned long i = 4; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9')))
			return false;
	return true;
}

/* The host without its port, in lower case. */
static char *
host_name(struct call *c)
{
	char *host = text_lower(c->task->mem, c->req->host);
	char *colon = strrchr(host, ':');

	if (colon != NULL && strchr(colon, ']') == NULL)
		*colon = '\0';
	return host;
}

/*
 * The last label of host, cut off; what is before it stays in host.  The whole of host when there
 * is no dot.
 */
static char *
last_label(char *host)
{
	char *dot = strrchr(host, '.');

	if (dot == NULL)
		return host;
	*dot = '\0';
	return dot + 1;
}

/* service.env-id or service--env-id, each maybe with labels before it, under our domain. */
static bool
route_host(struct call *c, const char **key)
{
	const char *domain = c->world->conf->domain;
	char       *host = host_name(c), *label, *twin, *name;
	size_t      n = strlen(host), m = strlen(domain);

	if (n < m + 2 || strcmp(host + n - m, domain) != 0 || host[n - m - 1] != '.')
		return false;
	host[n - m - 1] = '\0';
	label = last_label(host);
	twin = strstr(label, "--env-");
	if (twin != NULL) {
		*twin = '\0';
		name = label;
		label = twin + 2;
	} else if (label == host) {
		return false;
	} else {
		name = last_label(host);
	}
	if (!route_is_environment(label, strlen(label)))
		return false;
	c->service = service_at(c, name);
	if (c->service == NULL)
		return false;
	c->sub_host = name != host ? host : NULL;
	c->address = BY_HOST;
	c->path = c->req->path;
	*key = label;
	c->base_url = mem_fmt(c->task->mem, "%s://%s", c->req->scheme, c->req->host);
	return true;
}

static bool
route_port(struct call *c, const char **key)
{
	const struct conf *conf = c->world->conf;

	if (conf->web_port_last == 0 || c->req->port < conf->web_port_first ||
	    c->req->port > conf->web_port_last)
		return false;
	c->address = BY_PORT;
	c->path = c->req->path;
	c->service = service_at(c, "aws");
	c->base_url = mem_fmt(c->task->mem, "%s://%s", c->req->scheme, c->req->host);
	*key = mem_fmt(c->task->mem, ":%lld", (long long)c->req->port);
	return true;
}

/* /env-id/service/... ; the service's own path is what follows, at least a slash. */
static bool
route_path(struct call *c, const char **key)
{
	struct mem *m = c->task->mem;
	const char *id = c->req->path + 1, *slash = strchr(id, '/'), *name, *end;

	if (slash == NULL || !route_is_environment(id, (unsigned long)(slash - id)))
		return false;
	name = slash + 1;
	end = name + strcspn(name, "/");
	c->address = BY_PATH;
	c->service = service_at(c, mem_text_n(m, name, (size_t)(end - name)));
	c->path = *end == '/' ? end : "/";
	c->base_url = mem_fmt(m, "%s://%s%.*s", c->req->scheme, c->req->host, (int)(end - c->req->path),
	    c->req->path);
	*key = mem_text_n(m, id, ID_LENGTH);
	return c->service != NULL;
}

void
route(struct call *c, const char **key)
{
	*key = NULL;
	if (c->req->path[0] == '/' && (route_host(c, key) || route_port(c, key) || route_path(c, key)))
		return;
	*key = NULL;
	c->address = BY_PATH;
	c->path = c->req->path;
	c->sub_host = NULL;
	c->base_url = mem_fmt(c->task->mem, "%s://%s", c->req->scheme, c->req->host);
	c->service = service_own(c);
}
