/* tests/unit/fcgi/aws/s3/lifecycle.c - what lifecycle rules do, and when */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/db/db.h"
#include "shared/engine/blob_rule.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

#define RULES(inside) "<LifecycleConfiguration>" inside "</LifecycleConfiguration>"
#define RULE(id, filter, action) "<Rule><ID>" id "</ID><Filter>" filter \
	"</Filter><Status>Enabled</Status>" action "</Rule>"
#define DAYS(n) "<Expiration><Days>" n "</Days></Expiration>"
#define PREFIX(p) "<Prefix>" p "</Prefix>"
#define ON "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
#define KEYS "select coalesce(string_agg(key, ',' order by key), '') from blob.version where "

/* The day on which the objects of these tests are put (s3_call.c). */
#define PUT_DAY (INT64_C(1763884800000000) / DAY * DAY)

static struct space
set_up(const char *rules)
{
	struct space sp = s3_call_setup();

	assert_int_equal(s3_put_document("/bkt?lifecycle", rules).status, 200);
	s3_call_fresh();
	scratch_sql("insert into core.environment_service values (%lld, 'aws_s3', 1, %lld)"
	    " on conflict do nothing", (long long)sp.environment, (long long)sp.id);
	return sp;
}

static int64_t
run_at(int64_t at)
{
	struct task         *t = scratch_task();
	struct blob_rule_run run = { 0 };
	int64_t              n, sum = 0;

	t->now = at;
	while (blob_rules_step(t, &run, &n))
		sum += n;
	scratch_end(t);
	return sum;
}

static void
test_current(void **state)
{
	(void)state;
	set_up(RULES(RULE("a", PREFIX("log/"), DAYS("3"))
	    RULE("b", "<And>" PREFIX("t/") "<Tag><Key>k</Key><Value>v</Value></Tag>"
	    "<ObjectSizeGreaterThan>2</ObjectSizeGreaterThan></And>", DAYS("1"))));
	assert_int_equal(s3_do("PUT", "/bkt/log/1", "x"), 200);
	assert_string_equal(s3_answer_header("x-amz-expiration"),
	    "expiry-date=\"Thu, 27 Nov 2025 00:00:00 GMT\", rule-id=\"a\"");
	assert_int_equal(s3_do("PUT", "/bkt/other", "x"), 200);
	assert_null(s3_answer_header("x-amz-expiration"));
	assert_int_equal(s3_send("PUT", "/bkt/t/1", "x-amz-tagging: a=b&k=v\n", "xxx", 3).status, 200);
	assert_int_equal(s3_send("PUT", "/bkt/t/2", "x-amz-tagging: k=v\n", "xx", 2).status, 200);
	assert_int_equal(s3_send("PUT", "/bkt/t/3", "x-amz-tagging: k=w\n", "xxx", 3).status, 200);
	assert_int_equal(run_at(PUT_DAY + 2 * DAY - 1), 0);
	assert_int_equal(run_at(PUT_DAY + 2 * DAY), 1);
	assert_string_equal(scratch_sql(KEYS "true"), "log/1,other,t/2,t/3");
	assert_int_equal(run_at(PUT_DAY + 4 * DAY - 1), 0);
	assert_int_equal(run_at(PUT_DAY + 4 * DAY), 1);
	assert_string_equal(scratch_sql(KEYS "true"), "other,t/2,t/3");
	/* Done for the day; another day, and no rules. */
	assert_int_equal(s3_do("PUT", "/bkt/log/1", "x"), 200);
	assert_int_equal(run_at(PUT_DAY + 4 * DAY + 1), 0);
	assert_int_equal(s3_do("DELETE", "/bkt?lifecycle", ""), 204);
	s3_call_fresh();
	assert_int_equal(run_at(PUT_DAY + 90 * DAY), 0);
	assert_string_equal(scratch_sql("select count(*) from blob.rule"), "0");
	s3_call_end();
}

static void
test_versions(void **state)
{
	(void)state;
	set_up(RULES(RULE("a", "", DAYS("10") "<NoncurrentVersionExpiration><NoncurrentDays>2"
	    "</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions>"
	    "</NoncurrentVersionExpiration>")));
	assert_int_equal(s3_do("PUT", "/bkt?versioning", ON), 200);
	for (int i = 0; i < 4; i++)
		assert_int_equal(s3_do("PUT", "/bkt/k", "x"), 200);
	assert_int_equal(run_at(PUT_DAY + 3 * DAY - 1), 0);
	assert_int_equal(run_at(PUT_DAY + 3 * DAY), 2);
	assert_string_equal(scratch_sql("select count(*) from blob.version where bucket < 0"), "1");
	assert_string_equal(scratch_sql("select count(*) from blob.version where bucket > 0"), "1");
	/* A marker over the current one, which is the one that is spared now. */
	assert_int_equal(run_at(PUT_DAY + 11 * DAY), 2);
	assert_string_equal(scratch_sql("select string_agg(delete_marker::text, ',' order by version)"
	    " from blob.version where bucket < 0"), "true,false");
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 404);
	/* For ever, so the marker is never alone. */
	assert_int_equal(run_at(PUT_DAY + 40 * DAY), 0);
	assert_string_equal(scratch_sql("select count(*) from blob.version"), "2");
	s3_call_end();
}

static void
test_markers(void **state)
{
	(void)state;
	set_up(RULES(RULE("a", PREFIX("m"), "<Expiration><ExpiredObjectDeleteMarker>true"
	    "</ExpiredObjectDeleteMarker></Expiration>")));
	assert_int_equal(s3_do("PUT", "/bkt?versioning", ON), 200);
	assert_int_equal(s3_do("PUT", "/bkt/m2", "x"), 200);
	assert_int_equal(s3_do("DELETE", "/bkt/m1", ""), 204);
	assert_int_equal(s3_do("DELETE", "/bkt/m2", ""), 204);
	assert_int_equal(s3_do("DELETE", "/bkt/n", ""), 204);
	assert_int_equal(run_at(PUT_DAY + DAY), 1);
	assert_string_equal(scratch_sql(KEYS "delete_marker"), "m2,n");
	s3_call_end();
}

static void
test_locked(void **state)
{
	(void)state;
	set_up(RULES(RULE("a", "", "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
	    "</NoncurrentVersionExpiration>")));
	assert_int_equal(s3_do("PUT", "/bkt?versioning", ON), 200);
	for (int i = 0; i < 4; i++)
		assert_int_equal(s3_do("PUT", "/bkt/k", "x"), 200);
	scratch_sql("update blob.version set legal_hold = 'ON' where seq ="
	    " (select min(seq) from blob.version)");
	scratch_sql("update blob.version set retain_until = '2026-01-01', lock_mode = 'COMPLIANCE'"
	    " where seq = (select seq from blob.version order by seq offset 1 limit 1)");
	assert_int_equal(run_at(PUT_DAY + 2 * DAY), 1);
	assert_int_equal(run_at(PUT_DAY + 3 * DAY), 0);
	assert_int_equal(run_at(PUT_DAY + 90 * DAY), 1);
	assert_string_equal(scratch_sql("select count(*) from blob.version"), "2");
	s3_call_end();
}

static void
test_moves_and_uploads(void **state)
{
	struct space sp;

	(void)state;
	sp = set_up(RULES(RULE("a", "<ObjectSizeGreaterThan>0</ObjectSizeGreaterThan>",
	    "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
	    "<Transition><Days>60</Days><StorageClass>GLACIER</StorageClass></Transition>")
	    RULE("b", "", "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7"
	    "</DaysAfterInitiation></AbortIncompleteMultipartUpload>")));
	assert_int_equal(s3_do("PUT", "/bkt/k", "x"), 200);
	assert_int_equal(s3_do("PUT", "/bkt/empty", ""), 200);
	assert_int_equal(s3_do("POST", "/bkt/u?uploads", ""), 200);
	assert_int_equal(run_at(PUT_DAY + 7 * DAY), 0);
	assert_int_equal(run_at(PUT_DAY + 8 * DAY), 1);
	assert_string_equal(scratch_sql("select count(*) from blob.upload"), "0");
	assert_int_equal(run_at(PUT_DAY + 31 * DAY), 1);
	assert_string_equal(scratch_sql("select storage_class from blob.version where key = 'k'"),
	    "STANDARD_IA");
	assert_int_equal(run_at(PUT_DAY + 61 * DAY), 1);
	assert_string_equal(scratch_sql("select string_agg(storage_class, ',' order by key)"
	    " from blob.version"), "STANDARD,GLACIER");
	/* The environment's clock counts; one that does not run is left alone. */
	assert_int_equal(s3_put_document("/bkt?lifecycle", RULES(RULE("a", "", DAYS("100")))).status,
	    200);
	s3_call_fresh();
	scratch_sql("update core.environment set clock_offset = %lld where id = %lld",
	    (long long)(200 * DAY), (long long)sp.environment);
	scratch_sql("update core.environment set state = 'stopped'");
	assert_int_equal(run_at(PUT_DAY), 0);
	scratch_sql("update core.environment set state = 'running'");
	assert_int_equal(run_at(PUT_DAY), 2);
	s3_call_end();
}

/* One step; how many it changed. */
static int64_t
step_at(int64_t at)
{
	struct task         *t = scratch_task();
	struct blob_rule_run run = { 0 };
	int64_t              n;

	t->now = at;
	blob_rules_step(t, &run, &n);
	scratch_end(t);
	return n;
}

/* A step looks at a thousand keys; the next goes on from there, and a new day from the first. */
static void
test_in_steps(void **state)
{
	(void)state;
	set_up(RULES(RULE("a", PREFIX("log/"), DAYS("3"))
	    RULE("b", "<ObjectSizeGreaterThan>0</ObjectSizeGreaterThan>",
	    "<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass>"
	    "</Transition>")));
	assert_int_equal(s3_do("PUT", "/bkt/zz", "x"), 200);
	scratch_sql("insert into blob.version (space, bucket, key, modified_at, owner, size, etag,"
	    " headers, metadata, storage_class, bytes)"
	    " select space, bucket, format('%%s/%%s', case when i > 1700 then 'log' else 'cold' end,"
	    " lpad(i::text, 5, '0')), modified_at, owner, size, etag, headers, metadata,"
	    " storage_class, bytes from blob.version cross join generate_series(1, 3200) i"
	    " where key = 'zz'");
	assert_int_equal(step_at(PUT_DAY + 4 * DAY), 0);
	assert_int_equal(step_at(PUT_DAY + 4 * DAY), 300);
	/* The day ends in between. */
	assert_int_equal(step_at(PUT_DAY + 31 * DAY), 1000);
	assert_int_equal(step_at(PUT_DAY + 31 * DAY), 700 + 300);
	assert_int_equal(run_at(PUT_DAY + 31 * DAY), 900 + 1);
	assert_int_equal(run_at(PUT_DAY + 31 * DAY), 0);
	assert_string_equal(scratch_sql("select string_agg(n, ' ') from (select storage_class || ' '"
	    " || count(*) as n from blob.version group by storage_class) s"), "GLACIER 1701");
	s3_call_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_current, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_versions, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_markers, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_locked, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_moves_and_uploads, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_in_steps, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
