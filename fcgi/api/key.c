/* fcgi/api/key.c - API keys of the caller's account */
#include "fcgi/api/api.h"
#include "fcgi/api/fields.h"
#include "fcgi/proto/problem.h"
#include "shared/base/clock.h"
#include "shared/core/key.h"

enum { MOST_NAME = 100 };

static void
put_time(struct call *c, const char *name, int64_t at)
{
	if (at != 0)
		enc_text(c->out, name, clock_iso_milli(c->task->mem, at));
	else
		enc_null(c->out, name);
}

/* text: the key itself, NULL but right after it was made. */
static void
put_key(struct call *c, const struct key *k, const char *text)
{
	enc_struct(c->out, NULL);
	enc_text(c->out, "id", k->public_id);
	enc_text(c->out, "name", k->name);
	enc_text(c->out, "prefix", mem_fmt(c->task->mem, "mf_live_%s", k->prefix));
	enc_text(c->out, "key", text);
	put_time(c, "created_at", k->created_at);
	put_time(c, "expires_at", k->expires_at);
	put_time(c, "revoked_at", k->revoked_at);
	put_time(c, "used_at", k->used_at);
	enc_end(c->out);
}

/* RFC 3339, in the future; 0 when absent. */
static int64_t
read_expiry(struct call *c, const struct fields *f)
{
	const char *s = fields_text(f, "expires_at", 1, 64);
	int64_t     at = 0;

	if (s != NULL && (!clock_parse_iso(s, &at) || at <= c->task->now)) {
		fields_wrong(f, "expires_at", "is to be a time to come, as 2030-01-31T12:00:00Z");
		return 0;
	}
	return at;
}

void
api_create_key(struct call *c)
{
	static const char *const known[] = { "name", "expires_at" };
	struct fields            f = fields_of(c, c->args, "", known, COUNT(known));
	const char              *name = fields_text(&f, "name", 1, MOST_NAME), *text;
	int64_t                  expires_at = read_expiry(c, &f);
	struct key              *k;

	problem_check(c);
	k = key_create(c->task, c->account, name != NULL ? name : "key", expires_at, &text);
	call_header(c, "Location", mem_fmt(c->task->mem, "/api/v1/keys/%s", k->public_id));
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

void
api_revoke_key(struct call *c)
{
	if (key_revoke(c->task, c->account, problem_param(c, "id")) == NULL)
		task_throw(c->task, &API_NO_KEY_FOUND, NULL);
	api_no_content(c);
}
