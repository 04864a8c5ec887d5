/* fcgi/services.c - every service this program has, and how an address names one */
#include "fcgi/services.h"

#include <string.h>

#include "fcgi/call.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"

extern const struct service service_api, service_aws_other, service_aws_s3, service_aws_sqs,
    service_aws_s3_website,
    service_health, service_metrics, service_test;

/*
 * One line per service; look-ups go down the list.  The first is our own API: it answers for every
 * path that means nothing.
 */
const struct service *const services[] = {
	&service_api,
	&service_aws_s3,
	&service_aws_s3_website,
	&service_aws_sqs,
	&service_aws_other,
	&service_health,
	&service_metrics,
	&service_test,
};
const size_t n_services = COUNT(services);

/* The service name in "AWS4-HMAC-SHA256 Credential=key/date/region/service/aws4_request, ...". */
static const char *
scope_service(struct call *c)
{
	const char *header = request_header(c->req, "authorization");
	const char *credential = request_arg(c->req, "X-Amz-Credential");
	const char *end;

	if (credential == NULL && header != NULL &&
	    (credential = strstr(header, "Credential=")) != NULL)
		credential += strlen("Credential=");
	for (int i = 0; credential != NULL && i < 3; i++)
		if ((credential = strchr(credential, '/')) != NULL)
			credential++;
	if (credential == NULL)
		return NULL;
	end = credential + strcspn(credential, "/, ");
	return mem_text_n(c->task->mem, credential, (size_t)(end - credential));
}

static const struct service *
named(const char *name)
{
	for (size_t i = 0; i < n_services; i++)
		if ((services[i]->id != NULL || services[i]->data != NULL) &&
		    strcmp(services[i]->name, name) == 0)
			return services[i];
	return NULL;
}

static const struct service *
signed_for(struct call *c)
{
	const char           *name = scope_service(c);
	const struct service *s3 = named("s3");

	/* Only S3 is spoken to without a signature, by anonymous readers and signed forms. */
	if (name == NULL && s3 != NULL && request_header(c->req, "x-amz-target") == NULL)
		return s3;
	for (size_t i = 0; name != NULL && i < n_services; i++)
		if (services[i]->signing_name != NULL && strcmp(services[i]->signing_name, name) == 0)
			return services[i];
	return &service_aws_other;
}

const struct service *
service_at(struct call *c, const char *name)
{
	return strcmp(name, "aws") == 0 ? signed_for(c) : named(name);
}

/* The path is the service's own, or below it. */
static bool
below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return text_starts(path, prefix) && (path[n] == '\0' || path[n] == '/');
}

const struct service *
service_own(struct call *c)
{
	for (size_t i = 0; i < n_services; i++)
		if (services[i]->path != NULL && below(c->req->path, services[i]->path) &&
		    (!services[i]->test_only || c->world->conf->test))
			return services[i];
	return services[0];
}

const struct service *
service_sold(const char *id)
{
	for (size_t i = 0; i < n_services; i++)
		if (services[i]->id != NULL && strcmp(services[i]->id, id) == 0)
			return services[i];
	return NULL;
}
