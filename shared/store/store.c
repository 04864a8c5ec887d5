/* shared/store/store.c - which store MF_STORE names, and the way to it */
#include "shared/store/store.h"

#include <stdio.h>
#include <string.h>

#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/store/driver.h"

static const struct store_driver *const drivers[] = { &store_disk, &store_s3, &store_oci };

struct store *
store_open(const struct conf *c, char *error, size_t size)
{
	const char *colon = strchr(c->store, ':');

	for (size_t i = 0; colon != NULL && i < COUNT(drivers); i++)
		if (strlen(drivers[i]->kind) == (size_t)(colon - c->store) &&
		    strncmp(drivers[i]->kind, c->store, (size_t)(colon - c->store)) == 0)
			return drivers[i]->open(c, colon + 1, error, size);
	snprintf(error, size, "MF_STORE=%s names no store: disk:DIRECTORY, s3:BUCKET, oci:NAMESPACE",
	    c->store);
	return NULL;
}

void
store_close(struct store *s)
{
	if (s != NULL)
		s->driver->close(s);
}

struct store_put *
store_create(struct task *t, struct store *s, int64_t environment, const char *id)
{
	return s->driver->create(t, s, environment, id);
}

void
store_write(struct task *t, struct store_put *put, const void *p, size_t n)
{
	put->store->driver->write(t, put, p, n);
}

void
store_keep(struct task *t, struct store_put *put)
{
	put->store->driver->keep(t, put);
}

void
store_named(struct store_put *put)
{
	put->store->driver->named(put);
}

void
store_drop(struct store_put *put)
{
	put->store->driver->drop(put);
}

const char *
store_path(struct task *t, struct store *s, int64_t environment, const char *id)
{
	return s->driver->path(t, s, environment, id);
}

struct store_get *
store_read(struct task *t, struct store *s, int64_t environment, const char *id, int64_t offset,
    int64_t length)
{
	return s->driver->read(t, s, environment, id, offset, length);
}

size_t
store_next(struct task *t, struct store_get *get, void *p, size_t n)
{
	return get->store->driver->next(t, get, p, n);
}

void
store_remove(struct task *t, struct store *s, int64_t environment, const char *id)
{
	s->driver->remove(t, s, environment, id);
}

void
store_unnamed(struct task *t, struct store *s, int64_t before,
    void (*each)(void *arg, int64_t environment, const char *id), void *arg)
{
	s->driver->unnamed(t, s, before, each, arg);
}

void
store_unmark(struct task *t, struct store *s, int64_t environment, const char *id)
{
	s->driver->unmark(t, s, environment, id);
}

bool
store_remove_all(struct task *t, struct store *s, int64_t environment)
{
	return s->driver->remove_all(t, s, environment);
}
