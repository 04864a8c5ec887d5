/* tests/unit/shared/engine/blob.c - the object engine against a scratch database */
#include "shared/engine/blob.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/store/store.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/scratch.h"

static const char *const                 ME = "111111111111", *const YOU = "222222222222";
static const struct blob_condition       ALWAYS, ABSENT = { .absent = true };
static struct space                      sp;

static void
make_bucket(struct task *t)
{
	struct blob_bucket b;

	sp = world_space(t);
	assert_int_equal(blob_bucket_make(t, &sp, ME,
	    &(struct blob_new_bucket){ .name = "b", .region = "us-east-1" }, &b), BLOB_OK);
}

static enum blob_result
put(struct task *t, const char *key, const char *text)
{
	struct blob_object o = world_object(key, text);

	return blob_put(t, &sp, ME, "b", &o, &ALWAYS);
}

/* The bytes of a key, or NULL. */
static const char *
get(struct task *t, const char *key)
{
	struct blob_object o;

	if (blob_get(t, &sp, ME, "b", key, NULL, true, &o) != BLOB_OK)
		return NULL;
	return mem_text_n(t->mem, o.bytes, (size_t)o.size);
}

static void
test_buckets(void **state)
{
	struct task        *t = *state;
	struct blob_bucket  b, *list;

	make_bucket(t);
	assert_int_equal(blob_bucket_make(t, &sp, ME,
	    &(struct blob_new_bucket){ .name = "b", .region = "eu-west-1" }, &b), BLOB_THERE);
	assert_string_equal(b.owner, ME);
	assert_string_equal(b.region, "us-east-1");
	assert_int_equal(blob_bucket_find(t, &sp, ME, "b", &b), BLOB_OK);
	assert_int_equal(blob_bucket_find(t, &sp, YOU, "b", &b), BLOB_FOREIGN);
	assert_int_equal(blob_bucket_find(t, &sp, ME, "c", &b), BLOB_NO_BUCKET);
	assert_int_equal(blob_bucket_make(t, &sp, ME,
	    &(struct blob_new_bucket){ .name = "a", .region = "eu-west-1" }, &b), BLOB_OK);
	assert_int_equal(blob_bucket_make(t, &sp, YOU,
	    &(struct blob_new_bucket){ .name = "c", .region = "eu-west-1" }, &b), BLOB_OK);
	assert_int_equal(blob_bucket_list(t, &sp, ME, "", "", NULL, 10, &list), 2);
	assert_string_equal(list[0].name, "a");
	assert_int_equal(blob_bucket_list(t, &sp, ME, "a", "", NULL, 10, &list), 1);
	assert_int_equal(blob_bucket_list(t, &sp, ME, "", "", "eu-west-1", 10, &list), 1);
	assert_int_equal(blob_bucket_list(t, &sp, ME, "", "x", NULL, 10, &list), 0);
	assert_int_equal(blob_bucket_remove(t, &sp, YOU, "a"), BLOB_FOREIGN);
	assert_int_equal(put(t, "k", "v"), BLOB_OK);
	assert_int_equal(blob_bucket_remove(t, &sp, ME, "b"), BLOB_NOT_EMPTY);
	assert_int_equal(blob_bucket_remove(t, &sp, ME, "a"), BLOB_OK);
	sp.generation++; /* somebody may have remembered where it was */
	assert_int_equal(blob_bucket_remove(t, &sp, ME, "a"), BLOB_NO_BUCKET);
}

static void
test_objects_in_one_round_trip(void **state)
{
	struct task        *t = *state;
	struct blob_object  o;
	struct blob_entry  *list;
	size_t              n;
	bool                more;

	make_bucket(t);
	t->round_trips = 0;
	assert_int_equal(put(t, "k", "one"), BLOB_OK);
	assert_int_equal(t->round_trips, 1);
	assert_string_equal(get(t, "k"), "one");
	assert_int_equal(t->round_trips, 2);
	assert_int_equal(put(t, "k", "two"), BLOB_OK);
	assert_string_equal(get(t, "k"), "two");
	assert_int_equal(blob_get(t, &sp, ME, "b", "k", NULL, false, &o), BLOB_OK);
	assert_null(o.bytes);
	assert_int_equal(o.headers.n, 2);
	assert_string_equal(o.headers.list[1], "text/plain");
	assert_int_equal(blob_get(t, &sp, YOU, "b", "k", NULL, false, &o), BLOB_FOREIGN);
	assert_int_equal(blob_get(t, &sp, ME, "x", "k", NULL, false, &o), BLOB_NO_BUCKET);
	assert_int_equal(put(t, "", "empty key is the face's business"), BLOB_OK);
	t->round_trips = 0;
	assert_int_equal(blob_list(t, &sp, ME, "b", &(struct blob_listing){ .prefix = "", .after = "",
	    .limit = 10 }, &list, &n, &more), BLOB_OK);
	assert_int_equal(t->round_trips, 1);
	assert_int_equal(world_delete(t, &sp, ME, "b", "k", NULL), BLOB_OK);
	assert_int_equal(t->round_trips, 2);
	assert_int_equal(world_delete(t, &sp, ME, "b", "k", NULL), BLOB_NO_KEY);
	assert_null(get(t, "k"));
}

static void
test_conditions(void **state)
{
	struct task           *t = *state;
	struct blob_object     o = world_object("k", "one");
	struct blob_condition  match = { .etag = "one" }, any = { .etag = "*" };

	make_bucket(t);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &match), BLOB_NO_KEY);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &ABSENT), BLOB_OK);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &ABSENT), BLOB_UNMET);
	o = world_object("k", "two");
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &match), BLOB_OK);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &match), BLOB_UNMET);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &any), BLOB_OK);
	assert_int_equal(blob_put(t, &sp, YOU, "b", &o, &any), BLOB_FOREIGN);
	assert_int_equal(world_delete(t, &sp, ME, "b", "k", "one"), BLOB_UNMET);
	assert_int_equal(world_delete(t, &sp, ME, "b", "x", "one"), BLOB_NO_KEY);
	assert_int_equal(world_delete(t, &sp, ME, "b", "k", "two"), BLOB_OK);
}

static void
stale_put(struct task *t)
{
	put(t, "k", "v");
}

static void
test_stale(void **state)
{
	struct task *t = *state;

	make_bucket(t);
	sp.generation++;
	assert_ptr_equal(scratch_try(t, stale_put), &FAULT_STALE);
	sp.generation--;
	assert_null(get(t, "k"));
}

static void
test_delete_many(void **state)
{
	static const char *const keys[] = { "c", "a", "x", "a", "b" };
	static const char *const etags[] = { NULL, "1", NULL, NULL, "wrong" };
	struct task             *t = *state;
	enum blob_result         result[5];

	make_bucket(t);
	put(t, "a", "1");
	put(t, "b", "2");
	put(t, "c", "3");
	assert_int_equal(world_delete_many(t, &sp, YOU, "b", keys, etags, 5, result), BLOB_FOREIGN);
	assert_int_equal(world_delete_many(t, &sp, ME, "x", keys, etags, 5, result), BLOB_NO_BUCKET);
	assert_int_equal(world_delete_many(t, &sp, ME, "b", keys, etags, 5, result), BLOB_OK);
	assert_int_equal(result[0], BLOB_OK);
	assert_int_equal(result[1], BLOB_OK);
	assert_int_equal(result[2], BLOB_NO_KEY);
	assert_int_equal(result[4], BLOB_UNMET);
	assert_null(get(t, "a"));
	assert_string_equal(get(t, "b"), "2");
}

/* The page as "key key prefix* ...", with " +" when there is more. */
static const char *
list(struct task *t, const char *prefix, const char *delimiter, const char *after, int64_t limit)
{
	struct blob_listing  l = { prefix, delimiter, after, true, limit };
	struct blob_entry   *e;
	size_t               n;
	bool                 more;
	const char          *text = "";

	assert_int_equal(blob_list(t, &sp, ME, "b", &l, &e, &n, &more), BLOB_OK);
	for (size_t i = 0; i < n; i++)
		text = mem_fmt(t->mem, "%s%s%s%s", text, i > 0 ? " " : "",
		    e[i].common != NULL ? e[i].common : e[i].object.key, e[i].common != NULL ? "*" : "");
	return mem_fmt(t->mem, "%s%s", text, more ? " +" : "");
}

static void
test_listing(void **state)
{
	static const char *const keys[] = { "a", "a/b", "a/b/c", "a/d", "b", "c/1", "c/2", "\xc3\xa9/x",
		"z\xf4\x8f\xbf\xbf", "Z", "a//b" };
	struct task             *t = *state;

	make_bucket(t);
	for (size_t i = 0; i < COUNT(keys); i++)
		put(t, keys[i], "v");
	assert_string_equal(list(t, "", NULL, "", 100),
	    "Z a a//b a/b a/b/c a/d b c/1 c/2 z\xf4\x8f\xbf\xbf \xc3\xa9/x");
	assert_string_equal(list(t, "", "/", "", 100), "Z a a/* b c/* z\xf4\x8f\xbf\xbf \xc3\xa9/*");
	assert_string_equal(list(t, "a/", "/", "", 100), "a//* a/b a/b/* a/d");
	assert_string_equal(list(t, "", "/", "a", 1), "a/* +");
	assert_string_equal(list(t, "", "/", "a/", 2), "b c/* +");
	assert_string_equal(list(t, "", "/", "c/1", 100), "z\xf4\x8f\xbf\xbf \xc3\xa9/*");
	assert_string_equal(list(t, "", "/", "c/", 0), " +");
	assert_string_equal(list(t, "c", NULL, "c/1", 100), "c/2");
	assert_string_equal(list(t, "z\xf4\x8f\xbf\xbf", "/", "", 100), "z\xf4\x8f\xbf\xbf");
	assert_string_equal(list(t, "", "b/", "", 100), "Z a a//b a/b a/b/* a/d b c/1 c/2"
	    " z\xf4\x8f\xbf\xbf \xc3\xa9/x");
	assert_string_equal(list(t, "q", NULL, "", 100), "");
}

static void
test_copy(void **state)
{
	struct task        *t = *state;
	struct blob_object  from, o = world_object("copy", "ignored");

	make_bucket(t);
	put(t, "k", "one");
	assert_int_equal(blob_get(t, &sp, ME, "b", "k", NULL, false, &from), BLOB_OK);
	assert_int_equal(blob_copy(t, &sp, ME, "b", &o, &ABSENT, "b", &from), BLOB_OK);
	assert_int_equal(blob_copy(t, &sp, ME, "b", &o, &ABSENT, "b", &from), BLOB_UNMET);
	assert_string_equal(get(t, "copy"), "one");
	o.key = "k";
	assert_int_equal(blob_copy(t, &sp, ME, "b", &o, &ALWAYS, "b", &from), BLOB_OK);
	assert_string_equal(get(t, "k"), "one");
	assert_int_equal(blob_copy(t, &sp, ME, "x", &o, &ALWAYS, "b", &from), BLOB_NO_BUCKET);
}

/* Copying a source that changed since it was looked at. */
static void
stale_copy(struct task *t)
{
	struct blob_object from, o = world_object("copy", "");

	blob_get(t, &sp, ME, "b", "k", NULL, false, &from);
	put(t, "k", "two");
	blob_copy(t, &sp, ME, "b", &o, &ALWAYS, "b", &from);
}

static void
test_copy_of_what_changed(void **state)
{
	struct task *t = *state;

	make_bucket(t);
	put(t, "k", "one");
	assert_ptr_equal(scratch_try(t, stale_copy), &FAULT_CONFLICT);
	assert_null(get(t, "copy"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_buckets, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_objects_in_one_round_trip, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_conditions, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_stale, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_delete_many, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_listing, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_copy, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_copy_of_what_changed, scratch_setup,
		    scratch_teardown),
	};

	return cmocka_run_group_tests_name("blob", tests, NULL, NULL);
}
