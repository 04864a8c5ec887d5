/* shared/store/driver.h - what a kind of store provides; only shared/store includes this */
#ifndef MF_STORE_DRIVER_H
#define MF_STORE_DRIVER_H

#include "shared/base/clock.h"
#include "shared/store/store.h"

/* How long one call of remove_all works: its caller is within a transaction. */
#define STORE_ENOUGH (20 * SECOND)

/* The functions are those of store.h, with its contract. */
struct store_driver {
	const char *kind; /* what stands before the ':' of MF_STORE */
	struct store *(*open)(const struct conf *c, const char *where, char *error, size_t size);
	void          (*close)(struct store *s);

	struct store_put *(*create)(struct task *t, struct store *s, int64_t environment,
	    const char *id);
	void              (*write)(struct task *t, struct store_put *put, const void *p, size_t n);
	void              (*keep)(struct task *t, struct store_put *put);
	void              (*named)(struct store_put *put);
	void              (*drop)(struct store_put *put);

	const char       *(*path)(struct task *t, struct store *s, int64_t environment, const char *id);
	struct store_get *(*read)(struct task *t, struct store *s, int64_t environment, const char *id,
	    int64_t offset, int64_t length);
	size_t            (*next)(struct task *t, struct store_get *get, void *p, size_t n);

	void (*remove)(struct task *t, struct store *s, int64_t environment, const char *id);
	void (*unnamed)(struct task *t, struct store *s, int64_t before,
	    void (*each)(void *arg, int64_t environment, const char *id), void *arg);
	void (*unmark)(struct task *t, struct store *s, int64_t environment, const char *id);
	bool (*remove_all)(struct task *t, struct store *s, int64_t environment);
};

/* The first member of every driver's own structs. */
struct store {
	const struct store_driver *driver;
};
struct store_put {
	struct store *store;
};
struct store_get {
	struct store *store;
};

extern const struct store_driver store_disk, store_s3, store_oci;

#endif
