/* shared/store/store.h - object bytes: immutable blobs in a namespace per environment */
#ifndef MF_STORE_H
#define MF_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct task;

/*
 * A blob has a generated id, unique to its upload, in the namespace of the environment that wrote
 * it (its internal id).  It is written once and never changed.  The life of a blob:
 *
 *     put = store_create(t, s, environment, id);
 *     store_write(t, put, p, n); ...
 *     store_keep(t, put);       the bytes are durable under their name; a marker says "no row yet"
 *     ... the row that names the blob is committed ...
 *     store_named(put);         the marker goes
 *
 * A task that ends before store_keep leaves nothing that the collector does not find.  A process
 * that dies between store_keep and store_named leaves the marker: the collector looks at markers
 * older than the grace period and removes blobs that no row names, so it never has to read the
 * whole store.  On disk the marker is a second name of the file; for the stores of others it is a
 * row of blob.coming (remote.h), which goes in the transaction of the row that names the blob.  It
 * is written by a statement of its own: not within a transaction.
 *
 * Throws FAULT_UNAVAILABLE when the store is full or away; FAULT_INTERNAL for our own mistakes.
 */
struct store;
struct store_put;

struct store *store_open(const struct conf *c, char *error, size_t size); /* NULL: error says why */
void          store_close(struct store *s);

struct store_put *store_create(struct task *t, struct store *s, int64_t environment,
    const char *id);
void              store_write(struct task *t, struct store_put *put, const void *p, size_t n);
void              store_keep(struct task *t, struct store_put *put);
void              store_named(struct store_put *put);
void              store_drop(struct store_put *put); /* the blob is not wanted after all */

/* The absolute path of a blob that the web server may send; NULL when this store has no files. */
const char *store_path(struct task *t, struct store *s, int64_t environment, const char *id);

/*
 * Reading by ourselves: bytes [offset, offset + length) of a blob, or fewer when it ends before.
 * store_next returns how many it read, 0 at the end; what breaks off on the way throws.
 */
struct store_get;
struct store_get *store_read(struct task *t, struct store *s, int64_t environment, const char *id,
    int64_t offset, int64_t length);
size_t            store_next(struct task *t, struct store_get *get, void *p, size_t n);

/* For the collector. Removing what is not there is not an error. */
void store_remove(struct task *t, struct store *s, int64_t environment, const char *id);
/* Call each(arg, environment, id) for every marker older than `before`. */
void store_unnamed(struct task *t, struct store *s, int64_t before,
    void (*each)(void *arg, int64_t environment, const char *id), void *arg);
/* The marker of a blob a row does name goes; the blob stays. */
void store_unmark(struct task *t, struct store *s, int64_t environment, const char *id);
/*
 * A destroyed environment's namespace as a whole, what is left in it included.  False: there was
 * more than fits in one go, call it again.
 */
bool store_remove_all(struct task *t, struct store *s, int64_t environment);

#endif
