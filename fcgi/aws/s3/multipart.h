/* fcgi/aws/s3/multipart.h - what the files of uploads in parts share */
#ifndef MF_S3_MULTIPART_H
#define MF_S3_MULTIPART_H

#include "fcgi/aws/s3/s3.h"
#include "shared/engine/blob_upload.h"

/* The upload the request names. What cannot be an id is no upload. */
const char *s3_upload_id(struct call *c);
/* Its partNumber; of an upload that is not there that is said first. */
int64_t     s3_part_number(struct call *c, const char *bucket, const char *key, const char *upload);
/* What an engine's answer other than BLOB_OK means. */
_Noreturn void s3_throw_upload(struct call *c, enum blob_result r, const char *bucket,
    const char *key, const char *upload);
_Noreturn void s3_throw_other_checksum(struct call *c, const char *expected, const char *actual);
/* The element of a part's checksum, when its upload chose one. */
void s3_part_checksum(struct call *c, const struct blob_upload *u, const struct blob_part *p);

#endif
