/* shared/core/key.c - API keys: made, shown once, checked, revoked */
#include "shared/core/key.h"

#include <openssl/crypto.h>
#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/account.h"
#include "shared/core/scope.h"
#include "shared/db/db.h"
#include "shared/wire/digest.h"

#define START "mf_live_"

static const int64_t USED_EVERY = MINUTE; /* how exactly used_at is kept */

static void
write_check(const char *text, size_t n, char out[KEY_CHECK + 1])
{
	uint32_t crc = crc32_add(0, text, n);

	for (int i = KEY_CHECK - 1; i >= 0; i--) {
		out[i] = ID_BASE62[crc % 62];
		crc /= 62;
	}
	out[KEY_CHECK] = '\0';
}

bool
key_wellformed(const char *text)
{
	const size_t body = KEY_LENGTH - KEY_CHECK;
	char         check[KEY_CHECK + 1];

	if (!text_starts(text, START) || strlen(text) != KEY_LENGTH)
		return false;
	if (strspn(text + strlen(START), ID_BASE62) != KEY_PREFIX ||
	    text[strlen(START) + KEY_PREFIX] != '_')
		return false;
	write_check(text, body, check);
	return strcmp(text + body, check) == 0;
}

/* As core.api_key keeps them: null is everything. */
static unsigned
read_scopes(struct task *t, const struct rows *r, size_t i)
{
	const char **names;
	size_t       n;

	if (row_null(r, i, "scopes"))
		return SCOPE_ALL;
	n = row_texts(t, r, i, "scopes", &names);
	return scope_set(names, n);
}

static struct key
read_key(struct task *t, const struct rows *r, size_t i)
{
	return (struct key){
		.id = row_i64(r, i, "id"),                  .public_id = row_text(r, i, "public_id"),
		.name = row_text(r, i, "name"),             .prefix = row_text(r, i, "prefix"),
		.created_at = row_time(r, i, "created_at"), .expires_at = row_time(r, i, "expires_at"),
		.revoked_at = row_time(r, i, "revoked_at"), .used_at = row_time(r, i, "used_at"),
		.scopes = read_scopes(t, r, i),
	};
}

struct key *
key_create(struct task *t, int64_t account, const char *name, unsigned scopes, int64_t expires_at,
    const char **text)
{
	const char   *public_id = mem_fmt(t->mem, "key-%s", id_text(&t->ids, t->mem, ID_LOWER, 10));
	const char   *prefix = id_text(&t->ids, t->mem, ID_BASE62, KEY_PREFIX);
	const char   *secret = id_text(&t->ids, t->mem, ID_BASE62, KEY_SECRET);
	const char   *body = mem_fmt(t->mem, START "%s_%s", prefix, secret);
	char          check[KEY_CHECK + 1];
	unsigned char hash[DIGEST_MOST];
	struct rows   r;
	struct key   *k = mem_one(t->mem, struct key);
	const char   *names[SCOPES];
	size_t        n = scope_names(scopes, names);

	write_check(body, strlen(body), check);
	*text = mem_fmt(t->mem, "%s%s", body, check);
	digest_once(DIGEST_SHA256, *text, KEY_LENGTH, hash);
	r = db_rows(t, &Q_key_create, db_text(public_id), db_i64(account), db_text(name),
	    db_text(prefix), db_bytes(hash, 32), db_time(t->now),
	    expires_at != 0 ? db_time(expires_at) : db_null(db_time(0)),
	    scopes == SCOPE_ALL ? db_null(db_texts(NULL, 0)) : db_texts(names, n));
	*k = read_key(t, &r, 0);
	return k;
}

bool
key_check(struct task *t, const char *text, struct caller *out)
{
	unsigned char hash[DIGEST_MOST];
	const void   *kept;
	size_t        n;
	struct rows   r;

	if (!key_wellformed(text))
		return false;
	r = db_rows(t, &Q_key_check, db_text(mem_text_n(t->mem, text + strlen(START), KEY_PREFIX)),
	    db_time(t->now));
	if (r.n == 0)
		return false;
	digest_once(DIGEST_SHA256, text, KEY_LENGTH, hash);
	kept = row_bytes(&r, 0, "hash", &n);
	if (n != 32 || CRYPTO_memcmp(kept, hash, 32) != 0)
		return false;
	if (row_null(&r, 0, "used_at") || row_time(&r, 0, "used_at") < t->now - USED_EVERY)
		db_rows(t, &Q_key_touch, db_i64(row_i64(&r, 0, "id")), db_time(t->now),
		    db_time(t->now - USED_EVERY));
	*out = (struct caller){ .account = row_i64(&r, 0, "account_id"),
		.scopes = read_scopes(t, &r, 0), .expires_at = row_time(&r, 0, "expires_at"),
		.requests = row_i64(&r, 0, "requests") };
	return true;
}

size_t
key_list(struct task *t, int64_t account, const char *after, size_t most, struct key **out)
{
	struct rows r = db_rows(t, &Q_key_list, db_i64(account), db_text(after),
	    db_i64((int64_t)most));

	*out = mem_array(t->mem, struct key, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = read_key(t, &r, i);
	return r.n;
}

/* The one key of r; NULL when there is none. */
static struct key *
only(struct task *t, const struct rows *r)
{
	struct key *k;

	if (r->n == 0)
		return NULL;
	k = mem_one(t->mem, struct key);
	*k = read_key(t, r, 0);
	return k;
}

struct key *
key_find(struct task *t, int64_t account, const char *public_id)
{
	struct rows r = db_rows(t, &Q_key_find, db_i64(account), db_text(public_id));

	return only(t, &r);
}

struct key *
key_hold(struct task *t, int64_t account, const char *public_id)
{
	struct rows r = db_rows(t, &Q_key_hold, db_i64(account), db_text(public_id));

	return only(t, &r);
}

struct key *
key_rename(struct task *t, int64_t account, const char *public_id, const char *name)
{
	struct rows r = db_rows(t, &Q_key_rename, db_i64(account), db_text(public_id), db_text(name));

	return only(t, &r);
}

struct key *
key_revoke(struct task *t, int64_t account, const char *public_id)
{
	struct rows r = db_rows(t, &Q_key_revoke, db_i64(account), db_text(public_id), db_time(t->now));

	return only(t, &r);
}

int64_t
key_owner(struct task *t, const char *public_id_or_prefix, const char **public_id)
{
	struct rows r = db_rows(t, &Q_key_owner, db_text(public_id_or_prefix));

	if (r.n == 0)
		return 0;
	*public_id = row_text(&r, 0, "public_id");
	return row_i64(&r, 0, "account_id");
}

bool
key_any(struct task *t, int64_t account)
{
	struct rows r = db_rows(t, &Q_key_any, db_i64(account), db_time(t->now));

	return row_bool(&r, 0, "any");
}
