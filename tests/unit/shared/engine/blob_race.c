/* tests/unit/shared/engine/blob_race.c - many writers at once: one wins, and nothing is lost */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/scratch.h"

enum { WRITERS = 8, ROUNDS = 12 };

static const char *const ME = "111111111111";
static struct space      sp;

/* What one thread does in a round, and how it went. */
struct writer {
	pthread_t             thread;
	void                (*act)(struct task *t, struct writer *w);
	struct blob_condition when;
	const char           *body;
	enum blob_result      result;
};

static void
put(struct task *t, struct writer *w)
{
	struct blob_object o = world_object("k", "text");

	if (w->body != NULL) {
		o.body = blob_body_id(t);
		o.home = sp.environment;
	}
	w->result = blob_put(t, &sp, ME, "b", &o, &w->when);
}

static void
remove_bucket(struct task *t, struct writer *w)
{
	w->result = blob_bucket_remove(t, &sp, ME, "b");
}

struct attempt {
	struct task   *t;
	struct writer *w;
};

static void
act(void *arg)
{
	struct attempt *a = arg;

	a->w->act(a->t, a->w);
}

static void *
run(void *arg)
{
	struct task   *t = scratch_task();
	struct attempt a = { t, arg };

	while (task_try(t, act, &a) == &FAULT_CONFLICT)
		db_release(t);
	scratch_end(t);
	return NULL;
}

static void
race(struct writer *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(pthread_create(&w[i].thread, NULL, run, &w[i]), 0);
	for (size_t i = 0; i < n; i++)
		pthread_join(w[i].thread, NULL);
}

static void
make_bucket(struct task *t)
{
	struct blob_bucket b;

	assert_int_equal(world_bucket(t, &sp, ME, "b", false, &b), BLOB_OK);
}

/* An acknowledged object is in a bucket that exists. */
static void
test_delete_bucket_while_putting(void **state)
{
	struct task *t = *state;

	sp = world_space(t);
	for (int i = 0; i < ROUNDS; i++) {
		struct writer      w[] = { { .act = put }, { .act = remove_bucket } };
		struct blob_object o;

		make_bucket(t);
		race(w, COUNT(w));
		if (w[0].result == BLOB_OK) {
			assert_int_equal(w[1].result, BLOB_NOT_EMPTY);
			assert_int_equal(blob_get(t, &sp, ME, "b", "k", NULL, true, &o), BLOB_OK);
			assert_int_equal(world_delete(t, &sp, ME, "b", "k", NULL), BLOB_OK);
			assert_int_equal(blob_bucket_remove(t, &sp, ME, "b"), BLOB_OK);
		} else {
			assert_int_equal(w[0].result, BLOB_NO_BUCKET);
			assert_int_equal(w[1].result, BLOB_OK);
		}
		assert_string_equal(scratch_sql("select count(*) from blob.version"), "0");
	}
}

/* Of many that want the key for themselves one gets it. */
static void
test_one_creates(void **state)
{
	struct task *t = *state;

	sp = world_space(t);
	make_bucket(t);
	for (int i = 0; i < ROUNDS; i++) {
		struct writer w[WRITERS] = { 0 };
		int           won = 0;

		for (int k = 0; k < WRITERS; k++)
			w[k] = (struct writer){ .act = put, .when = { .absent = true } };
		race(w, WRITERS);
		for (int k = 0; k < WRITERS; k++)
			won += w[k].result == BLOB_OK;
		assert_int_equal(won, 1);
		assert_int_equal(world_delete(t, &sp, ME, "b", "k", NULL), BLOB_OK);
	}
}

/* Every body but the last one is noted as loose, each once. */
static void
test_overwriting_loses_no_body(void **state)
{
	struct task *t = *state;
	char         expected[20];

	sp = world_space(t);
	scratch_sql("truncate blob.loose");
	make_bucket(t);
	for (int i = 0; i < ROUNDS; i++) {
		struct writer w[WRITERS];

		for (int k = 0; k < WRITERS; k++)
			w[k] = (struct writer){ .act = put, .body = "stored" };
		race(w, WRITERS);
	}
	snprintf(expected, sizeof(expected), "%d", ROUNDS * WRITERS - 1);
	assert_string_equal(scratch_sql("select count(distinct body) from blob.loose"), expected);
	assert_string_equal(scratch_sql("select count(*) from blob.loose l"
	    " join blob.version v on v.home = l.home and v.body = l.body"), "0");
}

/* Two keys at once, the other order in every other writer. */
static void
remove_two(struct task *t, struct writer *w)
{
	bool                      first = w->body != NULL;
	const char *const         keys[] = { first ? "k" : "l", first ? "l" : "k" };
	const struct blob_removal what[2] = { 0 };
	const struct blob_remover by = { 0 };
	struct blob_removed       out[2];

	w->result = blob_delete_many(t, &sp, ME, "b", keys, what, 2, &by, out);
}

/* The newest version goes, and what was before it is the newest. */
static void
remove_newest(struct task *t, struct writer *w)
{
	struct blob_object        o;
	struct blob_removal       what = { 0 };
	const struct blob_remover by = { 0 };
	struct blob_removed       out;

	w->result = blob_get(t, &sp, ME, "b", "k", NULL, false, &o);
	if (o.version == NULL)
		return;
	what.version = o.version;
	w->result = blob_delete(t, &sp, ME, "b", "k", &what, &by, &out);
}

static void
copy_to_itself(struct task *t, struct writer *w)
{
	struct blob_object o = world_object("k", "text"), from;

	w->result = blob_get(t, &sp, ME, "b", "k", NULL, false, &from);
	if (w->result == BLOB_OK)
		w->result = blob_copy(t, &sp, ME, "b", &o, &w->when, "b", &from);
}

/* Of each key one version is the newest, it is the first, and only it may be current. */
static void
check_newest(void)
{
	assert_string_equal(scratch_sql("select count(*) from blob.version v where v.latest is distinct"
	    " from (v.bucket > 0 or (v.delete_marker"
	    " and not exists (select from blob.version c where c.bucket = -v.bucket and c.key = v.key)"
	    " and v.version = (select min(o.version) from blob.version o"
	    " where o.bucket = v.bucket and o.key = v.key)))"), "0");
	assert_string_equal(scratch_sql("select count(*) from (select key from blob.version"
	    " group by key having count(*) filter (where latest) <> 1) x"), "0");
}

static void
test_versions(void **state)
{
	void (*const acts[WRITERS])(struct task *, struct writer *) = { put, put, remove_two,
		remove_newest, put, remove_two, copy_to_itself, remove_newest };
	struct task       *t = *state;
	struct blob_bucket b;

	sp = world_space(t);
	assert_int_equal(world_bucket(t, &sp, ME, "b", true, &b), BLOB_OK);
	for (int i = 0; i < ROUNDS; i++) {
		struct writer w[WRITERS];

		for (int k = 0; k < WRITERS; k++)
			w[k] = (struct writer){ .act = i == 0 ? put : acts[k], .body = k % 3 ? "x" : NULL };
		race(w, WRITERS);
		if (i == 0)
			assert_string_equal(scratch_sql("select count(*) from blob.version"), "8");
		check_newest();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delete_bucket_while_putting, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_one_creates, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_overwriting_loses_no_body, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_versions, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("blob races", tests, NULL, NULL);
}
