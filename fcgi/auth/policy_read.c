/* fcgi/auth/policy_read.c - policy documents out of JSON */
#include <json-c/linkhash.h>
#include <string.h>

#include "fcgi/auth/policy.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"
#include "shared/wire/json.h"

/* A document being read. The first thing wrong with it ends that. */
struct reading {
	struct mem    *m;
	struct policy *p;
	const char    *why;
};

static bool
wrong(struct reading *r, const char *why)
{
	r->why = why;
	return false;
}

static const char *
text_of(struct json_object *j)
{
	return json_object_is_type(j, json_type_string) ? json_object_get_string(j) : NULL;
}

/* Of a condition also true and 10 stand for "true" and "10". */
static const char *
value_of(struct reading *r, struct json_object *j, bool scalars)
{
	if (scalars && (json_object_is_type(j, json_type_boolean) ||
	                json_object_is_type(j, json_type_int) ||
	                json_object_is_type(j, json_type_double)))
		return mem_text(r->m, json_object_to_json_string(j));
	return text_of(j);
}

/* One text or a list of them; false: something else is among them. */
static bool
texts(struct reading *r, struct json_object *j, bool scalars, struct policy_texts *out)
{
	size_t n = json_object_is_type(j, json_type_array) ? json_object_array_length(j) : 1;

	out->list = mem_array(r->m, const char *, n + 1);
	out->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_is_type(j, json_type_array)
		                        ? json_object_array_get_idx(j, i) : j;
		const char         *text = value_of(r, one, scalars);

		if (text == NULL)
			return false;
		out->list[out->n++] = text;
	}
	return true;
}

/* "arn:aws:iam::123456789012:root" is the account itself. */
static const char *
account_of(struct reading *r, const char *arn)
{
	static const char start[] = "arn:aws:iam::";
	const char       *account = arn + sizeof(start) - 1;

	if (text_starts(arn, start) && strspn(account, "0123456789") == 12 &&
	    strcmp(account + 12, ":root") == 0)
		return mem_text_n(r->m, account, 12);
	return arn;
}

/* An account, a user, a role or a session: not checked against what there is. */
static bool
aws_principal_valid(const char *s)
{
	const char *rest;

	if (strcmp(s, "*") == 0 || (strlen(s) == 12 && strspn(s, "0123456789") == 12))
		return true;
	if (text_starts(s, "arn:aws:iam::"))
		rest = s + strlen("arn:aws:iam::");
	else if (text_starts(s, "arn:aws:sts::"))
		rest = s + strlen("arn:aws:sts::");
	else
		return false;
	if (strspn(rest, "0123456789") != 12 || rest[12] != ':' || strpbrk(rest, "*?") != NULL)
		return false;
	rest += 13;
	return (text_starts(rest, "user/") && rest[5] != '\0') ||
	    (text_starts(rest, "role/") && rest[5] != '\0') ||
	    (text_starts(rest, "assumed-role/") && strchr(rest + 13, '/') != NULL) ||
	    (text_starts(rest, "federated-user/") && rest[15] != '\0');
}

static bool
principal_valid(enum policy_kind kind, const char *s)
{
	switch (kind) {
	case POLICY_AWS:
		return aws_principal_valid(s);
	case POLICY_CANONICAL:
		return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
	case POLICY_SERVICE:
		return strchr(s, '.') != NULL;
	case POLICY_FEDERATED:
		return *s != '\0';
	}
	return false;
}

static bool
add_principals(struct reading *r, struct policy_statement *s, const char *kind,
    struct json_object *j)
{
	static const char *const kinds[] = { [POLICY_AWS] = "AWS", [POLICY_CANONICAL] = "CanonicalUser",
		[POLICY_SERVICE] = "Service", [POLICY_FEDERATED] = "Federated" };
	struct policy_principal *grown;
	struct policy_texts      t;
	size_t                   k = 0;

	while (k < COUNT(kinds) && strcmp(kinds[k], kind) != 0)
		k++;
	if (k == COUNT(kinds) || !texts(r, j, false, &t) || t.n == 0)
		return wrong(r, "Invalid principal in policy");
	grown = mem_array(r->m, struct policy_principal, s->n_principals + t.n);
	if (s->n_principals > 0)
		memcpy(grown, s->principals, s->n_principals * sizeof(*grown));
	s->principals = grown;
	for (size_t i = 0; i < t.n; i++) {
		const char *value = k == POLICY_AWS ? account_of(r, t.list[i]) : t.list[i];

		if (!principal_valid((enum policy_kind)k, value))
			return wrong(r, "Invalid principal in policy");
		s->principals[s->n_principals++] = (struct policy_principal){ (enum policy_kind)k, value };
	}
	return true;
}

static bool
read_principal(struct reading *r, struct policy_statement *s, struct json_object *j)
{
	const char *text = text_of(j);

	if (r->p->attached)
		return wrong(r, "Policy document should not specify a principal.");
	if (text != NULL && strcmp(text, "*") == 0)
		return add_principals(r, s, "AWS", j);
	if (!json_object_is_type(j, json_type_object) || json_object_object_length(j) == 0)
		return wrong(r, "Invalid principal in policy");
	json_object_object_foreach(j, kind, value)
		if (!add_principals(r, s, kind, value))
			return false;
	return true;
}

/* [ForAllValues:|ForAnyValue:]Operator[IfExists] */
static bool
read_operator(struct reading *r, const char *name, struct policy_condition *c)
{
	static const char if_exists[] = "IfExists";
	const char       *op = name;
	size_t            n;

	c->operator_name = name;
	if (text_starts(op, "ForAllValues:"))
		c->set = POLICY_ALL_VALUES;
	else if (text_starts(op, "ForAnyValue:"))
		c->set = POLICY_ANY_VALUE;
	if (c->set != POLICY_ONE)
		op = strchr(op, ':') + 1;
	n = strlen(op);
	c->if_exists = text_ends(op, if_exists);
	if (c->if_exists)
		n -= strlen(if_exists);
	c->op = policy_operator_named(op, n);
	if (c->op == NULL || (c->if_exists && strncmp(op, "Null", n) == 0))
		return wrong(r, mem_fmt(r->m, "Invalid Condition type : %s", name));
	return true;
}

static bool
read_keys(struct reading *r, struct policy_statement *s, const struct policy_condition *of,
    struct json_object *keys)
{
	if (!json_object_is_type(keys, json_type_object))
		return wrong(r, "Invalid policy syntax.");
	json_object_object_foreach(keys, key, value) {
		struct policy_condition *c = &s->conditions[s->n_conditions++];

		*c = *of;
		c->key = key;
		if (!texts(r, value, true, &c->values))
			return wrong(r, "Invalid policy syntax.");
		r->why = policy_bad_value(r->m, c);
		if (r->why != NULL)
			return false;
	}
	return true;
}

static bool
read_conditions(struct reading *r, struct policy_statement *s, struct json_object *j)
{
	size_t n = 0;

	if (!json_object_is_type(j, json_type_object))
		return wrong(r, "Invalid policy syntax.");
	json_object_object_foreach(j, one, keys_of_one) {
		(void)one;
		if (json_object_is_type(keys_of_one, json_type_object))
			n += (size_t)json_object_object_length(keys_of_one);
	}
	s->conditions = mem_array(r->m, struct policy_condition, n + 1);
	json_object_object_foreach(j, name, keys) {
		struct policy_condition c = { 0 };

		if (!read_operator(r, name, &c) || !read_keys(r, s, &c, keys))
			return false;
	}
	return true;
}

static bool
read_effect(struct reading *r, struct policy_statement *s, struct json_object *j)
{
	const char *effect = text_of(j);

	if (effect == NULL)
		return wrong(r, "Invalid policy syntax.");
	s->allow = strcmp(effect, "Allow") == 0;
	if (!s->allow && strcmp(effect, "Deny") != 0)
		return wrong(r, mem_fmt(r->m, "Invalid effect: %s", effect));
	return true;
}

static bool
read_element(struct reading *r, struct policy_statement *s, const char *name,
    struct json_object *j)
{
	if (strcmp(name, "Sid") == 0)
		return (s->sid = text_of(j)) != NULL || wrong(r, "Invalid policy syntax.");
	if (strcmp(name, "Effect") == 0)
		return read_effect(r, s, j);
	if (strcmp(name, "Principal") == 0 || strcmp(name, "NotPrincipal") == 0) {
		s->not_principal = *name == 'N';
		return read_principal(r, s, j);
	}
	if (strcmp(name, "Action") == 0 || strcmp(name, "NotAction") == 0) {
		s->not_action = *name == 'N';
		return (texts(r, j, false, &s->actions) && s->actions.n > 0) ||
		    wrong(r, "Policy has invalid action");
	}
	if (strcmp(name, "Resource") == 0 || strcmp(name, "NotResource") == 0) {
		s->not_resource = *name == 'N';
		return (texts(r, j, false, &s->resources) && s->resources.n > 0) ||
		    wrong(r, "Policy has invalid resource");
	}
	if (strcmp(name, "Condition") == 0)
		return read_conditions(r, s, j);
	return wrong(r, mem_fmt(r->m, "Unknown field %s", name));
}

/* Exactly one of Name and NotName. */
static bool
check_one_of(struct reading *r, struct json_object *j, const char *name)
{
	bool is = json_object_object_get_ex(j, name, NULL);
	bool is_not = json_object_object_get_ex(j, mem_fmt(r->m, "Not%s", name), NULL);

	if (is && is_not)
		return wrong(r, mem_fmt(r->m, "Statement cannot have both %s and Not%s", name, name));
	return is || is_not || wrong(r, mem_fmt(r->m, "Missing required field %s", name));
}

static bool
read_statement(struct reading *r, struct json_object *j)
{
	struct policy_statement *s = &r->p->list[r->p->n++];

	if (!json_object_is_type(j, json_type_object))
		return wrong(r, "Invalid policy syntax.");
	json_object_object_foreach(j, name, value)
		if (!read_element(r, s, name, value))
			return false;
	if (!json_object_object_get_ex(j, "Effect", NULL))
		return wrong(r, "Missing required field Effect");
	if (!(r->p->attached || check_one_of(r, j, "Principal")) || !check_one_of(r, j, "Action") ||
	    !check_one_of(r, j, "Resource"))
		return false;
	if (s->not_principal && s->allow)
		return wrong(r, "Allow with NotPrincipal is not allowed.");
	for (struct policy_statement *o = r->p->list; s->sid != NULL && *s->sid != '\0' && o < s; o++)
		if (o->sid != NULL && strcmp(o->sid, s->sid) == 0)
			return wrong(r, "Statement IDs (SID) in a single policy must be unique.");
	return true;
}

static bool
read_statements(struct reading *r, struct json_object *j)
{
	size_t n = json_object_is_type(j, json_type_array) ? json_object_array_length(j) : 1;

	if (n == 0)
		return wrong(r, "Could not parse the policy: Statement is empty!");
	r->p->list = mem_array(r->m, struct policy_statement, n);
	if (!json_object_is_type(j, json_type_array))
		return read_statement(r, j);
	for (size_t i = 0; i < n; i++)
		if (!read_statement(r, json_object_array_get_idx(j, i)))
			return false;
	return true;
}

static bool
read_policy(struct reading *r, struct json_object *j)
{
	struct json_object *version = json_get(j, "Version"), *statement;
	const char         *text = text_of(version);

	json_object_object_foreach(j, name, value) {
		(void)value;
		if (strcmp(name, "Version") != 0 && strcmp(name, "Id") != 0 &&
		    strcmp(name, "Statement") != 0)
			return wrong(r, mem_fmt(r->m, "Unknown field %s", name));
	}
	r->p->variables = text != NULL && strcmp(text, "2012-10-17") == 0;
	if (json_object_object_get_ex(j, "Version", NULL) &&
	    !r->p->variables && (text == NULL || strcmp(text, "2008-10-17") != 0))
		return wrong(r, "The policy must contain a valid version string");
	r->p->id = text_of(json_get(j, "Id"));
	if (!json_object_object_get_ex(j, "Statement", &statement))
		return wrong(r, "Missing required field Statement");
	return read_statements(r, statement);
}

struct policy *
policy_parse(struct mem *m, const char *text, size_t n, bool attached, const char **why)
{
	struct reading      r = { .m = m, .p = mem_one(m, struct policy) };
	struct json_object *j;

	r.p->attached = attached;
	*why = "Policies must be valid JSON and the first byte must be '{'";
	if (n == 0 || text[0] != '{')
		return NULL;
	*why = "This policy contains invalid Json";
	j = json_parse(m, text, n);
	if (j == NULL)
		return NULL;
	if (read_policy(&r, j))
		return r.p;
	*why = r.why;
	return NULL;
}
