/* shared/core/reseal.c - all secrets of the database under the first key of the key file */
#include "shared/core/reseal.h"

#include <stdio.h>
#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/secret.h"
#include "shared/core/server.h"
#include "shared/db/db.h"

enum { BATCH = 500, ANSWERS = 4 /* which may be large */ };

/* In hexadecimal; NULL: it does not open. */
static const char *
try_again(struct task *t, const char *context, const struct rows *r, size_t i)
{
	size_t      n;
	const void *sealed = row_bytes(r, i, "secret", &n);
	const char *secret = secret_try_open(t, context, sealed, n, &n);

	sealed = secret != NULL ? secret_seal(t, context, secret, n, &n) : NULL;
	return sealed != NULL ? text_hex(t->mem, sealed, n) : NULL;
}

static const char *
sealed_again(struct task *t, const char *context, const struct rows *r, size_t i)
{
	const char *sealed = try_again(t, context, r, i);

	if (sealed == NULL)
		task_throw(t, &FAULT_INTERNAL, "a secret does not open: %s", context);
	return sealed;
}

static size_t
reseal_accounts(struct task *t, struct reseal *state)
{
	struct rows  r = db_rows(t, &Q_life_secrets, db_i64(state->environment), db_i64(state->ord),
	    db_i64(BATCH));
	int64_t     *environments = mem_array(t->mem, int64_t, r.n + 1);
	int64_t     *ords = mem_array(t->mem, int64_t, r.n + 1);
	const char **secrets = mem_array(t->mem, const char *, r.n + 1);

	for (size_t i = 0; i < r.n; i++) {
		environments[i] = row_i64(&r, i, "environment_id");
		ords[i] = row_i64(&r, i, "ord");
		secrets[i] = sealed_again(t, row_text(&r, i, "access_key_id"), &r, i);
	}
	if (r.n == 0)
		return 0;
	db_rows(t, &Q_life_reseal, db_i64s(environments, r.n), db_i64s(ords, r.n),
	    db_texts(secrets, r.n));
	state->environment = environments[r.n - 1];
	state->ord = ords[r.n - 1];
	return r.n;
}

static size_t
reseal_servers(struct task *t, struct reseal *state)
{
	struct rows  r = db_rows(t, &Q_server_secrets, db_i64(state->server), db_i64(BATCH));
	int64_t     *ids = mem_array(t->mem, int64_t, r.n + 1);
	const char **secrets = mem_array(t->mem, const char *, r.n + 1);

	for (size_t i = 0; i < r.n; i++) {
		ids[i] = row_i64(&r, i, "id");
		secrets[i] = sealed_again(t, server_context(t, row_text(&r, i, "public_id")), &r, i);
	}
	if (r.n == 0)
		return 0;
	db_rows(t, &Q_server_reseal, db_i64s(ids, r.n), db_texts(secrets, r.n));
	state->server = ids[r.n - 1];
	return r.n;
}

/* One that does not open helps nobody, and is gone in a day. */
static bool
reseal_answers(struct task *t, struct reseal *state)
{
	struct rows  r = db_rows(t, &Q_idempotency_answers, db_i64(state->account),
	     db_text(state->key), db_i64(ANSWERS));
	int64_t     *accounts = mem_array(t->mem, int64_t, r.n + 1);
	const char **keys = mem_array(t->mem, const char *, r.n + 1);
	const char **answers = mem_array(t->mem, const char *, r.n + 1);
	size_t       n = 0;

	for (size_t i = 0; i < r.n; i++) {
		state->account = accounts[n] = row_i64(&r, i, "account_id");
		keys[n] = row_text(&r, i, "key");
		snprintf(state->key, sizeof(state->key), "%s", keys[n]);
		answers[n] = try_again(t, idempotency_context(t, accounts[n], keys[n]), &r, i);
		n += answers[n] != NULL;
	}
	if (n > 0)
		db_rows(t, &Q_idempotency_reseal, db_i64s(accounts, n), db_texts(keys, n),
		    db_texts(answers, n));
	state->done += (int64_t)n;
	return r.n > 0;
}

bool
reseal(struct task *t, struct reseal *state)
{
	struct reseal next = *state;
	size_t        n;
	bool          more;

	db_begin(t);
	n = reseal_accounts(t, &next);
	if (n == 0)
		n = reseal_servers(t, &next);
	next.done += (int64_t)n;
	more = n > 0 || reseal_answers(t, &next);
	db_commit(t);
	*state = next;
	return more;
}
