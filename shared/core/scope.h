/* shared/core/scope.h - what a credential of the control API may do */
#ifndef MF_SCOPE_H
#define MF_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Every operation of the control API names one scope in its route table; a key has some of them, a
 * session has all.  Writing does not include reading.  SCOPE_UNSAID is what a route has that says
 * nothing, and no test lets through; SCOPE_ANY: any credential will do.
 */
enum scope {
	SCOPE_UNSAID, SCOPE_ANY,
	SCOPE_ACCOUNT_READ,       /* the account, its quotas and sessions */
	SCOPE_ACCOUNT_WRITE,      /* password, sessions ended */
	SCOPE_DATA_WRITE,         /* records made up and seeded */
	SCOPE_ENVIRONMENTS_READ,  /* environments, with their credentials */
	SCOPE_ENVIRONMENTS_WRITE, /* made, started, stopped, reset, destroyed; their clocks */
	SCOPE_KEYS_READ,
	SCOPE_KEYS_WRITE,         /* made, with no more than the maker has, and revoked */
	SCOPE_USAGE_READ,
	SCOPES
};

/* A set of scopes is a mask of SCOPE_BIT(x). */
#define SCOPE_BIT(scope) (1u << (scope))
enum { SCOPE_ALL = (1 << SCOPES) - (1 << (SCOPE_ANY + 1)) };

/* "environments:read"; "any", and "-" for SCOPE_UNSAID. */
const char *scope_name(enum scope s);
/* SCOPE_UNSAID: there is none of that name. */
enum scope scope_named(const char *name);
/* The set of n names; those of another program's time are passed over. */
unsigned scope_set(const char *const *names, size_t n);
/* The names of a set, in the order above; returns how many. */
size_t scope_names(unsigned set, const char *out[SCOPES]);

#endif
