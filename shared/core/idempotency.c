/* shared/core/idempotency.c - answers kept for requests that come again with the same key */
#include "shared/core/idempotency.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/secret.h"
#include "shared/db/db.h"

/* A sealed answer belongs to one key of one account. */
const char *
idempotency_context(struct task *t, int64_t account, const char *key)
{
	return mem_fmt(t->mem, "idempotency:%lld:%s", (long long)account, key);
}

static const char *
context(struct task *t, const struct idempotency *i)
{
	return idempotency_context(t, i->account, i->key);
}

/* What the row of an earlier request means for this one. */
static enum idempotency_claim
read_kept(struct task *t, const struct idempotency *i, const struct rows *r,
    struct idempotency_kept *out)
{
	size_t      n;
	const void *fingerprint = row_bytes(r, 0, "fingerprint", &n), *sealed;

	if (n != IDEMPOTENCY_FINGERPRINT || memcmp(fingerprint, i->fingerprint, n) != 0)
		return CLAIM_OTHER;
	if (row_null(r, 0, "status")) {
		out->resume = row_text(r, 0, "resume");
		return row_time(r, 0, "leased_until") > t->now ? CLAIM_BUSY : CLAIM_RESUME;
	}
	out->status = (int)row_i64(r, 0, "status");
	sealed = row_bytes(r, 0, "answer", &n);
	out->answer = secret_try_open(t, context(t, i), sealed, n, &out->n);
	/* Its key of encryption is gone: better no answer than a second effect. */
	if (out->answer == NULL)
		task_throw(t, &FAULT_INTERNAL, "the answer kept for an Idempotency-Key does not open");
	return CLAIM_ANSWERED;
}

enum idempotency_claim
idempotency_claim(struct task *t, const struct idempotency *i, int64_t leased_until, int64_t keep,
    struct idempotency_kept *out)
{
	struct rows r = db_rows(t, &Q_idempotency_claim, db_i64(i->account), db_text(i->key),
	    db_bytes(i->fingerprint, sizeof(i->fingerprint)), db_time(t->now), db_time(leased_until),
	    db_time(t->now - keep));

	*out = (struct idempotency_kept){ 0 };
	if (!row_bool(&r, 0, "mine"))
		return CLAIM_BUSY;
	if (row_bool(&r, 0, "made"))
		return CLAIM_NEW;
	if (row_null(&r, 0, "fingerprint"))
		task_throw(t, &FAULT_CONFLICT, NULL);
	return read_kept(t, i, &r, out);
}

void
idempotency_lease(struct task *t, const struct idempotency *i, int64_t leased_until,
    const char *resume)
{
	db_rows(t, &Q_idempotency_lease, db_i64(i->account), db_text(i->key), db_time(leased_until),
	    db_text(resume));
}

void
idempotency_answer(struct task *t, const struct idempotency *i, int status, const void *answer,
    size_t n)
{
	size_t sealed_n;
	void  *sealed = secret_seal(t, context(t, i), answer, n, &sealed_n);

	db_rows(t, &Q_idempotency_answer, db_i64(i->account), db_text(i->key), db_i64(status),
	    db_bytes(sealed, sealed_n));
}

void
idempotency_forget(struct task *t, const struct idempotency *i)
{
	db_rows(t, &Q_idempotency_forget, db_i64(i->account), db_text(i->key));
}

int64_t
idempotency_prune(struct task *t, int64_t before, int64_t most)
{
	struct rows r = db_rows(t, &Q_idempotency_prune, db_time(before), db_i64(most));

	return (int64_t)r.n;
}
