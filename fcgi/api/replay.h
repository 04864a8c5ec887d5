/* fcgi/api/replay.h - Idempotency-Key: the key of a request, its answer kept and given again */
#ifndef MF_REPLAY_H
#define MF_REPLAY_H

#include <stdbool.h>

struct call;
struct idempotency;

/* The request's key and fingerprint; NULL: it has none, or is none that takes one. */
struct idempotency *replay_key(struct call *c);
/*
 * In a transaction: false, the request was answered before, and c->reply is that answer.  True: it
 * is to be run; *resume is what an earlier one made that was not answered ("" nothing), NULL: there
 * was none.  Throws when the key is another request's (422), or that is being answered (409).
 */
bool replay_claim(struct call *c, const struct idempotency *key, const char **resume);
/* Keep c->reply. */
void replay_keep(struct call *c, const struct idempotency *key);

#endif
