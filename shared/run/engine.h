/* shared/run/engine.h - what the process runner has to know of Redis, MariaDB and PostgreSQL */
#ifndef MF_RUN_ENGINE_H
#define MF_RUN_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/run/run.h"

/*
 * One engine.  `place` is the server's directory: place/data is what the template was copied
 * to, where it works; other files of the engine's may lie beside it.  The functions speak of a
 * server as run.h does, and put a sentence into s->why when they return false.
 */
struct engine {
	const char *name;
	const char *const *programs;   /* where its server may be; the first that is there; NULL ends */
	const char *user, *database;   /* what its users log in with; "": it has no such thing */
	const char *account;           /* the system user its package makes: makes templates for root */
	const char *package;           /* of Debian, for the sentence when there is none */
	int         stop_signal;       /* ends it orderly, whatever its clients do */
	int         quick_signal;      /* ends it at once; what is not written is lost */

	/* Make `data`, a fresh directory, what a new server begins with.  Runs as the server will. */
	bool (*make)(struct server *s, const char *program, const char *data);
	/* Before each start: files beside data, and what a crash may have left. */
	bool (*prepare)(struct server *s, const char *place);
	const char *const *(*command)(struct server *s, const char *program, const char *place);
	/*
	 * Once: a client logs in and has an answer.  False without a sentence: not yet.
	 */
	bool (*usable)(struct server *s, const char *place, int64_t pid);
	/* After its processes were killed: what the kernel still keeps of it.  May be NULL. */
	void (*sweep)(const char *place);
};

extern const struct engine engine_redis, engine_mariadb, engine_postgresql;
extern const struct engine *const run_engines[];
extern const int                  n_run_engines;

const struct engine *engine_named(const char *name);
/* Its server program, or NULL. */
const char *engine_program(const struct engine *e);
/* Write a file for the server's user alone. */
bool engine_write(struct server *s, const char *path, const char *text);

/* For mariadb.c: log in as a client does (MySQL protocol 10, mysql_native_password), SELECT 1. */
bool mariadb_login(const struct server *s, int64_t timeout);

#endif
