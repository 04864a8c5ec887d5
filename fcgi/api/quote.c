/* fcgi/api/quote.c - the services a request names, read and priced */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/text.h"
#include "shared/core/price.h"
#include "shared/core/server.h"
#include "shared/wire/json.h"

enum { MOST_SERVICES = 100, MOST_ID = 64 };

static const struct member named_members[] = {
	{ "service", S_TEXT(1, MOST_ID), MUST, "Its id, or its short name with a provider", NULL },
	{ "version", S_TEXT(1, MOST_ID), 0, "Of a real server", NULL },
	{ "backend", S_TEXT(1, MOST_ID), 0, "builtin", NULL },
};
static const struct shape named_shape = S_WISH("NamedService", named_members);
static const struct shape names[] = { S_TEXT(1, MOST_ID), S_SAME(named_shape) };
const struct shape        services_shape = {
	.kind = SHAPE_LIST, .of = &(const struct shape)S_EITHER(names), .min = 1,
	.max = MOST_SERVICES, .example = "[\"aws_s3\", \"aws_sqs\"]",
};

static const struct member quote_wish_members[] = {
	{ "services", S_SAME(services_shape), 0, "Required unless a package says them", NULL },
	{ "provider", S_TEXT(1, MOST_ID), 0,
	    "A cloud whose services are then named short, or multi-cloud", NULL },
	{ "package", S_TEXT(1, MOST_ID), 0, "Without services: the package's own", NULL },
};
static const struct shape  quote_wish_shape = S_WISH("QuoteRequest", quote_wish_members);
static const struct member line_members[] = {
	{ "id", S_STRING, MUST, NULL, NULL },
	{ "hourly_rate", S_NUMBER, MUST, "US$", NULL },
	{ "available", S_BOOL, MUST, NULL, NULL },
};
static const struct member quote_members[] = {
	{ "hourly_rate", S_NUMBER, MUST, "What an environment of these costs, in US$", NULL },
	{ "sum", S_NUMBER, MUST, "What they cost one by one", NULL },
	{ "package", S_STRING, MUST | NULLS, "The package that makes it cheaper", NULL },
	{ "services", S_LIST(S_OBJECT(NULL, line_members), 1, 0), MUST, NULL, NULL },
};
static const struct shape quote_shape = S_OBJECT("Quote", quote_members);

const struct doc doc_quote = {
	.tag = "Prices", .summary = "What services cost together",
	.request = &quote_wish_shape,
	.answers = { { 200, "The price", &quote_shape, NULL, 0 } },
};

/* What a request names, before anything is known of it. */
struct named {
	const char **names;
	const char **fields; /* where each stands: "services[0]" */
	size_t       n;
	const char  *provider, *package;
};

/*
 * {"service": name, "version"?, "backend"?}: only real servers have versions, and no service has a
 * second backend yet.
 */
static const char *
read_object(struct call *c, struct json_object *j, const char *field)
{
	struct fields f = fields_in(c, j, mem_fmt(c->task->mem, "%s.", field), &named_shape);
	const char   *name = field_text(&f, "service"), *fitting;
	const char   *version = field_text(&f, "version"), *backend = field_text(&f, "backend");

	if (name != NULL && version != NULL && server_engine(name) != NULL) {
		if (!server_version_fits(name, version, &fitting))
			fields_wrong(&f, "version", "%s %s is not available here: %s", name, version, fitting);
	} else if (name != NULL && version != NULL && api_available(name))
		fields_wrong(&f, "version", "%s is emulated: it has no versions", name);
	if (name != NULL && backend != NULL && strcmp(backend, "builtin") != 0)
		fields_wrong(&f, "backend", "%s has no backend but \"builtin\" here", name);
	return name;
}

static void
read_list(struct call *c, const struct fields *f, struct named *out)
{
	struct json_object *list = field_list(f, "services");

	out->n = list != NULL ? json_object_array_length(list) : 0;
	out->names = mem_array(c->task->mem, const char *, out->n + 1);
	out->fields = mem_array(c->task->mem, const char *, out->n + 1);
	for (size_t i = 0; i < out->n; i++) {
		struct json_object *j = json_object_array_get_idx(list, i);
		enum json_type      type = json_object_get_type(j);
		const char         *field = mem_fmt(c->task->mem, "services[%zu]", i), *name = NULL;

		out->fields[i] = field;
		if (type == json_type_string)
			name = json_object_get_string(j);
		else if (type == json_type_object)
			name = read_object(c, j, field);
		else
			problem_field(c, field, "is to be a service's id, or {\"service\": ...}");
		if (name != NULL && (name[0] == '\0' || strlen(name) > MOST_ID))
			problem_field(c, field, "there is no such service");
		out->names[i] = name != NULL ? name : "";
	}
}

/* "AWS Starter", "aws-starter" and "aws_starter" are one package. */
static const char *
package_id(struct call *c, const char *s)
{
	char *id = s != NULL ? text_lower(c->task->mem, s) : NULL;

	for (char *p = id; p != NULL && *p != '\0'; p++)
		if (*p == ' ' || *p == '-')
			*p = '_';
	return id;
}

/* A package named without services stands for those it gives. */
static void
fill_from_package(struct call *c, struct named *named)
{
	struct price_package *list;
	size_t                n = price_packages(c->task, &list);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].id, named->package) != 0)
			continue;
		if (list[i].n_gives == 0)
			problem_field(c, "services", "%s takes any services: name them", list[i].title);
		named->n = list[i].n_gives;
		named->names = list[i].gives;
		named->fields = mem_array(c->task->mem, const char *, named->n);
		for (size_t k = 0; k < named->n; k++)
			named->fields[k] = "package";
		return;
	}
	problem_field(c, "package", "there is no package %s", named->package);
}

static void
check_quote(struct call *c, const struct named *named, const struct price_quote *q)
{
	if (named->provider != NULL && !q->cloud_known)
		problem_field(c, "provider", "there is no provider %s", named->provider);
	for (size_t i = 0; i < q->n; i++) {
		const char *service = q->lines[i].service;

		if (service == NULL)
			problem_field(c, named->fields[i], "there is no service %s", q->lines[i].asked);
		for (size_t k = 0; service != NULL && k < i; k++)
			if (q->lines[k].service != NULL && strcmp(q->lines[k].service, service) == 0)
				problem_field(c, named->fields[i], "%s is named twice", service);
	}
	if (named->package != NULL && !q->package_known)
		problem_field(c, "package", "there is no package %s", named->package);
	problem_check(c);
	if (named->package != NULL && !q->package_covers)
		problem_field(c, "package", "%s does not cover these services", named->package);
	problem_check(c);
}

void
api_read_services(struct call *c, const struct fields *f, struct price_quote *out)
{
	struct named named = { .package = package_id(c, field_text(f, "package")) };

	named.provider = field_text(f, "provider");
	if (named.provider != NULL)
		named.provider = text_lower(c->task->mem, named.provider);
	if (named.provider != NULL && (strcmp(named.provider, "multi-cloud") == 0 ||
	    strcmp(named.provider, "multi_cloud") == 0))
		named.provider = NULL;
	read_list(c, f, &named);
	if (json_get(c->args, "services") == NULL && named.package != NULL)
		fill_from_package(c, &named);
	else if (json_get(c->args, "services") == NULL)
		problem_field(c, "services", "is missing");
	problem_check(c);
	price_quote(c->task, named.names, named.n, named.provider, named.package, out);
	check_quote(c, &named, out);
}

void
api_quote(struct call *c)
{
	struct fields      f = fields_in(c, c->args, "", &quote_wish_shape);
	struct price_quote q;

	api_read_services(c, &f, &q);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_number(c->out, "hourly_rate", q.rate);
	enc_number(c->out, "sum", q.sum);
	enc_text_or_null(c->out, "package", q.package);
	enc_list(c->out, "services", NULL);
	for (size_t i = 0; i < q.n; i++) {
		enc_struct(c->out, NULL);
		enc_text(c->out, "id", q.lines[i].service);
		enc_number(c->out, "hourly_rate", q.lines[i].hourly);
		enc_bool(c->out, "available", api_available(q.lines[i].service));
		enc_end(c->out);
	}
	enc_end(c->out);
	enc_end(c->out);
}
