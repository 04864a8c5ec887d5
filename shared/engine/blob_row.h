/* shared/engine/blob_row.h - what the files of the blob engine share */
#ifndef MF_BLOB_ROW_H
#define MF_BLOB_ROW_H

#include "shared/db/db.h"
#include "shared/engine/blob.h"

/* What columns bucket and bucket_owner of the first row say. */
enum blob_result blob_bucket_result(const struct rows *r, const char *who);
/* The columns a listing shares with blob_get. */
void blob_object_read(const struct rows *r, size_t i, struct blob_object *o);

#endif
