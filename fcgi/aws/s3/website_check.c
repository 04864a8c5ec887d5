/* fcgi/aws/s3/website_check.c - website configurations: what S3 takes, and what it refuses */
#include <string.h>

#include "fcgi/aws/s3/config.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

/* Source: S3 User Guide "Configuring a custom redirect"; sentences as the service sends them. */
enum { MOST_RULES = 50 };

static _Noreturn void
wrong(struct call *c, const char *why)
{
	s3_throw(c, &S3_INVALID_REQUEST, why, NULL);
}

static void
check_protocol(struct call *c, const struct xml *x)
{
	const char *protocol = xml_child_text(x, "Protocol");

	if (protocol != NULL && strcmp(protocol, "http") != 0 && strcmp(protocol, "https") != 0)
		wrong(c, "Invalid protocol, protocol can be http or https. If not defined the protocol "
		    "will be selected automatically.");
}

static bool
code_within(const char *code, int64_t least, int64_t most)
{
	int64_t n;

	return text_i64(code, least, most, &n);
}

static void
check_redirect(struct call *c, const struct xml *x)
{
	const char *code = xml_child_text(x, "HttpRedirectCode");

	if (x->first == NULL)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
	check_protocol(c, x);
	if (code != NULL && !code_within(code, 301, 399))
		wrong(c, mem_fmt(c->task->mem, "The provided HTTP redirect code (%s) is not valid. Valid "
		    "codes are 3XX except 300.", code));
	if (xml_child(x, "ReplaceKeyPrefixWith") != NULL && xml_child(x, "ReplaceKeyWith") != NULL)
		wrong(c, "You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
}

static void
check_rule(struct call *c, const struct xml *rule)
{
	const struct xml *when = xml_child(rule, "Condition");
	const char       *code = when != NULL ? xml_child_text(when, "HttpErrorCodeReturnedEquals")
	                                      : NULL;

	if (when != NULL && when->first == NULL)
		wrong(c, "Condition cannot be empty. To redirect all requests without a condition, the "
		    "condition element shouldn't be present.");
	if (code != NULL && !code_within(code, 400, 599))
		wrong(c, mem_fmt(c->task->mem, "The provided HTTP error code (%s) is not valid. Valid "
		    "codes are 4XX or 5XX.", code));
	check_redirect(c, xml_child(rule, "Redirect"));
}

static void
check_index(struct call *c, const struct xml *index)
{
	const char *suffix = index != NULL ? xml_child_text(index, "Suffix") : NULL;

	if (suffix == NULL)
		s3_throw(c, &S3_INVALID_ARGUMENT,
		    "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
		    "ArgumentName", "IndexDocument", "ArgumentValue", "null", NULL);
	if (*suffix == '\0' || strchr(suffix, '/') != NULL)
		s3_throw(c, &S3_INVALID_ARGUMENT, "The IndexDocument Suffix is not well formed",
		    "ArgumentName", "IndexDocument", "ArgumentValue", suffix, NULL);
}

void
config_check_website(struct call *c, struct xml *x)
{
	const struct xml *all = xml_child(x, "RedirectAllRequestsTo");
	const struct xml *rules = xml_child(x, "RoutingRules"), *error;
	unsigned          n = rules != NULL ? document_count(rules, "RoutingRule") : 0;

	if (all != NULL) {
		if (x->first->next != NULL)
			s3_throw(c, &S3_INVALID_ARGUMENT, "RedirectAllRequestsTo cannot be provided in "
			    "conjunction with other Routing Rules.", "ArgumentName",
			    "RedirectAllRequestsTo", "ArgumentValue", "not null", NULL);
		check_protocol(c, all);
		return;
	}
	check_index(c, xml_child(x, "IndexDocument"));
	error = xml_child(x, "ErrorDocument");
	if (error != NULL)
		s3_check_key(c, xml_child_text(error, "Key"));
	if (n > MOST_RULES)
		wrong(c, mem_fmt(c->task->mem, "%u routing rules provided, the number of routing rules in "
		    "a website configuration is limited to 50.", n));
	for (const struct xml *r = n > 0 ? xml_child(rules, "RoutingRule") : NULL; r != NULL;
	     r = xml_again(r))
		check_rule(c, r);
}
