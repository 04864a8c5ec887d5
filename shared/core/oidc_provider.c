/* shared/core/oidc_provider.c - asking an OpenID provider, and what is kept of its answers */
#include "shared/core/oidc_provider.h"

#include <json-c/json_object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/client/http.h"
#include "shared/core/oidc.h"
#include "shared/wire/json.h"

#define FRESH (1 * HOUR)
#define PATIENCE (10 * SECOND)
#define KEYS_AGAIN (30 * SECOND) /* between two askings for a key that is not there */

/* The file's first line; false: it cannot be read, or is longer than size. */
static bool
read_line(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "re");
	bool  ok = f != NULL && fgets(out, (int)size, f) != NULL;

	if (f != NULL)
		fclose(f);
	if (ok)
		out[strcspn(out, "\r\n")] = '\0';
	return ok && out[0] != '\0' && strlen(out) + 1 < size;
}

/* Tokens and codes go over this: TLS, or never leaving this host. */
static bool
is_safe(const char *url)
{
	static const char *const here[] = { "http://127.0.0.1", "http://[::1]", "http://localhost" };

	if (text_starts(url, "https://"))
		return true;
	for (size_t i = 0; i < COUNT(here); i++) {
		size_t n = strlen(here[i]);

		if (text_starts(url, here[i]) && strchr(":/", url[n]) != NULL)
			return true;
	}
	return false;
}

struct oidc *
oidc_open(const struct conf *c, char *error, size_t size)
{
	struct http_service service;
	struct oidc        *o;

	error[0] = '\0';
	if (c->sso_issuer[0] == '\0')
		return NULL;
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		abort();
	o->issuer = c->sso_issuer;
	o->client_id = c->sso_client_id;
	o->scopes = c->sso_scopes;
	o->ca_file = c->sso_ca_file[0] == '\0' ? NULL : c->sso_ca_file;
	pthread_mutex_init(&o->lock, NULL);
	if (!http_service_parse(&service, o->issuer) || !is_safe(o->issuer))
		snprintf(error, size, "MF_SSO_ISSUER %s is no address that begins with https://",
		    o->issuer);
	else if (o->client_id[0] == '\0')
		snprintf(error, size, "MF_SSO_ISSUER wants MF_SSO_CLIENT_ID");
	else if (c->sso_secret_file[0] != '\0' &&
	    !read_line(c->sso_secret_file, o->secret, sizeof(o->secret)))
		snprintf(error, size, "MF_SSO_SECRET_FILE %s cannot be read, is empty or too long",
		    c->sso_secret_file);
	if (error[0] == '\0')
		return o;
	oidc_free(o);
	return NULL;
}

void
oidc_free(struct oidc *o)
{
	if (o == NULL)
		return;
	pthread_mutex_destroy(&o->lock);
	free(o->metadata.text);
	free(o->keys.text);
	free(o);
}

const char *
oidc_issuer(const struct oidc *o)
{
	return o->issuer;
}

struct json_object *
oidc_ask(struct oidc_asking *a, const char *url, struct http_request *r, int *status)
{
	struct mem          *m = a->task->mem;
	struct http_service *s = mem_one(m, struct http_service);
	struct http_answer   answer;
	struct json_object  *j;

	if (!is_safe(url) || !http_service_parse(s, url)) {
		a->why = mem_fmt(m, "%s is no address to send a secret to", url);
		return NULL;
	}
	s->name = "sso";
	s->ca_file = a->oidc->ca_file;
	s->timeout = PATIENCE;
	r->path = s->prefix[0] == '\0' ? "/" : s->prefix;
	http_add(m, r, "accept", "application/json");
	http_call(a->task, s, r, &answer);
	*status = answer.status;
	if (answer.status == 0) {
		a->why = mem_fmt(m, "%s: %s", url, answer.error);
		return NULL;
	}
	j = json_parse(m, answer.body.data, answer.body.len);
	if (json_object_is_type(j, json_type_object))
		return j;
	a->why = mem_fmt(m, "%s answers %d and no JSON object", url, answer.status);
	return NULL;
}

struct json_object *
oidc_get(struct oidc_asking *a, const char *url, const char *bearer)
{
	struct http_request r = { .method = "GET" };
	struct json_object *j;
	int                 status;

	if (bearer != NULL)
		http_add(a->task->mem, &r, "authorization",
		    mem_fmt(a->task->mem, "Bearer %s", bearer));
	j = oidc_ask(a, url, &r, &status);
	if (j == NULL || status == 200)
		return j;
	a->why = mem_fmt(a->task->mem, "%s answers %d", url, status);
	return NULL;
}

static void
keep(struct oidc *o, struct oidc_kept *k, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	pthread_mutex_lock(&o->lock);
	free(k->text);
	k->text = copy;
	k->at = clock_monotonic();
	pthread_mutex_unlock(&o->lock);
}

/* What is kept, when it is younger than `most`; NULL: nothing. */
static struct json_object *
kept(struct oidc_asking *a, struct oidc_kept *k, int64_t most)
{
	struct mem *m = a->task->mem;
	char       *text = NULL;

	pthread_mutex_lock(&a->oidc->lock);
	if (k->text != NULL && clock_monotonic() - k->at < most)
		text = strdup(k->text);
	pthread_mutex_unlock(&a->oidc->lock);
	if (text == NULL)
		return NULL;
	mem_defer(m, free, text);
	return json_parse(m, text, strlen(text));
}

/* Only what is right is kept: a provider that was set up wrongly is not held to it for an hour. */
bool
oidc_learn(struct oidc_asking *a)
{
	const char *issuer = a->oidc->issuer;
	size_t      n = strlen(issuer);
	const char *url = mem_fmt(a->task->mem, "%.*s/.well-known/openid-configuration",
	    (int)(n > 0 && issuer[n - 1] == '/' ? n - 1 : n), issuer);
	const char *said;

	a->metadata = kept(a, &a->oidc->metadata, FRESH);
	if (a->metadata != NULL)
		return true;
	a->metadata = oidc_get(a, url, NULL);
	if (a->metadata == NULL)
		return false;
	said = oidc_text(a->metadata, "issuer");
	if (said != NULL && strcmp(said, issuer) == 0) {
		keep(a->oidc, &a->oidc->metadata, json_object_to_json_string(a->metadata));
		return true;
	}
	a->why = mem_fmt(a->task->mem, "%s speaks of issuer %s, not %s", url,
	    said == NULL ? "none" : said, issuer);
	return false;
}

const char *
oidc_endpoint(struct oidc_asking *a, const char *name)
{
	const char *url = oidc_text(a->metadata, name);

	if (url == NULL)
		a->why = mem_fmt(a->task->mem, "the provider has no %s", name);
	return url;
}

struct json_object *
oidc_keys(struct oidc_asking *a, bool again)
{
	const char         *url = oidc_endpoint(a, "jwks_uri");
	struct json_object *j;

	j = url == NULL ? NULL : kept(a, &a->oidc->keys, again ? KEYS_AGAIN : FRESH);
	if (url == NULL || j != NULL)
		return j;
	j = oidc_get(a, url, NULL);
	if (j != NULL)
		keep(a->oidc, &a->oidc->keys, json_object_to_json_string(j));
	return j;
}
