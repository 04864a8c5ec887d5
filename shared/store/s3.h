/* shared/store/s3.h - what the two files of the s3 store share */
#ifndef MF_STORE_S3_H
#define MF_STORE_S3_H

#include "shared/client/sigv4.h"
#include "shared/store/remote.h"

/* Bodies are <prefix><environment>/<id> in one bucket, which has to be there. */
struct s3 {
	struct remote    remote;
	struct sigv4_key key;
	char             secret[256], id[256], region[64];
	char             root[600]; /* what every path begins with: /bucket, or nothing */
	char             prefix[256];
};

/* A request on its way: sent as often as http_again says, signed anew each time. */
struct s3_request {
	const char *method, *path, *query, *md5, *range, *type;
	const void *body;
	size_t      size;
	bool        once; /* may only be repeated when it was refused */
};

struct s3  *s3_of(struct store *s);
const char *s3_key_of(struct task *t, struct store *s, const struct remote_name *name);
const char *s3_path(struct task *t, struct store *s, const char *key); /* NULL: the bucket's */
void s3_call(struct task *t, struct store *s, const struct s3_request *r,
    struct http_answer *out);
_Noreturn void s3_failed(struct task *t, struct store *s, const char *what,
    const struct http_answer *a);

void s3_remove(struct task *t, struct store *s, const struct remote_name *name);
void s3_abort(struct task *t, struct store *s, const struct remote_name *name);
bool s3_remove_all(struct task *t, struct store *s, const struct remote_name *name, int64_t until);

#endif
