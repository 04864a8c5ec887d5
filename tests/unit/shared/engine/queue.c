/* tests/unit/shared/engine/queue.c - the queue engine against a scratch database */
#include "shared/engine/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/scratch.h"

static const struct queue_name Q = { "111111111111", "us-east-1", "q" };
static const struct queue_name NO = { "111111111111", "us-east-1", "no" };
static const struct queue      PLAIN = { .hide_s = 30, .keep_s = 60, .size_most = 100 };

static struct space sp;

static void
make(struct task *t)
{
	struct queue q;

	sp = world_space(t);
	assert_int_equal(queue_make(t, &sp, &Q, &PLAIN, 60, &q), QUEUE_OK);
}

static enum queue_result
send_one(struct task *t, const char *body, int64_t delay_s)
{
	struct queue_message m = { .public_id = body, .body = body, .md5 = "md5", .sender = "me",
		.size = (int64_t)strlen(body), .delay_s = delay_s };
	struct queue         q;

	return queue_send(t, &sp, &Q, &m, 1, &q);
}

/* Up to `most` bodies with how often each was received, "a1 b1"; "-": nothing, none to come. */
static const char *
receive(struct task *t, int64_t most, struct queue_message *first)
{
	struct queue          q;
	struct queue_message *list;
	size_t                n;
	int64_t               next_at;
	const char           *text = "";

	assert_int_equal(queue_receive(t, &sp, &Q, most, -1, &q, &list, &n, &next_at), QUEUE_OK);
	if (n == 0)
		return next_at == 0 ? "-" : mem_fmt(t->mem, "in %lld",
		    (long long)((next_at - sp.now) / SECOND));
	if (first != NULL)
		*first = list[0];
	for (size_t i = 0; i < n; i++)
		text = mem_fmt(t->mem, "%s%s%s%lld", text, i > 0 ? " " : "", list[i].body,
		    (long long)list[i].receives);
	return text;
}

static void
later(int64_t seconds)
{
	sp.now += seconds * SECOND;
}

static const char *
counts(struct task *t)
{
	struct queue        q;
	struct queue_counts c;

	assert_int_equal(queue_count(t, &sp, &Q, &q, &c), QUEUE_OK);
	return mem_fmt(t->mem, "%lld %lld %lld", (long long)c.visible, (long long)c.delayed,
	    (long long)c.hidden);
}

static void
test_queues(void **state)
{
	static const struct queue_name YOURS = { "222222222222", "us-east-1", "q" };
	static const struct queue_name FAR = { "111111111111", "eu-west-1", "q" };
	static const struct queue_name FROM = { "111111111111", "us-east-1", "" };
	struct task                   *t = *state;
	struct queue_change            to = { -1, 7, -1, -1, -1, 1, "{}", "k", 60 };
	struct queue                   q;
	const char                   **names;
	int64_t                        id;

	make(t);
	t->round_trips = 0;
	assert_int_equal(queue_make(t, &sp, &Q, &(struct queue){ .hide_s = 1 }, 60, &q),
	    QUEUE_THERE);
	assert_int_equal(t->round_trips, 1);
	assert_int_equal(q.hide_s, 30);
	assert_int_equal(queue_find(t, &sp, &YOURS, &q), QUEUE_NONE);
	assert_int_equal(queue_find(t, &sp, &FAR, &q), QUEUE_NONE);
	assert_int_equal(queue_make(t, &sp, &YOURS, &PLAIN, 60, &q), QUEUE_OK);
	assert_int_equal(queue_list(t, &sp, &FROM, "", 10, &names), 1);
	assert_string_equal(names[0], "q");
	assert_int_equal(queue_list(t, &sp, &Q, "", 10, &names), 0);
	assert_int_equal(queue_change(t, &sp, &Q, &to), QUEUE_OK);
	assert_int_equal(queue_change(t, &sp, &NO, &to), QUEUE_NONE);
	assert_int_equal(queue_find(t, &sp, &Q, &q), QUEUE_OK);
	assert_int_equal(q.hide_s, 30);
	assert_int_equal(q.delay_s, 7);
	assert_true(q.encrypted);
	assert_string_equal(q.policy, "{}");
	assert_string_equal(q.key, "k");
	assert_int_equal(q.key_reuse_s, 60);
	assert_int_equal(queue_remove(t, &sp, &Q, 60, &id), QUEUE_OK);
	assert_int_equal(id, q.id);
	assert_int_equal(queue_remove(t, &sp, &Q, 60, &id), QUEUE_NONE);
	assert_int_equal(send_one(t, "a", -1), QUEUE_NONE);
}

static void
test_tags(void **state)
{
	static const char *const tags[] = { "b", "1", "a", "" }, *const names[] = { "b", "x" };
	struct task             *t = *state;
	struct queue_tags        put = { tags, 4 }, none = { tags, 0 };
	struct queue             q;

	make(t);
	assert_int_equal(queue_tag(t, &sp, &Q, &put, names, 0, 1), QUEUE_REFUSED);
	assert_int_equal(queue_tag(t, &sp, &NO, &put, names, 0, 9), QUEUE_NONE);
	assert_int_equal(queue_tag(t, &sp, &Q, &put, names, 0, 2), QUEUE_OK);
	assert_int_equal(queue_find(t, &sp, &Q, &q), QUEUE_OK);
	assert_int_equal(q.tags.n, 4);
	assert_string_equal(q.tags.list[0], "a");
	assert_string_equal(q.tags.list[1], "");
	assert_int_equal(queue_tag(t, &sp, &Q, &none, names, 2, 9), QUEUE_OK);
	assert_int_equal(queue_find(t, &sp, &Q, &q), QUEUE_OK);
	assert_int_equal(q.tags.n, 2);
}

static void
test_messages_in_one_round_trip(void **state)
{
	struct task         *t = *state;
	struct queue_message m;
	struct queue_receipt old, now;
	struct queue         q;

	make(t);
	t->round_trips = 0;
	assert_int_equal(send_one(t, "a", -1), QUEUE_OK);
	assert_int_equal(t->round_trips, 1);
	assert_string_equal(receive(t, 10, &m), "a1");
	assert_int_equal(t->round_trips, 2);
	old = (struct queue_receipt){ .id = m.id, .receives = m.receives };
	assert_string_equal(receive(t, 10, NULL), "in 30");
	assert_int_equal(t->round_trips, 3);
	later(30);
	assert_string_equal(receive(t, 10, &m), "a2");
	now = (struct queue_receipt){ .id = m.id, .receives = m.receives, .hide_s = 10 };
	t->round_trips = 0;
	old.hide_s = 50;
	assert_int_equal(queue_hide(t, &sp, &Q, &old, 1, &q), QUEUE_OK);
	assert_true(old.done);
	assert_int_equal(queue_hide(t, &sp, &Q, &now, 1, &q), QUEUE_OK);
	assert_true(now.done);
	assert_int_equal(t->round_trips, 2);
	assert_string_equal(receive(t, 10, NULL), "in 10");
	t->round_trips = 0;
	assert_int_equal(queue_delete(t, &sp, &Q, &old, 1, &q), QUEUE_OK);
	assert_int_equal(t->round_trips, 1);
	assert_string_equal(counts(t), "0 0 1");
	assert_int_equal(queue_delete(t, &sp, &NO, &now, 1, &q), QUEUE_NONE);
	assert_int_equal(queue_delete(t, &sp, &Q, &now, 1, &q), QUEUE_OK);
	assert_int_equal(queue_delete(t, &sp, &Q, &now, 1, &q), QUEUE_OK);
	assert_string_equal(counts(t), "0 0 0");
	assert_int_equal(queue_hide(t, &sp, &Q, &now, 1, &q), QUEUE_OK);
	assert_false(now.done);
	assert_string_equal(receive(t, 10, NULL), "-");
}

static void
test_time(void **state)
{
	struct task         *t = *state;
	struct queue_message m;
	struct queue_receipt again;
	struct queue         q;

	make(t);
	send_one(t, "a", 0);
	send_one(t, "b", 5);
	send_one(t, "c", -1);
	assert_string_equal(counts(t), "2 1 0");
	assert_string_equal(receive(t, 1, &m), "a1");
	assert_string_equal(counts(t), "1 1 1");
	again = (struct queue_receipt){ .id = m.id, .receives = 1 };
	assert_int_equal(queue_hide(t, &sp, &Q, &again, 1, &q), QUEUE_OK);
	assert_string_equal(receive(t, 10, NULL), "a2 c1");
	assert_string_equal(receive(t, 10, NULL), "in 5");
	later(5);
	assert_string_equal(receive(t, 10, &m), "b1");
	/* Visible again by itself: hiding it then is too late, and no error. */
	later(30);
	again = (struct queue_receipt){ .id = m.id, .receives = 1, .hide_s = 20 };
	assert_int_equal(queue_hide(t, &sp, &Q, &again, 1, &q), QUEUE_OK);
	assert_true(again.done);
	assert_string_equal(counts(t), "3 0 0");
	/* Past its time: neither counted nor received. */
	send_one(t, "d", 0);
	later(30);
	assert_string_equal(counts(t), "1 0 0");
	assert_string_equal(receive(t, 2, NULL), "d1");
	assert_string_equal(scratch_sql("select count(*) from queue.message"), "1");
	later(60);
	assert_string_equal(receive(t, 10, NULL), "-");
	assert_string_equal(scratch_sql("select count(*) from queue.message"), "0");
}

static void
test_batches(void **state)
{
	struct task         *t = *state;
	struct queue_message m[3] = { { .public_id = "1", .body = "one", .md5 = "x", .sender = "me",
		.size = 3, .attributes = "{}", .attributes_md5 = "y", .trace = "t", .group = "g" },
		{ .public_id = "2", .body = "two", .md5 = "x", .sender = "me", .size = 101 },
		{ .public_id = "3", .body = "three", .md5 = "x", .sender = "me", .size = 100 } };
	struct queue_receipt both[3];
	struct queue         q;

	make(t);
	t->round_trips = 0;
	assert_int_equal(queue_send(t, &sp, &Q, m, 3, &q), QUEUE_OK);
	assert_int_equal(t->round_trips, 1);
	assert_int_equal(q.size_most, 100);
	assert_string_equal(receive(t, 10, &m[0]), "one1 three1");
	assert_string_equal(m[0].attributes, "{}");
	assert_string_equal(m[0].group, "g");
	assert_string_equal(m[0].trace, "t");
	both[0] = (struct queue_receipt){ .id = m[0].id + 1, .receives = 1 };
	both[1] = both[2] = (struct queue_receipt){ .id = m[0].id, .receives = 1 };
	both[2].id = -1;
	assert_int_equal(queue_hide(t, &sp, &Q, both, 3, &q), QUEUE_OK);
	assert_true(both[0].done && both[1].done && !both[2].done);
	assert_int_equal(queue_delete(t, &sp, &Q, both, 2, &q), QUEUE_OK);
	assert_string_equal(counts(t), "0 0 0");
}

static void
test_purge_and_collect(void **state)
{
	struct task *t = *state;
	int64_t      id;
	bool         more;

	make(t);
	for (int i = 0; i < 5; i++)
		send_one(t, "a", 0);
	assert_int_equal(queue_purge(t, &sp, &Q, 60), QUEUE_OK);
	assert_string_equal(counts(t), "0 0 0");
	later(59);
	assert_int_equal(queue_purge(t, &sp, &Q, 60), QUEUE_REFUSED);
	later(1);
	send_one(t, "b", 0);
	assert_int_equal(queue_purge(t, &sp, &Q, 60), QUEUE_OK);
	assert_int_equal(queue_purge(t, &sp, &NO, 60), QUEUE_NONE);
	send_one(t, "c", 0);
	assert_int_equal(queue_collect(t, t->now, 100, &more), 0);
	assert_false(more);
	assert_int_equal(queue_remove(t, &sp, &Q, 60, &id), QUEUE_OK);
	for (more = true; more;)
		queue_collect(t, t->now + 1, 2, &more);
	assert_string_equal(scratch_sql("select (select count(*) from queue.message)"
	    " + (select count(*) from queue.gone)"), "0");
}

static void
stale_send(struct task *t)
{
	send_one(t, "a", 0);
}

static void
test_stale(void **state)
{
	struct task *t = *state;

	make(t);
	sp.generation++;
	assert_ptr_equal(scratch_try(t, stale_send), &FAULT_STALE);
	sp.generation--;
	assert_string_equal(receive(t, 1, NULL), "-");
}

/* Send, receive, delete; each statement fails in turn, and nothing is done by halves. */
static void
all_of_it(struct task *t)
{
	struct queue_message m;
	struct queue_receipt r;
	struct queue         q;

	send_one(t, "a", 0);
	receive(t, 1, &m);
	r = (struct queue_receipt){ .id = m.id, .receives = m.receives };
	queue_delete(t, &sp, &Q, &r, 1, &q);
}

static void
test_torture(void **state)
{
	static const char *const left[] = { "0 0 0", "1 0 0", "1 0 1" };
	struct task             *t = *state;
	int                      n = 1;

	make(t);
	for (;; n++) {
		const struct fault *f;

		db_fail_in(n);
		f = scratch_try(t, all_of_it);
		db_release(t);
		db_fail_in(0);
		if (f == NULL)
			break;
		assert_ptr_equal(f, &FAULT_UNAVAILABLE);
		assert_in_range(n, 1, 3);
		assert_string_equal(counts(t), left[n - 1]);
	}
	assert_int_equal(n, 4);
}

enum { WORKERS = 4, MESSAGES = 200 };

/* Take messages until there are none; each must come to one worker only. */
static void *
work(void *arg)
{
	struct task *t = scratch_task();
	size_t      *got = arg;

	for (;;) {
		struct queue          q;
		struct queue_message *list;
		size_t                n;
		int64_t               next_at;

		if (queue_receive(t, &sp, &Q, 3, -1, &q, &list, &n, &next_at) != QUEUE_OK ||
		    (n == 0 && next_at != 0))
			break;
		for (size_t i = 0; i < n; i++)
			*got += list[i].receives == 1;
	}
	scratch_end(t);
	return NULL;
}

static void
test_no_message_twice(void **state)
{
	struct task *t = *state;
	pthread_t    threads[WORKERS];
	size_t       got[WORKERS] = { 0 }, total = 0;

	make(t);
	for (int i = 0; i < MESSAGES; i++)
		send_one(t, "m", 0);
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &got[i]), 0);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], NULL);
		total += got[i];
	}
	assert_int_equal(total, MESSAGES);
	assert_string_equal(scratch_sql("select max(receives) from queue.message"), "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_queues, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_tags, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_messages_in_one_round_trip, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_time, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_batches, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_purge_and_collect, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_stale, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_torture, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_no_message_twice, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
