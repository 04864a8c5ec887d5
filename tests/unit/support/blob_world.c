/* tests/unit/support/blob_world.c - an environment with an object store, for tests of the engine */
#include "tests/unit/support/blob_world.h"

#include <stdlib.h>
#include <string.h>

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
