/* fcgi/api/service.c - our own API as a service: everything under /api/v1 */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/auth/bearer.h"
#include "fcgi/proto/problem.h"
#include "shared/base/text.h"

#define FAULT(name, code, status, text) const struct fault name = { #name, code, status, text };
#include "fcgi/api/faults.def"
#undef FAULT

#define ROOT "/api/v1"
#define ENVIRONMENT ROOT "/environments/{id}"

enum { SMALL = 16 << 10, LARGE = 128 << 10 };

static const struct op ops[] = {
	{ "GetAccount", api_get_account, OP_READ, "GET " ROOT "/account", NULL, 0 },
	{ "ListServices", api_list_services, OP_READ | OP_OPEN, "GET " ROOT "/services", NULL, 0 },
	{ "ListPackages", api_list_packages, OP_READ | OP_OPEN, "GET " ROOT "/packages", NULL, 0 },
	{ "Quote", api_quote, OP_READ, "POST " ROOT "/quote", NULL, LARGE },
	{ "CreateKey", api_create_key, OP_WRITE, "POST " ROOT "/keys", NULL, SMALL },
	{ "ListKeys", api_list_keys, OP_READ, "GET " ROOT "/keys", NULL, 0 },
	{ "RevokeKey", api_revoke_key, OP_WRITE, "DELETE " ROOT "/keys/{id}", NULL, 0 },
	{ "CreateEnvironment", api_create_environment, OP_WRITE, "POST " ROOT "/environments", NULL,
	    LARGE },
	{ "ListEnvironments", api_list_environments, OP_READ, "GET " ROOT "/environments", NULL, 0 },
	{ "GetEnvironment", api_get_environment, OP_READ, "GET " ENVIRONMENT, NULL, 0 },
	{ "DestroyEnvironment", api_destroy_environment, OP_WRITE, "DELETE " ENVIRONMENT, NULL, 0 },
	{ "StopEnvironment", api_stop_environment, OP_WRITE, "POST " ENVIRONMENT "/stop", NULL,
	    SMALL },
	{ "StartEnvironment", api_start_environment, OP_WRITE, "POST " ENVIRONMENT "/start", NULL,
	    SMALL },
	{ "ResetEnvironment", api_reset_environment, OP_WRITE, "POST " ENVIRONMENT "/reset", NULL,
	    SMALL },
	{ "GetOperation", api_get_operation, OP_READ, "GET " ROOT "/operations/{id}", NULL, 0 },
	{ "GetClock", api_get_clock, OP_READ, "GET " ENVIRONMENT "/clock", NULL, 0 },
	{ "SetClock", api_set_clock, OP_WRITE, "PUT " ENVIRONMENT "/clock", NULL, SMALL },
	{ "ChangeClock", api_set_clock, OP_WRITE, "POST " ENVIRONMENT "/clock", NULL, SMALL },
	{ "GetEnvironmentUsage", api_get_environment_usage, OP_READ, "GET " ENVIRONMENT "/usage", NULL,
	    0 },
	{ "GetUsage", api_get_usage, OP_READ, "GET " ROOT "/usage", NULL, 0 },
	{ "ListTemplates", api_list_templates, OP_READ | OP_OPEN, "GET " ROOT "/data/templates", NULL,
	    0 },
	{ "GenerateData", api_generate_data, OP_WRITE, "POST " ROOT "/data/{id}/generate", NULL,
	    SMALL },
	{ "GetExports", api_get_exports, OP_READ, "GET " ENVIRONMENT "/env", NULL, 0 },
};

/*
 * This service also answers for every path that means nothing: outside its own, the answer is the
 * same for everyone.
 */
static void
authenticate(struct call *c)
{
	if (!text_starts(c->path, ROOT "/"))
		task_throw(c->task, &PROBLEM_NOT_FOUND, NULL);
	bearer_authenticate(c, &API_NO_KEY, &API_BAD_KEY);
}

const struct service service_api = {
	.cloud = "mockfactory", .name = "api", .path = ROOT,
	.proto = &proto_problem,
	.authenticate = authenticate,
	.ops = ops, .n_ops = COUNT(ops),
	.general = { .internal = &PROBLEM_INTERNAL, .unavailable = &PROBLEM_UNAVAILABLE,
		.not_built = &PROBLEM_NOT_BUILT, .too_large = &PROBLEM_TOO_LARGE,
		.incomplete = &PROBLEM_INCOMPLETE, .malformed = &PROBLEM_TARGET,
		.no_environment = &API_NO_ENVIRONMENT, .not_subscribed = &API_NO_ENVIRONMENT,
		.stopped = &API_WRONG_STATE },
};

struct enc *
api_answer(struct call *c, int status)
{
	c->reply.status = status;
	call_header(c, "Content-Type", "application/json");
	call_header(c, "Cache-Control", "no-store");
	return c->out;
}

void
api_no_content(struct call *c)
{
	c->reply.status = 204;
}
