/* shared/client/oci.c - signing requests to Oracle Cloud Infrastructure */
#include "shared/client/oci.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/client/http.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

/* Nobody is asked for a passphrase. */
static int
no_passphrase(char *p, int size, int writing, void *arg)
{
	(void)p, (void)size, (void)writing, (void)arg;
	return 0;
}

bool
oci_key_read(struct oci_key *k, const char *file, char *error, size_t size)
{
	FILE *f = fopen(file, "re");

	if (f == NULL) {
		snprintf(error, size, "cannot read %s: %s", file, strerror(errno));
		return false;
	}
	k->rsa = PEM_read_PrivateKey(f, NULL, no_passphrase, NULL);
	fclose(f);
	ERR_clear_error();
	if (k->rsa == NULL || EVP_PKEY_base_id(k->rsa) != EVP_PKEY_RSA) {
		snprintf(error, size, "%s holds no RSA key without passphrase", file);
		oci_key_free(k);
		return false;
	}
	return true;
}

void
oci_key_free(struct oci_key *k)
{
	EVP_PKEY_free(k->rsa);
	k->rsa = NULL;
}

const char *
oci_signature(struct task *t, const struct oci_key *k, const char *text)
{
	unsigned char out[1024]; /* a key of 8,192 bits */
	size_t        n = sizeof(out);
	EVP_MD_CTX   *x = EVP_MD_CTX_new();
	bool          good = x != NULL &&
	    EVP_DigestSignInit(x, NULL, EVP_sha256(), NULL, k->rsa) == 1 &&
	    EVP_DigestSign(x, out, &n, (const unsigned char *)text, strlen(text)) == 1;

	EVP_MD_CTX_free(x);
	if (!good)
		task_throw(t, &FAULT_INTERNAL, "cannot sign with the key of the store");
	return base64_encode(t->mem, out, n);
}

static void
sign_line(struct buf *lines, struct buf *names, const char *name, const char *value)
{
	buf_fmt(lines, "%s%s: %s", lines->len > 0 ? "\n" : "", name, value);
	buf_fmt(names, "%s%s", names->len > 0 ? " " : "", name);
}

static const char *
header_of(const struct http_request *r, const char *name)
{
	for (const struct http_header *h = r->headers; h != NULL; h = h->next)
		if (strcmp(h->name, name) == 0)
			return h->value;
	return "";
}

/* (request-target) is the verb in lower case, and path and query as they go out. */
void
oci_sign(struct task *t, const struct http_service *s, const struct oci_key *k,
    const char *date, bool with_body, struct http_request *r)
{
	struct mem   *m = t->mem;
	struct buf    lines = buf_new(m), names = buf_new(m);
	unsigned char digest[DIGEST_MOST];

	http_add(m, r, "date", date);
	sign_line(&lines, &names, "date", date);
	sign_line(&lines, &names, "(request-target)", mem_fmt(m, "%s %s%s%s",
	    text_lower(m, r->method), r->path, r->query != NULL ? "?" : "",
	    r->query != NULL ? r->query : ""));
	sign_line(&lines, &names, "host", s->host);
	if (with_body) {
		digest_once(DIGEST_SHA256, r->body, r->size, digest);
		http_add(m, r, "x-content-sha256",
		    base64_encode(m, digest, digest_size(DIGEST_SHA256)));
		sign_line(&lines, &names, "content-length", mem_fmt(m, "%zu", r->size));
		sign_line(&lines, &names, "content-type", header_of(r, "content-type"));
		sign_line(&lines, &names, "x-content-sha256", header_of(r, "x-content-sha256"));
	}
	http_add(m, r, "authorization", mem_fmt(m,
	    "Signature version=\"1\",keyId=\"%s\",algorithm=\"rsa-sha256\",headers=\"%s\","
	    "signature=\"%s\"", k->id, names.data, oci_signature(t, k, lines.data)));
}
