/* shared/core/secret.c - secrets that must be read again, encrypted at rest */
#include "shared/core/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/conf.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"
#include "shared/wire/digest.h"

enum { VERSION = 1, NONCE = 12, TAG = 16, KEY = 32 };

struct secret_box {
	size_t        n;
	unsigned char keys[SECRET_KEYS][KEY]; /* the first one seals, all open */
};

static struct secret_box *in_use; /* set once, before threads start */

/* The whole file; false when there is no reading it, or anyone may. */
static bool
read_key_file(const char *path, char *out, size_t size, char *error, size_t error_size)
{
	struct stat st;
	ssize_t     n = 0;
	int         fd = open(path, O_RDONLY | O_CLOEXEC);
	bool        ok = false;

	if (fd < 0 || fstat(fd, &st) != 0 || (n = read(fd, out, size - 1)) < 0)
		snprintf(error, error_size, "cannot read MF_SECRET_KEY_FILE %s: %s", path, strerror(errno));
	else if ((st.st_mode & 07) != 0)
		snprintf(error, error_size, "MF_SECRET_KEY_FILE %s is open to everyone: chmod o= it", path);
	else
		ok = true;
	if (fd >= 0)
		close(fd);
	out[ok ? n : 0] = '\0';
	return ok;
}

/* A key a line; false when a line is anything else, or there are none or too many. */
static bool
read_keys(struct secret_box *box, char *text)
{
	char *line = text, *end;

	for (; *line != '\0'; line = end) {
		end = line + strcspn(line, "\r\n");
		while (*end == '\r' || *end == '\n')
			*end++ = '\0';
		if (strlen(line) != 2 * (size_t)KEY || box->n == SECRET_KEYS ||
		    !text_unhex(line, box->keys[box->n++], KEY))
			return false;
	}
	return box->n > 0;
}

struct secret_box *
secret_box_open(const struct conf *c, char *error, size_t size)
{
	char               text[(SECRET_KEYS + 1) * (2 * KEY + 2) + 1];
	struct secret_box *box;

	if (!read_key_file(c->secret_key_file, text, sizeof(text), error, size))
		return NULL;
	box = calloc(1, sizeof(*box));
	if (box == NULL)
		abort();
	if (!read_keys(box, text)) {
		snprintf(error, size, "MF_SECRET_KEY_FILE %s does not hold 64 hexadecimal digits a line",
		    c->secret_key_file);
		free(box);
		box = NULL;
	}
	OPENSSL_cleanse(text, sizeof(text));
	return box;
}

void
secret_use(struct secret_box *box)
{
	in_use = box;
}

void
secret_start(const struct conf *c)
{
	char               error[512];
	struct secret_box *box = secret_box_open(c, error, sizeof(error));

	if (box == NULL)
		log_die("secret", "%s", error);
	secret_use(box);
}

static void
free_cipher(void *cipher)
{
	EVP_CIPHER_CTX_free(cipher);
}

/* A context that has seen key, nonce and associated data. */
static EVP_CIPHER_CTX *
start_cipher(struct task *t, size_t key, const unsigned char *nonce, const char *context,
    int sealing)
{
	const unsigned char *bound = (const unsigned char *)context;
	EVP_CIPHER_CTX      *cipher = EVP_CIPHER_CTX_new();
	const EVP_CIPHER    *kind = EVP_aes_256_gcm();
	int                  n;

	if (cipher == NULL)
		task_throw(t, &FAULT_INTERNAL, "no memory for a cipher");
	mem_defer(t->mem, free_cipher, cipher);
	if (EVP_CipherInit_ex(cipher, kind, NULL, in_use->keys[key], nonce, sealing) != 1 ||
	    EVP_CipherUpdate(cipher, NULL, &n, bound, (int)strlen(context)) != 1)
		task_throw(t, &FAULT_INTERNAL, "AES-256-GCM does not start");
	return cipher;
}

void *
secret_seal(struct task *t, const char *context, const void *p, size_t n, size_t *out_n)
{
	unsigned char  *out = mem_alloc(t->mem, n + SECRET_OVERHEAD);
	unsigned char  *nonce = out + 1, *text = nonce + NONCE;
	EVP_CIPHER_CTX *cipher;
	int             len, rest;

	assert(in_use != NULL);
	out[0] = VERSION;
	id_bytes(&t->ids, nonce, NONCE);
	cipher = start_cipher(t, 0, nonce, context, 1);
	if (EVP_CipherUpdate(cipher, text, &len, p, (int)n) != 1 ||
	    EVP_CipherFinal_ex(cipher, text + len, &rest) != 1 ||
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG, text + n) != 1)
		task_throw(t, &FAULT_INTERNAL, "AES-256-GCM does not seal");
	*out_n = n + SECRET_OVERHEAD;
	return out;
}

/* Is it sealed under that key?  Then the secret is in out. */
static bool
opens(struct task *t, size_t key, const char *context, const unsigned char *in, size_t n, char *out)
{
	const unsigned char *nonce = in + 1, *text = nonce + NONCE;
	EVP_CIPHER_CTX      *cipher = start_cipher(t, key, nonce, context, 0);
	unsigned char       *plain = (unsigned char *)out, tag[TAG];
	int                  len, rest;

	memcpy(tag, text + n, TAG);
	return EVP_CipherUpdate(cipher, plain, &len, text, (int)n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
	    EVP_CipherFinal_ex(cipher, plain + len, &rest) == 1;
}

char *
secret_try_open(struct task *t, const char *context, const void *sealed, size_t n, size_t *out_n)
{
	const unsigned char *in = sealed;
	char                *out;

	assert(in_use != NULL);
	if (n < SECRET_OVERHEAD || in[0] != VERSION)
		return NULL;
	n -= SECRET_OVERHEAD;
	out = mem_alloc(t->mem, n + 1);
	for (size_t key = 0; key < in_use->n; key++)
		if (opens(t, key, context, in, n, out)) {
			*out_n = n;
			return out;
		}
	return NULL;
}

char *
secret_open(struct task *t, const char *context, const void *sealed, size_t n)
{
	size_t out_n;
	char  *out = secret_try_open(t, context, sealed, n, &out_n);

	if (out == NULL)
		task_throw(t, &FAULT_INTERNAL,
		    "the secret of %s does not open: another key file, or a changed row", context);
	return out;
}

bool
secret_derive(size_t i, const char *purpose, unsigned char out[32])
{
	assert(in_use != NULL);
	if (i >= in_use->n)
		return false;
	digest_hmac_sha256(in_use->keys[i], KEY, purpose, strlen(purpose), out);
	return true;
}
