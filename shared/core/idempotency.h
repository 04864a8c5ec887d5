/* shared/core/idempotency.h - answers kept for requests that come again with the same key */
#ifndef MF_IDEMPOTENCY_H
#define MF_IDEMPOTENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

/*
 * What draft-ietf-httpapi-idempotency-key-header asks for.  All but the pruning run within the
 * transaction that is the request's effect: there is never a row without the effect, nor an effect
 * without the row, wherever the process dies.
 *
 * A request that waits (call_park) has to commit what it made before it knows its answer.  Its row
 * then says what it made and until when it is being answered; when that time is over, whoever comes
 * with the key goes on from there.
 */
enum { IDEMPOTENCY_FINGERPRINT = 32, IDEMPOTENCY_KEY = 255 /* characters at most */ };

struct idempotency {
	int64_t       account;
	const char   *key;
	unsigned char fingerprint[IDEMPOTENCY_FINGERPRINT]; /* of method, target and body */
};

enum idempotency_claim {
	CLAIM_NEW,      /* nobody had the key: run the request */
	CLAIM_RESUME,   /* whoever had it is gone: go on from *resume, NULL: from the start */
	CLAIM_ANSWERED, /* *status and *answer are the answer */
	CLAIM_BUSY,     /* another request with this key is being answered */
	CLAIM_OTHER,    /* the key was another request's */
};

struct idempotency_kept {
	const char *resume;
	int         status;
	const char *answer; /* as it was given to idempotency_answer */
	size_t      n;
};

/* In a transaction.  Rows older than `keep` do not count.  Throws FAULT_CONFLICT when another
 * request with the key ended this moment. */
enum idempotency_claim idempotency_claim(struct task *t, const struct idempotency *i,
    int64_t leased_until, int64_t keep, struct idempotency_kept *out);
/* The request waits: it has made `resume` (NULL: nothing yet) and answers until that time. */
void idempotency_lease(struct task *t, const struct idempotency *i, int64_t leased_until,
    const char *resume);
/* For what an answer is sealed (secret.h). */
const char *idempotency_context(struct task *t, int64_t account, const char *key);
/* The answer, sealed on its way. */
void idempotency_answer(struct task *t, const struct idempotency *i, int status,
    const void *answer, size_t n);
/* Nothing came of it: the key is free again. */
void idempotency_forget(struct task *t, const struct idempotency *i);
/* Up to `most` rows from before a time go; returns how many. */
int64_t idempotency_prune(struct task *t, int64_t before, int64_t most);

#endif
