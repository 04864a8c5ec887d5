/* shared/core/limit.c - how often somebody may do something, counted in memory the pool shares */
#include "shared/core/limit.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "shared/base/id.h"
#include "shared/wire/digest.h"

enum { SETS = 2048, WAYS = 8, SUMS = 4096 };
enum { TURNS = 1000 }; /* of waiting for one who makes a bucket, and may have died of it */

/* The time at which the bucket is full again; in the past: it is full, and nobody's. */
struct bucket {
	_Atomic uint64_t key;
	_Atomic int64_t  full_at;
};

struct set {
	_Atomic bool  making; /* somebody takes a bucket for a name that has none */
	struct bucket buckets[WAYS];
};

struct sum {
	_Atomic uint64_t key;
	_Atomic int64_t  known, at, added;
};

struct limit {
	_Atomic uint64_t seed; /* nobody outside can say which names meet in a set */
	struct set       sets[SETS];
	struct sum       sums[SUMS];
};

size_t
limit_size(void)
{
	return sizeof(struct limit);
}

static uint64_t
seed_of(struct limit *l)
{
	uint64_t seed = atomic_load(&l->seed);

	if (seed == 0) {
		struct id_source kernel = { 0 };
		uint64_t         fresh;

		id_bytes(&kernel, &fresh, sizeof(fresh));
		fresh |= 1;
		if (atomic_compare_exchange_strong(&l->seed, &seed, fresh))
			seed = fresh;
	}
	return seed;
}

static uint64_t
key_of(struct limit *l, const char *what, const char *who)
{
	struct { uint64_t seed; unsigned char what[DIGEST_MOST]; } k = { .seed = seed_of(l) };
	unsigned char out[DIGEST_MOST];
	uint64_t      key;

	digest_once(DIGEST_SHA256, what, strlen(what), k.what);
	digest_hmac_sha256(&k, sizeof(k), who, strlen(who), out);
	memcpy(&key, out, sizeof(key));
	return key != 0 ? key : 1;
}

static struct bucket *
bucket_of(struct set *s, uint64_t key)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (atomic_load(&s->buckets[i].key) == key)
			return &s->buckets[i];
	return NULL;
}

/* The one that is full for longest becomes that of the key. */
static struct bucket *
take_over(struct set *s, uint64_t key)
{
	struct bucket *oldest = &s->buckets[0];

	for (unsigned i = 1; i < WAYS; i++)
		if (atomic_load(&s->buckets[i].full_at) < atomic_load(&oldest->full_at))
			oldest = &s->buckets[i];
	/* In this order: once it is found, what was taken counts. */
	atomic_store(&oldest->full_at, 0);
	atomic_store(&oldest->key, key);
	return oldest;
}

/* Its bucket; NULL: it has none, and is not to `make` one.  Those who come at once share one. */
static struct bucket *
find(struct limit *l, uint64_t key, bool make)
{
	struct set    *s = &l->sets[key % SETS];
	struct bucket *b = bucket_of(s, key);

	if (b != NULL || !make)
		return b;
	for (int i = 0; atomic_exchange(&s->making, true) && i < TURNS; i++)
		sched_yield();
	b = bucket_of(s, key);
	if (b == NULL)
		b = take_over(s, key);
	atomic_store(&s->making, false);
	return b;
}

static int64_t
ask(struct limit *l, const struct limit_rule *r, const char *who, int64_t now, bool take)
{
	int64_t        each = r->within / r->most, full_at, next;
	struct bucket *b = l != NULL ? find(l, key_of(l, r->what, who), take) : NULL;

	if (b == NULL)
		return 0;
	full_at = atomic_load(&b->full_at);
	do {
		next = (full_at > now ? full_at : now) + each;
		if (next - now > r->within)
			return next - now - r->within;
	} while (take && !atomic_compare_exchange_weak(&b->full_at, &full_at, next));
	return 0;
}

int64_t
limit_take(struct limit *l, const struct limit_rule *r, const char *who, int64_t now)
{
	return ask(l, r, who, now, true);
}

int64_t
limit_look(struct limit *l, const struct limit_rule *r, const char *who, int64_t now)
{
	return ask(l, r, who, now, false);
}

struct limit_sum
limit_sum(struct limit *l, const char *what, const char *who)
{
	uint64_t    key = l != NULL ? key_of(l, what, who) : 0;
	struct sum *s = l != NULL ? &l->sums[key % SUMS] : NULL;

	if (s == NULL || atomic_load(&s->key) != key)
		return (struct limit_sum){ 0 };
	return (struct limit_sum){ atomic_load(&s->known), atomic_load(&s->at),
		atomic_load(&s->added) };
}

void
limit_learn(struct limit *l, const char *what, const char *who, int64_t known, int64_t now)
{
	uint64_t    key = l != NULL ? key_of(l, what, who) : 0;
	struct sum *s = l != NULL ? &l->sums[key % SUMS] : NULL;

	if (s == NULL)
		return;
	atomic_store(&s->key, 0);
	atomic_store(&s->known, known);
	atomic_store(&s->added, 0);
	atomic_store(&s->at, now);
	atomic_store(&s->key, key);
}

void
limit_add(struct limit *l, const char *what, const char *who, int64_t n)
{
	uint64_t    key = l != NULL ? key_of(l, what, who) : 0;
	struct sum *s = l != NULL ? &l->sums[key % SUMS] : NULL;

	if (s != NULL && atomic_load(&s->key) == key)
		atomic_fetch_add(&s->added, n);
}
