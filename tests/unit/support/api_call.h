/* tests/unit/support/api_call.h - requests to our own API, served in process */
#ifndef MF_API_CALL_H
#define MF_API_CALL_H

#include "fcgi/call.h"

struct task;

/*
 * Serve one request with call_serve, on a scratch database.  The answer lives until the next
 * request of the same task.  headers: parameters as a web server hands them over
 * ("HTTP_PREFER=wait=5"), NULL at the end, or NULL for none.
 */
struct api_answer {
	struct call         call;
	struct request      request;
	int                 status;
	struct json_object *json;    /* of the body; NULL when it is no JSON */
	bool                parked;
	const char         *left;    /* of the body, not read yet */
};

/* A new account with a key, which the requests after it carry; NULL: no key at all. */
int64_t api_new_account(struct task *t, const char *name);
void    api_use_key(const char *key);
const char *api_key(void);

struct api_answer *api_send(struct task *t, const char *method, const char *target,
    const char *const *headers, const char *body);
/*
 * Without headers, body as printf has it (NULL: none); fails the test when the status is another.
 */
struct json_object *api_ok(struct task *t, int status, const char *method, const char *target,
    const char *body);
/* Text of a member, by its path ("credentials.aws.region", "errors.0.field"); NULL: none. */
const char *api_text(struct json_object *j, const char *path);
/* A header of the answer; NULL: none. */
const char *api_header(const struct api_answer *a, const char *name);

#endif
