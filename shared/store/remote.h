/* shared/store/remote.h - what the stores of others have in common */
#ifndef MF_REMOTE_H
#define MF_REMOTE_H

#include <pthread.h>

#include "shared/client/http.h"
#include "shared/store/driver.h"

struct mem;

/*
 * A body goes in as one request when it fits MF_STORE_PART, else as a multipart upload of parts of
 * that size; one part is held in memory, so it can be sent again.  Nothing is renamed or marked in
 * the store: that nobody has named a body yet is a row of blob.coming in the database, written
 * before the first byte goes out and gone by trigger with the row that names it.  What is left
 * behind, by a process that died or a request that failed, is therefore never looked for in the
 * store: the collector finds the row, and removes what there is under that name, uploads included.
 * (With MF_DB_RELAXED a power cut of the database may lose such rows; those bodies go with their
 * environment.)
 */
enum { REMOTE_PARTS = 10000, REMOTE_MD5 = 16 };

/* A body's name. */
struct remote_name {
	int64_t     environment;
	const char *public_id; /* of the environment; only of kinds that want it */
	const char *id;
};

/*
 * What a kind of store knows.  Everything throws FAULT_UNAVAILABLE when it cannot be done, after it
 * logged why.  A digest that comes back and is not what went out counts as that.
 */
struct remote_kind {
	bool wants_public_id;
	void (*put)(struct task *t, struct store *s, const struct remote_name *name, const void *p,
	    size_t n, const unsigned char md5[REMOTE_MD5]);
	/* A multipart upload: its id; a part's etag; all etags one after the other, NUL after each. */
	const char *(*begin)(struct task *t, struct store *s, const struct remote_name *name);
	const char *(*part)(struct task *t, struct store *s, const struct remote_name *name,
	    const char *upload, int number, const void *p, size_t n,
	    const unsigned char md5[REMOTE_MD5]);
	/* md5: of the parts' digests, one after the other. */
	void (*commit)(struct task *t, struct store *s, const struct remote_name *name,
	    const char *upload, const char *etags, int n, const unsigned char md5[REMOTE_MD5]);
	/* The request has been answered: 206, or 200 from the start; anything else is an error. */
	struct http_stream *(*get)(struct task *t, struct store *s, const struct remote_name *name,
	    int64_t offset, int64_t length);
	void (*remove)(struct task *t, struct store *s, const struct remote_name *name);
	/* Abort whatever uploads there are under that name. */
	void (*abort)(struct task *t, struct store *s, const struct remote_name *name);
	/* name->id is NULL. Until `until` (monotonic); false: there is more. */
	bool (*remove_all)(struct task *t, struct store *s, const struct remote_name *name,
	    int64_t until);
};

enum { REMOTE_NAMES = 1024 };

/* The first member of each kind's own struct. */
struct remote {
	struct store              store;
	const struct remote_kind *kind;
	struct http_service       http;
	int64_t                   part;
	/* Environments' public ids, which never change: by id modulo their number. */
	pthread_mutex_t           lock;
	struct { int64_t environment; char public_id[32]; } names[REMOTE_NAMES];
};

/* Settings all kinds share, with endpoint as the address; false: error says what is wrong. */
bool remote_open(struct remote *r, const struct conf *c, const struct store_driver *driver,
    const struct remote_kind *kind, const char *endpoint, char *error, size_t size);
struct remote *remote_of(struct store *s);
struct remote_name remote_name(struct task *t, struct store *s, int64_t environment,
    const char *id);
/* Log what the store answered, and throw. */
_Noreturn void remote_failed(struct task *t, struct store *s, const char *what,
    const struct http_answer *a, const char *request_id);
/* Throws unless the answer to a request for a range is one that begins at offset. */
void remote_check_range(struct task *t, struct store *s, struct http_stream *h, int64_t offset,
    const char *request_id_header);
/* The store says that it has stored something else. */
_Noreturn void remote_lied(struct task *t, struct store *s, const char *what, const char *said);

/* The functions of struct store_driver. */
struct store_put *remote_create(struct task *t, struct store *s, int64_t environment,
    const char *id);
void              remote_write(struct task *t, struct store_put *put, const void *p, size_t n);
void              remote_keep(struct task *t, struct store_put *put);
void              remote_named(struct store_put *put);
void              remote_drop(struct store_put *put);
const char       *remote_path(struct task *t, struct store *s, int64_t environment, const char *id);
struct store_get *remote_read(struct task *t, struct store *s, int64_t environment, const char *id,
    int64_t offset, int64_t length);
size_t            remote_next(struct task *t, struct store_get *get, void *p, size_t n);
void              remote_remove(struct task *t, struct store *s, int64_t environment,
    const char *id);
void              remote_unnamed(struct task *t, struct store *s, int64_t before,
    void (*each)(void *arg, int64_t environment, const char *id), void *arg);
void              remote_unmark(struct task *t, struct store *s, int64_t environment,
    const char *id);
bool              remote_remove_all(struct task *t, struct store *s, int64_t environment);

#define REMOTE_FUNCTIONS \
	.create = remote_create, .write = remote_write, .keep = remote_keep, .named = remote_named, \
	    .drop = remote_drop, \
	.path = remote_path, .read = remote_read, .next = remote_next, \
	.remove = remote_remove, .unnamed = remote_unnamed, .unmark = remote_unmark, \
	    .remove_all = remote_remove_all

#endif
