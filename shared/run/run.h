/* shared/run/run.h - real servers: what a runner makes, starts, watches and removes */
#ifndef MF_RUN_H
#define MF_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct mem;

/*
 * A runner makes servers true that somebody wished for.  It keeps no list of its own and knows
 * nothing of environments or of the database: a server is what its key names, and every function
 * may be called again after a crash anywhere in it.
 *
 *     ensure     its files are there, as in the template when it is new
 *     start      it runs (it is not waited for); one that runs already is adopted
 *     wait       it answers a client that logs in
 *     inspect    whether it runs, and as which process
 *     stop       it does not run; its files stay.  Quick: nothing of it is worth saving
 *     remove     it does not run, and its files are out of the way
 *     clear      a piece of what is out of the way goes for good; true: there is more
 *     logs       the end of what it said
 *     list       every key of which there is a process or a file on this machine
 *
 * Two callers never work on one key at once: see runner_lock.  Functions that return false have
 * put a sentence for a person into server.why, and what kind of trouble it is into server.trouble.
 * They throw nothing and may be called from any thread.
 */
enum run_trouble {
	RUN_FAILED,    /* this time; it may be tried again */
	RUN_PORT_BUSY, /* another program has the port */
	RUN_MISSING,   /* the engine is not installed here, or may not run here */
};

enum { RUN_WHY = 512 };

struct server {
	struct mem *mem;       /* for what these functions make */
	const char *key;       /* "17-1": directory and mark of the process; of [a-z0-9-] */
	const char *engine;    /* "redis", "mariadb", "postgresql"; "",
	    to stop or remove: what it was */
	const char *address;   /* to listen on */
	int64_t     port;
	const char *user, *password, *database; /* what its users log in with, of [A-Za-z0-9_] */
	bool        superuser; /* they own the machine: nothing is kept from them */
	int64_t     uid, gid;  /* the user and group it runs as; uid 0: as we are */

	enum run_trouble trouble;
	char             why[RUN_WHY];
};

struct run_process {
	int64_t pid;     /* 0: it does not run */
	int64_t started; /* clock ticks since the machine started: with pid and boot it is unique */
};

struct runner;

struct runner_ops {
	const char *name; /* "process" */
	bool (*ensure)(struct runner *r, struct server *s);
	bool (*start)(struct runner *r, struct server *s, struct run_process *out);
	bool (*wait)(struct runner *r, struct server *s, int64_t timeout);
	bool (*inspect)(struct runner *r, struct server *s, struct run_process *out);
	bool (*stop)(struct runner *r, struct server *s, bool quick);
	bool (*remove)(struct runner *r, struct server *s);
	bool (*clear)(struct runner *r);
	const char *(*logs)(struct runner *r, struct server *s, size_t most);
	void (*list)(struct runner *r, void (*each)(void *arg, const char *key), void *arg);
	/* Now and then: logs are bounded, what was left half made is removed. */
	void (*tidy)(struct runner *r);
};

/* An engine as this machine has it. */
struct run_engine {
	const char *name;       /* "mariadb" */
	const char *version;    /* "10.11"; NULL: not installed */
	const char *why;        /* when it is not */
	const char *user, *database; /* what its users log in with; "": it has no such thing */
};

struct runner {
	const struct runner_ops *ops;
	const struct conf       *conf;
	struct mem              *mem;
	struct run_engine       *engines;
	size_t                   n_engines;
	const char              *refusal; /* why it starts nothing at all; NULL: it does */
	char                    *servers, *templates, *locks, *gone; /* directories, absolute */
};

/* The runner of the settings; NULL: why[] has a sentence.  It lives as long as the process. */
struct runner *runner_open(const struct conf *c, char *why, size_t size);
void           runner_close(struct runner *r);
const struct run_engine *runner_engine(const struct runner *r, const char *name);

/*
 * While a descriptor from here is open nobody else on this machine works on what `name` names; -1:
 * somebody does.  The lock ends with the process, however that ends.
 */
int  runner_lock(struct runner *r, const char *name);
/* gone: there will be no more use for that name. */
void runner_unlock(struct runner *r, const char *name, int fd, bool gone);

#endif
