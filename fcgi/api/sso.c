/* fcgi/api/sso.c - log-in at an OpenID provider (shared/core/oidc.h) */
#include <stdatomic.h>
#include <string.h>

#include "fcgi/api/api.h"
#include "fcgi/api/auth.h"
#include "fcgi/api/doc.h"
#include "fcgi/auth/client.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/text.h"
#include "shared/core/limit.h"
#include "shared/core/login.h"
#include "shared/core/oidc.h"
#include "shared/core/secret.h"
#include "shared/core/session.h"
#include "shared/wire/base64.h"

/*
 * What a log-in under way needs at its end travels with the browser, sealed, in a cookie: so it
 * ends in the browser that began it, nothing is written before somebody is known, and any process
 * can do it.  That a code counts once is the provider's to see to (RFC 6749, 4.1.2).
 */
#define COOKIE     "mf_sso" /* __Host- before it, where browsers hold to that: not by plain HTTP */
#define PLACE      "/api/v1/auth/sso"
#define LIFE       (10 * MINUTE)
/* Where a browser may go afterwards: our own page, never a tenant's of the same host. */
#define DASHBOARD  "/dashboard/"

/* Log-ins one process asks the provider about at once: each holds a thread meanwhile. */
enum { AT_ONCE = 4, STATE = 32, VERIFIER = 64 };

static atomic_uint asking;

/* The provider is asked on behalf of somebody nobody knows yet. */
static const struct limit_rule log_ins = { "sso", 30, 5 * MINUTE };

struct attempt {
	struct oidc_login login;
	int64_t           ends;
	const char       *return_to; /* "": answer with the tokens */
};

static const struct member begin_query[] = {
	{ "return_to", S_STRING, 0, "A page below /dashboard/, which gets the refresh token behind a "
	    "'#'; without it the end of the log-in is answered with the tokens", NULL },
};
static const struct member end_query[] = {
	{ "code", S_STRING, 0, "What the provider gave", NULL },
	{ "state", S_STRING, 0, "What it was given", NULL },
	{ "iss", S_STRING, 0, "The provider (RFC 9207)", NULL },
	{ "error", S_STRING, 0, "Why it did not", NULL },
	{ "error_description", S_STRING, 0, "The same for people", NULL },
};

const struct doc doc_sso_login = {
	.tag = "Log-in", .summary = "Begin to log in at the OpenID provider", .query = begin_query,
	.n_query = COUNT(begin_query),
	.answers = { { 303, "To the provider", NULL, NULL, HAS_LOCATION } },
	.faults = { &API_NO_SSO, &API_SSO_AWAY, &API_SSO_STATE },
};
const struct doc doc_sso_callback = {
	.tag = "Log-in", .summary = "Where the provider sends the browser back to",
	.query = end_query, .n_query = COUNT(end_query),
	.answers = { { 200, "A session", &api_tokens_shape, NULL, 0 },
	    { 303, "To the page asked for at the beginning", NULL, NULL, HAS_LOCATION } },
	.faults = { &API_NO_SSO, &API_SSO_AWAY, &API_SSO_STATE, &API_SSO_REFUSED, &API_SSO_INVALID,
	    &API_DISABLED },
};

static struct oidc *
provider(struct call *c)
{
	if (c->world->oidc == NULL)
		task_throw(c->task, &API_NO_SSO, NULL);
	return c->world->oidc;
}

/* A thread for the provider; given back with the arena. */
static void
leave(void *arg)
{
	(void)arg;
	atomic_fetch_sub(&asking, 1);
}

static void
enter(struct call *c)
{
	unsigned n = atomic_fetch_add(&asking, 1);

	mem_defer(c->task->mem, leave, NULL);
	if (n >= AT_ONCE)
		task_throw(c->task, &API_SSO_AWAY, "Too many people log in at the moment.");
}

/*
 * The cookie's beginning. A tenant's page at a host below ours can set cookies for ours, too, but
 * none that begins with __Host- (RFC 6265bis, 4.1.3.2).
 */
static const char *
cookie_name(const struct call *c)
{
	return strcmp(c->req->scheme, "https") == 0 ? "__Host-" COOKIE "=" : COOKIE "=";
}

/* The cookie with its attributes: gone at once without a value. */
static void
set_cookie(struct call *c, const char *value)
{
	call_header(c, "Set-Cookie", mem_fmt(c->task->mem,
	    "%s%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s", cookie_name(c), value,
	    value[0] == '\0' ? 0 : (int)(LIFE / SECOND),
	    strcmp(c->req->scheme, "https") == 0 ? "; Secure" : ""));
}

static const char *
seal(struct call *c, const struct attempt *a)
{
	struct mem *m = c->task->mem;
	const char *text = mem_fmt(m, "%s\n%s\n%s\n%s\n%lld\n%s", a->login.state, a->login.nonce,
	    a->login.verifier, a->login.redirect_uri, (long long)a->ends, a->return_to);
	size_t      n;
	void       *sealed = secret_seal(c->task, COOKIE, text, strlen(text), &n);

	return base64url_encode(m, sealed, n);
}

/* The value of our cookie; NULL: there is none. */
static const char *
cookie(struct call *c)
{
	const char *p = request_header(c->req, "cookie"), *name = cookie_name(c);

	while (p != NULL) {
		p += strspn(p, " ;");
		if (text_starts(p, name))
			return mem_text_n(c->task->mem, p + strlen(name), strcspn(p + strlen(name), "; "));
		p = strchr(p, ';');
	}
	return NULL;
}

/* The log-in that this browser began; false: none, or too long ago. */
static bool
unseal(struct call *c, struct attempt *a)
{
	const char *value = cookie(c), *parts[6];
	size_t      n;
	void       *sealed = value == NULL ? NULL : base64url_decode(c->task->mem, value, &n);
	char       *text = sealed == NULL ? NULL
	                                  : secret_try_open(c->task, COOKIE, sealed, n, &n);

	for (size_t i = 0; i < COUNT(parts); i++)
		if ((parts[i] = strsep(&text, "\n")) == NULL)
			return false;
	*a = (struct attempt){
		.login = { .state = parts[0], .nonce = parts[1], .verifier = parts[2],
		    .redirect_uri = parts[3] },
		.return_to = parts[5],
	};
	return text_i64(parts[4], 0, INT64_MAX, &a->ends) && c->task->now < a->ends;
}

/* A place for the browser to go to; nothing of it is kept anywhere. */
static void
go(struct call *c, const char *url)
{
	c->reply.status = 303;
	call_header(c, "Location", url);
	call_header(c, "Cache-Control", "no-store");
}

/* The page that was asked for hears of it; without one the answer is the problem. */
static void
fail(struct call *c, const struct attempt *a, const struct fault *f, const char *why)
{
	log_say("sso", "%s: %s", f->code, why);
	if (a->return_to[0] == '\0')
		task_throw(c->task, f, NULL);
	set_cookie(c, "");
	go(c, mem_fmt(c->task->mem, "%s#error=%s", a->return_to, f->code));
}

/* "" or a page of ours.  Browsers take "%2e" for a dot and leave tabs out: few are safe. */
static const char *
read_return(struct call *c)
{
	const char *to = request_arg(c->req, "return_to");

	if (to == NULL || to[0] == '\0')
		return "";
	if (!text_starts(to, DASHBOARD) || to[strspn(to, ID_BASE62 "/._-~?&=")] != '\0' ||
	    strstr(to, "..") != NULL)
		task_throw(c->task, &API_SSO_STATE, "return_to is to begin with " DASHBOARD ".");
	return to;
}

void
api_sso_login(struct call *c)
{
	struct mem       *m = c->task->mem;
	struct id_source *ids = &c->task->ids;
	struct oidc      *o = provider(c);
	const char       *url, *why;
	struct attempt    a = {
		.login = { .state = id_text(ids, m, ID_BASE62, STATE),
		    .nonce = id_text(ids, m, ID_BASE62, STATE),
		    .verifier = id_text(ids, m, ID_BASE62, VERIFIER),
		    .redirect_uri = mem_fmt(m, "%s" PLACE "/callback", c->base_url) },
		.ends = c->task->now + LIFE,
		.return_to = read_return(c),
	};

	enter(c);
	if (oidc_begin(c->task, o, &a.login, &url, &why) != OIDC_OK) {
		fail(c, &a, &API_SSO_AWAY, why);
		return;
	}
	set_cookie(c, seal(c, &a));
	go(c, url);
}

/* A session for the page that was asked for. */
static void
go_with_session(struct call *c, const struct attempt *a, int64_t account)
{
	const struct session_wish wish = { .account = account, .method = "sso",
		.address = client_address(c), .agent = request_header(c->req, "user-agent") };
	struct session_tokens     tokens;

	if (session_create(c->task, c->world->conf, &wish, &tokens))
		go(c, mem_fmt(c->task->mem, "%s#refresh_token=%s", a->return_to, tokens.refresh));
	else
		fail(c, a, &API_DISABLED, "the account is disabled");
}

/* The account that is who the provider says, with a session. */
static void
log_in(struct call *c, const struct attempt *a, const struct oidc_identity *who)
{
	const struct identity identity = { .issuer = who->issuer, .subject = who->subject,
		.email = who->email, .name = who->name, .verified = who->email_verified };
	int64_t               account;

	account = login_identity(c->task, c->world->conf, &identity);
	if (account == 0) {
		fail(c, a, &API_DISABLED, "the account is disabled");
		return;
	}
	set_cookie(c, "");
	if (a->return_to[0] == '\0')
		api_answer_session(c, 200, account, "sso");
	else
		go_with_session(c, a, account);
}

/* Whether the browser comes back from the log-in that it began, with a code. */
static const char *
read_code(struct call *c, const struct attempt *a, struct oidc *o)
{
	const char *state = request_arg(c->req, "state"), *issuer = request_arg(c->req, "iss");
	const char *error = request_arg(c->req, "error"), *code = request_arg(c->req, "code");

	if (state == NULL || !text_same_secret(state, a->login.state))
		task_throw(c->task, &API_SSO_STATE, NULL);
	if (issuer != NULL && strcmp(issuer, oidc_issuer(o)) != 0)
		task_throw(c->task, &API_SSO_STATE, "The answer is another provider's.");
	if (code == NULL || error != NULL) {
		fail(c, a, &API_SSO_REFUSED, error == NULL ? "no code" : error);
		return NULL;
	}
	return code;
}

void
api_sso_callback(struct call *c)
{
	static const struct fault *const faults[] = { [OIDC_AWAY] = &API_SSO_AWAY,
		[OIDC_REFUSED] = &API_SSO_REFUSED, [OIDC_INVALID] = &API_SSO_INVALID };
	struct oidc         *o = provider(c);
	struct oidc_identity who;
	struct attempt       a;
	enum oidc_result     r;
	const char          *code, *why;

	if (!unseal(c, &a))
		task_throw(c->task, &API_SSO_STATE, NULL);
	code = read_code(c, &a, o);
	if (code == NULL)
		return;
	api_limit_client(c, &log_ins);
	enter(c);
	r = oidc_finish(c->task, o, &a.login, code, &who, &why);
	if (r == OIDC_OK)
		log_in(c, &a, &who);
	else
		fail(c, &a, faults[r], why);
}
