/* fcgi/api/key.c - API keys of the caller's account */
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/around.h"
#include "fcgi/api/doc.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/core/account.h"
#include "shared/core/key.h"
#include "shared/wire/digest.h"

enum { MOST_NAME = 100 };

/* Those of shared/core/scope.h; a test compares. */
static const char *const scope_words[] = { "account:read", "account:write", "data:write",
	"environments:read", "environments:write", "keys:read", "keys:write", "usage:read" };

#define KEY_MEMBERS \
	{ "id", S_ID("key-"), MUST, NULL, NULL }, \
	{ "name", S_STRING, MUST, "For people", NULL }, \
	{ "prefix", S_STRING, MUST, "How the key itself begins", NULL }, \
	{ "scopes", S_LIST(S_WORD(scope_words), 0, 0), MUST, "What it may do", NULL }, \
	{ "created_at", S_TIME, MUST, NULL, NULL }, \
	{ "expires_at", S_TIME, MUST | NULLS, "null: never", NULL }, \
	{ "revoked_at", S_TIME, MUST | NULLS, NULL, NULL }, \
	{ "used_at", S_TIME, MUST | NULLS, "About when it was last used", NULL }

static const struct member key_members[] = { KEY_MEMBERS };
static const struct shape  key_shape = S_OBJECT("Key", key_members);
static const struct member new_key_members[] = {
	KEY_MEMBERS,
	{ "key", S_STRING, MUST | SECRET, "The key itself, shown this one time", NULL },
};
static const struct shape  new_key_shape = S_OBJECT("KeyWithSecret", new_key_members);
static const struct member key_list_members[] = {
	{ "keys", S_LIST(S_SAME(key_shape), 0, 0), MUST, NULL, NULL },
	NEXT_CURSOR,
};
static const struct shape  key_list_shape = S_OBJECT("Keys", key_list_members);
static const struct member key_wish_members[] = {
	{ "name", S_TEXT(1, MOST_NAME), 0, "For people", "\"key\"" },
	{ "expires_at", S_TIME, 0, "A time to come", NULL },
	{ "scopes", S_LIST(S_WORD(scope_words), 1, COUNT(scope_words)), 0,
	    "What it may do; without them: all that its maker may", NULL },
};
static const struct shape key_wish_shape = S_WISH("NewKey", key_wish_members);

const struct doc doc_create_key = {
	.tag = "Keys", .summary = "Make an API key",
	.request = &key_wish_shape,
	.about = "A key makes no keys that may more, or are valid longer, than itself.",
	.answers = { { 201, "The key, this one time", &new_key_shape, NULL, HAS_LOCATION } },
};
const struct doc doc_list_keys = {
	.tag = "Keys", .summary = "API keys, in the order they were made", .flags = DOC_PAGED,
	.answers = { { 200, "A page of keys", &key_list_shape, NULL, 0 } },
};
const struct doc doc_get_key = {
	.tag = "Keys", .summary = "An API key", .flags = DOC_CACHED,
	.answers = { { 200, "The key, not its text", &key_shape, NULL, HAS_ETAG },
		{ 304, "It is as you have it", NULL, NULL, HAS_ETAG } },
	.faults = { &API_NO_KEY_FOUND },
};

static const struct member key_update_members[] = {
	{ "name", S_TEXT(1, MOST_NAME), MUST, "For people", NULL },
};
static const struct shape key_update_shape = S_WISH("KeyUpdate", key_update_members);

const struct doc doc_update_key = {
	.tag = "Keys", .summary = "Rename an API key", .flags = DOC_TAGGED,
	.request = &key_update_shape,
	.answers = { { 200, "The key as it is now", &key_shape, NULL, HAS_ETAG } },
	.faults = { &API_NO_KEY_FOUND },
};
const struct doc doc_revoke_key = {
	.tag = "Keys", .summary = "Revoke an API key: it opens nothing from the next request on",
	.flags = DOC_TAGGED,
	.answers = { { 204, "It is revoked", NULL, NULL, 0 } },
	.faults = { &API_NO_KEY_FOUND },
};

/* text: the key itself, NULL but right after it was made. */
static void
put_key(struct call *c, const struct key *k, const char *text)
{
	const char *names[SCOPES];
	size_t      n = scope_names(k->scopes, names);

	enc_struct(c->out, NULL);
	enc_text(c->out, "id", k->public_id);
	enc_text(c->out, "name", k->name);
	enc_text(c->out, "prefix", mem_fmt(c->task->mem, "mf_live_%s", k->prefix));
	enc_text(c->out, "key", text);
	enc_list(c->out, "scopes", NULL);
	for (size_t i = 0; i < n; i++)
		enc_text(c->out, NULL, names[i]);
	enc_end(c->out);
	api_put_time(c, "created_at", k->created_at);
	api_put_time(c, "expires_at", k->expires_at);
	api_put_time(c, "revoked_at", k->revoked_at);
	api_put_time(c, "used_at", k->used_at);
	enc_end(c->out);
}

/* What the request asks for, at most what the caller may itself. */
static unsigned
read_scopes(struct call *c, const struct fields *f)
{
	struct json_object *list = field_list(f, "scopes");
	unsigned            set = 0, own = c->caller->scopes;

	if (list == NULL)
		return own;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *j = json_object_array_get_idx(list, i);
		bool                text = json_object_get_type(j) == json_type_string;
		enum scope          s = text ? scope_named(json_object_get_string(j)) : SCOPE_UNSAID;
		const char         *name = mem_fmt(c->task->mem, "scopes[%zu]", i);

		if (s == SCOPE_UNSAID)
			fields_wrong(f, name, "is no scope");
		else if ((own & SCOPE_BIT(s)) == 0)
			fields_wrong(f, name, "is more than this key may do itself");
		set |= SCOPE_BIT(s);
	}
	return set;
}

/* RFC 3339, in the future, at most when the caller's own key ends; 0: never. */
static int64_t
read_expiry(struct call *c, const struct fields *f)
{
	int64_t at = 0;

	if (!fields_time(f, "expires_at", &at))
		return c->caller->expires_at;
	if (at <= c->task->now)
		fields_wrong(f, "expires_at", "is to be a time to come");
	else if (c->caller->expires_at != 0 && at > c->caller->expires_at)
		fields_wrong(f, "expires_at", "is later than this key's own");
	return at;
}

void
api_create_key(struct call *c)
{
	struct fields f = fields_in(c, c->args, "", &key_wish_shape);
	const char   *name = field_text(&f, "name"), *text;
	int64_t       expires_at = read_expiry(c, &f);
	unsigned      scopes = read_scopes(c, &f);
	struct key   *k;

	problem_check(c);
	k = key_create(c->task, c->account, name != NULL ? name : "key", scopes, expires_at,
	    &text);
	call_header(c, "Location", mem_fmt(c->task->mem, "/api/v1/keys/%s", k->public_id));
	around_resource(c, k->public_id);
	api_answer(c, 201);
	put_key(c, k, text);
}

void
api_list_keys(struct call *c)
{
	struct api_page page = api_page(c, "key-");
	struct key     *list;
	size_t          n;

	problem_check(c);
	n = key_list(c->task, c->account, page.after, page.limit + 1, &list);
	api_answer(c, 200);
	enc_struct(c->out, NULL);
	enc_list(c->out, "keys", NULL);
	for (size_t i = 0; i < n && i < page.limit; i++)
		put_key(c, &list[i], NULL);
	enc_end(c->out);
	api_put_cursor(c, n > page.limit ? list[page.limit - 1].public_id : NULL);
	enc_end(c->out);
}

/* Of what its owner changes; when it was last used changes nothing about it. */
static const char *
etag_of(struct call *c, const struct key *k)
{
	const char *state = mem_fmt(c->task->mem, "%s %lld %lld %s", k->public_id,
	    (long long)k->expires_at, (long long)k->revoked_at, k->name);

	return mem_fmt(c->task->mem, "\"%s\"",
	    digest_hex(c->task->mem, DIGEST_SHA256, state, strlen(state)));
}

/* The key of the path, when it exists and is as If-Match says. */
static void
match_key(struct call *c)
{
	struct key *k = key_hold(c->task, c->account, problem_param(c, "id"));

	if (k == NULL)
		task_throw(c->task, &API_NO_KEY_FOUND, NULL);
	api_check_match(c, etag_of(c, k));
}

void
api_get_key(struct call *c)
{
	struct key *k = key_find(c->task, c->account, problem_param(c, "id"));

	if (k == NULL)
		task_throw(c->task, &API_NO_KEY_FOUND, NULL);
	call_header(c, "ETag", etag_of(c, k));
	if (api_listed(request_header(c->req, "if-none-match"), etag_of(c, k))) {
		c->reply.status = 304;
		return;
	}
	api_answer(c, 200);
	put_key(c, k, NULL);
}

void
api_update_key(struct call *c)
{
	struct fields f = fields_in(c, c->args, "", &key_update_shape);
	const char   *name = field_text(&f, "name");
	struct key   *k;

	problem_check(c);
	match_key(c);
	k = key_rename(c->task, c->account, problem_param(c, "id"), name);
	call_header(c, "ETag", etag_of(c, k));
	api_answer(c, 200);
	put_key(c, k, NULL);
}

void
api_revoke_key(struct call *c)
{
	match_key(c);
	key_revoke(c->task, c->account, problem_param(c, "id"));
	api_no_content(c);
}
