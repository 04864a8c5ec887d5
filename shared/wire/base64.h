/* shared/wire/base64.h - base64 (RFC 4648) */
#ifndef MF_BASE64_H
#define MF_BASE64_H

#include <stddef.h>

struct mem;

char *base64_encode(struct mem *m, const void *p, size_t n);
char *base64url_encode(struct mem *m, const void *p, size_t n); /* no padding */
/* NULL when s is not strict base64 with padding. */
void *base64_decode(struct mem *m, const char *s, size_t *n);
void *base64url_decode(struct mem *m, const char *s, size_t *n); /* padding optional */

#endif
