/* shared/core/mail.h - mails to owners: written with what they tell of, sent afterwards */
#ifndef MF_MAIL_H
#define MF_MAIL_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct mem;
struct task;

/*
 * A mail is a row of core.mail, written by the transaction that is its reason, so that neither is
 * without the other.  Sending comes after: a mail is taken for a while, given to MF_SENDMAIL, and
 * noted as sent.  Killed in between it is sent again, with the same Message-ID.  What is refused is
 * tried again, later and later, for some days.
 */

/* To the owner of the account, once for each `about`; none when no address is known. */
void mail_put(struct task *t, int64_t account, const char *about, const char *subject,
    const char *body);

/* Send the next one that is due; each of its statements commits by itself. */
enum mail_sent { MAIL_NONE, MAIL_SENT, MAIL_FAILED };
enum mail_sent mail_send_next(struct task *t, const struct conf *c);

struct mail {
	int64_t     id, created_at, attempts;
	const char *to, *subject, *body;
};

/* One plain address (RFC 5321), nothing that could be two or a header. */
bool mail_address_good(const char *s);
/*
 * As sendmail -t takes it (RFC 5322, lines end with LF): the subject in encoded words (RFC 2047)
 * where it is not plain ASCII.
 */
char *mail_message(struct mem *m, const struct conf *c, const struct mail *mail);

#endif
