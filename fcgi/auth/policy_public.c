/* fcgi/auth/policy_public.c - whether a policy lets everybody in */
#include <string.h>
#include <strings.h>

#include "fcgi/auth/policy.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"

/* Narrower ranges than these are not the world: "The meaning of public", S3 User Guide. */
enum { BITS_V4 = 8, BITS_V6 = 32 };

/* Keys whose fixed values make a statement for everybody one for somebody. */
static const char *const pinning[] = { "aws:SourceArn", "aws:SourceVpc", "aws:SourceVpce",
	"aws:SourceOwner", "aws:SourceAccount", "aws:userid", "aws:PrincipalAccount",
	"aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceOrgID",
	"aws:SourceOrgPaths", "s3:x-amz-server-side-encryption-aws-kms-key-id",
	"s3:DataAccessPointArn", "s3:DataAccessPointAccount" };

static bool
is_fixed(const char *key, const char *value)
{
	/* An access point may be any of a fixed account. */
	if (strcasecmp(key, "s3:DataAccessPointArn") == 0)
		return true;
	/* A role id, and whatever session. */
	if (strcasecmp(key, "aws:userid") == 0 && text_ends(value, ":*"))
		return strcspn(value, "*?") == strlen(value) - 1;
	return strpbrk(value, "*?") == NULL && strstr(value, "${") == NULL;
}

static bool
is_narrow(struct mem *m, const char *range)
{
	bool    v4 = false;
	int64_t bits = policy_range_bits(m, range, &v4);

	return bits >= (v4 ? BITS_V4 : BITS_V6);
}

static bool
pins(struct mem *m, const struct policy_condition *c)
{
	bool   address = strcasecmp(c->key, "aws:SourceIp") == 0, listed = false;

	for (size_t i = 0; i < COUNT(pinning); i++)
		listed = listed || strcasecmp(pinning[i], c->key) == 0;
	if (!policy_condition_pins(c) || (!listed && !address) || c->values.n == 0)
		return false;
	for (size_t i = 0; i < c->values.n; i++)
		if (address ? !is_narrow(m, c->values.list[i]) : !is_fixed(c->key, c->values.list[i]))
			return false;
	return true;
}

static bool
is_for_everybody(const struct policy_statement *s)
{
	for (size_t i = 0; i < s->n_principals; i++)
		if (s->principals[i].kind == POLICY_AWS && strcmp(s->principals[i].value, "*") == 0)
			return true;
	return s->not_principal;
}

bool
policy_public(struct mem *m, const struct policy *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct policy_statement *s = &p->list[i];
		bool                           pinned = false;

		for (size_t k = 0; k < s->n_conditions; k++)
			pinned = pinned || pins(m, &s->conditions[k]);
		if (s->allow && is_for_everybody(s) && !pinned)
			return true;
	}
	return false;
}
