/* shared/db/wire.h - parameters as PostgreSQL's binary format has them; for shared/db only */
#ifndef MF_DB_WIRE_H
#define MF_DB_WIRE_H

struct param;
struct query;
struct task;

struct wire {
	const char **values;
	int         *lengths, *formats;
};

/* Asserts that each parameter's kind is the type the query declares. */
void wire_encode(struct task *t, const struct query *q, const struct param *params,
    struct wire *out);

#endif
