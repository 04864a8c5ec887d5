/* fcgi/call.h - one request on its way through a service */
#ifndef MF_CALL_H
#define MF_CALL_H

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/core/environment.h"
#include "shared/core/scope.h"
#include "shared/wire/enc.h"

struct board;
struct call;
struct caller;
struct conf;
struct db;
struct limit;
struct memo;
struct oidc;
struct store;

/* What the process shares among its threads; read-only after start. */
struct world {
	const struct conf *conf;
	struct db         *db;
	struct store      *store;
	struct env_cache  *cache;
	struct memo       *memo;
	struct wake       *wake;
	struct board      *board; /* NULL in unit tests */
	struct limit      *limit; /* NULL: nothing is limited */
	struct oidc       *oidc;  /* NULL: no single sign-on */
};

enum {
	OP_READ  = 0,      /* touches nothing: tests run it in a read-only transaction */
	OP_WRITE = 1 << 0,
	OP_BODY  = 1 << 1, /* the handler reads the body itself, as a stream */
	OP_OPEN  = 1 << 2, /* needs no authentication: our own health, discovery, logging in */
	OP_ALONE = 1 << 3, /* our own API: it commits as it goes, not all at its end (around.h) */
	OP_SILENT = 1 << 4, /* its answer holds nothing: protocols of documents send none */
	OP_SCOPE = 1 << 8, /* times an enum scope: our own API says what a credential needs */
};

/*
 * One operation of the vendor's model.  A NULL handler is "known, not built": the service's own
 * error says so, and the coverage page.
 */
struct op {
	const char *name;    /* the vendor's, in the vendor's spelling */
	void      (*handler)(struct call *c);
	unsigned    flags;
	/*
	 * How HTTP-shaped protocols name it, as the vendor's model writes it:
	 * "PUT /{Bucket}/{Key+}?tagging", "GET /{Bucket}?list-type=2".  NULL otherwise.
	 */
	const char *http;
	const char *when;    /* a header that must be there too: "x-amz-copy-source" */
	size_t      body_limit; /* of the decoded body; 0: DEFAULT_BODY_LIMIT */
	/* An older name of that operation: its requests are that one's.  The rest is not set. */
	const char *same;
};

enum { DEFAULT_BODY_LIMIT = 1 << 20 };

/* How a wire protocol names operations, reads arguments and says faults. */
struct proto {
	const char *name;
	/* The operation this request names, or NULL; nobody is authenticated yet. */
	const struct op *(*find)(struct call *c);
	/* Throws the service's fault for a request that names none; the caller is authenticated. */
	void (*unknown)(struct call *c);
	/* Fill c->args from body and request (not for OP_BODY); c->out is ready. */
	void (*decode)(struct call *c);
	/* Close what decode opened in c->out, after the handler unless it waits; NULL: nothing. */
	void (*finish)(struct call *c);
	/* Write the fault (with c->task->detail) into c->reply. */
	void (*fault)(struct call *c, const struct fault *f);
};

/* The service's own words for what goes wrong below or before it. */
struct general_faults {
	const struct fault *internal;       /* FAULT_INTERNAL */
	const struct fault *unavailable;    /* FAULT_UNAVAILABLE, what is left of STALE, CONFLICT */
	const struct fault *not_built;
	const struct fault *too_large;      /* the body is past the operation's limit */
	const struct fault *incomplete;     /* the body ended early */
	const struct fault *malformed;      /* a target that cannot be read */
	/* Nobody has that address, and the service authenticates nobody. */
	const struct fault *no_environment;
	const struct fault *not_subscribed; /* the environment was made without this service */
	const struct fault *stopped;        /* the environment does not run */
};

struct service {
	const char *id;          /* "aws_s3" as environments and prices name it; NULL: not sold */
	const char *cloud, *name; /* "aws", "s3": the host label and the path segment */
	const char *data;         /* the id of the service whose data it shows; NULL: its own */
	const char *path;         /* of our own services, outside environments: "/api/v1" */
	bool        test_only;    /* served with MF_TEST=1 only */
	const char *signing_name;
	const char *xmlns;
	const struct proto *proto;
	/* Who is calling: sets c->who or throws. The environment is loaded. NULL: everyone may. */
	void (*authenticate)(struct call *c);
	/*
	 * May who is calling do that? The operation is known and built. NULL: everyone who got here
	 * may. A service that lets anonymous callers past authenticate has `stranger`, too: it throws
	 * what one hears from an address where nobody has anything, because none may learn from it
	 * whether there is an environment.
	 */
	void (*authorise)(struct call *c);
	void (*stranger)(struct call *c);
	/* Runs c->op->handler, with what goes around it; NULL: just that. */
	void (*run)(struct call *c);
	/* The request came to nothing: c->reply is the fault's. May throw. NULL: nothing is done. */
	void (*refused)(struct call *c, const struct fault *f);
	/*
	 * What happened in one of its spaces without a request becomes events (courier.h); returns how
	 * many such things there were. NULL: nothing does.
	 */
	size_t (*tell)(struct task *t, const struct world *world, int64_t space);
	const struct op *ops;
	size_t           n_ops;
	struct general_faults general;
};

extern const struct service *const services[];
extern const size_t                n_services;

/* By which form of address the request came (SPEC "Endpoints"). */
enum address { BY_PATH, BY_HOST, BY_PORT };

/* A request that waits: the handler runs again when the channel rings, or at the deadline. */
struct parking {
	bool        wanted;
	const char *channel;  /* any text; the same in the waiter and in call_ring */
	int64_t     deadline; /* real time */
	int64_t     recheck;  /* run again at this real time even if nothing rings */
};

struct call {
	struct task          *task;
	const struct world   *world;
	struct request       *req;
	struct reply          reply;

	const struct service *service;
	const struct op      *op;
	enum address          address;
	const char           *path;     /* raw, after the path form's prefix; begins with '/' */
	const char           *base_url; /* what URLs in answers begin with; no slash at the end */
	const char           *sub_host; /* labels before the service's own ("bucket"), or NULL */

	const char           *key;      /* of the environment, see env_cache.h; NULL: our own API */
	struct environment   *env;      /* NULL: our own API */
	struct space          space;    /* of this service in env */
	const struct aws_account *who;  /* of env; NULL: anonymous, or our own API */
	int64_t               account;  /* our own API: who calls, */
	struct caller        *caller;   /* and what the credential says besides */

	void                 *auth;     /* the authenticator's, for chunk signatures */
	void                 *around;   /* service.run's */
	void                 *state;    /* the handler's, kept over a rerun: a stored body */

	struct json_object   *args;     /* owned by the arena */
	struct enc           *out;

	struct parking        parking;
	struct call          *kept;     /* this call as it first parked, and the arena's state then */
	struct mem_mark       mark;
	bool                  hurry;    /* no more waiting: the process ends, or too many wait */
	unsigned              runs;     /* how often the handler ran before, woken from waiting */
	int64_t               started;  /* real time of the first run: deadlines count from here */
	struct buf           *body;     /* call_body keeps it over a rerun */
	void                 *route;    /* the protocol's: what its find learned of the path */
	struct call_ring     *rings;    /* channels to ring after commit */
	const char           *counted;  /* for log and metrics: "aws.s3.PutObject" */
};

/*
 * Serve a request: task (begun), world and req (parsed) are set, all else is zero.  Afterwards
 * c->reply is complete.  True: it is parked instead; run call_again when c->parking says.
 */
bool call_serve(struct call *c);
bool call_again(struct call *c);
/* Answer a fault of the layers below in the service's words, without running anything. */
void call_refuse(struct call *c, const struct fault *f);

/* The whole body, read once, within the operation's limit; throws too_large or incomplete. */
const struct buf *call_body(struct call *c);
/* The same for a protocol that finds the operation in the body. */
const struct buf *call_body_within(struct call *c, size_t most);

/*
 * The handler's wish to wait until the channel rings.  True: it waits; the handler returns right
 * after, having written nothing, and runs again from its start.  False: its time is up (the
 * deadline, which counts from c->started, is past, or c->hurry); it answers with what there is.
 *
 *     if (n == 0 && call_park(c, channel, c->started + wait, 0))
 *             return;
 *
 * All times are real; recheck 0: none.
 */
bool call_park(struct call *c, const char *channel, int64_t deadline, int64_t recheck);
/* Ring a channel once this request has committed. */
void call_ring(struct call *c, const char *channel);

/* The scope an operation of our own API needs. */
enum scope op_scope(const struct op *op);
const struct op *op_named(const struct service *s, const char *name);

/* Answer headers. */
void call_header(struct call *c, const char *name, const char *value);

#endif
