/* fcgi/auth/policy.h - policy documents: who may do what to which thing, and when */
#ifndef MF_POLICY_H
#define MF_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;

/*
 * Source: "IAM JSON policy elements reference" and "Policy evaluation logic", AWS IAM User Guide.
 * Knows no service: the face says which actions, resources and condition keys are its own, and
 * what a key's value is in this request.  Everything lives in the arena that policy_parse got.
 */
enum policy_kind { POLICY_AWS, POLICY_CANONICAL, POLICY_SERVICE, POLICY_FEDERATED };

struct policy_principal {
	enum policy_kind kind;
	const char      *value; /* POLICY_AWS: "*", an account's 12 digits, or another ARN */
};

struct policy_texts {
	const char **list;
	size_t       n;
};

enum policy_set { POLICY_ONE, POLICY_ANY_VALUE, POLICY_ALL_VALUES };

struct policy_condition {
	const struct policy_operator *op; /* policy_condition.c */
	const char                   *operator_name; /* as it was written */
	bool                          if_exists;
	enum policy_set               set;
	const char                   *key;
	struct policy_texts           values;
};

struct policy_statement {
	const char              *sid; /* or NULL */
	bool                     allow;
	bool                     not_principal, not_action, not_resource;
	struct policy_principal *principals; /* "*" is POLICY_AWS "*" */
	size_t                   n_principals;
	struct policy_texts      actions, resources;
	struct policy_condition *conditions;
	size_t                   n_conditions;
};

struct policy {
	const char              *id;        /* or NULL */
	bool                     variables; /* Version 2012-10-17: ${..} stands for values */
	bool                     attached;  /* to an identity: statements name no principal */
	struct policy_statement *list;
	size_t                   n;
};

/*
 * NULL: not such a document, and *why says so in S3's words ("Missing required field Effect").
 * attached: a policy of an identity, without Principal; a resource's policy must have it.
 */
struct policy *policy_parse(struct mem *m, const char *text, size_t n, bool attached,
    const char **why);

/* Who asks; NULL fields are not known.  An account's root has ARN "arn:aws:iam::<account>:root". */
struct policy_caller {
	const char *account, *arn;
	const char *canonical; /* S3's id of the account */
	const char *service;   /* "s3.amazonaws.com": a service in its own name */
	const char *federated;
};

struct policy_request {
	const struct policy_caller *who; /* NULL: nobody, anonymous */
	const char                 *action, *resource;
	/*
	 * The values a condition key has in this request; false: it has none.  key is as the policy
	 * writes it; names of keys do not differ by case.
	 */
	bool (*values)(void *arg, const char *key, struct policy_texts *out);
	void  *arg;
};

enum policy_effect { POLICY_NEUTRAL, POLICY_ALLOWED, POLICY_DENIED };

/* A deny is final, whatever else allows. */
enum policy_effect policy_decide(struct mem *m, const struct policy *p,
    const struct policy_request *r);

/*
 * "The meaning of public", S3 User Guide: some statement allows everybody, and no condition pins
 * it to fixed accounts, addresses, VPCs or the like.
 */
bool policy_public(struct mem *m, const struct policy *p);

/* Does some condition of p ask for a key that begins with prefix, or use it as a variable? */
bool policy_asks(const struct policy *p, const char *prefix);

/* '*' and '?' as in actions and ARNs. */
bool policy_match(const char *pattern, const char *text, bool any_case);

/*
 * pattern with its ${variables} replaced; NULL: one has no value.  wild: its wildcards, told apart
 * from what came out of the request, are for policy_match_expanded; else they mean themselves.
 */
const char *policy_expand(struct mem *m, const struct policy *p, const struct policy_request *r,
    const char *pattern, bool wild);
bool        policy_match_expanded(const char *pattern, const char *text, bool any_case);

/* policy_condition.c: an operator by its name in a document, NULL when there is none. */
const struct policy_operator *policy_operator_named(const char *name, size_t n);
/* Values that the operator can never read; NULL: they are fine. */
const char *policy_bad_value(struct mem *m, const struct policy_condition *c);
bool policy_condition_holds(struct mem *m, const struct policy *p, const struct policy_condition *c,
    const struct policy_request *r);
/* Whether only the values it lists get past: StringEquals and the like, not Null or StringNot... */
bool policy_condition_pins(const struct policy_condition *c);
/* How many bits of an address the range fixes; 0 when it is none. */
int64_t policy_range_bits(struct mem *m, const char *range, bool *v4);

#endif
