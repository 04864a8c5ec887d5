/* shared/core/scope.c - what a credential of the control API may do */
#include "shared/core/scope.h"

#include <string.h>

static const char *const names[SCOPES] = {
	[SCOPE_UNSAID] = "-",
	[SCOPE_ANY] = "any",
	[SCOPE_ACCOUNT_READ] = "account:read",
	[SCOPE_ACCOUNT_WRITE] = "account:write",
	[SCOPE_DATA_WRITE] = "data:write",
	[SCOPE_ENVIRONMENTS_READ] = "environments:read",
	[SCOPE_ENVIRONMENTS_WRITE] = "environments:write",
	[SCOPE_KEYS_READ] = "keys:read",
	[SCOPE_KEYS_WRITE] = "keys:write",
	[SCOPE_USAGE_READ] = "usage:read",
};

const char *
scope_name(enum scope s)
{
	return names[s];
}

enum scope
scope_named(const char *name)
{
	for (int s = SCOPE_ANY + 1; s < SCOPES; s++)
		if (strcmp(names[s], name) == 0)
			return (enum scope)s;
	return SCOPE_UNSAID;
}

unsigned
scope_set(const char *const *list, size_t n)
{
	unsigned set = 0;

	for (size_t i = 0; i < n; i++)
		set |= SCOPE_BIT(scope_named(list[i]));
	return set & ~SCOPE_BIT(SCOPE_UNSAID);
}

size_t
scope_names(unsigned set, const char *out[SCOPES])
{
	size_t n = 0;

	for (int s = SCOPE_ANY + 1; s < SCOPES; s++)
		if ((set & SCOPE_BIT(s)) != 0)
			out[n++] = names[s];
	return n;
}
