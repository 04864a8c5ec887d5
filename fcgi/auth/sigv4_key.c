/* fcgi/auth/sigv4_key.c - signing keys of SigV4, derived once a day and not for each request */
#include <string.h>

#include "fcgi/auth/sigv4_parts.h"
#include "shared/base/buf.h"
#include "shared/base/hash.h"
#include "shared/base/mem.h"
#include "shared/wire/digest.h"

/*
 * Each thread keeps the last ones it made, so there is nothing to lock.  A key is a function of
 * what it is found by, the secret itself among it: it cannot be out of date.
 */
enum { KEPT = 32, LONGEST = 200 };

static _Thread_local struct kept {
	size_t        n;
	char          of[LONGEST];
	unsigned char key[32];
} kept[KEPT];

/* HMAC of a HMAC of ...: the secret, the date, the region, the service, the terminator. */
static void
derive(struct mem *m, struct sigv4 *s, const char *secret)
{
	const char          *parts[] = { s->date, s->region, s->service, SIGV4_TERMINATOR };
	const char          *first = mem_fmt(m, "AWS4%s", secret);
	const unsigned char *key = (const unsigned char *)first;
	size_t               len = strlen(first);

	for (size_t i = 0; i < COUNT(parts); i++) {
		digest_hmac_sha256(key, len, parts[i], strlen(parts[i]), s->signing_key);
		key = s->signing_key;
		len = sizeof(s->signing_key);
	}
}

void
sigv4_derive(struct mem *m, struct sigv4 *s, const char *secret)
{
	struct buf   of = buf_new(m);
	struct kept *k;

	buf_text(&of, s->date);
	buf_char(&of, '/');
	buf_text(&of, s->region);
	buf_char(&of, '/');
	buf_text(&of, s->service);
	buf_char(&of, '/');
	buf_text(&of, secret);
	k = &kept[hash_bytes(HASH_START, of.data, of.len) % KEPT];
	if (k->n == of.len && memcmp(k->of, of.data, of.len) == 0) {
		memcpy(s->signing_key, k->key, sizeof(k->key));
		return;
	}
	derive(m, s, secret);
	if (of.len > LONGEST)
		return;
	k->n = of.len;
	memcpy(k->of, of.data, of.len);
	memcpy(k->key, s->signing_key, sizeof(k->key));
}
