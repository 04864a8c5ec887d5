/* tests/unit/support/blob_world.c - an environment with an object store, for tests of the engine */
#include "tests/unit/support/blob_world.h"

#include <stdlib.h>
#include <string.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "tests/unit/support/scratch.h"

struct space
world_space(struct task *t)
{
	struct space sp = { .generation = 1, .now = t->now };

	scratch_wipe();
	scratch_sql("insert into core.account (public_id, name, created_at)"
	            " values ('acc-1', 'a', '2026-11-23') on conflict do nothing");
	scratch_sql("insert into core.service values ('aws_s3', 'aws', 1, 'S3', 'emulated')"
	            " on conflict do nothing");
	sp.environment = strtoll(scratch_sql(
	    "insert into core.environment (public_id, account_id, state, hourly_rate,"
	    " auto_shutdown_hours, created_at, changed_at, active_at)"
	    " select 'env-0123456789', id, 'running', 0, 4, created_at, created_at, created_at"
	    " from core.account where public_id = 'acc-1' returning id"), NULL, 10);
	sp.id = strtoll(scratch_sql("insert into core.space (environment_id, service, created_at)"
	    " values (%lld, 'aws_s3', '2026-11-23') returning id", (long long)sp.environment),
	    NULL, 10);
	return sp;
}

struct blob_object
world_object(const char *key, const char *text)
{
	static const char *const headers[] = { "content-type", "text/plain" };

	return (struct blob_object){ .key = key, .size = (int64_t)strlen(text), .etag = text,
		.headers = { headers, 2 }, .storage_class = "STANDARD", .bytes = text };
}

enum blob_result
world_bucket(struct task *t, const struct space *sp, const char *who, const char *name, bool locks,
    struct blob_bucket *out)
{
	const struct blob_new_bucket b = { .name = name, .region = "us-east-1", .locks = locks };

	return blob_bucket_make(t, sp, who, &b, out);
}

enum blob_result
world_delete(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *key, const char *etag)
{
	const struct blob_removal what = { .etag = etag };
	const struct blob_remover by = { 0 };
	struct blob_removed       out;

	return blob_delete(t, sp, who, bucket, key, &what, &by, &out);
}

enum blob_result
world_delete_many(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *const *keys, const char *const *etags, size_t n, enum blob_result *result)
{
	struct blob_removal      *what = mem_array(t->mem, struct blob_removal, n);
	struct blob_removed      *out = mem_array(t->mem, struct blob_removed, n);
	const struct blob_remover by = { 0 };
	enum blob_result          whole;

	for (size_t i = 0; i < n; i++)
		what[i].etag = etags[i];
	whole = blob_delete_many(t, sp, who, bucket, keys, what, n, &by, out);
	for (size_t i = 0; i < n; i++)
		result[i] = out[i].result;
	return whole;
}
