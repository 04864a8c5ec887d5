/* fcgi/auth/bearer.c - Authorization: Bearer <API key or access token> (RFC 6750) */
#include "fcgi/auth/bearer.h"

#include <string.h>
#include <strings.h>

#include "fcgi/auth/client.h"
#include "fcgi/call.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/base/text.h"
#include "shared/core/account.h"
#include "shared/core/key.h"
#include "shared/core/limit.h"
#include "shared/core/session.h"

static const struct limit_rule one = { "guess one", 100, MINUTE };
static const struct limit_rule any = { "guess", 200, MINUTE };

/* One who repeats a credential that opens nothing does not use up the others' tries. */
static void
check_guesses(struct call *c, const char *pair, const char *client, const struct fault *throttled)
{
	struct limit *l = c->world->limit;
	int64_t       wait = limit_look(l, &one, pair, c->task->now);

	if (wait == 0)
		wait = limit_look(l, &any, client, c->task->now);
	if (wait > 0)
		problem_retry(c, throttled, wait);
}

static void
check_requests(struct call *c, const struct fault *throttled)
{
	const struct limit_rule rule = { "requests", c->caller->requests, MINUTE };
	int64_t                 wait = 0;

	/* One that waited is still the same request. */
	if (rule.most > 0 && c->runs == 0)
		wait = limit_take(c->world->limit, &rule,
		    mem_fmt(c->task->mem, "%lld", (long long)c->account), c->task->now);
	if (wait > 0)
		problem_retry(c, throttled, wait);
}

void
bearer_authenticate(struct call *c, const struct bearer_faults *f)
{
	const char *header = request_header(c->req, "authorization"), *client, *pair;
	bool        known;

	if (header == NULL || strncasecmp(header, "Bearer ", 7) != 0)
		task_throw(c->task, f->missing, NULL);
	header += 7;
	header += strspn(header, " ");
	client = client_address(c);
	pair = mem_fmt(c->task->mem, "%s %s", client, header);
	check_guesses(c, pair, client, f->throttled);
	c->caller = mem_one(c->task->mem, struct caller);
	if (text_starts(header, "mf_"))
		known = key_check(c->task, header, c->caller);
	else
		known = session_check(c->task, header, c->caller);
	if (!known) {
		if (limit_take(c->world->limit, &one, pair, c->task->now) == 0)
			limit_take(c->world->limit, &any, client, c->task->now);
		task_throw(c->task, f->invalid, NULL);
	}
	c->account = c->caller->account;
	check_requests(c, f->throttled);
}
