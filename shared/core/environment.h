/* shared/core/environment.h - environments: what a request needs to know, and their life */
#ifndef MF_ENVIRONMENT_H
#define MF_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/engine/space.h"

struct mem;
struct rows;
struct task;

enum environment_state {
	ENV_PROVISIONING, ENV_RUNNING, ENV_STOPPED, ENV_DESTROYING, ENV_DESTROYED, ENV_ERROR
};

/* One AWS account of an environment: a test suite may ask for several, with chosen ids and keys. */
struct aws_account {
	const char *account_id;    /* 12 digits */
	const char *access_key_id, *secret_access_key;
	const char *owner_id;      /* S3's canonical user id, 64 hexadecimal digits */
	const char *display_name, *email;
};

struct environment_service {
	const char *service; /* "aws_s3" */
	int64_t     space;
};

/* An environment as the data plane sees it: loaded by one statement, cached per process. */
struct environment {
	int64_t                     id;
	const char                 *public_id; /* env-abc123defg */
	int64_t                     generation;
	enum environment_state      state;
	int64_t                     account;   /* who owns it */
	int64_t                     storage;   /* that may store so many bytes; 0: no limit */
	bool                        cached;    /* this copy may be out of date */
	bool                        lenient;   /* any signature under a known key id */
	int64_t                     clock_offset;  /* microseconds added to real time */
	int64_t                     clock_frozen;  /* its time stands here; 0: it runs */
	int64_t                    *clock_past;    /* pairs: real time, its offset until then */
	size_t                      n_clock_past;  /* numbers, not pairs */
	struct environment_service *services;
	size_t                      n_services;
	struct aws_account         *accounts;  /* the first is the default */
	size_t                      n_accounts;
};

/* By public id, or by a port of the web server; NULL: there is none. In the task's arena. */
struct environment *environment_load(struct task *t, const char *public_id);
struct environment *environment_load_by_port(struct task *t, int64_t port);
/* A deep copy in another arena: the cache's own. */
struct environment *environment_copy(struct mem *m, const struct environment *e);

/* The environment's own time, from the task's real one. */
int64_t environment_now(const struct task *t, const struct environment *e);
/* How far its clock was moved, ahead or back, since that real time. */
int64_t environment_moved_since(const struct environment *e, int64_t since);
/* The account with that access key id; NULL: it has none. */
const struct aws_account *environment_account(const struct environment *e,
    const char *access_key_id);
/* The account of a row as environment_load and life_find return it, its secret opened. */
struct aws_account environment_read_account(struct task *t, const struct rows *r, size_t i);
/* The space of a service; false when the environment was not made with it. */
bool environment_space(const struct task *t, const struct environment *e, const char *service,
    struct space *out);

#endif
