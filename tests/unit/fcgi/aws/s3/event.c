/* tests/unit/fcgi/aws/s3/event.c - events of objects: written with the change, taken to queues */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/courier.h"
#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/db/db.h"
#include "shared/engine/blob_event.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

#define SKIP "x-amz-skip-destination-validation: true\n"
#define RULE(id, queue, filter, events) "<QueueConfiguration><Id>" id "</Id>" filter \
	"<Queue>arn:aws:sqs:us-east-1:111111111111:" queue "</Queue>" events "</QueueConfiguration>"
#define FILTER(name, value) "<Filter><S3Key><FilterRule><Name>" name "</Name><Value>" value \
	"</Value></FilterRule></S3Key></Filter>"

static const char rules[] = "<NotificationConfiguration>"
	RULE("all", "q", FILTER("prefix", "a+b/"), "<Event>s3:ObjectCreated:*</Event>"
	"<Event>s3:ObjectRemoved:Delete</Event><Event>s3:ObjectTagging:*</Event>")
	RULE("jpg", "r", FILTER("suffix", ".jpg"),
	"<Event>s3:ObjectRemoved:DeleteMarkerCreated</Event>")
	"</NotificationConfiguration>";

/* The bucket has rules, and what they said at first is out of the way. */
static struct space
set_up(void)
{
	struct space sp = s3_call_setup();

	assert_int_equal(s3_send("PUT", "/bkt?notification", SKIP, rules, strlen(rules)).status, 200);
	s3_call_fresh();
	assert_string_equal(scratch_sql("select string_agg(name, ',' order by id) from blob.event"
	    " where body like '%%\"Event\":\"s3:TestEvent\"%%'"), "q,r");
	scratch_sql("delete from blob.event");
	return sp;
}

static const char *
last(const char *what)
{
	return scratch_sql("select body::json #>> '{Records,0,%s}' from blob.event"
	    " order by id desc limit 1", what);
}

static void
test_records(void **state)
{
	(void)state;
	set_up();
	assert_int_equal(s3_do("PUT", "/bkt/other", "x"), 200);
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "0");
	assert_int_equal(s3_do("PUT", "/bkt/a%20b/%C3%A9:1", "hello"), 200);
	assert_string_equal(last("eventName"), "ObjectCreated:Put");
	assert_string_equal(last("s3,configurationId"), "all");
	assert_string_equal(last("s3,object,key"), "a+b/%C3%A9%3A1");
	assert_string_equal(last("s3,object,size"), "5");
	assert_string_equal(last("s3,object,eTag"), "5d41402abc4b2a76b9719d911017c592");
	assert_string_equal(last("s3,bucket,ownerIdentity,principalId"), "aaaa");
	assert_string_equal(scratch_sql("select (body::json #>> '{Records,0,s3,object,sequencer}')"
	    " = lpad(upper(to_hex(id)), 18, '0') from blob.event"), "t");
	assert_int_equal(s3_do("DELETE", "/bkt/a%20b/none", ""), 204);
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "1");
	assert_int_equal(s3_do("DELETE", "/bkt/a%20b/%C3%A9:1?tagging", ""), 204);
	assert_string_equal(last("eventName"), "ObjectTagging:Delete");
	assert_string_equal(last("eventVersion"), "2.3");
	assert_int_equal(s3_do("DELETE", "/bkt/a%20b/%C3%A9:1", ""), 204);
	assert_string_equal(last("eventName"), "ObjectRemoved:Delete");
	assert_null(last("s3,object,size"));
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "3");
	s3_call_end();
}

static void
test_markers(void **state)
{
	static const char on[] = "<VersioningConfiguration><Status>Enabled</Status>"
	                         "</VersioningConfiguration>";

	(void)state;
	set_up();
	assert_int_equal(s3_do("PUT", "/bkt?versioning", on), 200);
	assert_int_equal(s3_do("PUT", "/bkt/a%20b/x.jpg", "1"), 200);
	assert_string_equal(last("s3,object,versionId"), s3_answer_header("x-amz-version-id"));
	assert_int_equal(s3_do("DELETE", "/bkt/a%20b/x.jpg", ""), 204);
	assert_string_equal(last("eventName"), "ObjectRemoved:DeleteMarkerCreated");
	assert_string_equal(last("s3,configurationId"), "jpg");
	assert_string_equal(last("s3,object,versionId"), s3_answer_header("x-amz-version-id"));
	assert_string_equal(scratch_sql("select string_agg(name, ',' order by id) from blob.event"),
	    "q,r");
	s3_call_end();
}

/* Whichever statement fails: the object and its event are there, or neither is. */
static void
test_together(void **state)
{
	int status = 0;

	(void)state;
	set_up();
	for (int n = 1; status != 200; n++) {
		assert_true(n < 20);
		db_fail_in(n);
		status = s3_do("PUT", "/bkt/a%20b/1", "x");
		db_fail_in(0);
		assert_string_equal(scratch_sql("select count(*) from blob.event"),
		    status == 200 ? "1" : "0");
		assert_string_equal(scratch_sql("select count(*) from blob.version"),
		    status == 200 ? "1" : "0");
	}
	s3_call_end();
}

static void
carry(struct task *t, int64_t at)
{
	static const struct world world;
	int64_t                   after = 0;

	task_begin(t);
	t->now = at;
	while (courier_carry(t, &world, &after))
		after = 0;
}

static void
add_queue(const struct space *sp)
{
	scratch_sql("insert into core.service values ('aws_sqs', 'aws', 2, 'SQS', 'emulated')"
	    " on conflict do nothing");
	scratch_sql("with s as (insert into core.space (environment_id, service, created_at)"
	    " values (%lld, 'aws_sqs', '2026-11-23') returning id), q as ("
	    "insert into queue.queue (space, owner, region, name, hide_s, delay_s, keep_s, wait_s,"
	    " size_most, encrypted, created_at, changed_at) select s.id, '111111111111', 'us-east-1',"
	    " 'q', 30, 0, 1000, 0, 2000, true, '2026-11-23', '2026-11-23' from s)"
	    "insert into core.environment_service select %lld, 'aws_sqs', 2, s.id from s",
	    (long long)sp->environment, (long long)sp->environment);
	scratch_sql("insert into core.environment_service values (%lld, 'aws_s3', 1, %lld)"
	    " on conflict do nothing", (long long)sp->environment, (long long)sp->id);
}

static void
test_carried_in_order(void **state)
{
	struct task *t = scratch_task();
	struct space sp = set_up();
	char         target[32];
	int64_t      now = t->now;

	(void)state;
	for (int i = 100; i < 350; i++) {
		snprintf(target, sizeof(target), "/bkt/a%%20b/%d", i);
		assert_int_equal(s3_do("PUT", target, "x"), 200);
	}
	add_queue(&sp);
	carry(t, now);
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "0");
	assert_string_equal(scratch_sql("select string_agg(substr(body::json #>>"
	    " '{Records,0,s3,object,key}', 5), ',' order by visible_at, id) = (select"
	    " string_agg(i::text, ',' order by i) from generate_series(100, 349) i)"
	    " from queue.message"), "t");
	assert_string_equal(scratch_sql("select bool_and(md5 = md5(body)) from queue.message"), "t");
	scratch_end(t);
	s3_call_end();
}

/* No queue: tried again for a while, then dropped; and a reset's leftovers go nowhere. */
static void
test_no_queue(void **state)
{
	struct task *t = scratch_task();
	struct space sp = set_up();
	int64_t      now = t->now;

	(void)state;
	add_queue(&sp);
	scratch_sql("update queue.queue set name = 'away'");
	assert_int_equal(s3_do("PUT", "/bkt/a%20b/1", "x"), 200);
	for (int i = 1; i < BLOB_EVENT_TRIES; i++) {
		carry(t, now += 100 * SECOND);
		assert_string_equal(scratch_sql("select tries from blob.event"),
		    mem_fmt(t->mem, "%d", i));
	}
	carry(t, now);
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "1");
	carry(t, now + 100 * SECOND);
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "0");
	assert_int_equal(s3_do("PUT", "/bkt/a%20b/1", "x"), 200);
	scratch_sql("update queue.queue set name = 'q'");
	scratch_sql("delete from core.environment_service where service = 'aws_s3'");
	carry(t, now);
	assert_string_equal(scratch_sql("select count(*) from blob.event"), "0");
	assert_string_equal(scratch_sql("select count(*) from queue.message"), "0");
	scratch_end(t);
	s3_call_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_records, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_markers, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_together, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_carried_in_order, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_no_queue, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
