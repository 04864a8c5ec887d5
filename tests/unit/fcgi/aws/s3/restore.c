/* tests/unit/fcgi/aws/s3/restore.c - archived objects and their copies; what happens by itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/call.h"
#include "fcgi/courier.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/db/db.h"
#include "shared/engine/blob_restore.h"
#include "shared/engine/blob_rule.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

#define WISH(days, tier) "<RestoreRequest><Days>" days "</Days><GlacierJobParameters><Tier>" tier \
	"</Tier></GlacierJobParameters></RestoreRequest>"
#define TELL(events) "<NotificationConfiguration><QueueConfiguration><Id>all</Id><Queue>" \
	"arn:aws:sqs:us-east-1:111111111111:q</Queue>" events \
	"</QueueConfiguration></NotificationConfiguration>"

/* When the objects of these tests are put (s3_call.c). */
static const int64_t START = INT64_C(1763884800000000);

static struct space
set_up(void)
{
	static const char rules[] = TELL("<Event>s3:ObjectRestore:*</Event>"
	    "<Event>s3:LifecycleTransition</Event><Event>s3:LifecycleExpiration:*</Event>");
	struct space sp = s3_call_setup();

	assert_int_equal(s3_send("PUT", "/bkt?notification",
	    "x-amz-skip-destination-validation: true\n", rules, strlen(rules)).status, 200);
	s3_call_fresh();
	scratch_sql("delete from blob.event");
	scratch_sql("insert into core.environment_service values (%lld, 'aws_s3', 1, %lld)"
	    " on conflict do nothing", (long long)sp.environment, (long long)sp.id);
	return sp;
}

static void
archive(const char *target, const char *class)
{
	const char *headers = strcmp(class, "GLACIER") == 0 ? "x-amz-storage-class: GLACIER\n"
	                                                    : "x-amz-storage-class: DEEP_ARCHIVE\n";

	assert_int_equal(s3_send("PUT", target, headers, "text", 4).status, 200);
}

static struct s3_answer
restore(const char *key, const char *wish)
{
	static char target[64];

	snprintf(target, sizeof(target), "/bkt/%s?restore", key);
	return s3_send("POST", target, "", wish, strlen(wish));
}

/* The names of what was told since the last time, in their order. */
static const char *
told(int64_t at)
{
	struct task        *t = scratch_task();
	const struct world  world = { 0 };
	struct blob_rule_run run = { 0 };
	int64_t             after = 0, n;
	static char         names[400];

	t->now = at;
	while (blob_rules_step(t, &run, &n))
		;
	while (blob_restore_turn(t, 2) > 0)
		;
	while (courier_tell(t, &world, &after))
		after = 0;
	scratch_end(t);
	snprintf(names, sizeof(names), "%s", scratch_sql("select coalesce(string_agg((body::json #>>"
	    " '{Records,0,eventName}') || ' ' || (body::json #>> '{Records,0,s3,object,key}'), ','"
	    " order by id), '') from blob.event"));
	scratch_sql("create table if not exists last_event as select body from blob.event limit 0");
	scratch_sql("insert into last_event select body from blob.event order by id desc limit 1");
	scratch_sql("delete from blob.event");
	return names;
}

static const char *
last(const char *what)
{
	return scratch_sql("select body::json #>> '{Records,0,%s}' from last_event"
	    " order by ctid desc limit 1", what);
}

static void
test_copy(void **state)
{
	(void)state;
	set_up();
	archive("/bkt/k", "GLACIER");
	assert_string_equal(s3_send("GET", "/bkt/k", "", "", 0).code, "InvalidObjectState");
	assert_null(s3_answer_header("x-amz-restore"));
	assert_int_equal(restore("k", WISH("2", "Bulk")).status, 202);
	assert_string_equal(told(START), "ObjectRestore:Post k");
	assert_string_equal(last("eventVersion"), "2.1");
	assert_string_equal(restore("k", WISH("2", "Bulk")).code, "RestoreAlreadyInProgress");
	assert_int_equal(s3_do("HEAD", "/bkt/k", ""), 200);
	assert_string_equal(s3_answer_header("x-amz-restore"), "ongoing-request=\"true\"");
	assert_string_equal(s3_send("GET", "/bkt/k", "", "", 0).code, "InvalidObjectState");
	/* Sooner; until when was said at first. */
	assert_int_equal(restore("k", WISH("2", "Expedited")).status, 202);
	s3_call_ahead(MINUTE - 1);
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 403);
	s3_call_ahead(MINUTE);
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 200);
	assert_string_equal(s3_answer_header("x-amz-restore"),
	    "ongoing-request=\"false\", expiry-date=\"Wed, 26 Nov 2025 00:00:00 GMT\"");
	assert_string_equal(s3_answer_header("x-amz-storage-class"), "GLACIER");
	assert_string_equal(told(START + MINUTE), "ObjectRestore:Completed k");
	assert_string_equal(last("userIdentity,principalId"), "s3.amazonaws.com");
	assert_string_equal(last("eventTime"), "2025-11-23T08:01:00.000Z");
	assert_string_equal(last("glacierEventData,restoreEventData,lifecycleRestoreStorageClass"),
	    "GLACIER");
	assert_string_equal(last("glacierEventData,restoreEventData,lifecycleRestorationExpiryTime"),
	    "2025-11-26T00:00:00.000Z");
	assert_string_equal(told(START + MINUTE), "");
	/* For longer, which is told to nobody. */
	assert_int_equal(restore("k", WISH("7", "Standard")).status, 200);
	s3_call_ahead(7 * DAY);
	assert_int_equal(s3_send("PUT", "/bkt/copy", "x-amz-copy-source: /bkt/k\n", "", 0).status, 200);
	assert_string_equal(told(START + 7 * DAY), "");
	s3_call_ahead(8 * DAY);
	assert_int_equal(s3_do("GET", "/bkt/k", ""), 403);
	assert_null(s3_answer_header("x-amz-restore"));
	assert_int_equal(s3_send("PUT", "/bkt/copy", "x-amz-copy-source: /bkt/k\n", "", 0).status, 403);
	assert_string_equal(told(START + 8 * DAY), "ObjectRestore:Delete k");
	assert_string_equal(last("eventVersion"), "2.3");
	assert_string_equal(scratch_sql("select count(*) from blob.restore"), "0");
	assert_int_equal(restore("k", WISH("1", "Standard")).status, 202);
	s3_call_end();
}

static void
test_refused(void **state)
{
	(void)state;
	set_up();
	archive("/bkt/deep", "DEEP_ARCHIVE");
	assert_int_equal(s3_do("PUT", "/bkt/k", "text"), 200);
	assert_string_equal(restore("k", "").code, "InvalidObjectState");
	assert_string_equal(restore("none", WISH("1", "Bulk")).code, "NoSuchKey");
	assert_string_equal(restore("deep", WISH("1", "Expedited")).code, "InvalidArgument");
	assert_string_equal(restore("deep", WISH("0", "Bulk")).code, "InvalidArgument");
	assert_string_equal(restore("deep", WISH("1", "Soon")).code, "MalformedXML");
	assert_string_equal(restore("deep", "<RestoreRequest/>").code, "MalformedXML");
	assert_string_equal(restore("deep", "").code, "MalformedXML");
	assert_string_equal(restore("deep", "<RestoreRequest><Type>SELECT</Type>"
	    "</RestoreRequest>").code, "NotImplemented");
	assert_string_equal(scratch_sql("select count(*) from blob.restore"), "0");
	assert_string_equal(told(START), "");
	s3_call_end();
}

/* A copy is of one version: what comes over that has none, and nothing is told of it. */
static void
test_overwritten(void **state)
{
	(void)state;
	set_up();
	archive("/bkt/k", "GLACIER");
	assert_int_equal(restore("k", WISH("1", "Standard")).status, 202);
	archive("/bkt/k", "GLACIER");
	assert_int_equal(s3_do("HEAD", "/bkt/k", ""), 200);
	assert_null(s3_answer_header("x-amz-restore"));
	/* Renamed, it keeps what it has. */
	assert_int_equal(restore("k", WISH("1", "Expedited")).status, 202);
	assert_int_equal(s3_send("PUT", "/bkt/other?renameObject", "x-amz-rename-source: k\n", "",
	    0).status, 200);
	assert_int_equal(s3_do("HEAD", "/bkt/other", ""), 200);
	assert_string_equal(s3_answer_header("x-amz-restore"), "ongoing-request=\"true\"");
	assert_string_equal(told(START), "ObjectRestore:Post k,ObjectRestore:Post k");
	assert_string_equal(told(START + HOUR), "ObjectRestore:Completed other");
	assert_string_equal(told(START + 9 * DAY), "ObjectRestore:Delete other");
	assert_string_equal(scratch_sql("select count(*) from blob.restore"), "0");
	s3_call_end();
}

static void
test_lists(void **state)
{
	static const char with[] = "x-amz-optional-object-attributes: RestoreStatus\n";
	struct s3_answer  a;

	(void)state;
	set_up();
	archive("/bkt/a", "GLACIER");
	archive("/bkt/b", "GLACIER");
	assert_int_equal(restore("b", WISH("1", "Standard")).status, 202);
	a = s3_send("GET", "/bkt?list-type=2", "", "", 0);
	assert_int_equal(a.round_trips, 1);
	assert_null(strstr(a.body.data, "RestoreStatus"));
	a = s3_send("GET", "/bkt?list-type=2", with, "", 0);
	assert_int_equal(a.round_trips, 2);
	assert_non_null(strstr(a.body.data, "<Key>b</Key>"));
	assert_non_null(strstr(strstr(a.body.data, "<Key>b</Key>"), "<RestoreStatus>"
	    "<IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>"));
	s3_call_ahead(3 * HOUR);
	a = s3_send("GET", "/bkt?versions", with, "", 0);
	assert_non_null(strstr(a.body.data, "<RestoreStatus><IsRestoreInProgress>false"
	    "</IsRestoreInProgress><RestoreExpiryDate>2025-11-25T00:00:00.000Z</RestoreExpiryDate>"
	    "</RestoreStatus>"));
	assert_ptr_equal(strstr(strstr(a.body.data, "RestoreExpiryDate"), "<RestoreStatus>"), NULL);
	assert_string_equal(s3_send("GET", "/bkt", "x-amz-optional-object-attributes: Other\n", "",
	    0).code, "InvalidArgument");
	s3_call_end();
}

#define RULE(id, inside) "<Rule><ID>" id "</ID><Filter><Prefix>" id "</Prefix></Filter>" \
	"<Status>Enabled</Status>" inside "</Rule>"

static void
test_rules_tell(void **state)
{
	(void)state;
	set_up();
	assert_int_equal(s3_put_document("/bkt?lifecycle", "<LifecycleConfiguration>"
	    RULE("a", "<Expiration><Days>3</Days></Expiration>")
	    RULE("m", "<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>")
	    RULE("p", "<NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays>"
	    "</NoncurrentVersionExpiration>") "</LifecycleConfiguration>").status, 200);
	s3_call_fresh();
	scratch_sql("update blob.rule set size_over = null");
	assert_int_equal(s3_do("PUT", "/bkt/a", "x"), 200);
	assert_int_equal(s3_do("PUT", "/bkt/m", "x"), 200);
	assert_string_equal(told(START + 2 * DAY), "LifecycleTransition m");
	assert_string_equal(last("lifecycleEventData,transitionEventData,destinationStorageClass"),
	    "GLACIER");
	assert_string_equal(told(START + 4 * DAY), "LifecycleExpiration:Delete a");
	assert_non_null(last("s3,object,sequencer"));
	assert_int_equal(s3_do("PUT", "/bkt?versioning", "<VersioningConfiguration><Status>Enabled"
	    "</Status></VersioningConfiguration>"), 200);
	assert_int_equal(s3_do("PUT", "/bkt/a", "x"), 200);
	assert_int_equal(s3_do("PUT", "/bkt/p", "x"), 200);
	assert_int_equal(s3_do("PUT", "/bkt/p", "x"), 200);
	assert_string_equal(told(START + 5 * DAY), "LifecycleExpiration:DeleteMarkerCreated a");
	assert_string_equal(told(START + 6 * DAY), "LifecycleExpiration:Delete p");
	assert_non_null(last("s3,object,versionId"));
	/* Nobody to tell: nothing is written. */
	assert_int_equal(s3_do("PUT", "/bkt?notification", "<NotificationConfiguration/>"), 200);
	s3_call_fresh();
	assert_int_equal(s3_do("PUT", "/bkt/a2", "x"), 200);
	assert_string_equal(told(START + 9 * DAY), "");
	assert_string_equal(scratch_sql("select count(*) from blob.happened"), "0");
	assert_int_equal(s3_do("GET", "/bkt/a2", ""), 404);
	s3_call_end();
}

static void
tell(struct task *t)
{
	static const struct world world;
	int64_t                   after = 0;

	courier_tell(t, &world, &after);
}

/* Whichever statement fails: what happened is told once, or will be. */
static void
test_told_once(void **state)
{
	struct task *t = *state;

	set_up();
	archive("/bkt/k", "GLACIER");
	assert_int_equal(restore("k", WISH("1", "Expedited")).status, 202);
	scratch_sql("delete from blob.event");
	t->now = START + HOUR;
	assert_int_equal(blob_restore_turn(t, 10), 1);
	for (int n = 1; strcmp(scratch_sql("select count(*) from blob.happened"), "1") == 0; n++) {
		assert_true(n < 20);
		assert_string_equal(scratch_sql("select count(*) from blob.event"), "0");
		db_fail_in(n);
		scratch_try(t, tell);
		db_fail_in(0);
		db_release(t);
	}
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "1");
	s3_call_end();
}

/* Many buckets with long rules: their documents together would be more than a task may hold. */
static void
test_many_buckets_tell(void **state)
{
	struct task *t = *state;
	struct mem  *m = mem_new(4 << 20);
	struct buf   rules = buf_new(m);
	char         filler[1001] = { 0 };

	memset(filler, 'x', sizeof(filler) - 1);
	set_up();
	buf_text(&rules, "<NotificationConfiguration>");
	for (int i = 100; i < 195; i++)
		buf_fmt(&rules, "<QueueConfiguration><Id>%d</Id><Filter><S3Key><FilterRule><Name>prefix"
		    "</Name><Value>%d%s</Value></FilterRule></S3Key></Filter><Queue>arn:aws:sqs:us-east-1:"
		    "111111111111:q</Queue><Event>s3:LifecycleExpiration:*</Event></QueueConfiguration>", i,
		    i, filler);
	buf_text(&rules, "</NotificationConfiguration>");
	assert_null(s3_send("PUT", "/bkt?notification", "x-amz-skip-destination-validation: true\n",
	    rules.data, rules.len).code);
	s3_call_fresh();
	scratch_sql("delete from blob.event");
	scratch_sql("insert into blob.bucket (space, name, owner, region, created_at)"
	    " select space, 'bkt' || i, owner, region, created_at"
	    " from blob.bucket, generate_series(1, 149) i");
	scratch_sql("insert into blob.bucket_config (space, bucket, kind, id, document)"
	    " select space, b.id, kind, c.id, document from blob.bucket_config c join blob.bucket b"
	    " using (space) where b.id <> c.bucket");
	scratch_sql("insert into blob.happened (space, bucket, event, key, at)"
	    " select space, id, 'LifecycleExpiration:Delete', '100%s', created_at from blob.bucket"
	    " order by id", filler);
	for (int n = 0; n < 150; n++)
		assert_null(scratch_try(t, tell));
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "150");
	s3_call_end();
	mem_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_copy, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_refused, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_overwritten, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_lists, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_rules_tell, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_told_once, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_many_buckets_tell, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
