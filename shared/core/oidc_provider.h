/* shared/core/oidc_provider.h - asking an OpenID provider, and what is kept of its answers */
#ifndef MF_OIDC_PROVIDER_H
#define MF_OIDC_PROVIDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct http_request;
struct json_object;
struct task;

/* A document of the provider's, as it came. */
struct oidc_kept {
	char   *text; /* malloc'd; NULL: none yet */
	int64_t at;   /* monotonic */
};

struct oidc {
	const char      *issuer, *client_id, *scopes, *ca_file;
	char             secret[512]; /* "": a public client */
	pthread_mutex_t  lock;        /* of what follows */
	struct oidc_kept metadata, keys;
};

/* One asking.  What answers NULL or false has said in `why` what went wrong. */
struct oidc_asking {
	struct task        *task;
	struct oidc        *oidc;
	struct json_object *metadata; /* after oidc_learn */
	const char         *why;
};

/* What the provider says of itself; false also when it is another than the one we asked. */
bool oidc_learn(struct oidc_asking *a);
/* An address it says. */
const char *oidc_endpoint(struct oidc_asking *a, const char *name);
/* Its keys; again: they lacked one, so those kept count only when they are quite new. */
struct json_object *oidc_keys(struct oidc_asking *a, bool again);

/* Send r there: the JSON object that comes back, whatever the status. */
struct json_object *oidc_ask(struct oidc_asking *a, const char *url, struct http_request *r,
    int *status);
/* GET with an access token, unless it is NULL; only what is answered 200. */
struct json_object *oidc_get(struct oidc_asking *a, const char *url, const char *bearer);

#endif
