/* fcgi/env_cache.c - environments as this process remembers them */
#include "fcgi/env_cache.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/hash.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/environment.h"

enum { BUCKETS = 4096, MOST = 16384, ENTRY_CEILING = 1 << 20,
	REFRESHES_PER_SECOND = 10 };

struct entry {
	struct entry       *next;
	struct mem         *mem;
	char               *key;
	struct environment *env;
	int64_t             second;    /* the one `refreshes` counts */
	unsigned            refreshes;
};

struct env_cache {
	pthread_mutex_t lock;
	struct entry   *buckets[BUCKETS];
	unsigned        n, next_victim;
};

struct env_cache *
env_cache_new(void)
{
	struct env_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		abort();
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

static unsigned
bucket_of(const char *key)
{
	return hash_bytes(HASH_START, key, strlen(key)) % BUCKETS;
}

static struct entry **
find(struct env_cache *cache, const char *key)
{
	struct entry **e = &cache->buckets[bucket_of(key)];

	while (*e != NULL && strcmp((*e)->key, key) != 0)
		e = &(*e)->next;
	return e;
}

static void
drop(struct env_cache *cache, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	mem_free(e->mem); /* the entry itself lives in it */
	cache->n--;
}

void
env_cache_free(struct env_cache *cache)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		while (cache->buckets[i] != NULL)
			drop(cache, &cache->buckets[i]);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

/* Keep a copy, or forget the key when env is NULL. */
static void
put(struct env_cache *cache, const char *key, const struct environment *env)
{
	struct entry  *e = NULL;
	struct entry **old;

	if (env != NULL) {
		struct mem *m = mem_new_small(ENTRY_CEILING);

		e = mem_one(m, struct entry);
		*e = (struct entry){ .mem = m, .key = mem_text(m, key), .env = environment_copy(m, env) };
	}
	pthread_mutex_lock(&cache->lock);
	if (*(old = find(cache, key)) != NULL) {
		if (e != NULL) {
			e->second = (*old)->second;
			e->refreshes = (*old)->refreshes;
		}
		drop(cache, old);
	}
	while (e != NULL && cache->n >= MOST) {
		struct entry **victim = &cache->buckets[cache->next_victim++ % BUCKETS];

		if (*victim != NULL)
			drop(cache, victim);
	}
	if (e != NULL) {
		old = &cache->buckets[bucket_of(key)];
		e->next = *old;
		*old = e;
		cache->n++;
	}
	pthread_mutex_unlock(&cache->lock);
}

static void
free_arena(void *arena)
{
	mem_free(arena);
}

/* A copy for the task, in an arena of its own: a full one would throw, and keep the lock. */
static struct environment *
copy_cached(struct env_cache *cache, struct task *t, const char *key)
{
	struct mem         *own = mem_new_small(2 * ENTRY_CEILING);
	struct environment *copy = NULL;
	struct entry       *e;

	mem_defer(t->mem, free_arena, own);
	pthread_mutex_lock(&cache->lock);
	if ((e = *find(cache, key)) != NULL)
		copy = environment_copy(own, e->env);
	pthread_mutex_unlock(&cache->lock);
	if (copy != NULL)
		copy->cached = true;
	return copy;
}

struct environment *
env_cache_get(struct env_cache *cache, struct task *t, const char *key, bool fresh)
{
	struct environment *env = fresh ? NULL : copy_cached(cache, t, key);
	int64_t             port = 0;

	if (env != NULL)
		return env;
	if (key[0] == ':')
		env = text_i64(key + 1, 1, 65535, &port) ? environment_load_by_port(t, port) : NULL;
	else
		env = environment_load(t, key);
	put(cache, key, env != NULL && env->state == ENV_RUNNING ? env : NULL);
	return env;
}

bool
env_cache_may_refresh(struct env_cache *cache, const char *key)
{
	int64_t       second = clock_monotonic() / SECOND;
	bool          may = true;
	struct entry *e;

	pthread_mutex_lock(&cache->lock);
	if ((e = *find(cache, key)) != NULL) {
		if (e->second != second) {
			e->second = second;
			e->refreshes = 0;
		}
		may = e->refreshes < REFRESHES_PER_SECOND;
		e->refreshes += may;
	}
	pthread_mutex_unlock(&cache->lock);
	return may;
}
