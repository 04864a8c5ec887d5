/* fcgi/api/service.c - our own API as a service: everything under /api/v1 */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/around.h"
#include "fcgi/api/doc.h"
#include "fcgi/auth/bearer.h"
#include "fcgi/proto/problem.h"
#include "shared/base/text.h"
#include "shared/core/account.h"

#define FAULT(name, code, status, text) const struct fault name = { #name, code, status, text };
#include "fcgi/api/faults.def"
#undef FAULT

#define ROOT "/api/v1"

enum { SMALL = 16 << 10, LARGE = 128 << 10 };

#define NEEDS(scope) (OP_SCOPE * SCOPE_##scope)
#define ROUTE(method, path, n, h, f, limit) \
	{ .name = #n, .handler = api_##h, .flags = (f), .http = method " " ROOT path, \
	    .body_limit = (limit) },
static const struct op ops[] = {
#include "fcgi/api/routes.def"
};
#undef ROUTE

#define ROUTE(method, path, name, handler, flags, limit) &doc_##handler,
const struct doc *const api_docs[] = {
#include "fcgi/api/routes.def"
};
#undef ROUTE

static void
check_scope(struct call *c)
{
	enum scope need = c->op != NULL ? op_scope(c->op) : SCOPE_ANY;

	if (need != SCOPE_ANY && (c->caller->scopes & SCOPE_BIT(need)) == 0)
		problem_scope(c, &API_SCOPE, scope_name(need));
}

/*
 * This service also answers for every path that means nothing: outside its own, the answer is the
 * same for everyone.
 */
static void
authenticate(struct call *c)
{
	static const struct bearer_faults faults = { &API_NO_KEY, &API_BAD_KEY, &API_THROTTLED };

	if (!text_starts(c->path, ROOT "/"))
		task_throw(c->task, &PROBLEM_NOT_FOUND, NULL);
	bearer_authenticate(c, &faults);
	check_scope(c);
}

const struct service service_api = {
	.cloud = "mockfactory", .name = "api", .path = ROOT,
	.proto = &proto_problem,
	.authenticate = authenticate,
	.run = around_run, .refused = around_refused,
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
