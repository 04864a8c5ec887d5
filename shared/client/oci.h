/* shared/client/oci.h - signing requests to Oracle Cloud Infrastructure */
#ifndef MF_CLIENT_OCI_H
#define MF_CLIENT_OCI_H

#include <stdbool.h>
#include <stddef.h>

struct http_request;
struct http_service;
struct task;

/* An API signing key; read once, used by all threads. */
struct oci_key {
	const char *id; /* tenancy/user/fingerprint */
	void       *rsa;
};

/* The private key in a PEM file without passphrase; false: error says why. */
bool oci_key_read(struct oci_key *k, const char *file, char *error, size_t size);
void oci_key_free(struct oci_key *k);

/*
 * Adds date (clock_http of real time) and authorization; with_body also x-content-sha256, which
 * everything that is POST or PUT needs, except PutObject and UploadPart.  A content-type must be
 * there already.  Source:
 * docs.oracle.com "Request Signatures" (draft-cavage-http-signatures-08, RSA-SHA256).
 */
void oci_sign(struct task *t, const struct http_service *s, const struct oci_key *k,
    const char *date, bool with_body, struct http_request *r);
/* The signature of a text, base64: for oci_sign, and for the documentation's own example. */
const char *oci_signature(struct task *t, const struct oci_key *k, const char *text);

#endif
