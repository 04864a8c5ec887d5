/* shared/store/oci_body.h - bodies in and out of OCI, as struct remote_kind has it */
#ifndef MF_STORE_OCI_BODY_H
#define MF_STORE_OCI_BODY_H

#include "shared/store/remote.h"

void oci_put(struct task *t, struct store *s, const struct remote_name *name, const void *p,
    size_t n, const unsigned char md5[REMOTE_MD5]);
const char *oci_begin(struct task *t, struct store *s, const struct remote_name *name);
const char *oci_part(struct task *t, struct store *s, const struct remote_name *name,
    const char *upload, int number, const void *p, size_t n, const unsigned char md5[REMOTE_MD5]);
void oci_commit(struct task *t, struct store *s, const struct remote_name *name,
    const char *upload, const char *etags, int n, const unsigned char md5[REMOTE_MD5]);
struct http_stream *oci_get(struct task *t, struct store *s, const struct remote_name *name,
    int64_t offset, int64_t length);

#endif
