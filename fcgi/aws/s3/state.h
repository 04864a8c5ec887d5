/* fcgi/aws/s3/state.h - what a request keeps while its handler runs, and runs again */
#ifndef MF_S3_STATE_H
#define MF_S3_STATE_H

#include <stddef.h>
#include <stdint.h>

struct asked;
struct blob_object;
struct buf;
struct call;
struct fault;
struct reading;
struct s3_access;
struct s3_body;
struct s3_extras;
struct xml;

/* The headers of a CORS rule that fits the request. */
struct s3_cors {
	const char *origin, *methods, *headers, *expose, *max_age;
};

enum { S3_MOST_EXTRAS = 8 };

/* What an error document says besides its code and message. */
struct s3_extras {
	const struct fault *of;
	struct {
		const char *name, *value;
	} list[S3_MOST_EXTRAS];
	size_t n;
};

/* One argument more that is wrong, under its number; what has no room is left out. */
void s3_extra_numbered(struct call *c, struct s3_extras *x, const char *name, const char *value);
/* s3_throw of x->of with all of x. */
_Noreturn void s3_throw_extras(struct call *c, const char *message, const struct s3_extras *x);

/* What went wrong, kept while more does. */
struct s3_failure {
	const struct fault     *fault;
	const char             *detail;
	const struct s3_extras *extras;
};

struct s3_state {
	struct s3_body   *body;   /* taken, and stored when large: never read twice */
	struct xml       *document;
	const struct buf *text;   /* a body that was read as one; NULL: none was yet */
	int64_t           weighed; /* bytes that were counted into the quota, and 1; 0: none were */
	const struct s3_extras *extras; /* of the fault being thrown */
	struct s3_failure page;   /* of a website's own page for that fault; fault NULL: none */
	struct reading   *form;   /* the request is one (form.h) */
	struct s3_cors   *cors;   /* of this answer, whatever it becomes; NULL: none */
	const struct blob_object *marker; /* the delete marker that is why */
	const char       *allow;  /* of a MethodNotAllowed; NULL: every method */
	struct s3_access *access; /* of buckets this run has asked about (access.h) */
	struct asked     *asked;
};

struct s3_state *s3_state(struct call *c);
const char      *s3_host_id(struct call *c);

#endif
