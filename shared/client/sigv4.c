/* shared/client/sigv4.c - signing requests to S3 with AWS Signature Version 4 */
#include "shared/client/sigv4.h"

#include <string.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/client/http.h"
#include "shared/wire/digest.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

/* Host among the others, by name. */
static struct http_header *
sorted(struct mem *m, const struct http_service *s, const struct http_request *r)
{
	struct http_header *list = mem_one(m, struct http_header);

	*list = (struct http_header){ .name = "host", .value = s->host };
	for (const struct http_header *h = r->headers; h != NULL; h = h->next) {
		struct http_header **at = &list, *copy = mem_one(m, struct http_header);

		while (*at != NULL && strcmp((*at)->name, h->name) < 0)
			at = &(*at)->next;
		*copy = (struct http_header){ .next = *at, .name = h->name, .value = h->value };
		*at = copy;
	}
	return list;
}

static const char *
signature(struct mem *m, const struct sigv4_key *k, const char *date, const char *to_sign)
{
	const char    *first = mem_fmt(m, "AWS4%s", k->secret);
	unsigned char  key[32];
	const char    *steps[] = { date, k->region, "s3", "aws4_request", to_sign };

	digest_hmac_sha256(first, strlen(first), steps[0], strlen(steps[0]), key);
	for (size_t i = 1; i < COUNT(steps); i++)
		digest_hmac_sha256(key, sizeof(key), steps[i], strlen(steps[i]), key);
	return text_hex(m, key, sizeof(key));
}

void
sigv4_sign_request(struct task *t, const struct http_service *s, const struct sigv4_key *k,
    int64_t at, struct http_request *r)
{
	struct mem *m = t->mem;
	struct buf  canonical = buf_new(m), names = buf_new(m);
	const char *time = clock_basic(m, at), *date = mem_text_n(m, time, 8);
	const char *scope = mem_fmt(m, "%s/%s/s3/aws4_request", date, k->region);
	const char *payload = digest_hex(m, DIGEST_SHA256, r->body, r->size), *to_sign;

	http_add(m, r, "x-amz-date", time);
	http_add(m, r, "x-amz-content-sha256", payload);
	buf_fmt(&canonical, "%s\n%s\n%s\n", r->method, r->path, r->query != NULL ? r->query : "");
	for (const struct http_header *h = sorted(m, s, r); h != NULL; h = h->next) {
		buf_fmt(&canonical, "%s:%s\n", h->name, h->value);
		buf_fmt(&names, "%s%s", names.len > 0 ? ";" : "", h->name);
	}
	buf_fmt(&canonical, "\n%s\n%s", names.data, payload);
	to_sign = mem_fmt(m, ALGORITHM "\n%s\n%s\n%s", time, scope,
	    digest_hex(m, DIGEST_SHA256, canonical.data, canonical.len));
	http_add(m, r, "authorization", mem_fmt(m,
	    ALGORITHM " Credential=%s/%s,SignedHeaders=%s,Signature=%s", k->id, scope, names.data,
	    signature(m, k, date, to_sign)));
}
