/* fcgi/api/auth.h - what logging in, sessions and passwords share */
#ifndef MF_API_AUTH_H
#define MF_API_AUTH_H

#include "fcgi/proto/shape.h"
#include "shared/core/password.h"

struct call;
struct fields;
struct limit_rule;

/* Throws 429 when this client has had its fill of that. */
void api_limit_client(struct call *c, const struct limit_rule *r);
/* The address of member "email", in lower case; what is wrong is noted. */
const char *api_read_email(struct call *c, const struct fields *f);
/* Begin a session of the account and answer with its tokens. */
void api_answer_session(struct call *c, int status, int64_t account, const char *method);
extern const struct shape api_tokens_shape;

#define S_PASSWORD S_TEXT(PASSWORD_LEAST, PASSWORD_MOST)

#endif
