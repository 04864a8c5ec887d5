/* fcgi/api/replay.c - Idempotency-Key: the key of a request, its answer kept and given again */
#include "fcgi/api/replay.h"

#include <string.h>

#include "fcgi/api/api.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/core/idempotency.h"
#include "shared/wire/digest.h"

/*
 * draft-ietf-httpapi-idempotency-key-header-06.  The key is a string of RFC 8941; one without
 * quotation marks is taken as well, since most clients write it so.
 */
enum { MOST_KEPT = 1 << 20 };

static const int64_t LEASE = 2 * MINUTE; /* for those whose effects are not one transaction */

/* The string between quotation marks; NULL: it is none. */
static const char *
unquote(struct mem *m, const char *s)
{
	struct buf b = buf_new(m);

	for (s++; *s != '\0' && *s != '"'; s++) {
		if (*s == '\\' && *++s != '"' && *s != '\\')
			return NULL;
		buf_char(&b, *s);
	}
	return strcmp(s, "\"") == 0 ? b.data : NULL;
}

static bool
is_key(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return n >= 1 && n <= IDEMPOTENCY_KEY;
}

struct idempotency *
replay_key(struct call *c)
{
	const char         *key = request_header(c->req, "idempotency-key");
	struct idempotency *i;
	struct digest      *d;
	const struct buf   *body;

	if (key == NULL || *key == '\0' || c->account == 0 || strcmp(c->req->method, "POST") != 0)
		return NULL;
	i = mem_one(c->task->mem, struct idempotency);
	*i = (struct idempotency){ .account = c->account,
		.key = *key == '"' ? unquote(c->task->mem, key) : key };
	if (!is_key(i->key))
		task_throw(c->task, &API_MALFORMED_IDEMPOTENCY_KEY, NULL);
	body = call_body(c);
	d = digest_new(c->task->mem, DIGEST_SHA256);
	digest_add(d, c->path, strlen(c->path) + 1);
	digest_add(d, c->req->query, strlen(c->req->query) + 1);
	digest_add(d, body->data, body->len);
	digest_end(d, i->fingerprint);
	return i;
}

/* "Name: value" line by line, an empty line, and the body: as HTTP would have it. */
static void
answer_again(struct call *c, const struct idempotency_kept *kept)
{
	const char *p = kept->answer, *end = kept->answer + kept->n;

	c->reply.status = kept->status;
	while (p < end && *p != '\n') {
		size_t n = strcspn(p, ":"), line = strcspn(p, "\n");

		call_header(c, mem_text_n(c->task->mem, p, n),
		    mem_text_n(c->task->mem, p + n + 2, line - n - 2));
		p += line + 1;
	}
	buf_add(&c->reply.body, p + 1, (size_t)(end - p - 1));
	call_header(c, "Idempotency-Replayed", "true");
}

bool
replay_claim(struct call *c, const struct idempotency *key, const char **resume)
{
	struct idempotency_kept kept;

	*resume = NULL;
	switch (idempotency_claim(c->task, key, c->task->now + LEASE,
	    c->world->conf->idempotency_keep, &kept)) {
	case CLAIM_NEW:
		return true;
	case CLAIM_RESUME:
		idempotency_lease(c->task, key, c->task->now + LEASE, kept.resume);
		*resume = kept.resume;
		return true;
	case CLAIM_BUSY:
		task_throw(c->task, &API_IN_PROGRESS, NULL);
	case CLAIM_OTHER:
		task_throw(c->task, &API_KEY_REUSED, NULL);
	case CLAIM_ANSWERED:
		answer_again(c, &kept);
	}
	return false;
}

/*
 * An answer too large to keep is one of made-up records, which nothing was changed for: the request
 * may as well run again.
 */
void
replay_keep(struct call *c, const struct idempotency *key)
{
	struct buf b = buf_new(c->task->mem);

	if (c->reply.body.len > MOST_KEPT) {
		idempotency_forget(c->task, key);
		return;
	}
	for (const struct reply_header *h = c->reply.headers; h != NULL; h = h->next)
		if (strcmp(h->name, "X-Request-Id") != 0)
			buf_fmt(&b, "%s: %s\n", h->name, h->value);
	buf_char(&b, '\n');
	buf_add(&b, c->reply.body.data, c->reply.body.len);
	idempotency_answer(c->task, key, c->reply.status, b.data, b.len);
}
