/* shared/store/oci.h - what the files of the oci store share */
#ifndef MF_STORE_OCI_H
#define MF_STORE_OCI_H

#include "shared/client/oci.h"
#include "shared/store/remote.h"

/*
 * Each environment has a bucket of its own, mockfactory-<its public id>-s3, in which a body's name
 * is its id.  The bucket is made when the first body comes and there is none
 * (docs/decisions/2026-11-23-stores.md says why not before), and removed with the environment.
 */
struct oci {
	struct remote  remote;
	struct oci_key key;
	char           key_id[512], ns[128], compartment[256];
};

enum oci_body { OCI_NONE, OCI_BYTES, OCI_JSON };

/* A request on its way: sent as often as http_again says, signed anew each time. */
struct oci_request {
	const char   *method, *path, *query, *md5, *range;
	enum oci_body kind; /* what the body is: bytes are not covered by the signature */
	const void   *body;
	size_t        size;
	bool          once; /* may only be repeated when it was refused */
};

struct oci *oci_of(struct store *s);
/* Of the bucket, and below it: oci_path(t, s, name, "/o/%s", id). */
const char *oci_path(struct task *t, struct store *s, const struct remote_name *name,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
const char *oci_bucket(struct task *t, const struct remote_name *name);
void oci_call(struct task *t, struct store *s, const struct oci_request *r,
    struct http_answer *out);
struct http_request oci_request_of(struct task *t, struct store *s, const struct oci_request *r);
_Noreturn void oci_failed(struct task *t, struct store *s, const char *what,
    const struct http_answer *a);
/* The "code" of an error; "" when it says none. */
const char *oci_code(struct task *t, const struct http_answer *a);

void oci_remove(struct task *t, struct store *s, const struct remote_name *name);
void oci_abort(struct task *t, struct store *s, const struct remote_name *name);
bool oci_remove_all(struct task *t, struct store *s, const struct remote_name *name,
    int64_t until);

#endif
