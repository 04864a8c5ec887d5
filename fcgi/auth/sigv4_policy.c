/* fcgi/auth/sigv4_policy.c - the signature of a form's policy, verified */
#include <string.h>

#include "fcgi/auth/sigv4_parts.h"
#include "fcgi/call.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

static bool
matches_sigv2(struct call *c, const char *secret, const struct sigv4_policy *p)
{
	unsigned char mac[DIGEST_MOST];

	digest_hmac(DIGEST_SHA1, secret, strlen(secret), p->policy, strlen(p->policy), mac);
	return text_same_secret(base64_encode(c->task->mem, mac, digest_size(DIGEST_SHA1)),
	    p->signature);
}

static bool
matches_sigv4(struct call *c, struct sigv4 *s, const char *secret, const struct sigv4_policy *p)
{
	char want[65];

	if (strcmp(s->service, c->service->signing_name) != 0 ||
	    strcmp(s->terminator, SIGV4_TERMINATOR) != 0 || p->date == NULL ||
	    strncmp(p->date, s->date, strlen(s->date)) != 0)
		return false;
	sigv4_derive(c->task->mem, s, secret);
	sigv4_sign(s, p->policy, strlen(p->policy), want);
	return text_same_secret(want, p->signature);
}

void
sigv4_verify_policy(struct call *c, const struct sigv4_faults *f, const struct sigv4_policy *p)
{
	struct sigv4             *s = mem_one(c->task->mem, struct sigv4);
	const struct aws_account *who;

	*s = (struct sigv4){ .payload = SIGV4_UNSIGNED, .signature = p->signature,
		.access_key_id = p->credential, .string_to_sign = p->policy };
	c->who = NULL;
	c->auth = s;
	if (!p->sigv2 && !sigv4_credential(c->task->mem, s, p->credential))
		task_throw(c->task, f->malformed_query != NULL ? f->malformed_query : f->malformed,
		    "The Credential is mal-formed; expecting "
		    "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
	who = environment_account(c->env, s->access_key_id);
	if (who == NULL)
		task_throw(c->task, f->unknown_key, NULL);
	if (!c->env->lenient && !(p->sigv2 ? matches_sigv2(c, who->secret_access_key, p)
	                                   : matches_sigv4(c, s, who->secret_access_key, p)))
		task_throw(c->task, f->mismatch, NULL);
	c->who = who;
}
