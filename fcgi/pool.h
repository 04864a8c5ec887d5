/* fcgi/pool.h - the parent of the processes that serve */
#ifndef MF_POOL_H
#define MF_POOL_H

struct conf;
struct store;

/*
 * The parent holds the listening socket and the shared memory, and serves nothing itself.
 *
 *   a child dies       another takes its place; at once, or later and later when they die young
 *   SIGTERM, SIGINT    all drain; whoever is left after MF_DRAIN is killed
 *   SIGHUP             the parent executes its own program again, the new one where it was
 *                      replaced, under the same pid; as each new child is ready an old one drains,
 *                      so that no request fails.  A program that does not start is not executed.
 *   killed itself      see serve.h
 *
 * An operation that killed two children within a minute is refused (board.h).
 *
 * With MF_PROCESSES=0 there is no parent: pool_plain serves in this process.
 */
_Noreturn void pool_run(const struct conf *c, struct store *store, char **argv, const char *adopt);
_Noreturn void pool_plain(const struct conf *c, struct store *store);

#endif
