/* shared/core/reseal.c - all secrets of the database under the first key of the key file */
#include "shared/core/reseal.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/secret.h"
#include "shared/core/server.h"
#include "shared/db/db.h"

enum { BATCH = 500 };

static const char *
sealed_again(struct task *t, const char *context, const struct rows *r, size_t i)
{
	const char *secret;
	size_t      n;
	const void *sealed = row_bytes(r, i, "secret", &n);

	secret = secret_open(t, context, sealed, n);
	sealed = secret_seal(t, context, secret, strlen(secret), &n);
	return text_hex(t->mem, sealed, n);
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

bool
reseal(struct task *t, struct reseal *state)
{
	struct reseal next = *state;
	size_t        n;

	db_begin(t);
	n = reseal_accounts(t, &next);
	if (n == 0)
		n = reseal_servers(t, &next);
	db_commit(t);
	next.done += (int64_t)n;
	*state = next;
	return n > 0;
}
