/* fcgi/api/price.c - services and packages, their prices, and what a request would cost */
#include "fcgi/api/api.h"
#include "fcgi/api/doc.h"
#include "fcgi/services.h"
#include "shared/core/price.h"
#include "shared/core/server.h"

static const char *const   service_kinds[] = { "emulated", "real" };
static const struct member service_members[] = {
	{ "id", S_STRING, MUST, NULL, NULL },
	{ "title", S_STRING, MUST, NULL, NULL },
	{ "provider", S_STRING, MUST | NULLS, "The cloud it is of", NULL },
	{ "kind", S_WORD(service_kinds), MUST, NULL, NULL },
	{ "hourly_rate", S_NUMBER, MUST, "US$", NULL },
	{ "available", S_BOOL, MUST, "Environments can be made with it here, now", NULL },
	{ "reason", S_STRING, 0, "Why they cannot", NULL },
};
static const struct member services_members[] = {
	{ "services", S_LIST(S_OBJECT("Service", service_members), 0, 0), MUST, NULL, NULL },
	NEXT_CURSOR,
};
static const struct shape services_list_shape = S_OBJECT("Services", services_members);

const struct doc doc_list_services = {
	.tag = "Prices", .summary = "All services and their prices", .flags = DOC_PAGED,
	.answers = { { 200, "The services", &services_list_shape, NULL, 0 } },
};

static const struct member package_members[] = {
	{ "id", S_STRING, MUST, NULL, NULL },
	{ "title", S_STRING, MUST, NULL, NULL },
	{ "hourly_rate", S_NUMBER, MUST, "US$", NULL },
	{ "any_services", S_INT(1, 1000), 0, "It covers any so many services", NULL },
	{ "services", S_LIST(S_STRING, 0, 0), MUST, "Those it gives", NULL },
	{ "covers", S_LIST(S_STRING, 0, 0), MUST, "Those it covers", NULL },
};
static const struct member packages_members[] = {
	{ "packages", S_LIST(S_OBJECT("Package", package_members), 0, 0), MUST, NULL, NULL },
	NEXT_CURSOR,
};
static const struct shape packages_shape = S_OBJECT("Packages", packages_members);

const struct doc doc_list_packages = {
	.tag = "Prices", .summary = "All packages and their prices", .flags = DOC_PAGED,
	.answers = { { 200, "The packages", &packages_shape, NULL, 0 } },
};

bool
api_available(const char *service)
{
	return service_sold(service) != NULL || server_engine(service) != NULL;
}

/* What is in this program can be had, real servers where a machine has them. */
static void
put_available(struct call *c, const char *service, const struct server_engine_seen *seen,
    size_t n_seen)
{
	const char *version, *why = "It is not built yet.";

	if (api_available(service))
		why = server_refusal(c->task, seen, n_seen, service, &version);
	enc_bool(c->out, "available", why == NULL);
	enc_text(c->out, "reason", why);
}

void
api_list_services(struct call *c)
{
	struct price_service      *list;
	struct server_engine_seen *seen;
	size_t                     n = price_services(c->task, &list);
	size_t                     n_seen = server_engines(c->task, &seen);
	const char               **ids = mem_array(c->task->mem, const char *, n);
	struct api_slice           page;

	for (size_t i = 0; i < n; i++)
		ids[i] = list[i].id;
	page = api_slice(c, ids, n);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_list(c->out, "services", NULL);
	for (size_t i = page.first; i < page.end; i++) {
		enc_struct(c->out, NULL);
		enc_text(c->out, "id", list[i].id);
		enc_text(c->out, "title", list[i].title);
		enc_text_or_null(c->out, "provider", /* "plain": no cloud's */
		    list[i].cloud[0] != 'p' ? list[i].cloud : NULL);
		enc_text(c->out, "kind", list[i].emulated ? "emulated" : "real");
		enc_number(c->out, "hourly_rate", list[i].hourly);
		put_available(c, list[i].id, seen, n_seen);
		enc_end(c->out);
	}
	enc_end(c->out);
	api_put_cursor(c, page.next);
	enc_end(c->out);
}

static void
put_texts(struct call *c, const char *name, const char **list, size_t n)
{
	enc_list(c->out, name, NULL);
	for (size_t i = 0; i < n; i++)
		enc_text(c->out, NULL, list[i]);
	enc_end(c->out);
}

void
api_list_packages(struct call *c)
{
	struct price_package *list;
	size_t                n = price_packages(c->task, &list);
	const char          **ids = mem_array(c->task->mem, const char *, n);
	struct api_slice      page;

	for (size_t i = 0; i < n; i++)
		ids[i] = list[i].id;
	page = api_slice(c, ids, n);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_list(c->out, "packages", NULL);
	for (size_t i = page.first; i < page.end; i++) {
		enc_struct(c->out, NULL);
		enc_text(c->out, "id", list[i].id);
		enc_text(c->out, "title", list[i].title);
		enc_number(c->out, "hourly_rate", list[i].hourly);
		if (list[i].any_of > 0)
			enc_int(c->out, "any_services", list[i].any_of);
		put_texts(c, "services", list[i].gives, list[i].n_gives);
		put_texts(c, "covers", list[i].covers, list[i].n_covers);
		enc_end(c->out);
	}
	enc_end(c->out);
	api_put_cursor(c, page.next);
	enc_end(c->out);
}
