/* fcgi/auth/bearer.c - Authorization: Bearer <API key> (RFC 6750) */
#include "fcgi/auth/bearer.h"

#include <string.h>
#include <strings.h>

#include "fcgi/call.h"
#include "shared/core/account.h"
#include "shared/core/key.h"

void
bearer_authenticate(struct call *c, const struct fault *missing, const struct fault *invalid)
{
	const char *header = request_header(c->req, "authorization");

	if (header == NULL || strncasecmp(header, "Bearer ", 7) != 0)
		task_throw(c->task, missing, NULL);
	header += 7;
	header += strspn(header, " ");
	c->caller = mem_one(c->task->mem, struct caller);
	if (!key_check(c->task, header, c->caller))
		task_throw(c->task, invalid, NULL);
	c->account = c->caller->account;
}
