/* fcgi/aws/s3/encryption.c - server-side encryption: what is asked for, kept and answered */
#include "fcgi/aws/s3/encryption.h"

#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/access.h"
#include "fcgi/aws/s3/document.h"
#include "fcgi/aws/s3/s3.h"
#include "shared/base/text.h"
#include "shared/wire/base64.h"
#include "shared/wire/cipher.h"
#include "shared/wire/digest.h"
#include "shared/wire/xml.h"

enum { MD5_SIZE = 16, SALT = 16 };

static const char SSE[] = "x-amz-server-side-encryption";
static const char KMS_KEY[] = "x-amz-server-side-encryption-aws-kms-key-id";
static const char BUCKET_KEY[] = "x-amz-server-side-encryption-bucket-key-enabled";
static const char CONTEXT[] = "x-amz-server-side-encryption-context";
static const char VERIFIER[] = BLOB_SEAL;
static const char must[] =
    "Requests specifying Server Side Encryption with Customer provided keys must provide";

/* The headers of a customer's key, by side. */
static const struct {
	const char *algorithm, *key, *md5;
} names[] = {
	{ "x-amz-server-side-encryption-customer-algorithm",
	  "x-amz-server-side-encryption-customer-key",
	  "x-amz-server-side-encryption-customer-key-md5" },
	{ "x-amz-copy-source-server-side-encryption-customer-algorithm",
	  "x-amz-copy-source-server-side-encryption-customer-key",
	  "x-amz-copy-source-server-side-encryption-customer-key-md5" },
};

static _Noreturn void
wrong(struct call *c, const char *why, const char *name, const char *value)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, why, "ArgumentName", name, "ArgumentValue", value, NULL);
}

/* Whatever header it is about, S3 names this one. */
static _Noreturn void
wrong_key(struct call *c, const char *why)
{
	wrong(c, why, SSE, NULL);
}

/* The key that the request brings; false: none. */
static bool
customer_key(struct call *c, enum seal_side side, unsigned char key[SEAL_KEY])
{
	struct mem   *m = c->task->mem;
	const char   *algorithm = s3_header(c, names[side].algorithm);
	const char   *text = s3_header(c, names[side].key), *md5 = s3_header(c, names[side].md5);
	unsigned char digest[DIGEST_MOST];
	void         *bytes;
	size_t        n;

	if (algorithm == NULL && text == NULL && md5 == NULL)
		return false;
	if (algorithm == NULL)
		wrong_key(c, mem_fmt(m, "%s a valid encryption algorithm.", must));
	if (strcmp(algorithm, "AES256") != 0)
		s3_throw(c, &S3_ENCRYPTION_ALGORITHM, NULL, "ArgumentName", SSE, "ArgumentValue",
		    algorithm, NULL);
	if (text == NULL)
		wrong_key(c, mem_fmt(m, "%s an appropriate secret key.", must));
	bytes = base64_decode(m, text, &n);
	if ((bytes == NULL || n != SEAL_KEY) && (c->op->flags & (OP_WRITE | OP_BODY)) == 0)
		task_throw(c->task, &S3_ACCESS_DENIED, "%s the correct secret key.", must);
	if (bytes == NULL || n != SEAL_KEY)
		wrong_key(c, "The secret key was invalid for the specified algorithm.");
	if (md5 == NULL)
		wrong_key(c, mem_fmt(m, "%s the client calculated MD5 of the secret key.", must));
	digest_once(DIGEST_MD5, bytes, n, digest);
	if (strcmp(base64_encode(m, digest, MD5_SIZE), md5) != 0)
		wrong_key(c,
		    "The calculated MD5 hash of the key did not match the hash that was provided.");
	memcpy(key, bytes, SEAL_KEY);
	return true;
}

static enum seal_side
reading_side(struct call *c)
{
	return s3_header(c, "x-amz-copy-source") != NULL ? SEAL_SOURCE : SEAL_TARGET;
}

bool
encryption_brought(struct call *c)
{
	unsigned char key[SEAL_KEY];

	return customer_key(c, SEAL_TARGET, key);
}

void
encryption_throw_part(struct call *c, const char *upload)
{
	s3_throw(c, &S3_INVALID_REQUEST, upload != NULL && encryption_brought(c)
	    ? "The provided encryption parameters did not match the ones used originally."
	    : "The multipart upload initiate requested encryption. Subsequent part requests must "
	      "include the appropriate encryption parameters.", NULL);
}

static bool
is_kms(const char *algorithm)
{
	return algorithm != NULL &&
	    (strcmp(algorithm, "aws:kms") == 0 || strcmp(algorithm, "aws:kms:dsse") == 0);
}

void
encryption_check_read(struct call *c)
{
	const char *sse = s3_header(c, SSE);

	if (sse != NULL)
		wrong(c, "x-amz-server-side-encryption header is not supported for this operation.", SSE,
		    sse);
}

/* As S3 answers it: an ARN. Without one it is the key of the account for S3, always the same. */
static const char *
kms_arn(struct call *c, const char *id)
{
	struct mem   *m = c->task->mem;
	const char   *owner = s3_owner(c);
	unsigned char d[DIGEST_MOST];
	const char   *what;

	if (id != NULL && text_starts(id, "arn:"))
		return id;
	if (id == NULL || *id == '\0') {
		const char *seed = mem_fmt(m, "aws/s3 %s %s", owner, s3_region(c));

		digest_once(DIGEST_SHA256, seed, strlen(seed), d);
		id = mem_fmt(m, "%s-%s-4%s-a%s-%s", text_hex(m, d, 4), text_hex(m, d + 4, 2),
		    text_hex(m, d + 6, 2) + 1, text_hex(m, d + 8, 2) + 1, text_hex(m, d + 10, 6));
	}
	what = text_starts(id, "alias/") ? "" : "key/";
	return mem_fmt(m, "arn:aws:kms:%s:%s:%s%s", s3_region(c), owner, what, id);
}

/* What the bucket says of encryption; NULL: nothing. */
static const struct xml *
bucket_rule(struct call *c)
{
	const char *document = s3_access(c, s3_bucket(c))->docs.encryption;

	return document != NULL ? xml_child(document_parse(c, document), "Rule") : NULL;
}

bool
encryption_by_bucket(struct call *c)
{
	if (bucket_rule(c) == NULL)
		s3_access_look(c, s3_access(c, s3_bucket(c)));
	return bucket_rule(c) != NULL;
}

static bool
blocks_customers(struct call *c)
{
	const struct xml *rule = bucket_rule(c);
	const struct xml *blocked = rule != NULL ? xml_child(rule, "BlockedEncryptionTypes") : NULL;
	const struct xml *type = blocked != NULL ? xml_child(blocked, "EncryptionType") : NULL;

	while (type != NULL && strcmp(type->text, "SSE-C") != 0)
		type = xml_again(type);
	return type != NULL;
}

/* Customers' keys may be refused by the bucket: as it is, not as it is remembered. */
static void
check_blocked(struct call *c)
{
	if (!blocks_customers(c))
		return;
	s3_access_look(c, s3_access(c, s3_bucket(c)));
	if (blocks_customers(c))
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
}

void
encryption_check(struct call *c)
{
	const char   *sse = s3_header(c, SSE), *context = s3_header(c, CONTEXT);
	const char   *bucket_key = s3_header(c, BUCKET_KEY);
	unsigned char key[SEAL_KEY];
	size_t        n;

	if (sse != NULL && strcmp(sse, "AES256") != 0 && !is_kms(sse))
		wrong(c, "The encryption method specified is not supported", SSE, sse);
	if (sse != NULL && s3_header(c, names[SEAL_TARGET].algorithm) != NULL)
		wrong(c, "Server Side Encryption with Customer provided key is incompatible with the "
		    "encryption method specified", SSE, sse);
	if (!is_kms(sse) && (s3_header(c, KMS_KEY) != NULL || context != NULL))
		wrong(c, "Server Side Encryption with AWS KMS managed key requires HTTP header "
		    "x-amz-server-side-encryption : aws:kms or aws:kms:dsse", SSE, sse);
	if (context != NULL && base64_decode(c->task->mem, context, &n) == NULL)
		wrong(c, "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 "
		    "string holding JSON which represents a string-string map", CONTEXT, context);
	if (bucket_key != NULL && strcasecmp(bucket_key, "true") != 0 &&
	    strcasecmp(bucket_key, "false") != 0)
		wrong(c, "Value for x-amz-server-side-encryption-bucket-key-enabled header is invalid.",
		    BUCKET_KEY, bucket_key);
	customer_key(c, SEAL_SOURCE, key);
	if (customer_key(c, SEAL_TARGET, key))
		check_blocked(c);
}

static size_t
add(const char **list, size_t n, const char *name, const char *value)
{
	list[n++] = name;
	list[n++] = value;
	return n;
}

static size_t
kms_pairs(const char **list, size_t n, const char *sse, const char *arn, const char *bucket_key)
{
	n = add(list, n, SSE, sse);
	n = add(list, n, KMS_KEY, arn);
	if (bucket_key != NULL && strcasecmp(bucket_key, "true") == 0)
		n = add(list, n, BUCKET_KEY, "true");
	return n;
}

size_t
encryption_kms_pairs(const char **list, size_t n, const char *arn, const char *bucket_key)
{
	return kms_pairs(list, n, "aws:kms", arn, bucket_key);
}

size_t
encryption_pairs(struct call *c, const char **list, size_t n, const char *salt)
{
	const char       *sse = s3_header(c, SSE), *key = s3_header(c, KMS_KEY);
	const char       *bucket_key = s3_header(c, BUCKET_KEY), *verifier;
	const struct xml *rule;

	if (salt == NULL)
		salt = id_text(&c->task->ids, c->task->mem, ID_HEX, SALT);
	verifier = encryption_verifier(c, salt);
	if (verifier != NULL)
		return add(list, n, VERIFIER, verifier);
	rule = sse == NULL || is_kms(sse) ? bucket_rule(c) : NULL;
	if (rule != NULL && sse == NULL) {
		const struct xml *by = xml_child(rule, "ApplyServerSideEncryptionByDefault");

		sse = by != NULL ? xml_child_text(by, "SSEAlgorithm") : NULL;
		key = by != NULL ? xml_child_text(by, "KMSMasterKeyID") : NULL;
	}
	if (rule != NULL && bucket_key == NULL)
		bucket_key = xml_child_text(rule, "BucketKeyEnabled");
	if (!is_kms(sse))
		return n;
	return kms_pairs(list, n, sse, kms_arn(c, key), bucket_key);
}

bool
encryption_is_pair(const char *name)
{
	return strcmp(name, SSE) == 0 || strcmp(name, KMS_KEY) == 0 || strcmp(name, BUCKET_KEY) == 0 ||
	    strcmp(name, VERIFIER) == 0;
}

static const char *
verifier_of(struct call *c, const unsigned char key[SEAL_KEY], const char *salt)
{
	unsigned char mac[32];

	digest_hmac_sha256(key, SEAL_KEY, salt, strlen(salt), mac);
	return mem_fmt(c->task->mem, "%s:%s", salt, text_hex(c->task->mem, mac, sizeof(mac)));
}

const char *
encryption_verifier(struct call *c, const char *salt)
{
	unsigned char key[SEAL_KEY];

	return customer_key(c, SEAL_TARGET, key) ? verifier_of(c, key, salt) : NULL;
}

void
encryption_headers(struct call *c, const struct blob_pairs *headers)
{
	const char *sse = s3_pair(headers, SSE);

	if (s3_pair(headers, VERIFIER) != NULL) {
		call_header(c, names[SEAL_TARGET].algorithm, "AES256");
		call_header(c, names[SEAL_TARGET].md5, s3_header(c, names[SEAL_TARGET].md5));
		return;
	}
	call_header(c, SSE, sse != NULL ? sse : "AES256");
	call_header(c, KMS_KEY, s3_pair(headers, KMS_KEY));
	call_header(c, BUCKET_KEY, s3_pair(headers, BUCKET_KEY));
	if (s3_pair(headers, KMS_KEY) != NULL) /* nothing is encrypted with it, so it is not kept */
		call_header(c, CONTEXT, s3_header(c, CONTEXT));
}

/* The same for the same bytes and verifier or key: a part that is sent again keeps its ETag. */
const char *
encryption_etag(struct call *c, const struct blob_pairs *headers, const char *md5_hex)
{
	const char *with = s3_pair(headers, VERIFIER);
	const char *text;

	if (with == NULL)
		with = s3_pair(headers, KMS_KEY);
	if (with == NULL)
		return md5_hex;
	text = mem_fmt(c->task->mem, "%s %s", with, md5_hex);
	return digest_hex(c->task->mem, DIGEST_MD5, text, strlen(text));
}

bool
encryption_sealed(const struct blob_object *o)
{
	return s3_pair(&o->headers, VERIFIER) != NULL;
}

void
encryption_check_key(struct call *c, const struct blob_object *o)
{
	const char   *verifier = s3_pair(&o->headers, VERIFIER), *salt;
	unsigned char key[SEAL_KEY];
	bool          brought = customer_key(c, reading_side(c), key);

	if (verifier == NULL && !brought)
		return;
	if (verifier == NULL)
		s3_throw(c, &S3_INVALID_REQUEST,
		    "The encryption parameters are not applicable to this object.", NULL);
	if (!brought)
		s3_throw(c, &S3_INVALID_REQUEST, "The object was stored using a form of Server Side "
		    "Encryption. The correct parameters must be provided to retrieve the object.", NULL);
	salt = mem_text_n(c->task->mem, verifier, strcspn(verifier, ":"));
	if (!text_same_secret(verifier_of(c, key, salt), verifier))
		task_throw(c->task, &S3_ACCESS_DENIED, "%s the correct secret key.", must);
}

static struct cipher *
cipher_of(struct call *c, const unsigned char key[SEAL_KEY], const unsigned char nonce[SEAL_NONCE],
    int64_t offset)
{
	unsigned char derived[CIPHER_KEY];

	digest_hmac_sha256(key, SEAL_KEY, nonce, SEAL_NONCE, derived);
	return cipher_new(c->task->mem, derived, offset);
}

struct cipher *
encryption_seal(struct call *c, unsigned char nonce[SEAL_NONCE])
{
	unsigned char key[SEAL_KEY];

	if (!customer_key(c, SEAL_TARGET, key))
		return NULL;
	id_bytes(&c->task->ids, nonce, SEAL_NONCE);
	return cipher_of(c, key, nonce, 0);
}

struct cipher *
encryption_open(struct call *c, const unsigned char nonce[SEAL_NONCE], int64_t offset)
{
	unsigned char key[SEAL_KEY];

	if (!customer_key(c, reading_side(c), key))
		task_throw(c->task, &FAULT_INTERNAL, "a sealed body was opened without a key");
	return cipher_of(c, key, nonce, offset);
}
