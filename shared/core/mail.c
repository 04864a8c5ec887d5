/* shared/core/mail.c - mails to owners: written with what they tell of, sent afterwards */
#include "shared/core/mail.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "queries.h"
#include "shared/base/buf.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/wire/base64.h"

#define LEASE     (5 * MINUTE)
#define PATIENCE  MINUTE         /* with one run of sendmail */
#define LAST_WAIT (6 * HOUR)

enum { MOST_ATTEMPTS = 24, MOST_WORDS = 16, WORD_BYTES = 39, WHY = 256 };

void
mail_put(struct task *t, int64_t account, const char *about, const char *subject, const char *body)
{
	db_rows(t, &Q_mail_put, db_i64(account), db_text(about), db_text(subject), db_text(body),
	    db_time(t->now));
}

bool
mail_address_good(const char *s)
{
	const char *at = strchr(s, '@');
	size_t      n = strlen(s);

	if (n > 254 || *s == '-' || at == NULL || at == s || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~' || strchr("()<>[]\\,;:\"", s[i]) != NULL)
			return false;
	return true;
}

static bool
plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/* Encoded words of whole characters, one a line, which has at most 76 characters. */
static void
add_subject(struct mem *m, struct buf *out, const char *s)
{
	buf_text(out, "Subject:");
	if (plain(s) && strlen(s) <= 900) {
		buf_fmt(out, " %s\n", s);
		return;
	}
	for (size_t left = strlen(s); left > 0;) {
		size_t n = left < WORD_BYTES ? left : WORD_BYTES;

		while (n < left && n > 1 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		buf_fmt(out, " =?UTF-8?B?%s?=\n", base64_encode(m, s, n));
		s += n;
		left -= n;
	}
}

char *
mail_message(struct mem *m, const struct conf *c, const struct mail *mail)
{
	struct buf  out = buf_new(m);
	const char *from = c->mail_from[0] != '\0' ? c->mail_from
	                                           : mem_fmt(m, "mockfactory@%s", c->domain);
	char       *date = mem_text(m, clock_http(m, mail->created_at));

	*strstr(date, "GMT") = '\0'; /* RFC 5322 has an offset where HTTP has GMT */
	buf_fmt(&out, "From: MockFactory <%s>\nTo: %s\n", from, mail->to);
	add_subject(m, &out, mail->subject);
	buf_fmt(&out, "Date: %s+0000\nMessage-ID: <mail-%lld-%lld@%s>\n", date, (long long)mail->id,
	    (long long)(mail->created_at / SECOND), c->domain);
	buf_text(&out, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
	               "Content-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n");
	buf_text(&out, mail->body);
	return mem_text_n(m, out.data, out.len);
}

/* A file in memory, at its beginning: nobody waits for a reader. */
static int
as_file(const char *text)
{
	int    fd = memfd_create("mail", MFD_CLOEXEC);
	size_t n = strlen(text);

	if (fd >= 0 && (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Its words, without a shell; false: there are none, or too many. */
static bool
split(struct mem *m, const char *command, char **argv)
{
	char  *rest = mem_text(m, command), *word;
	size_t n = 0;

	while ((word = strtok_r(n == 0 ? rest : NULL, " ", &rest)) != NULL) {
		if (n == MOST_WORDS)
			return false;
		argv[n++] = word;
	}
	argv[n] = NULL;
	return n > 0;
}

static bool
await(pid_t pid, char *why)
{
	const struct timespec tick = { .tv_nsec = 5 * 1000 * 1000 };
	int64_t               until = clock_monotonic() + PATIENCE;
	int                   status = 0;
	pid_t                 got;

	while ((got = waitpid(pid, &status, WNOHANG)) == 0 && clock_monotonic() < until)
		nanosleep(&tick, NULL);
	if (got == 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		snprintf(why, WHY, "it took longer than a minute");
		return false;
	}
	if (got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	snprintf(why, WHY, "it ended with %s %d", WIFEXITED(status) ? "status" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return false;
}

static bool
run_sendmail(struct mem *m, const struct conf *c, const char *message, char *why)
{
	posix_spawn_file_actions_t actions;
	char                      *argv[MOST_WORDS + 1];
	pid_t                      pid;
	int                        in, error;

	if (!split(m, c->sendmail, argv)) {
		snprintf(why, WHY, "MF_SENDMAIL names no program");
		return false;
	}
	if ((in = as_file(message)) < 0) {
		snprintf(why, WHY, "%s", strerror(errno));
		return false;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(in);
	if (error != 0) {
		snprintf(why, WHY, "%s: %s", argv[0], strerror(error));
		return false;
	}
	return await(pid, why);
}

/* A minute after the first attempt, then twice as long each time. */
static int64_t
next_wait(int64_t attempts)
{
	int64_t wait = MINUTE;

	while (--attempts > 0 && wait < LAST_WAIT)
		wait *= 2;
	return wait < LAST_WAIT ? wait : LAST_WAIT;
}

static void
note(struct task *t, const struct mail *mail, bool sent, bool hopeless, const char *why)
{
	struct param none = db_null(db_time(0));
	bool         over = !sent && (hopeless || mail->attempts >= MOST_ATTEMPTS);

	db_rows(t, &Q_mail_done, db_i64(mail->id), db_i64(mail->attempts),
	    sent ? db_time(t->now) : none, db_text(sent ? NULL : why),
	    db_time(t->now + next_wait(mail->attempts)), over ? db_time(t->now) : none);
	if (!sent)
		log_say("mail", "mail %lld, attempt %lld: %s", (long long)mail->id,
		    (long long)mail->attempts, why);
}

enum mail_sent
mail_send_next(struct task *t, const struct conf *c)
{
	struct rows r = db_rows(t, &Q_mail_take, db_time(t->now), db_time(t->now + LEASE));
	struct mail mail;
	char        why[WHY] = "";
	bool        good, sent;

	if (r.n == 0)
		return MAIL_NONE;
	mail = (struct mail){ .id = row_i64(&r, 0, "id"), .created_at = row_time(&r, 0, "created_at"),
		.attempts = row_i64(&r, 0, "attempts"), .to = row_text(&r, 0, "to_address"),
		.subject = row_text(&r, 0, "subject"), .body = row_text(&r, 0, "body") };
	good = mail_address_good(mail.to);
	if (!good)
		snprintf(why, sizeof(why), "this is no address mail can go to");
	sent = good && run_sendmail(t->mem, c, mail_message(t->mem, c, &mail), why);
	note(t, &mail, sent, !good, why);
	return sent ? MAIL_SENT : MAIL_FAILED;
}
