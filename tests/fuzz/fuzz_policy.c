/* tests/fuzz/fuzz_policy.c - policies: the first line asks, the rest is the document */
#include "tests/fuzz/fuzz.h"

#include "fcgi/auth/policy.h"

static const char *said;

static bool
values(void *arg, const char *key, struct policy_texts *out)
{
	struct mem *m = arg;

	(void)key;
	*out = (struct policy_texts){ .list = mem_array(m, const char *, 2), .n = 1 };
	out->list[0] = said;
	return true;
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	static const struct policy_caller who = { .account = "111111111111",
		.arn = "arn:aws:iam::111111111111:root" };
	const char           *line = memchr(p, '\n', n), *why = NULL;
	struct policy_request r = { &who, "s3:GetObject", "arn:aws:s3:::b/k", values, t->mem };
	struct policy        *policy;

	if (line == NULL)
		return;
	said = mem_text_n(t->mem, p, (size_t)(line - p));
	n -= (size_t)(line + 1 - p);
	policy = policy_parse(t->mem, line + 1, n, false, &why);
	assert(policy != NULL || (why != NULL && *why != '\0'));
	if (policy == NULL)
		return;
	policy_decide(t->mem, policy, &r);
	r.resource = said;
	r.who = NULL;
	policy_decide(t->mem, policy, &r);
	policy_public(t->mem, policy);
	policy_asks(policy, "s3:ExistingObjectTag/");
}
