/* fcgi/api/data.h - made-up records: what a request asks for, and where they go */
#ifndef MF_API_DATA_H
#define MF_API_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/mockdata/mock.h"

struct call;
struct life;
struct mem;
struct seed_wish;
struct seeding;

/*
 * In the answer at most so many, which stay within a task's memory; into a target, as many as are
 * written within seconds, since a request may wait for them.
 */
enum { DATA_MOST_DIRECT = 5000, DATA_MOST_SEEDED = 100000 };

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

/* Into a server or a bucket of the environment; waits for mf-seed to do it, answers. */
void data_seed(struct call *c, const struct data_wish *w, const struct life *e);
/* Into a bucket: check what is asked for, and fill in where it goes; throws. */
void data_ask_s3(struct call *c, const struct data_wish *w, const struct life *e,
    struct seed_wish *out);
/* The members of the answer that are about a bucket; `done`: all is in it. */
void data_put_s3(struct call *c, const struct data_wish *w, const struct seeding *s, bool done);
/* Begin the answer with what was asked for, and the seed and date that make it again. */
void data_answer(struct call *c, const struct data_wish *w, int status);

#endif
