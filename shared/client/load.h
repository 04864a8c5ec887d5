/* shared/client/load.h - rows loaded into a real server: PostgreSQL, MySQL or MariaDB, Redis */
#ifndef MF_LOAD_H
#define MF_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem;

/*
 * shared/db is our own database, shared/client is everybody else's: a customer's server may be
 * slow, broken or hostile.  So nothing here throws or waits without end, each link is one thread's,
 * and what a server says is told on as a sentence and trusted no further.
 *
 *     open      log in; see that the place fits, make it when it is not there
 *     row       one more; held back until there is a batch of them
 *     complete  all rows are at the server, and what it has to say against them was heard
 *     commit    they are there for everyone; from open to commit PostgreSQL and MySQL show none
 *     close     after anything, also a failed open; what was not committed is undone
 *
 * A row whose key is there already is replaced, so loading the same again changes nothing.  Redis
 * has no transaction of that size: rows are there as they are sent.
 */
enum load_type {
	LOAD_TEXT, LOAD_INT, LOAD_NUMBER, LOAD_BOOL,
	LOAD_DATE, /* 2026-01-31 */
	LOAD_TIME, /* 2026-01-31T12:00:00Z */
	LOAD_LIST, /* of texts */
};

struct load_column {
	const char    *name;
	enum load_type type;
};

struct load_value {
	const char        *text; /* NULL: null, unless it is a list */
	const char *const *list;
	size_t             n;
};

enum load_result {
	LOAD_OK,
	LOAD_AGAIN,   /* not now: no connection, no answer in time, a lock */
	LOAD_REFUSED, /* not ever: what is there does not fit, or the server will not have it */
};

enum { LOAD_WHY = 400, LOAD_TEXT_MOST = 255, LOAD_KEY_MOST = 64, LOAD_FRACTION_MOST = 4 };

struct load {
	struct mem *mem;     /* lives as long as the load: a batch, and little more */
	const char *address;
	int64_t     port;
	const char *user, *password, *database; /* "": there is no such thing */
	const char *into;    /* the table; for Redis what keys begin with */
	const struct load_column *columns; /* the first is the key */
	size_t      n_columns;

	bool        made;    /* by open: the table was not there */
	char        why[LOAD_WHY];
	void       *link;    /* the client's own */
};

struct load_ops {
	const char *engine;
	enum load_result (*open)(struct load *l);
	enum load_result (*row)(struct load *l, const struct load_value *values);
	enum load_result (*complete)(struct load *l);
	enum load_result (*commit)(struct load *l);
	void             (*close)(struct load *l);
};

const struct load_ops *load_into(const char *engine); /* NULL: nothing is loaded into that */

/* For the clients. */
extern const struct load_ops load_redis, load_mysql, load_postgresql;

/* Put the sentence; returns r. */
enum load_result load_fail(struct load *l, enum load_result r, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A server's own words may have several lines. */
enum load_result load_said(struct load *l, enum load_result r, const char *words);

struct buf;
/* ["a", "b"] */
void load_json(struct buf *b, const struct load_value *v);
/* A name between `quote`s, which are doubled within. */
void load_quoted(struct buf *b, const char *name, char quote);
/* The columns' names, quoted, with ", " between; with `only` none but the key's or all others. */
enum load_some { LOAD_ALL, LOAD_OTHERS };
void load_names(struct buf *b, const struct load *l, enum load_some some, char quote,
    void (*each)(struct buf *b, const char *quoted));

/* What a table that was there looks like: one of its columns. */
struct load_there {
	const char *name;
	const char *type;   /* the server's word for it */
	bool        needed; /* not null, without a default */
	bool        key;    /* unique by itself */
};
/* Whether rows go into such a table; fits(type, there) compares types. */
enum load_result load_fits(struct load *l, const struct load_there *there, size_t n,
    bool (*fits)(enum load_type type, const char *there));

#endif
