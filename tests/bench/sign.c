/* tests/bench/sign.c - the head of an S3 request, with its SigV4 signature */
#include "tests/bench/sign.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "shared/wire/digest.h"

enum { HASH = 32, HEX = 2 * HASH + 1 };

static void
hex(const unsigned char *p, char out[HEX])
{
	for (size_t i = 0; i < HASH; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void
hash_hex(const void *p, size_t n, char out[HEX])
{
	unsigned char hash[DIGEST_MOST];

	digest_once(DIGEST_SHA256, p, n, hash);
	hex(hash, out);
}

static void
next_key(unsigned char key[HASH], const char *text)
{
	unsigned char out[HASH];

	digest_hmac_sha256(key, HASH, text, strlen(text), out);
	memcpy(key, out, HASH);
}

void
sign_start(struct signer *s, const char *host, const char *access_key, const char *secret,
    const char *region, const void *body, size_t body_len)
{
	time_t    now = time(NULL);
	struct tm utc;
	char      day[9], first[256];

	*s = (struct signer){ .host = host, .access_key = access_key, .region = region };
	hash_hex(body, body_len, s->body_hash);
	if (access_key == NULL)
		return;
	gmtime_r(&now, &utc);
	strftime(s->amz_date, sizeof(s->amz_date), "%Y%m%dT%H%M%SZ", &utc);
	strftime(day, sizeof(day), "%Y%m%d", &utc);
	snprintf(s->scope, sizeof(s->scope), "%s/%s/s3/aws4_request", day, region);
	snprintf(first, sizeof(first), "AWS4%s", secret);
	digest_hmac_sha256(first, strlen(first), day, strlen(day), s->key);
	next_key(s->key, region);
	next_key(s->key, "s3");
	next_key(s->key, "aws4_request");
}

static void
signature(const struct signer *s, const char *method, const char *path, char out[HEX])
{
	char          text[2048], canonical[HEX];
	unsigned char mac[HASH];
	int           n, whole = (int)strcspn(path, "?");

	n = snprintf(text, sizeof(text),
	    "%s\n%.*s\n%s\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n"
	    "host;x-amz-content-sha256;x-amz-date\n%s",
	    method, whole, path, path[whole] == '?' ? path + whole + 1 : "", s->host, s->body_hash,
	    s->amz_date, s->body_hash);
	hash_hex(text, (size_t)n, canonical);
	n = snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s", s->amz_date, s->scope,
	    canonical);
	digest_hmac_sha256(s->key, HASH, text, (size_t)n, mac);
	hex(mac, out);
}

size_t
sign_head(const struct signer *s, const char *method, const char *path, size_t body_len, char *out,
    size_t size)
{
	char sig[HEX];
	int  n = snprintf(out, size, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, s->host);

	if (body_len > 0 || strcmp(method, "GET") != 0)
		n += snprintf(out + n, size - (size_t)n, "Content-Length: %zu\r\n", body_len);
	if (s->access_key != NULL) {
		signature(s, method, path, sig);
		n += snprintf(out + n, size - (size_t)n,
		    "x-amz-date: %s\r\nx-amz-content-sha256: %s\r\n"
		    "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, "
		    "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=%s\r\n",
		    s->amz_date, s->body_hash, s->access_key, s->scope, sig);
	}
	n += snprintf(out + n, size - (size_t)n, "\r\n");
	return (size_t)n;
}
