/* shared/core/login.h - accounts that log in by e-mail and password, or by a provider */
#ifndef MF_LOGIN_H
#define MF_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct task;

/*
 * An address may be anybody's until it is confirmed: by a link in a mail, opened by who is logged
 * in to the account.  (The link alone is not enough: programs that look into mails open links, too,
 * and would confirm for whoever signed up with that address.)  Until then the account is
 * "anonymous": nobody has vouched for it, it may do little, and no other mail goes to its address.
 * Confirmed, it is a "beginner", or an "employee" if MF_EMPLOYEE_DOMAINS has the address's domain.
 *
 * Addresses are compared in lower case.  Tokens in mails are good once; only their SHA-256 is kept,
 * besides in the mail.
 */

/* In lower case, in the arena; NULL: no address mail can go to. */
const char *login_address(struct task *t, const char *email);

/* A new account, in a transaction the caller commits, with a mail to confirm it; 0: the address is
 * taken. */
int64_t login_sign_up(struct task *t, const struct conf *c, const char *email,
    const char *password_hash, const char *name);

/*
 * Log-ins are counted before they are tried and forgiven when they are right, in rows that all web
 * hosts share: for each address of a client, each account, and each pair of both.  When one has had
 * its fill, nothing is compared; `wait` says how long that lasts (microseconds).
 */
enum login_result { LOGIN_OK, LOGIN_WRONG, LOGIN_THROTTLED };
struct login {
	int64_t account; /* when LOGIN_OK; when LOGIN_WRONG, whose password was guessed, 0: nobody's */
	int64_t wait;    /* when LOGIN_THROTTLED */
};
enum login_result login_try(struct task *t, const char *email, const char *password,
    const char *client, struct login *out);
/* The same for who is logged in: is it the account's own password? */
enum login_result login_try_own(struct task *t, int64_t account, const char *password,
    const char *client, struct login *out);

/* A new password; every session but one (0: all) is over. */
void login_set_password(struct task *t, int64_t account, const char *hash, int64_t but);

/* Mail a link to confirm the account's address once more; at most some an hour.  In the background
 * of the transaction, nothing tells whether there was an address. */
void login_mail_verify(struct task *t, const struct conf *c, int64_t account);
/* Mail a link to set a new password to whoever has the address, if any account does. */
void login_mail_reset(struct task *t, const struct conf *c, const char *email);

/* The account confirms its address; false: no such token, of that account, that is still good. */
bool login_verify(struct task *t, const struct conf *c, int64_t account, const char *token);
/*
 * A new password by a link: confirms the address, too, and ends all sessions.  When the address had
 * not been confirmed, whoever signed up with it may have been another: the account's keys and
 * identities go as well.  False: no such token that is still good.
 */
bool login_reset(struct task *t, const struct conf *c, const char *token, const char *hash);

/*
 * Single sign-on: the account of (issuer, subject), made on its first log-in.  email and name may
 * be NULL; verified: the provider says so.  Never joined to another account by its e-mail.  0: the
 * account is disabled.  In a transaction the caller commits.
 */
struct identity {
	const char *issuer, *subject, *email, *name;
	bool        verified;
};
int64_t login_identity(struct task *t, const struct conf *c, const struct identity *who);

/*
 * What is out of date for long: sessions, failures, tokens, and addresses that were not confirmed
 * within a week and are not in use, which anybody may then sign up with.  For mf-sweep.
 */
int64_t login_clean(struct task *t);

#endif
