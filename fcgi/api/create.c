/* fcgi/api/create.c - a new environment: what is asked for, checked field by field */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/around.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/conf.h"
#include "shared/core/life.h"
#include "shared/core/price.h"

enum {
	MOST_NAME = 100,
	MOST_ID = 64,
	MOST_ACCOUNTS = 50,
	LEAST_HOURS = 1, MOST_HOURS = 48, HOURS = 4, /* SPEC "Auto-shutdown" */
};

#define WORD ID_BASE62 "_.-"
/* What a signature's scope cannot hold, '/' and ',', no key id may hold; a secret may hold all that
 * can be seen. */
#define VISIBLE ID_BASE62 "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

static const struct member account_members[] = {
	{ "account_id", S_CHARS(12, 12, ID_DIGITS, "digits"), 0, NULL, NULL },
	{ "access_key_id", S_CHARS(1, 128, WORD, "letters, digits and any of _.-"), 0, NULL, NULL },
	{ "secret_access_key", S_CHARS(1, 256, VISIBLE, "visible ASCII characters"), SECRET, NULL,
	    NULL },
	{ "owner_id", S_CHARS(1, 64, WORD, "letters, digits and any of _.-"), 0,
	    "The canonical user id, as S3 shows it", NULL },
	{ "display_name", S_TEXT(1, MOST_NAME), 0, NULL, NULL },
	{ "email", S_EMAIL, 0, NULL, NULL },
};
static const struct shape account_shape = S_WISH("NewAwsAccount", account_members);

static const char *const   auths[] = { "strict", "lenient" };
static const struct member wish_members[] = {
	{ "services", S_SAME(services_shape), 0, "Required unless a package says them", NULL },
	{ "name", S_TEXT(1, MOST_NAME), 0, "For people", NULL },
	{ "provider", S_TEXT(1, MOST_ID), 0,
	    "A cloud whose services are then named short, or multi-cloud", NULL },
	{ "package", S_TEXT(1, MOST_ID), 0, "Without services: the package's own", NULL },
	{ "auth", S_WORD(auths), 0, "lenient: any signature under a known key id", "\"strict\"" },
	{ "auto_shutdown_hours", S_INT(LEAST_HOURS, MOST_HOURS), 0, "Unused for so long it is stopped",
	    "4" },
	{ "accounts", S_LIST(S_SAME(account_shape), 1, MOST_ACCOUNTS), 0,
	    "AWS accounts; what is left out of one is made up", NULL },
	{ "ports", S_BOOL, 0, "A port of its own, while there are any", NULL },
	{ "persistent", S_BOOL, 0, "Kept for 30 days when it is stopped unused", "false" },
};
static const struct shape wish_shape = S_WISH("NewEnvironment", wish_members);

const struct doc doc_create_environment = {
	.tag = "Environments", .summary = "Make an environment",
	.about = "Answers when it can be used, or 202 when its real servers take longer.",
	.flags = DOC_ASYNC,
	.request = &wish_shape,
	.answers = {
		{ 201, "It runs", &secret_environment_shape, NULL, HAS_LOCATION },
		{ 202, "Its servers are being started; Location names the operation",
		    &secret_environment_shape, NULL, HAS_LOCATION | HAS_RETRY },
	},
	.faults = { &API_NOT_AVAILABLE, &API_SERVER_FAILED, &API_DESTROYED,
		&API_QUOTA_ENVIRONMENTS, &API_QUOTA_HOURS },
};

static struct aws_account
read_account(struct call *c, struct json_object *j, size_t i)
{
	struct fields f = fields_in(c, j, mem_fmt(c->task->mem, "accounts[%zu].", i), &account_shape);

	return (struct aws_account){
		.account_id = field_text(&f, "account_id"),
		.access_key_id = field_text(&f, "access_key_id"),
		.secret_access_key = field_text(&f, "secret_access_key"),
		.owner_id = field_text(&f, "owner_id"),
		.display_name = field_text(&f, "display_name"),
		.email = field_text(&f, "email"),
	};
}

/* No two accounts of an environment may be alike in what tells them apart. */
static void
check_accounts(struct call *c, const struct aws_account *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct { const char *name, *a, *b; } same[] = {
				{ "account_id", list[i].account_id, list[k].account_id },
				{ "access_key_id", list[i].access_key_id, list[k].access_key_id },
				{ "owner_id", list[i].owner_id, list[k].owner_id },
			};

			for (size_t s = 0; s < COUNT(same); s++)
				if (same[s].a != NULL && same[s].b != NULL && strcmp(same[s].a, same[s].b) == 0)
					problem_field(c, mem_fmt(c->task->mem, "accounts[%zu].%s", i, same[s].name),
					    "is that of accounts[%zu], too", k);
		}
}

static void
read_accounts(struct call *c, const struct fields *f, struct life_wish *w)
{
	struct json_object *list = field_list(f, "accounts");

	if (list == NULL)
		return;
	w->n_accounts = json_object_array_length(list);
	w->accounts = mem_array(c->task->mem, struct aws_account, w->n_accounts);
	for (size_t i = 0; i < w->n_accounts; i++) {
		struct json_object *j = json_object_array_get_idx(list, i);

		if (json_object_get_type(j) == json_type_object)
			w->accounts[i] = read_account(c, j, i);
		else
			problem_field(c, mem_fmt(c->task->mem, "accounts[%zu]", i), "is to be an object");
	}
	check_accounts(c, w->accounts, w->n_accounts);
}

/* All of the services must be here, not only priced. */
static void
take_services(struct call *c, const struct price_quote *q, struct life_wish *w)
{
	const char *missing = NULL;

	w->hourly_rate = q->rate;
	w->n_services = q->n;
	w->services = mem_array(c->task->mem, const char *, q->n);
	for (size_t i = 0; i < q->n; i++) {
		const char *service = w->services[i] = q->lines[i].service;

		if (api_available(service))
			continue;
		problem_field(c, mem_fmt(c->task->mem, "services[%zu]", i), "%s is not available yet",
		    service);
		missing = missing == NULL ? service : mem_fmt(c->task->mem, "%s, %s", missing, service);
	}
	if (missing != NULL)
		task_throw(c->task, &API_NOT_AVAILABLE,
		    "Not available here yet: %s. GET /api/v1/services lists what is.", missing);
}

static void
read_wish(struct call *c, struct life_wish *w)
{
	const struct conf *conf = c->world->conf;
	struct fields      f = fields_in(c, c->args, "", &wish_shape);
	const char        *auth = field_text(&f, "auth");
	struct price_quote q;

	*w = (struct life_wish){
		.account = c->account,
		.name = field_text(&f, "name"),
		.auto_shutdown_hours = field_int(&f, "auto_shutdown_hours", HOURS),
		.persistent = field_bool(&f, "persistent", false),
		.lenient = auth == auths[1],
		.port = field_bool(&f, "ports", conf->hand_out_ports),
		.port_first = conf->web_port_first,
		.port_last = conf->web_port_last,
		.conf = conf,
	};
	read_accounts(c, &f, w);
	api_read_services(c, &f, &q);
	w->provider = field_text(&f, "provider");
	w->package = q.asked_package;
	take_services(c, &q, w);
}

static void
answer_created(struct call *c, struct life *e, int status)
{
	if (status == 202)
		api_operation(c, "create", e->public_id);
	else
		call_header(c, "Location",
		    mem_fmt(c->task->mem, "/api/v1/environments/%s", e->public_id));
	api_answer(c, status);
	api_put_environment(c, NULL, e, true);
}

/* The request that made it asks how far its servers are. */
static void
follow(struct call *c, const char *public_id)
{
	struct life *e = life_find(c->task, c->account, public_id);

	if (e == NULL || strcmp(e->state, "destroyed") == 0 || strcmp(e->state, "destroying") == 0)
		task_throw(c->task, &API_DESTROYED, "%s was destroyed before it was complete.", public_id);
	if (strcmp(e->state, "error") == 0) {
		/* Nobody has learned of it: it does not stay. */
		life_destroy(c->task, c->account, public_id);
		around_keep(c);
		task_throw(c->task, &API_SERVER_FAILED, "%s", e->reason);
	}
	if (!api_servers_pending(e))
		answer_created(c, e, 201);
	else if (!api_wait_servers(c, e))
		answer_created(c, e, 202);
}

void
api_create_environment(struct call *c)
{
	struct life_wish w;
	struct life     *e;

	if (c->runs > 0) {
		follow(c, c->state != NULL ? c->state : around_resumed(c));
		return;
	}
	read_wish(c, &w);
	e = life_create(c->task, &w);
	api_check_quota(c, e->refusal);
	c->state = mem_text(c->task->mem, e->public_id);
	around_resource(c, c->state);
	around_resume(c, c->state);
	if (e->n_servers == 0)
		answer_created(c, e, 201);
	else if (!api_wait_servers(c, e))
		answer_created(c, e, 202);
}
