/* fcgi/api/api.h - our own API: handlers, and what they share */
#ifndef MF_API_H
#define MF_API_H

#include <stdbool.h>
#include <stddef.h>

#include "fcgi/call.h"

#define FAULT(name, code, status, text) extern const struct fault name;
#include "fcgi/api/faults.def"
#undef FAULT

struct fields;
struct life;
struct price_quote;
struct server_row;
struct shape;

struct doc;

/* Each operation's handler, and what the document says of it (doc.h). */
#define ROUTE(method, path, name, handler, flags, limit) \
	void api_##handler(struct call *c); \
	extern const struct doc doc_##handler;
#include "fcgi/api/routes.def"
#undef ROUTE

extern const struct service service_api;

/* Begin a JSON answer of that status: the encoder, nothing open yet. */
struct enc *api_answer(struct call *c, int status);
/* An answer without a body. */
void api_no_content(struct call *c);

/* The environment the path names, with credentials; throws 404 for any other, and for a destroyed
 * one. */
struct life *api_environment(struct call *c);
/* Its channel: what changes an environment rings it. */
const char *api_channel(struct call *c, const char *public_id);
/* Write it, as a struct under name (NULL: the root, or an element); secrets only when complete. */
void api_put_environment(struct call *c, const char *name, const struct life *e, bool complete);

/* Throws when what was wished is refused for a quota (core/quota.h); NULL: it is not. */
void api_check_quota(struct call *c, const char *refusal);
/* The account as the caller may know it, a member `name` or the root. */
void api_put_account(struct call *c, const char *name);
extern const struct shape api_account_shape;
/* For those that take no arguments: notes any and throws. */
void api_check_no_fields(struct call *c);
/* A time, null when 0. */
void api_put_time(struct call *c, const char *name, int64_t at);

/* Something is still being done about its real servers. */
bool api_servers_pending(const struct life *e);
/*
 * Wait until its servers are as wished, at most half a minute: true, the handler returns and
 * runs again (c->runs > 0) when something happened.  False: it has waited long enough, or the
 * client would not. In the first run mf-provision is told, once the request has committed.
 */
bool api_wait_servers(struct call *c, const struct life *e);
/*
 * The answer is 202: a change (create, start, stop, reset, destroy) goes on.  Says where to look,
 * in headers; returns the operation's id.
 */
const char *api_operation(struct call *c, const char *kind, const char *public_id);
/* The same for records on their way into a server or a bucket (shared/core/seed.h). */
const char *api_seeding_operation(struct call *c, const char *public_id, int64_t seeding);
/* "Prefer: respond-async" (RFC 7240, 4.1); then the answer says that it was heard. */
bool api_prefers_async(struct call *c);
/* The seconds of "Prefer: wait=N" (RFC 7240, 4.3), at most a minute; 0: none. */
int64_t api_preferred_wait(struct call *c);
/* NULL: the service is none of its real servers. */
const struct server_row *api_server(const struct life *e, const char *service);
void api_put_servers(struct call *c, const struct life *e);

/* The address of one service ("aws_s3"), or of a whole cloud ("aws"), of an environment. */
const char *api_endpoint(struct call *c, const struct life *e, const char *service);

/* The environment as it is answered, and a JSON answer's parts that several operations share. */
extern const struct shape environment_shape, secret_environment_shape, server_shape, services_shape;

/* Of an environment, as it is at its generation. */
const char *api_etag(struct call *c, const struct life *e);
/* Is the tag in an If-None-Match (RFC 9110, 13.1.2)?  Weak or not is the same here. */
bool api_listed(const char *header, const char *etag);
/* Throws 412 when there is an If-Match (13.1.1) without the tag. */
void api_check_match(struct call *c, const char *etag);
/*
 * The same for the environment of the path, which is held until the change is committed; not for a
 * request that has waited: it has made its change.
 */
void api_match_environment(struct call *c);

/*
 * The services a request names ("services", "provider", "package"), priced.  Throws when anything
 * is wrong with them, or was noted before.
 */
void api_read_services(struct call *c, const struct fields *f, struct price_quote *out);
/* False: priced, but not in this program. */
bool api_available(const char *service);

/* Paging: ?limit= (1 to 100, 20) and ?cursor=, which holds the public id of the last item seen. */
struct api_page {
	size_t      limit;
	const char *after; /* NULL: the first page */
	int64_t     after_time; /* where items have a time instead of an id; 0: the first page */
};
struct api_page api_page(struct call *c, const char *id_prefix);
struct api_page api_page_of_times(struct call *c);
/* The page of a catalogue, which is known as a whole: elements [first, end); throws. */
struct api_slice {
	size_t      first, end;
	const char *next; /* for api_put_cursor */
};
struct api_slice api_slice(struct call *c, const char *const *names, size_t n);
/* The end of a list: next_cursor, null when there is no more. */
void api_put_cursor(struct call *c, const char *last_id);
void api_put_time_cursor(struct call *c, int64_t last); /* 0: no more */

/* Arguments of the query; what is wrong is noted.  NULL, initial: not given. */
const char *api_word_arg(struct call *c, const char *name, const char *const *words, size_t n);
int64_t     api_time_arg(struct call *c, const char *name, int64_t initial);

#endif
