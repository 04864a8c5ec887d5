/* tests/unit/shared/engine/blob_version_list.c - pages of versions: folds, and markers that went */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/engine/blob_version.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/scratch.h"

static const char *const           ME = "111111111111";
static const struct blob_condition ALWAYS;
static const struct blob_remover   PLAIN;
static struct space                sp;

static void
set_versioning(struct task *t, const char *versioning)
{
	assert_int_equal(blob_set_versioning(t, &sp, ME, "b", versioning), BLOB_OK);
}

/* The page as "key:id key:id prefix* ...", an id being its number in the order of making. */
static const char *
listed(struct task *t, const char *delimiter, const char *prefix, const char *after,
    const char *version, int64_t limit)
{
	struct blob_listing l = { .prefix = prefix, .delimiter = delimiter, .after = after,
		.past_fold = true, .limit = limit };
	struct blob_entry  *list;
	const char         *out = "";
	size_t              n;
	bool                more;

	assert_int_equal(blob_list_versions(t, &sp, ME, "b", &l, version, &list, &n, &more), BLOB_OK);
	for (size_t i = 0; i < n; i++)
		out = mem_fmt(t->mem, "%s %s%s", out, list[i].common != NULL ? list[i].common :
		    list[i].object.key, list[i].common != NULL ? "*" : "");
	return mem_fmt(t->mem, "%s%s", out, more ? " +" : "");
}

static const char *
folded(struct task *t, const char *prefix, const char *after, const char *version, int64_t limit)
{
	return listed(t, "/", prefix, after, version, limit);
}

static void
test_folds(void **unused)
{
	static const char *const keys[] = { "a", "a", "b/1", "b/1", "b/2", "c", "c", "d/x/1" };
	struct task             *t = *unused;
	struct blob_bucket       b;
	struct blob_object       o, first = { 0 };

	sp = world_space(t);
	assert_int_equal(world_bucket(t, &sp, ME, "b", true, &b), BLOB_OK);
	for (size_t i = 0; i < COUNT(keys); i++) {
		o = world_object(keys[i], "x");
		assert_int_equal(blob_put(t, &sp, ME, "b", &o, &ALWAYS), BLOB_OK);
		if (i == 1)
			first = o;
	}
	assert_string_equal(folded(t, "", "", NULL, 10), " a a b/* c c d/*");
	assert_string_equal(folded(t, "", "", NULL, 3), " a a b/* +");
	assert_string_equal(folded(t, "", "a", first.version, 3), " a b/* c +");
	assert_string_equal(folded(t, "", "a", NULL, 1), " b/* +");
	assert_string_equal(folded(t, "", "b/", NULL, 2), " c c +");
	assert_string_equal(folded(t, "", "b/1", NULL, 2), " c c +");
	assert_string_equal(folded(t, "b/", "", NULL, 2), " b/1 b/1 +");
	assert_string_equal(folded(t, "d/", "", NULL, 2), " d/x/*");
}

/* Whoever lists a page, removes what is in it and goes on from there gets all the others. */
static void
test_marker_gone(void **unused)
{
	struct task         *t = *unused;
	struct blob_removal  what = { 0 };
	struct blob_removed  out;
	struct blob_bucket   b;
	struct blob_object   made[5];

	sp = world_space(t);
	assert_int_equal(world_bucket(t, &sp, ME, "b", false, &b), BLOB_OK);
	for (size_t i = 0; i < COUNT(made); i++) {
		made[i] = world_object("a", "x");
		assert_int_equal(blob_put(t, &sp, ME, "b", &made[i], &ALWAYS), BLOB_OK);
		set_versioning(t, "Enabled");
	}
	for (size_t i = COUNT(made); i-- > 0;) {
		static const char *const left[] = { "", " a", " a a", " a a a", " a a a a" };

		what.version = made[i].version;
		assert_int_equal(blob_delete(t, &sp, ME, "b", "a", &what, &PLAIN, &out), BLOB_OK);
		assert_string_equal(listed(t, NULL, "", "a", made[i].version, 5), left[i]);
		assert_string_equal(folded(t, "", "a", made[i].version, 5), left[i]);
	}
}

/* The null version went, and older ones stay. */
static void
test_null_marker_gone(void **unused)
{
	struct task        *t = *unused;
	struct blob_removal what = { .version = "" };
	struct blob_removed out;
	struct blob_bucket  b;
	struct blob_object  o;

	sp = world_space(t);
	assert_int_equal(world_bucket(t, &sp, ME, "b", false, &b), BLOB_OK);
	for (int i = 0; i < 3; i++) {
		set_versioning(t, i < 2 ? "Enabled" : "Suspended");
		o = world_object("a", "x");
		assert_int_equal(blob_put(t, &sp, ME, "b", &o, &ALWAYS), BLOB_OK);
	}
	assert_string_equal(listed(t, NULL, "", "a", "", 5), " a a");
	assert_int_equal(blob_delete(t, &sp, ME, "b", "a", &what, &PLAIN, &out), BLOB_OK);
	assert_string_equal(listed(t, NULL, "", "a", "", 5), " a a");
	assert_string_equal(folded(t, "", "a", "", 5), " a a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_folds, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_marker_gone, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_null_marker_gone, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("pages of versions", tests, NULL, NULL);
}
