/* fcgi/api/answer.c - an environment as our API shows it, and where it is reached */
#include <arpa/inet.h>
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/services.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"
#include "shared/core/life.h"
#include "shared/core/server.h"

#define REGION "us-east-1"

static const struct member aws_members[] = {
	{ "account_id", S_PATTERN("^[0-9]{12}$"), MUST, NULL, NULL },
	{ "access_key_id", S_STRING, MUST, NULL, NULL },
	{ "secret_access_key", S_STRING, MUST | SECRET, NULL, NULL },
	{ "region", S_STRING, MUST, NULL, NULL },
	{ "owner_id", S_STRING, MUST, "The canonical user id, as S3 shows it", NULL },
	{ "display_name", S_STRING, MUST, NULL, NULL },
	{ "email", S_STRING, MUST, NULL, NULL },
};
static const struct shape aws_shape = S_OBJECT("AwsAccount", aws_members);

static const struct member first_aws_members[] = {
	{ "account_id", S_PATTERN("^[0-9]{12}$"), MUST, NULL, NULL },
	{ "access_key_id", S_STRING, MUST, NULL, NULL },
	{ "secret_access_key", S_STRING, MUST | SECRET, NULL, NULL },
	{ "region", S_STRING, MUST, NULL, NULL },
	{ "owner_id", S_STRING, MUST, "The canonical user id, as S3 shows it", NULL },
	{ "display_name", S_STRING, MUST, NULL, NULL },
	{ "email", S_STRING, MUST, NULL, NULL },
	{ "accounts", S_LIST(S_SAME(aws_shape), 2, 0), 0, "All of them, when there are several", NULL },
};
static const struct member credentials_members[] = {
	{ "aws", S_OBJECT("AwsCredentials", first_aws_members), 0, "The first account", NULL },
};

static const char *const states[] = { "provisioning", "running", "stopped", "destroying",
	"destroyed", "error" };
static const char *const auths[] = { "strict", "lenient" };

#define ENVIRONMENT_MEMBERS \
	{ "id", S_ID("env-"), MUST, NULL, NULL }, \
	{ "name", S_STRING, MUST | NULLS, "For people", NULL }, \
	{ "status", S_WORD(states), MUST, NULL, NULL }, \
	{ "reason", S_STRING, 0, "Why it is in error", NULL }, \
	{ "created_at", S_TIME, MUST, NULL, NULL }, \
	{ "changed_at", S_TIME, MUST, NULL, NULL }, \
	{ "destroyed_at", S_TIME, 0, NULL, NULL }, \
	{ "services", S_LIST(S_STRING, 0, 0), MUST, "Their ids; none once it is destroyed", NULL }, \
	{ "provider", S_STRING, MUST | NULLS, NULL, NULL }, \
	{ "package", S_STRING, MUST | NULLS, NULL, NULL }, \
	{ "auto_shutdown_hours", S_INT(1, 48), MUST, "Unused for so long it is stopped", NULL }, \
	{ "persistent", S_BOOL, MUST, NULL, NULL }, \
	{ "auth", S_WORD(auths), MUST, NULL, NULL }, \
	{ "hourly_rate", S_NUMBER, MUST, "US$", NULL }, \
	{ "endpoints", S_MAP(S_STRING), MUST, "The address of each service", NULL }, \
	{ "servers", S_MAP(S_SAME(server_shape)), 0, "What runs for each real service", NULL }

static const struct member environment_members[] = { ENVIRONMENT_MEMBERS };
const struct shape         environment_shape = S_OBJECT("Environment", environment_members);

static const struct member secret_environment_members[] = {
	ENVIRONMENT_MEMBERS,
	{ "credentials", S_OBJECT("Credentials", credentials_members), MUST, NULL, NULL },
};
const struct shape secret_environment_shape =
    S_OBJECT("EnvironmentWithCredentials", secret_environment_members);

/* The host of http://host:port/..., without the port. */
static char *
host_of(struct mem *m, const char *url)
{
	const char *start = strstr(url, "://");
	char       *host = mem_text(m, start != NULL ? start + 3 : url), *colon;

	host[strcspn(host, "/")] = '\0';
	colon = strrchr(host, ':');
	if (colon != NULL && strchr(colon, ']') == NULL)
		*colon = '\0';
	return host;
}

/*
 * The host under which a client reaches ports: the one it came by; but localhost by its address, on
 * which the SDKs do not put buckets into the host.
 */
static const char *
port_host(struct call *c)
{
	const char *host = host_of(c->task->mem, c->base_url);

	if (host[0] == '\0')
		host = host_of(c->task->mem, c->world->conf->url);
	return strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
}

static bool
is_aws(const char *service)
{
	return strcmp(service, "aws") == 0 || text_starts(service, "aws_");
}

const char *
api_endpoint(struct call *c, const struct life *e, const char *service)
{
	const struct service    *s = service_sold(service);
	const struct server_row *real = api_server(e, service);

	if (real != NULL)
		return server_url(c->task, real);

	if (e->port != 0 && is_aws(service))
		return mem_fmt(c->task->mem, "http://%s:%lld", port_host(c), (long long)e->port);
	return mem_fmt(c->task->mem, "%s/%s/%s",
	    c->req->host[0] != '\0' ? c->base_url : c->world->conf->url, e->public_id,
	    s != NULL ? s->name : service);
}

static void
put_endpoints(struct call *c, const struct life *e)
{
	bool aws = false;

	enc_struct(c->out, "endpoints");
	for (size_t i = 0; i < e->n_services; i++) {
		if (!aws && is_aws(e->services[i])) {
			aws = true;
			enc_text(c->out, "aws", api_endpoint(c, e, "aws"));
		}
		enc_text(c->out, e->services[i], api_endpoint(c, e, e->services[i]));
	}
	enc_end(c->out);
}

static void
put_account(struct call *c, const char *name, const struct aws_account *a)
{
	enc_struct(c->out, name);
	enc_text(c->out, "account_id", a->account_id);
	enc_text(c->out, "access_key_id", a->access_key_id);
	enc_text(c->out, "secret_access_key", a->secret_access_key);
	enc_text(c->out, "region", REGION);
	enc_text(c->out, "owner_id", a->owner_id);
	enc_text(c->out, "display_name", a->display_name);
	enc_text(c->out, "email", a->email);
}

static void
put_credentials(struct call *c, const struct life *e)
{
	enc_struct(c->out, "credentials");
	if (e->n_accounts > 0) {
		put_account(c, "aws", &e->accounts[0]);
		if (e->n_accounts > 1) {
			enc_list(c->out, "accounts", NULL);
			for (size_t i = 0; i < e->n_accounts; i++) {
				put_account(c, NULL, &e->accounts[i]);
				enc_end(c->out);
			}
			enc_end(c->out);
		}
		enc_end(c->out);
	}
	enc_end(c->out);
}

void
api_put_environment(struct call *c, const char *name, const struct life *e, bool complete)
{
	struct enc *o = c->out;

	enc_struct(o, name);
	enc_text(o, "id", e->public_id);
	enc_text_or_null(o, "name", e->name);
	enc_text(o, "status", e->state);
	enc_text(o, "reason", e->reason);
	enc_text(o, "created_at", clock_iso_milli(c->task->mem, e->created_at));
	enc_text(o, "changed_at", clock_iso_milli(c->task->mem, e->changed_at));
	if (e->destroyed_at != 0)
		enc_text(o, "destroyed_at", clock_iso_milli(c->task->mem, e->destroyed_at));
	enc_list(o, "services", NULL);
	for (size_t i = 0; i < e->n_services; i++)
		enc_text(o, NULL, e->services[i]);
	enc_end(o);
	enc_text_or_null(o, "provider", e->provider);
	enc_text_or_null(o, "package", e->package);
	enc_int(o, "auto_shutdown_hours", e->auto_shutdown_hours);
	enc_bool(o, "persistent", e->persistent);
	enc_text(o, "auth", e->lenient ? "lenient" : "strict");
	enc_number(o, "hourly_rate", e->hourly_rate);
	put_endpoints(c, e);
	api_put_servers(c, e);
	if (complete)
		put_credentials(c, e);
	enc_end(o);
}
