/* shared/engine/blob_access.c - what a bucket says of who may do what */
#include "shared/engine/blob_access.h"

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_row.h"

enum blob_result
blob_access_find(struct task *t, const struct space *sp, const char *bucket,
    struct blob_access *out)
{
	struct rows r = db_rows(t, &Q_blob_access_find, db_i64(sp->environment),
	    db_i64(sp->generation), db_i64(sp->id), db_text(bucket));

	space_live(t, &r);
	if (row_null(&r, 0, "owner"))
		return BLOB_NO_BUCKET;
	*out = (struct blob_access){ .owner = row_text(&r, 0, "owner"),
		.region = row_text(&r, 0, "region"),
		.ownership = row_text(&r, 0, "ownership"), .policy = row_text(&r, 0, "policy"),
		.shut = row_null(&r, 0, "shut") ? BLOB_NOT_SAID : row_i64(&r, 0, "shut"),
		.acl = blob_pairs_read(t, &r, 0, "acl"), .versioned = row_bool(&r, 0, "versioned"),
		.encryption = row_text(&r, 0, "encryption"),
		.lifecycle = row_text(&r, 0, "lifecycle"),
		.notification = row_text(&r, 0, "notification") };
	return BLOB_OK;
}

struct blob_access *
blob_access_copy(struct mem *m, const struct blob_access *a)
{
	struct blob_access *copy = mem_copy(m, a, sizeof(*a));

	copy->owner = mem_text(m, a->owner);
	copy->region = mem_text(m, a->region);
	copy->ownership = mem_text(m, a->ownership);
	copy->policy = mem_text(m, a->policy);
	copy->encryption = mem_text(m, a->encryption);
	copy->lifecycle = mem_text(m, a->lifecycle);
	copy->notification = mem_text(m, a->notification);
	if (a->acl.list != NULL) {
		const char **list = mem_array(m, const char *, a->acl.n + 1);

		for (size_t i = 0; i < a->acl.n; i++)
			list[i] = mem_text(m, a->acl.list[i]);
		copy->acl.list = list;
	}
	return copy;
}

enum blob_result
blob_access_set(struct task *t, const struct space *sp, const char *bucket,
    enum blob_access_part part, const struct blob_access *a)
{
	static const char *const parts[] = { [BLOB_OWNERSHIP] = "ownership", [BLOB_SHUT] = "shut",
		[BLOB_POLICY] = "policy", [BLOB_LIST] = "acl", [BLOB_ALL] = "all" };
	struct param shut = db_i64(a->shut);
	struct rows  r = db_rows(t, &Q_blob_access_set, db_i64(sp->environment),
	     db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(a->owner),
	     db_text(parts[part]), db_text(a->ownership),
	     a->shut == BLOB_NOT_SAID ? db_null(shut) : shut, db_text(a->policy),
	     blob_pairs_param(&a->acl));

	space_live(t, &r);
	return blob_bucket_result(&r, a->owner);
}

static enum blob_result
set_result(struct task *t, const struct rows *r, const char *owner)
{
	enum blob_result result;

	space_live(t, r);
	result = blob_bucket_result(r, owner);
	return result == BLOB_OK && row_null(r, 0, "seq") ? BLOB_NO_KEY : result;
}

enum blob_result
blob_object_acl_set(struct task *t, const struct space *sp, const char *owner, const char *bucket,
    const char *key, int64_t seq, const struct blob_pairs *acl)
{
	struct rows r = db_rows(t, &Q_blob_object_acl_set, db_i64(sp->environment),
	    db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(owner), db_text(key),
	    db_i64(seq), blob_pairs_param(acl));

	return set_result(t, &r, owner);
}

enum blob_result
blob_object_headers_set(struct task *t, const struct space *sp, const char *owner,
    const char *bucket, const char *key, int64_t seq, const struct blob_pairs *headers)
{
	struct rows r = db_rows(t, &Q_blob_object_headers_set, db_i64(sp->environment),
	    db_i64(sp->generation), db_i64(sp->id), db_text(bucket), db_text(owner), db_text(key),
	    db_i64(seq), db_texts(headers->list, headers->n));

	return set_result(t, &r, owner);
}
