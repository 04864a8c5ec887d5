/* fcgi/api/data.h - made-up records: what a request asks for, and putting them into S3 */
#ifndef MF_API_DATA_H
#define MF_API_DATA_H

#include "shared/core/mockdata/mock.h"

struct call;
struct enc;
struct mem;

/*
 * In the answer at most so many, which stay within a task's memory; into a target, as many as are
 * written within seconds, since the request waits for them.
 */
enum { DATA_MOST_DIRECT = 5000, DATA_MOST_SEEDED = 100000, DATA_PART = 1000 };

struct data_wish {
	const struct mock_template *template;
	struct mock_inputs          in;
	int64_t                     count;
	const char                 *into;                    /* NULL: into the answer */
	struct mem                 *mem;                     /* where a record is made */
	const char                 *bucket, *prefix, *table; /* NULL: not said */
};

/* Records [first, last) as elements of the list that is open; holds one of them at a time. */
void data_write(const struct data_wish *w, int64_t first, int64_t last, struct enc *e);
/* Into the environment's bucket, made when it is not there; answers. */
void data_seed_s3(struct call *c, const struct data_wish *w);
/* Begin the answer with what was asked for, and the seed and date that make it again. */
void data_answer(struct call *c, const struct data_wish *w, int status);

#endif
