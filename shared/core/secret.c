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

enum { VERSION = 1, NONCE = 12, TAG = 16, KEY = 32 };

struct secret_box {
	unsigned char key[KEY];
};

static struct secret_box *in_use; /* set once, before threads start */

/* The file's first line, without its end; false when there is no reading it. */
static bool
read_key_file(const char *path, char *out, size_t size, char *error, size_t error_size)
{
	struct stat st;
	ssize_t     n;
	int         fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0) {
		snprintf(error, error_size, "cannot open MF_SECRET_KEY_FILE %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	if ((st.st_mode & 07) != 0) {
		snprintf(error, error_size, "MF_SECRET_KEY_FILE %s is open to everyone: chmod o= it", path);
		close(fd);
		return false;
	}
	n = read(fd, out, size - 1);
	close(fd);
	if (n < 0) {
		snprintf(error, error_size, "cannot read MF_SECRET_KEY_FILE %s: %s", path, strerror(errno));
		return false;
	}
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

struct secret_box *
secret_box_open(const struct conf *c, char *error, size_t size)
{
	char               text[2 * KEY + 16];
	struct secret_box *box;

	if (!read_key_file(c->secret_key_file, text, sizeof(text), error, size))
		return NULL;
	box = calloc(1, sizeof(*box));
	if (box == NULL)
		abort();
	if (strlen(text) != 2 * (size_t)KEY || !text_unhex(text, box->key, KEY)) {
		snprintf(error, size, "MF_SECRET_KEY_FILE %s does not hold 64 hexadecimal digits",
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
start_cipher(struct task *t, const unsigned char *nonce, const char *context, int sealing)
{
	const unsigned char *bound = (const unsigned char *)context;
	EVP_CIPHER_CTX      *cipher = EVP_CIPHER_CTX_new();
	int                  n;

	if (cipher == NULL)
		task_throw(t, &FAULT_INTERNAL, "no memory for a cipher");
	mem_defer(t->mem, free_cipher, cipher);
	assert(in_use != NULL);
	if (EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, in_use->key, nonce, sealing) != 1 ||
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

	out[0] = VERSION;
	id_bytes(&t->ids, nonce, NONCE);
	cipher = start_cipher(t, nonce, context, 1);
	if (EVP_CipherUpdate(cipher, text, &len, p, (int)n) != 1 ||
	    EVP_CipherFinal_ex(cipher, text + len, &rest) != 1 ||
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG, text + n) != 1)
		task_throw(t, &FAULT_INTERNAL, "AES-256-GCM does not seal");
	*out_n = n + SECRET_OVERHEAD;
	return out;
}

char *
secret_open(struct task *t, const char *context, const void *sealed, size_t n)
{
	const unsigned char *in = sealed, *nonce = in + 1, *text = nonce + NONCE;
	unsigned char        tag[TAG];
	EVP_CIPHER_CTX      *cipher;
	char                *out;
	int                  len, rest;

	if (n < SECRET_OVERHEAD || in[0] != VERSION)
		task_throw(t, &FAULT_INTERNAL, "the secret of %s is not one of ours", context);
	n -= SECRET_OVERHEAD;
	memcpy(tag, text + n, TAG);
	out = mem_alloc(t->mem, n + 1);
	cipher = start_cipher(t, nonce, context, 0);
	if (EVP_CipherUpdate(cipher, (unsigned char *)out, &len, text, (int)n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG, tag) != 1 ||
	    EVP_CipherFinal_ex(cipher, (unsigned char *)out + len, &rest) != 1)
		task_throw(t, &FAULT_INTERNAL,
		    "the secret of %s does not open: another key file, or a changed row", context);
	return out;
}
