/* shared/core/life.h - the life of environments, as their owners see and change it */
#ifndef MF_LIFE_H
#define MF_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/core/environment.h"

struct conf;
struct server_row;
struct task;

/* An environment with all that its owner may know of it. */
struct life {
	int64_t             id;
	const char         *public_id;
	const char         *name, *provider, *package; /* NULL: not given */
	const char         *state, *reason; /* "running"; why it is in "error", or NULL */
	const char         *refusal; /* of life_create: "environments", "hours", "disabled" (quota.h) */
	int64_t             generation;
	const char         *hourly_rate;
	int64_t             auto_shutdown_hours;
	bool                persistent, lenient;
	int64_t             port;           /* of the web server; 0: none */
	int64_t             created_at, changed_at, destroyed_at;
	struct life_clock {
		int64_t offset; /* microseconds added to real time */
		int64_t frozen; /* it stands here; 0: it runs */
	} clock;
	const char        **services;
	size_t              n_services;
	struct server_row  *servers;        /* core/server.h */
	size_t              n_servers;
	struct aws_account *accounts;       /* not in lists */
	size_t              n_accounts;
};

/* What a new environment shall be; everything is checked and priced. */
struct life_wish {
	int64_t             account;
	const char         *name, *provider, *package, *hourly_rate;
	int64_t             auto_shutdown_hours;
	bool                persistent, lenient;
	bool                port;                   /* wanted, of the range below */
	int64_t             port_first, port_last;
	const char        **services;               /* full ids, no two alike */
	size_t              n_services;
	const struct conf  *conf;                   /* says where real servers go */
	struct aws_account *accounts;               /* what is NULL in them is made up */
	size_t              n_accounts;             /* 0: one is made up */
};

/*
 * Make it, in one statement: running, with an empty space per service and credentials.  The lowest
 * free port is taken; when none is left, there is none.  With real servers it is
 * "provisioning", in a transaction that the caller commits (and then rings SERVER_WORK).  With a
 * refusal nothing was made.
 */
struct life *life_create(struct task *t, const struct life_wish *w);
/* NULL: the account has no such environment. */
struct life *life_find(struct task *t, int64_t account, const char *public_id);
/*
 * Up to `most`, newest first, older than the one `after` (NULL: from the start), in `state` (NULL:
 * in any but destroyed).
 */
size_t life_list(struct task *t, int64_t account, const char *state, const char *after, size_t most,
    struct life **out);

/*
 * Changes.  Each begins a transaction, which the caller commits, and holds the environment in it,
 * so that changes come one after the other.  Each raises the generation: copies in caches are
 * void.
 */
enum life_change {
	LIFE_DONE,
	LIFE_SAME,    /* it was so already */
	LIFE_NONE,    /* the account has no such environment */
	LIFE_REFUSED, /* not in this state */
	LIFE_NO_SERVICE,
	LIFE_NO_HOURS, /* the account has used up its hours of this month */
};

/*
 * The one place where a state changes: environment `id`, held in a transaction, was `from` and
 * is `to` from now on; reason NULL: none is needed.
 */
void life_enter(struct task *t, int64_t id, const char *from, const char *to, const char *reason);
/* What its servers have come to decides the state of environment `id`; true: it changed, and its
 * channel, in *public_id, is to be rung when this is committed.  In the caller's transaction. */
bool life_settle(struct task *t, int64_t id, const char **public_id);

/*
 * With real servers these are wishes that mf-provision fulfils: server_pending says how far it
 * is.
 */
enum life_change life_stop(struct task *t, int64_t account, const char *public_id);
enum life_change life_start(struct task *t, int64_t account, const char *public_id);
/* Destroyed when the transaction commits; with real servers, when those are gone ("destroying"). */
enum life_change life_destroy(struct task *t, int64_t account, const char *public_id);
/* The same for who holds the environment in a transaction and knows its state and how many real
 * servers it has. */
void life_stop_held(struct task *t, int64_t id, const char *state, int64_t servers);
void life_destroy_held(struct task *t, int64_t id, const char *state, int64_t servers);
/* Empty one service, or all (NULL), running or stopped. */
enum life_change life_reset(struct task *t, int64_t account, const char *public_id,
    const char *service);

/* The environment's generation, held for a change in the caller's transaction; false: there is no
 * such environment. */
bool life_hold(struct task *t, int64_t account, const char *public_id, int64_t *generation);

/* What an owner may change; the rest stays as it is. */
struct life_update {
	bool        rename;
	const char *name;                /* NULL: none */
	int64_t     auto_shutdown_hours; /* 0: as it is */
	const bool *persistent;          /* NULL: as it is */
};
enum life_change life_update(struct task *t, int64_t account, const char *public_id,
    const struct life_update *u);

/* How a clock shall change: where it shall be, and whether it shall stand still there. */
struct life_clock_wish {
	enum { CLOCK_SAME, CLOCK_OFFSET, CLOCK_NOW, CLOCK_ADVANCE } kind;
	int64_t value; /* microseconds off real time; the time itself; microseconds forward */
	enum { FREEZE_AS_IT_IS, FREEZE_ON, FREEZE_OFF } freeze;
};

/* The wish applied at real time `now`; false, nothing done: outside of the years 1970 to 9999. */
bool life_clock_apply(struct life_clock *c, const struct life_clock_wish *w, int64_t now);
/* What the clock shows at real time `now`. */
int64_t life_clock_now(const struct life_clock *c, int64_t now);
/* LIFE_REFUSED also when the clock would leave its bounds. */
enum life_change life_set_clock(struct task *t, int64_t account, const char *public_id,
    const struct life_clock_wish *w);

#endif
