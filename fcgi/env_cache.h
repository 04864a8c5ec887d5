/* fcgi/env_cache.h - environments as this process remembers them */
#ifndef MF_ENV_CACHE_H
#define MF_ENV_CACHE_H

#include <stdbool.h>

struct environment;
struct task;

/*
 * Keys are public ids ("env-abc123defg") and ports (":30012").  Only running environments are kept.
 * An entry may be out of date: every data statement carries its generation and so finds out; an
 * authentication that fails is tried again on a fresh copy (call.c).  Bounded: a full cache forgets
 * an entry at random.  Every function may be called from any thread; copies are the task's own.
 */
struct env_cache;

struct env_cache *env_cache_new(void);
void              env_cache_free(struct env_cache *cache);

/*
 * The environment of that key, from the cache unless fresh is wished; NULL: there is none.  Throws
 * what the database throws.
 */
struct environment *env_cache_get(struct env_cache *cache, struct task *t, const char *key,
    bool fresh);

/*
 * May a caller whose credentials were refused look past the cache?  They may belong to a newer
 * environment at the same port.  Bounded for each address, so that bad signatures do not become
 * database load, nor keep the callers of another environment out.
 */
bool env_cache_may_refresh(struct env_cache *cache, const char *key);

#endif
