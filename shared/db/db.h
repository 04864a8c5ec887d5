/* shared/db/db.h - statements against PostgreSQL, for tasks */
#ifndef MF_DB_H
#define MF_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct db;
struct task;

/*
 * A process opens one pool; every task is attached to it.  A task holds a connection only while a
 * statement runs, or from its first statement after db_begin until db_commit.
 *
 *     struct rows r = db_rows(t, &Q_blob_bucket_find, db_i64(space), db_text(name));
 *     if (r.n == 1)
 *             id = row_i64(&r, 0, "id");
 *
 * A single statement costs one round trip and commits by itself.  Statements are prepared on first
 * use of a connection, in the same round trip.  Values travel in binary.
 *
 * Throws: FAULT_CONFLICT (40001, 40P01: run the database part again), FAULT_UNAVAILABLE (no
 * connection, lost connection, disk full, time-out), FAULT_INTERNAL (anything else: a mistake of
 * ours).  SQL errors are never control flow.
 *
 * A connection lost before a statement was sent is replaced unseen.  One lost while a statement ran
 * is never rerun: whether it took effect is not known, so the caller hears FAULT_UNAVAILABLE.
 */
struct query {
	int           number;
	const char   *name, *sql;
	unsigned      n_types;
	unsigned      types[40]; /* type oids of $1, $2, ... */
};
extern const int n_queries;

struct db *db_open(const struct conf *c);
void       db_close(struct db *db);
void       db_attach(struct task *t, struct db *db);
/* Gives back what the task still holds; rolls back an open transaction.  Never throws. */
void       db_release(struct task *t);
void       db_detach(struct task *t);

/*
 * Whether what this task writes from now on may be answered before it is synced (MF_DB_RELAXED):
 * for customers' data only.  The setting travels with the next statement on a connection that has
 * it otherwise.  Not within a transaction.
 */
void db_relax(struct task *t, bool relaxed);

/* The following statements are one transaction; `begin` travels with the first of them. */
void db_begin(struct task *t);
void db_commit(struct task *t);
/*
 * One transaction around whatever the task does until db_commit_all: db_begin and db_commit of the
 * functions it calls meanwhile are part of it, and do nothing.
 */
void db_enclose(struct task *t);
void db_commit_all(struct task *t);

struct param {
	enum {
		P_I64, P_TEXT, P_BYTES, P_BOOL, P_TIME, P_TEXTS, P_I64S, P_BYTES_LIST, P_TIMES
	} kind;
	bool        null;
	int64_t     i;
	const void *p;
	const size_t *sizes; /* P_BYTES_LIST */
	size_t      n;
};

struct param db_i64(int64_t i);
struct param db_bool(bool b);
struct param db_text(const char *s);                  /* NULL is null */
struct param db_bytes(const void *p, size_t n);       /* p == NULL is null */
struct param db_time(int64_t microseconds);
struct param db_texts(const char *const *list, size_t n);    /* text[]; an element may be NULL */
struct param db_i64s(const int64_t *list, size_t n);         /* bigint[] */
struct param db_times(const int64_t *list, size_t n);        /* timestamptz[] */
struct param db_null(struct param like);              /* db_null(db_i64(0)) */

/*
 * Rows live until the task's memory is reset.  Columns are read by name; a name that is not there
 * or a type that does not fit is an assertion.  int2, int4 and int8 read as row_i64.
 */
struct rows {
	void  *result;
	size_t n;      /* rows returned, or touched when the statement returns none */
	int   *next;   /* the column behind the one read last: where the next is looked for first */
};

struct rows db_run(struct task *t, const struct query *q, const struct param *params, size_t n);
#define db_rows(t, q, ...) \
	db_run((t), (q), (struct param[]){ __VA_ARGS__ }, \
	    sizeof((struct param[]){ __VA_ARGS__ }) / sizeof(struct param))
#define db_rows0(t, q) db_run((t), (q), NULL, 0)

/*
 * A statement that travels ahead of the task's next one: in the same round trip and transaction,
 * done before that one looks at anything.  For locks; nobody hears of its rows.
 */
void db_travel(struct task *t, const struct query *q, const struct param *params, size_t n);
#define db_ahead(t, q, ...) \
	db_travel((t), (q), (struct param[]){ __VA_ARGS__ }, \
	    sizeof((struct param[]){ __VA_ARGS__ }) / sizeof(struct param))

bool        row_null(const struct rows *r, size_t i, const char *column);
int64_t     row_i64(const struct rows *r, size_t i, const char *column);  /* null: 0 */
bool        row_bool(const struct rows *r, size_t i, const char *column); /* null: false */
int64_t     row_time(const struct rows *r, size_t i, const char *column); /* null: 0 */
const char *row_text(const struct rows *r, size_t i, const char *column); /* null: NULL */
const void *row_bytes(const struct rows *r, size_t i, const char *column, size_t *n);
/* text[] and bigint[] without nulls, in the arena; returns how many. */
size_t row_texts(struct task *t, const struct rows *r, size_t i, const char *column,
    const char ***out);
size_t row_i64s(struct task *t, const struct rows *r, size_t i, const char *column, int64_t **out);

/* The pool as /metrics shows it. */
struct db_stats {
	unsigned open, busy;
	uint64_t statements, connects, failures;
};
void db_stats(struct db *db, struct db_stats *out);

/*
 * For tests: the nth statement from now on this thread fails with FAULT_UNAVAILABLE; 0: none.
 * Returns what was left of the previous count.
 */
int db_fail_in(int n);

#endif
