/* shared/core/reseal.c - all secrets of the database under the first key of the key file */
#include "shared/core/reseal.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"

enum { BATCH = 500 };

static const char *
sealed_again(struct task *t, const struct rows *r, size_t i)
{
	const char *context = row_text(r, i, "access_key_id"), *secret;
	size_t      n;
	const void *sealed = row_bytes(r, i, "secret", &n);

	secret = secret_open(t, context, sealed, n);
	sealed = secret_seal(t, context, secret, strlen(secret), &n);
	return text_hex(t->mem, sealed, n);
}

bool
reseal(struct task *t, struct reseal *state)
{
	struct rows  r;
	int64_t     *environments, *ords;
	const char **secrets;

	db_begin(t);
	r = db_rows(t, &Q_life_secrets, db_i64(state->environment), db_i64(state->ord), db_i64(BATCH));
	environments = mem_array(t->mem, int64_t, r.n + 1);
	ords = mem_array(t->mem, int64_t, r.n + 1);
	secrets = mem_array(t->mem, const char *, r.n + 1);
	for (size_t i = 0; i < r.n; i++) {
		environments[i] = row_i64(&r, i, "environment_id");
		ords[i] = row_i64(&r, i, "ord");
		secrets[i] = sealed_again(t, &r, i);
	}
	if (r.n > 0)
		db_rows(t, &Q_life_reseal, db_i64s(environments, r.n), db_i64s(ords, r.n),
		    db_texts(secrets, r.n));
	db_commit(t);
	if (r.n == 0)
		return false;
	*state = (struct reseal){ environments[r.n - 1], ords[r.n - 1], state->done + (int64_t)r.n };
	return true;
}
