/* fcgi/api/server.c - environments with real servers: shown, and waited for */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "shared/base/clock.h"
#include "shared/core/life.h"
#include "shared/core/server.h"

static const int64_t MOST_WAIT = 30 * SECOND;
static const int64_t RECHECK = SECOND; /* a waiter looks by itself that often */

static const struct member server_members[] = {
	{ "engine", S_STRING, MUST, "As mariadb 10.11", NULL },
	{ "status", S_STRING, MUST, NULL, NULL },
	{ "host", S_STRING, MUST, NULL, NULL },
	{ "port", S_INT(1, 65535), MUST, NULL, NULL },
	{ "reason", S_STRING, 0, "What happened to it", NULL },
};
const struct shape server_shape = S_OBJECT("Server", server_members);

bool
api_prefers_async(struct call *c)
{
	const char *prefer = request_header(c->req, "prefer");

	while (prefer != NULL && *prefer != '\0') {
		size_t n;

		prefer += strspn(prefer, ",; \t");
		n = strcspn(prefer, ",; \t");
		if (n == strlen("respond-async") && strncmp(prefer, "respond-async", n) == 0) {
			call_header(c, "Preference-Applied", "respond-async");
			return true;
		}
		prefer += n;
	}
	return false;
}

bool
api_servers_pending(const struct life *e)
{
	for (size_t i = 0; i < e->n_servers; i++)
		if (server_pending(&e->servers[i]))
			return true;
	return strcmp(e->state, "provisioning") == 0 || strcmp(e->state, "destroying") == 0;
}

bool
api_wait_servers(struct call *c, const struct life *e)
{
	if (c->runs == 0) {
		call_ring(c, api_channel(c, e->public_id));
		call_ring(c, SERVER_WORK);
		if (api_prefers_async(c))
			return false;
	}
	return call_park(c, api_channel(c, e->public_id), c->started + MOST_WAIT,
	    c->task->now + RECHECK);
}

const struct server_row *
api_server(const struct life *e, const char *service)
{
	for (size_t i = 0; i < e->n_servers; i++)
		if (strcmp(e->servers[i].service, service) == 0)
			return &e->servers[i];
	return NULL;
}

void
api_put_servers(struct call *c, const struct life *e)
{
	if (e->n_servers == 0)
		return;
	enc_struct(c->out, "servers");
	for (size_t i = 0; i < e->n_servers; i++) {
		const struct server_row *s = &e->servers[i];

		enc_struct(c->out, s->service);
		enc_text(c->out, "engine", server_title(c->task, s));
		enc_text(c->out, "status", server_pending(s) && strcmp(s->wish, "running") == 0
		    ? "starting" : s->state);
		enc_text(c->out, "host", s->address);
		enc_int(c->out, "port", s->port);
		if (s->reason != NULL)
			enc_text(c->out, "reason", s->reason);
		enc_end(c->out);
	}
	enc_end(c->out);
}
