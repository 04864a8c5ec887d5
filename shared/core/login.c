/* shared/core/login.c - accounts that log in by e-mail and password, or by a provider */
#include "shared/core/login.h"

#include <string.h>

#include "queries.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/core/mail.h"
#include "shared/core/password.h"
#include "shared/core/session.h"
#include "shared/db/db.h"
#include "shared/wire/digest.h"

#define WINDOW        (15 * MINUTE)
#define VERIFY_LIFE   (2 * DAY)
#define RESET_LIFE    HOUR
#define KEPT_SESSIONS (30 * DAY)
#define UNCONFIRMED   (7 * DAY)

enum { HASH = 32, TOKEN = 43, MAILS_AN_HOUR = 3, MOST_DOMAINS = 50 };

const char *
login_address(struct task *t, const char *email)
{
	return mail_address_good(email) ? text_lower(t->mem, email) : NULL;
}

/* The domains of employees; returns how many. */
static size_t
domains(struct task *t, const struct conf *c, const char *out[MOST_DOMAINS])
{
	char  *rest = text_lower(t->mem, c->employee_domains), *word;
	size_t n = 0;

	while (n < MOST_DOMAINS && (word = strtok_r(rest, ", ", &rest)) != NULL)
		out[n++] = word;
	return n;
}

static const char *
new_token(struct task *t, unsigned char hash[DIGEST_MOST])
{
	const char *token = id_text(&t->ids, t->mem, ID_BASE62, TOKEN);

	digest_once(DIGEST_SHA256, token, TOKEN, hash);
	return token;
}

/* The page that takes tokens; they stand behind '#', which browsers tell no server. */
static const char *
page(struct task *t, const struct conf *c)
{
	return mem_fmt(t->mem, "%s/dashboard/",
	    c->url_tls[0] != '\0' ? c->url_tls : c->url);
}

/* To account, or whoever has email. */
static void
mail_link(struct task *t, const char *kind, int64_t account, const char *email, const char *subject,
    const char *before, const char *link, const char *after, int64_t life)
{
	unsigned char hash[DIGEST_MOST];
	const char   *token = new_token(t, hash);
	const char   *text = mem_fmt(t->mem, "%s\n\n%s#%s=%s\n\n%s\n", before, link, kind, token,
	    after);

	db_rows(t, &Q_login_mail, db_i64(account), db_text(email), db_text(kind), db_bytes(hash, HASH),
	    db_time(t->now), db_time(t->now + life), db_i64(MAILS_AN_HOUR), db_time(t->now - HOUR),
	    db_text(subject), db_text(text), db_text(mem_fmt(t->mem, "%s %s", kind,
	        text_hex(t->mem, hash, HASH))));
}

void
login_mail_verify(struct task *t, const struct conf *c, int64_t account)
{
	mail_link(t, "verify", account, NULL, "Confirm your e-mail address",
	    "Somebody, probably you, made an account at MockFactory with this address.\n"
	    "To confirm that it is yours, open this link within two days:",
	    page(t, c), "If it was not you, do nothing: without you the address stays unconfirmed.",
	    VERIFY_LIFE);
}

void
login_mail_reset(struct task *t, const struct conf *c, const char *email)
{
	mail_link(t, "reset", 0, email, "A new password",
	    "Somebody, probably you, asked to set a new password for your MockFactory account.\n"
	    "To do that, open this link within an hour:",
	    page(t, c), "If it was not you, do nothing: your password stays as it is.", RESET_LIFE);
}

int64_t
login_sign_up(struct task *t, const struct conf *c, const char *email, const char *password_hash,
    const char *name)
{
	const char *public_id = mem_fmt(t->mem, "acc-%s", id_text(&t->ids, t->mem, ID_LOWER, 10));
	struct rows r;
	int64_t     id;

	db_begin(t);
	r = db_rows(t, &Q_login_account, db_text(public_id), db_text(name), db_text("anonymous"),
	    db_text(NULL), db_time(t->now));
	id = row_i64(&r, 0, "id");
	r = db_rows(t, &Q_login_create, db_i64(id), db_text(email), db_text(password_hash),
	    db_time(t->now));
	if (r.n == 0)
		return 0;
	login_mail_verify(t, c, id);
	return id;
}

/* Under what a log-in is counted: SHA-256, in hexadecimal. */
enum { PAIR, ACCOUNT, CLIENT, COUNTED };
struct counted {
	const char *keys[COUNTED];
};

/* One must not be taken for another: each begins with what it is. */
static void
name_counted(struct task *t, const char *email, const char *client, struct counted *n)
{
	const char *names[COUNTED] = {
		[PAIR] = mem_fmt(t->mem, "pair %s %s", client, email),
		[ACCOUNT] = mem_fmt(t->mem, "account %s", email),
		[CLIENT] = mem_fmt(t->mem, "client %s", client),
	};

	for (size_t i = 0; i < COUNTED; i++)
		n->keys[i] = digest_hex(t->mem, DIGEST_SHA256, names[i], strlen(names[i]));
}

/* Who it is, when nothing is past its measure; else *wait. */
static bool
count(struct task *t, const char *email, int64_t account, const struct counted *n,
    struct rows *found, int64_t *wait)
{
	static const int64_t most[COUNTED] = { [PAIR] = 10, [ACCOUNT] = 50, [CLIENT] = 100 };
	struct rows          r;

	r = db_rows(t, &Q_login_count, db_texts(n->keys, COUNTED), db_i64s(most, COUNTED),
	    db_time(t->now), db_time(t->now - WINDOW));
	*found = db_rows(t, &Q_login_find, db_text(email), db_i64(account), db_texts(n->keys, COUNTED));
	*wait = row_time(found, 0, "since") + WINDOW - t->now;
	return r.n == COUNTED;
}

static enum login_result
try(struct task *t, const char *email, int64_t account, const char *password, const char *client,
    struct login *out)
{
	const char    *name = email != NULL ? email : mem_fmt(t->mem, "%lld", (long long)account);
	struct counted n;
	struct rows    r;
	const char    *hash;
	bool           old;

	name_counted(t, name, client, &n);
	if (!count(t, email, account, &n, &r, &out->wait))
		return LOGIN_THROTTLED;
	hash = row_text(&r, 0, "password");
	out->account = row_i64(&r, 0, "account_id");
	if (!password_right(t, hash, password, &old))
		return LOGIN_WRONG;
	db_rows(t, &Q_login_forgive, db_texts(&n.keys[PAIR], 2), db_text(n.keys[CLIENT]));
	if (old)
		db_rows(t, &Q_login_rehash, db_i64(out->account), db_text(hash),
		    db_text(password_hash(t, password)));
	return LOGIN_OK;
}

enum login_result
login_try(struct task *t, const char *email, const char *password, const char *client,
    struct login *out)
{
	return try(t, email, 0, password, client, out);
}

enum login_result
login_try_own(struct task *t, int64_t account, const char *password, const char *client,
    struct login *out)
{
	return try(t, NULL, account, password, client, out);
}

void
login_set_password(struct task *t, int64_t account, const char *hash, int64_t but)
{
	db_begin(t);
	db_rows(t, &Q_login_set_password, db_i64(account), db_text(hash), db_time(t->now));
	session_revoke_others(t, account, but, "the password was changed");
	db_commit(t);
}

bool
login_verify(struct task *t, const struct conf *c, int64_t account, const char *token)
{
	const char   *list[MOST_DOMAINS];
	size_t        n = domains(t, c, list);
	unsigned char hash[DIGEST_MOST];

	digest_once(DIGEST_SHA256, token, strlen(token), hash);
	return db_rows(t, &Q_login_verify, db_bytes(hash, HASH), db_i64(account), db_time(t->now),
	    db_texts(list, n)).n > 0;
}

bool
login_reset(struct task *t, const struct conf *c, const char *token, const char *password)
{
	const char   *list[MOST_DOMAINS];
	size_t        n = domains(t, c, list);
	unsigned char hash[DIGEST_MOST];
	struct rows   r;
	int64_t       account;

	digest_once(DIGEST_SHA256, token, strlen(token), hash);
	db_begin(t);
	r = db_rows(t, &Q_login_reset, db_bytes(hash, HASH), db_time(t->now), db_text(password));
	if (r.n > 0) {
		account = row_i64(&r, 0, "account_id");
		session_revoke_others(t, account, 0, "the password was set anew");
		if (!row_bool(&r, 0, "verified")) {
			db_rows(t, &Q_login_dispossess, db_i64(account), db_time(t->now));
			db_rows(t, &Q_login_confirmed, db_i64(account), db_text(row_text(&r, 0, "email")),
			    db_texts(list, n));
		}
	}
	db_commit(t);
	return r.n > 0;
}

static bool
is_employee(struct task *t, const struct conf *c, const struct identity *who)
{
	const char *list[MOST_DOMAINS];
	size_t      n = domains(t, c, list);
	const char *at = who->email != NULL ? strrchr(who->email, '@') : NULL;

	for (size_t i = 0; at != NULL && who->verified && i < n; i++)
		if (strcasecmp(at + 1, list[i]) == 0)
			return true;
	return false;
}

/* The account of an identity that there is already; false: there is none. */
static bool
known_identity(struct task *t, const struct identity *who, int64_t *account)
{
	struct rows r = db_rows(t, &Q_identity_use, db_text(who->issuer), db_text(who->subject),
	    db_text(who->email), db_time(t->now));

	if (r.n > 0)
		*account = row_bool(&r, 0, "disabled") ? 0 : row_i64(&r, 0, "account_id");
	return r.n > 0;
}

/* A provider may say neither a name nor an address. */
static const char *
name_of(const struct identity *who)
{
	if (who->name != NULL && who->name[0] != '\0')
		return who->name;
	return who->email != NULL ? who->email : who->subject;
}

int64_t
login_identity(struct task *t, const struct conf *c, const struct identity *who)
{
	const char *public_id = mem_fmt(t->mem, "acc-%s", id_text(&t->ids, t->mem, ID_LOWER, 10));
	int64_t     account;
	struct rows r;

	db_begin(t);
	if (known_identity(t, who, &account))
		return account;
	r = db_rows(t, &Q_login_account, db_text(public_id), db_text(name_of(who)),
	    db_text(is_employee(t, c, who) ? "employee" : "beginner"),
	    db_text(who->verified ? who->email : NULL), db_time(t->now));
	account = row_i64(&r, 0, "id");
	r = db_rows(t, &Q_identity_create, db_text(who->issuer), db_text(who->subject), db_i64(account),
	    db_text(who->email), db_time(t->now));
	if (r.n > 0)
		return account;
	/* Two log-ins at once, both the first. To begin anew would be no use: a code counts once. */
	db_rows(t, &Q_login_unmake, db_i64(account));
	if (!known_identity(t, who, &account))
		task_throw(t, &FAULT_CONFLICT, "the identity was made and unmade by other requests");
	return account;
}

int64_t
login_clean(struct task *t)
{
	int64_t n = (int64_t)db_rows(t, &Q_login_clean, db_time(t->now - DAY),
	    db_time(t->now - 7 * DAY)).n;

	n += (int64_t)db_rows(t, &Q_login_forget, db_time(t->now - UNCONFIRMED), db_time(t->now)).n;
	return n + (int64_t)db_rows(t, &Q_session_clean, db_time(t->now - KEPT_SESSIONS)).n;
}
