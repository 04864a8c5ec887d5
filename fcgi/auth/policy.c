/* fcgi/auth/policy.c - what a policy says of one request */
#include "fcgi/auth/policy.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"
#include "shared/base/text.h"

/*
 * In an expanded pattern these stand for '*' and '?': bytes no UTF-8 text has, so that a value out
 * of the request is never taken for a wildcard.
 */
enum { ANY_TEXT = 0xff, ANY_CHARACTER = 0xfe, NEITHER = 0xfd };

static bool
same(char a, char b, bool any_case)
{
	return a == b || (any_case && tolower((unsigned char)a) == tolower((unsigned char)b));
}

/* One pass that goes back to the last wildcard: never more than length times length. */
static bool
match(const char *p, const char *s, char any, char one, bool any_case)
{
	const char *star = NULL, *from = NULL;

	while (*s != '\0') {
		if (*p == any) {
			star = p++;
			from = s;
		} else if (*p != '\0' && (*p == one || same(*p, *s, any_case))) {
			p++;
			s++;
		} else if (star != NULL) {
			p = star + 1;
			s = ++from;
		} else {
			return false;
		}
	}
	while (*p == any)
		p++;
	return *p == '\0';
}

bool
policy_match(const char *pattern, const char *text, bool any_case)
{
	return match(pattern, text, '*', '?', any_case);
}

bool
policy_match_expanded(const char *pattern, const char *text, bool any_case)
{
	return match(pattern, text, (char)ANY_TEXT, (char)ANY_CHARACTER, any_case);
}

static void
add_value(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		buf_char(b, (unsigned char)*s >= ANY_CHARACTER ? (char)NEITHER : *s);
}

/* What is between ${ and }: a key, perhaps with a default in quotes, or an escaped character. */
static bool
add_variable(struct mem *m, const struct policy_request *r, const char *name, struct buf *b)
{
	struct policy_texts values;
	const char         *comma = strchr(name, ','), *key = name, *quote;
	size_t              n;

	if (strcmp(name, "*") == 0 || strcmp(name, "?") == 0 || strcmp(name, "$") == 0) {
		buf_text(b, name);
		return true;
	}
	if (comma != NULL)
		key = mem_text_n(m, name, (size_t)(comma - name));
	if (r->values != NULL && r->values(r->arg, key, &values) && values.n == 1) {
		add_value(b, values.list[0]);
		return true;
	}
	if (comma == NULL || (quote = strchr(comma, '\'')) == NULL)
		return false;
	n = strlen(++quote);
	if (n == 0 || quote[n - 1] != '\'')
		return false;
	add_value(b, mem_text_n(m, quote, n - 1));
	return true;
}

const char *
policy_expand(struct mem *m, const struct policy *p, const struct policy_request *r,
    const char *pattern, bool wild)
{
	struct buf b = buf_new(m);

	buf_reserve(&b, strlen(pattern) + 1);
	while (*pattern != '\0') {
		const char *end = p->variables && pattern[0] == '$' && pattern[1] == '{'
		                ? strchr(pattern, '}') : NULL;

		if (end != NULL) {
			pattern += 2;
			if (!add_variable(m, r, mem_text_n(m, pattern, (size_t)(end - pattern)), &b))
				return NULL;
			pattern = end + 1;
			continue;
		}
		buf_char(&b, !wild ? *pattern : *pattern == '*' ? (char)ANY_TEXT :
		    *pattern == '?' ? (char)ANY_CHARACTER : *pattern);
		pattern++;
	}
	return b.data;
}

/* An account stands for everyone in it. */
static bool
is_principal(const struct policy_principal *p, const struct policy_caller *who)
{
	const char *is;

	if (p->kind == POLICY_AWS && strcmp(p->value, "*") == 0)
		return true;
	if (who == NULL)
		return false;
	if (p->kind == POLICY_AWS)
		return (who->account != NULL && strcmp(p->value, who->account) == 0) ||
		    (who->arn != NULL && strcmp(p->value, who->arn) == 0);
	is = p->kind == POLICY_CANONICAL ? who->canonical :
	    p->kind == POLICY_SERVICE ? who->service : who->federated;
	return is != NULL && strcmp(p->value, is) == 0;
}

static bool
speaks_of_caller(const struct policy *p, const struct policy_statement *s,
    const struct policy_caller *who)
{
	if (p->attached)
		return true;
	for (size_t i = 0; i < s->n_principals; i++)
		if (is_principal(&s->principals[i], who))
			return !s->not_principal;
	return s->not_principal;
}

static bool
speaks_of_action(const struct policy_statement *s, const char *action)
{
	for (size_t i = 0; i < s->actions.n; i++)
		if (policy_match(s->actions.list[i], action, true))
			return !s->not_action;
	return s->not_action;
}

static bool
speaks_of_resource(struct mem *m, const struct policy *p, const struct policy_statement *s,
    const struct policy_request *r)
{
	for (size_t i = 0; i < s->resources.n; i++) {
		const char *pattern = policy_expand(m, p, r, s->resources.list[i], true);

		if (pattern != NULL && policy_match_expanded(pattern, r->resource, false))
			return !s->not_resource;
	}
	return s->not_resource;
}

static bool
applies(struct mem *m, const struct policy *p, const struct policy_statement *s,
    const struct policy_request *r)
{
	if (!speaks_of_caller(p, s, r->who) || !speaks_of_action(s, r->action) ||
	    !speaks_of_resource(m, p, s, r))
		return false;
	for (size_t i = 0; i < s->n_conditions; i++)
		if (!policy_condition_holds(m, p, &s->conditions[i], r))
			return false;
	return true;
}

enum policy_effect
policy_decide(struct mem *m, const struct policy *p, const struct policy_request *r)
{
	enum policy_effect effect = POLICY_NEUTRAL;

	for (size_t i = 0; i < p->n; i++) {
		const struct policy_statement *s = &p->list[i];

		/* Once something allows, only a deny can change that. */
		if ((s->allow && effect == POLICY_ALLOWED) || !applies(m, p, s, r))
			continue;
		if (!s->allow)
			return POLICY_DENIED;
		effect = POLICY_ALLOWED;
	}
	return effect;
}

static bool
mentions(const struct policy_texts *t, const char *prefix)
{
	for (size_t i = 0; i < t->n; i++)
		for (const char *at = t->list[i]; (at = strstr(at, "${")) != NULL; at += 2)
			if (strncasecmp(at + 2, prefix, strlen(prefix)) == 0)
				return true;
	return false;
}

bool
policy_asks(const struct policy *p, const char *prefix)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct policy_statement *s = &p->list[i];

		if (mentions(&s->resources, prefix))
			return true;
		for (size_t k = 0; k < s->n_conditions; k++)
			if (strncasecmp(s->conditions[k].key, prefix, strlen(prefix)) == 0 ||
			    mentions(&s->conditions[k].values, prefix))
				return true;
	}
	return false;
}
