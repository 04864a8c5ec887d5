/* fcgi/api/tag.c - ETags: what they are, and what If-Match and If-None-Match ask of them */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/proto/problem.h"
#include "shared/base/text.h"
#include "shared/core/life.h"

const char *
api_etag(struct call *c, const struct life *e)
{
	return mem_fmt(c->task->mem, "\"%s-%lld\"", e->public_id, (long long)e->generation);
}

/* Is the tag in a list of them, or the list "*"?  Weak ones count only if that is asked for. */
static bool
in_list(const char *header, const char *etag, bool weak)
{
	size_t n = strlen(etag);

	while (header != NULL && *header != '\0') {
		header += strspn(header, ", \t");
		if (*header == '*')
			return true;
		if (weak && text_starts(header, "W/"))
			header += 2;
		if (strncmp(header, etag, n) == 0)
			return true;
		header += strcspn(header, ",");
	}
	return false;
}

bool
api_listed(const char *header, const char *etag)
{
	return in_list(header, etag, true);
}

void
api_check_match(struct call *c, const char *etag)
{
	const char *header = request_header(c->req, "if-match");

	if (header != NULL && !in_list(header, etag, false))
		task_throw(c->task, &API_CHANGED, "It is %s now.", etag);
}

void
api_match_environment(struct call *c)
{
	struct life e = { .public_id = problem_param(c, "id") };

	if (c->runs == 0 && request_header(c->req, "if-match") != NULL &&
	    life_hold(c->task, c->account, e.public_id, &e.generation))
		api_check_match(c, api_etag(c, &e));
}
