/* fcgi/aws/s3/encryption.h - server-side encryption: recorded, or with the customer's own key */
#ifndef MF_S3_ENCRYPTION_H
#define MF_S3_ENCRYPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob_object;
struct blob_pairs;
struct call;
struct cipher;

/*
 * Source: S3 User Guide "Using server-side encryption with Amazon S3 managed keys", "... with AWS
 * KMS keys", "... with customer-provided keys".
 *
 * What an object is encrypted with stands among its kept headers: nothing for AES256, the default;
 * algorithm, key id and bucket key for KMS, which is recorded and encrypts nothing here; for a
 * customer's key something by which the key is known again:
 *
 *     seal: salt:HMAC-SHA256(key, salt), both in hexadecimal digits
 *
 * The key itself is never stored.  Its bodies are in the store, never in a row, as a random nonce
 * of SEAL_NONCE bytes and then the bytes encrypted with AES-256 in counter mode under
 * HMAC-SHA256(key, nonce).  Of an object in parts every part is such a body.
 */
enum { SEAL_NONCE = 16, SEAL_KEY = 32 };

/* Which headers of the request hold a key: its own, or those of what it copies. */
enum seal_side { SEAL_TARGET, SEAL_SOURCE };

/*
 * Check what the request asks for; throws what S3 throws.  To be called before anything else is
 * done with it: the others rely on it.
 */
void encryption_check(struct call *c);
/*
 * The pairs an object of this request is to have, appended to list (of at least ENCRYPTION_PAIRS
 * texts more): what the request says, or else the bucket's default.  salt: what the verifier of a
 * customer's key is made with; NULL: something random.
 */
enum { ENCRYPTION_PAIRS = 8 };
size_t encryption_pairs(struct call *c, const char **list, size_t n, const char *salt);
/* Whether a pair is one of these, and so is not copied with an object. */
/* Those of KMS, appended; bucket_key: NULL or "false" for none. */
size_t encryption_kms_pairs(const char **list, size_t n, const char *arn, const char *bucket_key);
bool   encryption_is_pair(const char *name);
/* The verifier of the request's own key, by which an upload knows its parts; NULL: no key. */
const char *encryption_verifier(struct call *c, const char *salt);
/* The bucket says how its objects are encrypted: as it is, not as it is remembered. */
bool        encryption_by_bucket(struct call *c);
/* Answer with what stands among the headers of an object. */
void   encryption_headers(struct call *c, const struct blob_pairs *headers);
/* An ETag tells nothing about bytes that are encrypted with a key of KMS or the customer's. */
const char *encryption_etag(struct call *c, const struct blob_pairs *headers, const char *md5_hex);

bool encryption_sealed(const struct blob_object *o);
/* Of a read: throws when it says how the object is to be encrypted. */
void encryption_check_read(struct call *c);
/*
 * The request brings the key that o needs, and none when it needs none; throws.  Of a copy, o is
 * the source.
 */
void encryption_check_key(struct call *c, const struct blob_object *o);
/* The request brings a key for what it writes. */
bool encryption_brought(struct call *c);

/* The cipher of a new body under the request's key, and its nonce. NULL: it brings no key. */
struct cipher *encryption_seal(struct call *c, unsigned char nonce[SEAL_NONCE]);
/* Of one that is read: of a copy, the source's. */
struct cipher *encryption_open(struct call *c, const unsigned char nonce[SEAL_NONCE],
    int64_t offset);
/* A part and its upload do not have the same key; upload: the upload's verifier. */
_Noreturn void encryption_throw_part(struct call *c, const char *upload);

#endif
