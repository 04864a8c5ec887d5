/* shared/core/secret.h - secrets that must be read again, encrypted at rest */
#ifndef MF_SECRET_H
#define MF_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct task;

/*
 * What only has to be compared is hashed (API keys).  What must be read again, because a
 * signature is verified with it, is sealed with AES-256-GCM (NIST SP 800-38D) under the first key
 * in MF_SECRET_KEY_FILE: 64 hexadecimal digits a line, in a file that the world cannot read.
 * Further lines are keys that open, too: they are there while a key is changed (reseal.h).
 *
 * A sealed secret is bound to `context`, the thing it belongs to: copied to another row it does
 * not open. The context of an AWS secret access key is its access key id.
 *
 * Sealed form: version 1 (one byte), nonce (12), ciphertext (as long as the secret), tag (16).
 */
enum { SECRET_OVERHEAD = 1 + 12 + 16, SECRET_KEYS = 4 };

struct secret_box;

/* The keys of the settings; NULL: error[] says why.  It lives as long as the process. */
struct secret_box *secret_box_open(const struct conf *c, char *error, size_t size);
/* The box that secret_seal and secret_open use, once, before threads start. */
void secret_use(struct secret_box *box);
/*
 * Both of it, as programs do at their start; ends the process with a sentence when there is no
 * key.
 */
void secret_start(const struct conf *c);

/* The sealed form of n bytes, in the arena. */
void *secret_seal(struct task *t, const char *context, const void *p, size_t n, size_t *out_n);
/*
 * The secret, NUL added, in the arena.  Throws FAULT_INTERNAL when it was forged, sealed under
 * another key, or belongs to something else.
 */
char *secret_open(struct task *t, const char *context, const void *sealed, size_t n);
/* The same for what clients bring: NULL when it is not one of ours. */
char *secret_try_open(struct task *t, const char *context, const void *sealed, size_t n,
    size_t *out_n);

/*
 * A key of its own for `purpose`, from key number i of the file (0: the one that seals); false:
 * there are not so many.
 */
bool secret_derive(size_t i, const char *purpose, unsigned char out[32]);

#endif
