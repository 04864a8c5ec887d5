/* tests/bench/sign.h - the head of an S3 request, with its SigV4 signature */
#ifndef MF_BENCH_SIGN_H
#define MF_BENCH_SIGN_H

#include <stddef.h>

/*
 * The same for every request of a run: the day's key and the digest of the one body are computed
 * before the clock starts.  Written here from AWS's description of Signature Version 4, apart from
 * the server's own verifier, so that a mistake there cannot hide.
 */
struct signer {
	const char   *host;       /* "127.0.0.1:8080" */
	const char   *access_key; /* NULL: requests are not signed */
	const char   *region;
	char          amz_date[17], scope[128];
	char          body_hash[65];
	unsigned char key[32];
};

void sign_start(struct signer *s, const char *host, const char *access_key, const char *secret,
    const char *region, const void *body, size_t body_len);
/*
 * The whole head; returns its length.  path is as sent, with its query: nothing in it needs
 * encoding, and the arguments are in order.
 */
size_t sign_head(const struct signer *s, const char *method, const char *path, size_t body_len,
    char *out, size_t size);

#endif
