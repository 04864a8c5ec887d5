/* fcgi/api/data.h - made-up records: what a request asks for, and where they go */
#ifndef MF_API_DATA_H
#define MF_API_DATA_H

#include "shared/core/mockdata/mock.h"

struct call;
struct enc;
struct life;
struct mem;

/*
 * In the answer at most so many, which stay within a task's memory; into a target, as many as are
 * written within seconds, since a request may wait for them.
 */
enum { DATA_MOST_DIRECT = 5000, DATA_MOST_SEEDED = 100000, DATA_PART = 1000 };

/* What a request keeps when it runs again: drawn or made once. */
struct data_kept {
	int64_t seed;
	int64_t seeding; /* shared/core/seed.h; 0: not asked for yet */
};

struct data_wish {
	const struct mock_template *template;
	struct mock_inputs          in;
	int64_t                     count;
	const char                 *into;                    /* NULL: into the answer */
	struct mem                 *mem;                     /* where a record is made */
	struct data_kept           *kept;
	const char                 *bucket, *prefix, *table; /* NULL: not said */
};

/* Records [first, last) as elements of the list that is open; holds one of them at a time. */
void data_write(const struct data_wish *w, int64_t first, int64_t last, struct enc *e);
/* Into the environment's bucket, made when it is not there; answers. */
void data_seed_s3(struct call *c, const struct data_wish *w);
/* Into the environment's MySQL, PostgreSQL or Redis; waits for mf-seed to do it, answers. */
void data_seed_server(struct call *c, const struct data_wish *w, const struct life *e);
/* The table, or what keys begin with: as asked for, or of the template's name. */
const char *data_into(struct call *c, const struct data_wish *w);
/* Begin the answer with what was asked for, and the seed and date that make it again. */
void data_answer(struct call *c, const struct data_wish *w, int status);

#endif
