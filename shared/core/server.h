/* shared/core/server.h - the real servers of environments, as rows: what is wished of them */
#ifndef MF_SERVER_H
#define MF_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct life;
struct task;

/*
 * A row says what shall be (wish, epoch) and what was found last (state); mf-provision makes the
 * second follow the first (core/provision.h).  Whoever changes a wish holds its environment in a
 * transaction, and rings SERVER_WORK once that is committed; whoever waits for what comes of it
 * listens to the environment's channel, "env:" and its public id.
 */
#define SERVER_WORK "work"

struct server_row {
	int64_t     id, environment;
	const char *service;  /* "mysql" */
	const char *engine;   /* "mariadb" */
	const char *version;  /* "10.11" */
	const char *wish, *state;
	const char *address;
	int64_t     port;
	const char *user, *password, *database; /* "": this engine has no such thing */
	const char *reason;   /* what happened to it, or NULL */
	int64_t     tries, changed_at;
};

/* The engine that stands for a service; NULL: none does in this program. */
const char *server_engine(const char *service);
/* Whether a version that was asked for is one this engine stands for; else out names those. */
bool server_version_fits(const char *service, const char *version, const char **out);

/* What a machine can run: version NULL, why says why not. */
struct server_engine_seen {
	const char *engine, *version, *why;
};
size_t server_engines(struct task *t, struct server_engine_seen **out);
/*
 * Why a service cannot be had here now, as a sentence; NULL: it can, in *version.  Services without
 * real servers can always be had.
 */
const char *server_refusal(struct task *t, const struct server_engine_seen *list, size_t n,
    const char *service, const char **version);

/* Make the rows of a new environment's real services, in the transaction that made it; throws
 * FAULT_UNAVAILABLE when there are no more ports. */
void server_create(struct task *t, const struct conf *c, struct life *e);
/* How many of the environment's services are real servers. */
size_t server_count(const char *const *services, size_t n);
/* Those of environments, with their passwords; public ids name whose. */
void server_load(struct task *t, struct life *list, size_t n);
/* The URL a client of it is given: "redis://:secret@127.0.0.1:31145". */
const char *server_url(struct task *t, const struct server_row *s);
/* "mariadb 10.11" */
const char *server_title(struct task *t, const struct server_row *s);
/* What the passwords of an environment's servers are sealed for. */
const char *server_context(struct task *t, const char *environment);
/* True: somebody still works on what was wished of it. */
bool server_pending(const struct server_row *s);

#endif
