/* shared/core/session.c - sessions: who is logged in, and until when */
#include "shared/core/session.h"

#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/access.h"
#include "shared/core/account.h"
#include "shared/core/scope.h"
#include "shared/db/db.h"
#include "shared/wire/digest.h"

#define START "mf_refresh_"

enum { SECRET = 43, HASH = 32, MOST_AGENT = 200 };

/* A new refresh token; its hash, as it is kept. */
static const char *
new_refresh(struct task *t, unsigned char hash[DIGEST_MOST])
{
	const char *text = mem_fmt(t->mem, START "%s", id_text(&t->ids, t->mem, ID_BASE62, SECRET));

	digest_once(DIGEST_SHA256, text, strlen(text), hash);
	return text;
}

static bool
wellformed(const char *refresh)
{
	return text_starts(refresh, START) && strlen(refresh) == strlen(START) + SECRET &&
	    strspn(refresh + strlen(START), ID_BASE62) == SECRET;
}

/* From a row of session_create or session_refresh. */
static void
fill(struct task *t, const struct conf *c, const struct rows *r, const char *refresh,
    struct session_tokens *out)
{
	struct access a = { .account = row_text(r, 0, "account_public_id"),
		.session = row_text(r, 0, "public_id"), .issued_at = t->now };

	*out = (struct session_tokens){ .session = a.session, .account = row_i64(r, 0, "account_id"),
		.refresh = refresh, .refresh_ends = row_time(r, 0, "expires_at") };
	a.expires_at = t->now + c->access_life;
	if (a.expires_at > out->refresh_ends)
		a.expires_at = out->refresh_ends;
	out->access_ends = a.expires_at;
	out->access = access_write(t, &a);
}

/* At most so many bytes, of whole characters. */
static const char *
cut(struct mem *m, const char *s, size_t most)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0 || !text_utf8(s, n))
		return NULL;
	if (n > most)
		for (n = most; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80;)
			n--;
	return mem_text_n(m, s, n);
}

bool
session_create(struct task *t, const struct conf *c, const struct session_wish *w,
    struct session_tokens *out)
{
	const char   *public_id = mem_fmt(t->mem, "ses-%s", id_text(&t->ids, t->mem, ID_LOWER, 10));
	int64_t       idle = c->session_idle < c->session_life ? c->session_idle : c->session_life;
	unsigned char hash[DIGEST_MOST];
	const char   *refresh = new_refresh(t, hash);
	struct rows   r = db_rows(t, &Q_session_create, db_text(public_id), db_i64(w->account),
	    db_text(w->method), db_text(w->address), db_text(cut(t->mem, w->agent, MOST_AGENT)),
	    db_time(t->now), db_time(t->now + idle), db_time(t->now + c->session_life),
	    db_bytes(hash, HASH));

	if (r.n == 0)
		return false;
	fill(t, c, &r, refresh, out);
	return true;
}

bool
session_check(struct task *t, const char *access, struct caller *out)
{
	struct access a;
	struct rows   r;

	if (!access_read(t, access, &a))
		return false;
	r = db_rows(t, &Q_session_check, db_text(a.session), db_time(t->now));
	if (r.n == 0)
		return false;
	*out = (struct caller){ .account = row_i64(&r, 0, "account_id"), .scopes = SCOPE_ALL,
		.session = row_i64(&r, 0, "id"), .requests = row_i64(&r, 0, "requests") };
	return true;
}

enum session_refreshed
session_refresh(struct task *t, const struct conf *c, const char *refresh,
    struct session_tokens *out)
{
	unsigned char old[DIGEST_MOST], fresh[DIGEST_MOST];
	const char   *next;
	struct rows   r;

	if (!wellformed(refresh))
		return SESSION_OVER;
	digest_once(DIGEST_SHA256, refresh, strlen(refresh), old);
	next = new_refresh(t, fresh);
	r = db_rows(t, &Q_session_refresh, db_bytes(old, HASH), db_bytes(fresh, HASH), db_time(t->now),
	    db_i64(c->session_idle));
	if (r.n > 0) {
		fill(t, c, &r, next, out);
		return SESSION_REFRESHED;
	}
	r = db_rows(t, &Q_session_reused, db_bytes(old, HASH), db_time(t->now));
	return r.n > 0 ? SESSION_REUSED : SESSION_OVER;
}

size_t
session_list(struct task *t, int64_t account, const char *after, size_t most,
    struct session **out)
{
	struct rows r = db_rows(t, &Q_session_list, db_i64(account), db_text(after),
	    db_i64((int64_t)most), db_time(t->now));

	*out = mem_array(t->mem, struct session, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct session){
			.id = row_i64(&r, i, "id"), .public_id = row_text(&r, i, "public_id"),
			.method = row_text(&r, i, "method"), .address = row_text(&r, i, "address"),
			.agent = row_text(&r, i, "agent"), .created_at = row_time(&r, i, "created_at"),
			.refreshed_at = row_time(&r, i, "refreshed_at"),
			.expires_at = row_time(&r, i, "expires_at"),
		};
	return r.n;
}

bool
session_revoke(struct task *t, int64_t account, const char *public_id, const char *reason)
{
	return db_rows(t, &Q_session_revoke, db_i64(account), db_text(public_id), db_time(t->now),
	    db_text(reason)).n > 0;
}

void
session_end(struct task *t, int64_t account, int64_t id, const char *reason)
{
	db_rows(t, &Q_session_end, db_i64(account), db_i64(id), db_time(t->now), db_text(reason));
}

int64_t
session_revoke_others(struct task *t, int64_t account, int64_t but, const char *reason)
{
	return (int64_t)db_rows(t, &Q_session_revoke_others, db_i64(account), db_i64(but),
	    db_time(t->now), db_text(reason)).n;
}
