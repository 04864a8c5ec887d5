/* fcgi/memo.c - what a process remembers of an environment, for one generation of it */
#include "fcgi/memo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/hash.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"

/* A place holds one value; another of the same place takes it over. */
enum { PLACES = 16384, MOST_BYTES = 32 << 20, VALUE_CEILING = 1 << 20 };

struct entry {
	struct mem *mem; /* the entry lives in it, too */
	int64_t     space, generation;
	const char *key;
	void       *value;
	size_t      bytes;
};

struct memo {
	pthread_mutex_t lock;
	struct entry   *places[PLACES];
	size_t          bytes, next_victim;
};

struct memo *
memo_new(void)
{
	struct memo *memo = calloc(1, sizeof(*memo));

	if (memo == NULL)
		abort();
	pthread_mutex_init(&memo->lock, NULL);
	return memo;
}

static void
drop(struct memo *memo, struct entry **e)
{
	if (*e == NULL)
		return;
	memo->bytes -= (*e)->bytes;
	mem_free((*e)->mem);
	*e = NULL;
}

void
memo_free(struct memo *memo)
{
	for (size_t i = 0; i < PLACES; i++)
		drop(memo, &memo->places[i]);
	pthread_mutex_destroy(&memo->lock);
	free(memo);
}

static struct entry **
place(struct memo *memo, const struct space *sp, const char *key)
{
	uint32_t hash = hash_bytes(HASH_START, key, strlen(key));

	return &memo->places[hash_bytes(hash, &sp->id, sizeof(sp->id)) % PLACES];
}

static bool
is_of(const struct entry *e, const struct space *sp, const char *key)
{
	return e != NULL && e->space == sp->id && e->generation == sp->generation &&
	    strcmp(e->key, key) == 0;
}

static void
free_arena(void *arena)
{
	mem_free(arena);
}

/* The copy is in an arena of its own: a full one would throw, and keep the lock. */
void *
memo_get(struct memo *memo, struct task *t, const struct space *sp, const char *key,
    memo_copy *copy)
{
	struct entry **e;
	struct mem    *own;
	void          *value = NULL;

	if (memo == NULL)
		return NULL;
	own = mem_new_small(2 * VALUE_CEILING);
	mem_defer(t->mem, free_arena, own);
	pthread_mutex_lock(&memo->lock);
	if (is_of(*(e = place(memo, sp, key)), sp, key))
		value = copy(own, (*e)->value);
	pthread_mutex_unlock(&memo->lock);
	return value;
}

static void
make_room(struct memo *memo)
{
	while (memo->bytes > MOST_BYTES)
		drop(memo, &memo->places[memo->next_victim++ % PLACES]);
}

void
memo_put(struct memo *memo, const struct space *sp, const char *key, const void *value,
    memo_copy *copy)
{
	struct mem    *m;
	struct entry  *e, **at;

	if (memo == NULL)
		return;
	m = mem_new_small(VALUE_CEILING);
	e = mem_one(m, struct entry);
	*e = (struct entry){ .mem = m, .space = sp->id, .generation = sp->generation,
		.key = mem_text(m, key), .value = copy(m, value) };
	e->bytes = mem_used(m);
	pthread_mutex_lock(&memo->lock);
	at = place(memo, sp, key);
	drop(memo, at);
	*at = e;
	memo->bytes += e->bytes;
	make_room(memo);
	pthread_mutex_unlock(&memo->lock);
}

void
memo_forget(struct memo *memo, const struct space *sp, const char *key)
{
	struct entry **e;

	if (memo == NULL)
		return;
	pthread_mutex_lock(&memo->lock);
	if (is_of(*(e = place(memo, sp, key)), sp, key))
		drop(memo, e);
	pthread_mutex_unlock(&memo->lock);
}
