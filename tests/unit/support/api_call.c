/* tests/unit/support/api_call.c - requests to our own API, served in process */
#include "tests/unit/support/api_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/env_cache.h"
#include "fcgi/memo.h"
#include "shared/base/text.h"
#include "shared/core/account.h"
#include "shared/core/key.h"
#include "shared/core/scope.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"
#include "shared/wire/json.h"
#include "tests/unit/support/scratch.h"

enum { MOST_PARAMS = 16 };

static char *key_in_use;

void
api_use_key(const char *key)
{
	free(key_in_use);
	key_in_use = key != NULL ? strdup(key) : NULL;
}

const char *
api_key(void)
{
	return key_in_use;
}

int64_t
api_new_account(struct task *t, const char *name)
{
	struct account *a;
	const char     *key;

	task_begin(t);
	a = account_create(t, name, NULL);
	key_create(t, a->id, name, SCOPE_ALL, 0, &key);
	api_use_key(key);
	return a->id;
}

static size_t
read_body(struct request *r, void *p, size_t n)
{
	struct api_answer *a = r->io;

	if (n > strlen(a->left))
		n = strlen(a->left);
	memcpy(p, a->left, n);
	a->left += n;
	return n;
}

static const struct world *
the_world(void)
{
	static struct world world;

	if (world.conf == NULL) {
		world = (struct world){ .conf = scratch_conf(), .db = scratch_db(),
			.cache = env_cache_new(), .memo = memo_new() };
		secret_start(scratch_conf());
	}
	return &world;
}

static void
set_params(struct mem *m, struct request *r, const char *method, const char *target,
    const char *const *headers, const char *body)
{
	char **p = r->params = mem_array(m, char *, MOST_PARAMS);

	*p++ = mem_fmt(m, "REQUEST_METHOD=%s", method);
	*p++ = mem_fmt(m, "REQUEST_URI=%s", target);
	*p++ = mem_text(m, "HTTP_HOST=127.0.0.1:8080");
	*p++ = mem_text(m, "REQUEST_SCHEME=http");
	*p++ = mem_text(m, "SERVER_PORT=8080");
	if (body != NULL)
		*p++ = mem_fmt(m, "CONTENT_LENGTH=%zu", strlen(body));
	if (key_in_use != NULL)
		*p++ = mem_fmt(m, "HTTP_AUTHORIZATION=Bearer %s", key_in_use);
	for (; headers != NULL && *headers != NULL; headers++)
		*p++ = mem_text(m, *headers);
}

struct api_answer *
api_send(struct task *t, const char *method, const char *target, const char *const *headers,
    const char *body)
{
	struct api_answer *a;

	/* What the caller gives may live in the arena that ends here. */
	char *kept_target = strdup(target), *kept_body = strdup(body != NULL ? body : "");

	task_begin(t);
	a = mem_one(t->mem, struct api_answer);
	a->left = mem_text(t->mem, kept_body);
	a->call = (struct call){ .task = t, .world = the_world(), .req = &a->request };
	a->request = (struct request){ .read = read_body, .io = a };
	set_params(t->mem, &a->request, method, kept_target, headers, body != NULL ? kept_body : NULL);
	free(kept_target);
	free(kept_body);
	request_parse(t, &a->request);
	a->parked = call_serve(&a->call);
	a->status = a->call.reply.status;
	a->json = json_parse(t->mem, a->call.reply.body.data, a->call.reply.body.len);
	return a;
}

struct json_object *
api_ok(struct task *t, int status, const char *method, const char *target, const char *body)
{
	struct api_answer *a = api_send(t, method, target, NULL, body);

	if (a->status != status)
		fail_msg("%s %s: %d %.*s", method, target, a->status, (int)a->call.reply.body.len,
		    a->call.reply.body.data);
	return a->json;
}

const char *
api_text(struct json_object *j, const char *path)
{
	char name[64];

	while (*path != '\0') {
		size_t  n = strcspn(path, ".");
		int64_t index;

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		path += n + (path[n] == '.');
		if (json_object_get_type(j) == json_type_array && text_i64(name, 0, 1000, &index))
			j = json_object_array_get_idx(j, (size_t)index);
		else
			j = json_get(j, name);
	}
	return j != NULL ? json_object_get_string(j) : NULL;
}

const char *
api_header(const struct api_answer *a, const char *name)
{
	for (const struct reply_header *h = a->call.reply.headers; h != NULL; h = h->next)
		if (strcmp(h->name, name) == 0)
			return h->value;
	return NULL;
}
