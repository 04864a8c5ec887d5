/* shared/engine/blob_row.h - what the files of the blob engine share */
#ifndef MF_BLOB_ROW_H
#define MF_BLOB_ROW_H

#include "shared/db/db.h"
#include "shared/engine/blob.h"

struct mem;

/* What columns bucket and bucket_owner of the first row say. */
enum blob_result blob_bucket_result(const struct rows *r, const char *who);
/* The columns a listing shares with blob_get. */
void blob_object_read(const struct rows *r, size_t i, struct blob_object *o);

/* What column `version` says, as an id for the world outside. */
const char *blob_version_id(const char *place);
/* text[] of pairs; a list of NULL is null. */
struct param      blob_pairs_param(const struct blob_pairs *p);
struct blob_pairs blob_pairs_read(struct task *t, const struct rows *r, size_t i,
    const char *column);

/* Until when; null without a mode. */
struct param blob_until_param(const struct blob_lock *l);

/* prefix (its first len bytes) and what sorts after every key that begins with it (blob_list.c). */
const char *blob_past(struct mem *m, const char *prefix, size_t len);
/* Where a page begins: past `after`, and past its whole fold when it has one. */
const char *blob_begin_after(struct mem *m, const struct blob_listing *l);
int64_t     blob_characters(const char *s);
/* How many of the rows are the page: one more than its limit was asked for. */
size_t blob_page(const struct rows *r, int64_t limit, bool *more);

#endif
