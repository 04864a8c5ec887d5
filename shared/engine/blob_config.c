/* shared/engine/blob_config.c - documents kept with buckets */
#include "shared/engine/blob_config.h"

#include <string.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

bool
blob_remembered(const char *kind)
{
	return strcmp(kind, "encryption") == 0 || strcmp(kind, "lifecycle") == 0 ||
	    strcmp(kind, "notification") == 0;
}

enum blob_result
blob_config_put(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *kind, const struct blob_config *c, int64_t most)
{
	struct rows      r = db_rows(t, &Q_blob_config_put, db_i64(sp->environment),
	         db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(who), db_text(kind),
	         db_text(c->id), db_text(c->document), db_i64(most));
	enum blob_result result;

	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	return result == BLOB_OK && row_null(&r, 0, "kept") ? BLOB_FULL : result;
}

enum blob_result
blob_config_find(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *kind, const char *id, const char **document)
{
	struct rows r = db_rows(t, &Q_blob_config_find, db_i64(sp->environment),
	    db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(kind), db_text(id));

	space_live(t, &r);
	*document = row_text(&r, 0, "document");
	return blob_bucket_result(&r, who);
}

enum blob_result
blob_config_list(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *kind, const char *after, int64_t limit, struct blob_config **out, size_t *n)
{
	struct rows r = db_rows(t, &Q_blob_config_list, db_i64(sp->environment),
	    db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(kind), db_text(after),
	    db_i64(limit));

	space_live(t, &r);
	*n = row_null(&r, 0, "id") ? 0 : r.n;
	*out = mem_array(t->mem, struct blob_config, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct blob_config){ row_text(&r, i, "id"), row_text(&r, i, "document") };
	return blob_bucket_result(&r, who);
}

enum blob_result
blob_config_remove(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *kind, const char *id)
{
	struct rows      r = db_rows(t, &Q_blob_config_remove, db_i64(sp->environment),
	         db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(who), db_text(kind),
	         db_text(id));
	enum blob_result result;

	space_live(t, &r);
	result = blob_bucket_result(&r, who);
	return result == BLOB_OK && row_null(&r, 0, "gone") ? BLOB_NO_KEY : result;
}
