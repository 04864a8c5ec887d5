/* tests/unit/shared/engine/blob_version.c - versions, against a model of what S3 says they are */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/base/clock.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"
#include "shared/engine/blob_version.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/scratch.h"

enum { STEPS = 250, KEYS = 3, MOST = 400 };

static const char *const           ME = "111111111111";
static const struct blob_condition ALWAYS;
static const struct blob_remover   PLAIN;
static struct space                sp;

/* A version as the model has it; the newest of a key is the first. */
struct known {
	int  key;
	char version[40]; /* "" is the null version */
	bool marker;
	char text[16];
};
static struct known model[MOST];
static size_t       n_model;
static const char  *state; /* of versioning */

static const char *
key_name(int key)
{
	static const char *const names[KEYS] = { "a", "a/b", "c" };

	return names[key];
}

static void
forget(size_t i)
{
	memmove(&model[i], &model[i + 1], (n_model - i - 1) * sizeof(model[0]));
	n_model--;
}

/* On top of its key's. */
static void
remember(int key, const char *version, bool marker, const char *text)
{
	struct known k = { .key = key, .marker = marker };
	size_t       at = 0;

	assert_true(strlen(version) < sizeof(k.version) && strlen(text) < sizeof(k.text));
	memcpy(k.version, version, strlen(version));
	memcpy(k.text, text, strlen(text));
	for (size_t i = 0; *version == '\0' && i < n_model; i++)
		if (model[i].key == key && model[i].version[0] == '\0')
			forget(i--);
	while (at < n_model && model[at].key < key)
		at++;
	memmove(&model[at + 1], &model[at], (n_model - at) * sizeof(model[0]));
	model[at] = k;
	n_model++;
}

static const struct known *
newest(int key)
{
	for (size_t i = 0; i < n_model; i++)
		if (model[i].key == key)
			return &model[i];
	return NULL;
}

static void
set_versioning(struct task *t, const char *versioning)
{
	assert_int_equal(blob_set_versioning(t, &sp, ME, "b", versioning), BLOB_OK);
	state = versioning;
}

static void
put(struct task *t, int key, int step)
{
	const char        *text = mem_fmt(t->mem, "text %d", step);
	struct blob_object o = world_object(key_name(key), text);

	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &ALWAYS), BLOB_OK);
	assert_int_equal(*o.version == '\0', state == NULL || strcmp(state, "Suspended") == 0);
	remember(key, o.version, false, text);
}

static void
mark(struct task *t, int key)
{
	const struct blob_removal what = { 0 };
	const struct known       *was = newest(key);
	struct blob_removed       out;
	enum blob_result r = blob_delete(t, &sp, ME, "b", key_name(key), &what, &PLAIN, &out);

	if (state == NULL) {
		assert_int_equal(r, was != NULL ? BLOB_OK : BLOB_NO_KEY);
		if (was != NULL)
			forget((size_t)(was - model));
		return;
	}
	assert_int_equal(r, BLOB_OK);
	assert_true(out.marker && out.versioned);
	remember(key, out.version, true, "");
}

static void
remove_version(struct task *t, size_t i)
{
	const struct blob_removal what = { .version = model[i].version };
	struct blob_removed       out;

	assert_int_equal(blob_delete(t, &sp, ME, "b", key_name(model[i].key), &what, &PLAIN, &out),
	    BLOB_OK);
	if (state != NULL) {
		assert_int_equal(out.marker, model[i].marker);
		assert_string_equal(out.version, model[i].version);
	}
	assert_int_equal(
	    blob_delete(t, &sp, ME, "b", key_name(model[i].key), &what, &PLAIN, &out), BLOB_NO_KEY);
	forget(i);
}

static void
check_entry(const struct blob_entry *e, size_t i)
{
	assert_null(e->common);
	assert_string_equal(e->object.key, key_name(model[i].key));
	assert_string_equal(e->object.version, model[i].version);
	assert_int_equal(e->object.delete_marker, model[i].marker);
	assert_int_equal(e->object.latest, newest(model[i].key) == &model[i]);
	assert_string_equal(e->object.etag, model[i].text);
}

/* By pages, so that markers are tried everywhere. */
static void
check_versions(struct task *t, int64_t limit)
{
	struct blob_listing l = { .prefix = "", .after = "", .limit = limit };
	const char         *version = NULL;
	struct blob_entry  *list;
	size_t              n, at = 0;
	bool                more = true;

	while (more) {
		assert_int_equal(
		    blob_list_versions(t, &sp, ME, "b", &l, version, &list, &n, &more), BLOB_OK);
		assert_true(at + n <= n_model);
		for (size_t i = 0; i < n; i++)
			check_entry(&list[i], at++);
		if (n > 0) {
			l.after = list[n - 1].object.key;
			version = list[n - 1].object.version;
		}
	}
	assert_int_equal(at, n_model);
}

static void
check_objects(struct task *t)
{
	struct blob_listing l = { .prefix = "", .after = "", .limit = 10 };
	struct blob_entry  *list;
	struct blob_object  o;
	size_t              n, at = 0;
	bool                more;

	assert_int_equal(blob_list(t, &sp, ME, "b", &l, &list, &n, &more), BLOB_OK);
	for (int key = 0; key < KEYS; key++) {
		const struct known *k = newest(key);
		enum blob_result    r = blob_get(t, &sp, ME, "b", key_name(key), NULL, true, &o);

		assert_int_equal(r, k != NULL && !k->marker ? BLOB_OK : BLOB_NO_KEY);
		assert_int_equal(o.delete_marker, k != NULL && k->marker);
		if (k != NULL)
			assert_string_equal(o.version, k->version);
		if (r != BLOB_OK)
			continue;
		assert_string_equal(o.etag, k->text);
		assert_string_equal(list[at++].object.key, key_name(key));
	}
	assert_int_equal(at, n);
}

static void
check_each(struct task *t)
{
	struct blob_object o;

	for (size_t i = 0; i < n_model; i++) {
		assert_int_equal(blob_get(t, &sp, ME, "b", key_name(model[i].key), model[i].version, true,
		    &o), model[i].marker ? BLOB_MARKER : BLOB_OK);
		assert_string_equal(o.etag, model[i].text);
	}
}

/* Without versions, with, and suspended, at random; the model agrees after each step. */
static void
test_model(void **unused)
{
	struct task       *t = *unused;
	struct blob_bucket b;

	srandom(5);
	sp = world_space(t);
	assert_int_equal(world_bucket(t, &sp, ME, "b", false, &b), BLOB_OK);
	n_model = 0;
	state = NULL;
	for (int step = 0; step < STEPS; step++) {
		int key = (int)(random() % KEYS), what = (int)(random() % 10);

		if (step > 20 && what == 0)
			set_versioning(t, random() % 2 ? "Enabled" : "Suspended");
		else if (what < 5)
			put(t, key, step);
		else if (what < 7)
			mark(t, key);
		else if (n_model > 0)
			remove_version(t, (size_t)random() % n_model);
		check_versions(t, 1 + random() % 7);
		check_objects(t);
		if (step % 10 == 0)
			check_each(t);
	}
	while (n_model > 0) {
		assert_int_equal(blob_bucket_remove(t, &sp, ME, "b"), BLOB_NOT_EMPTY);
		remove_version(t, (size_t)random() % n_model);
		check_objects(t);
	}
	assert_int_equal(blob_bucket_remove(t, &sp, ME, "b"), BLOB_OK);
}

/* If-Match and If-None-Match are about the current version. */
static void
test_conditions(void **unused)
{
	const struct blob_condition absent = { .absent = true }, one = { .etag = "one" };
	struct task                *t = *unused;
	struct blob_removal         what = { .etag = "two" };
	struct blob_object          o = world_object("k", "one"), old;
	struct blob_removed         out;
	struct blob_bucket          b;

	sp = world_space(t);
	assert_int_equal(world_bucket(t, &sp, ME, "b", true, &b), BLOB_OK);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &one), BLOB_NO_KEY);
	assert_int_equal(blob_delete(t, &sp, ME, "b", "k", &what, &PLAIN, &out), BLOB_NO_KEY);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &absent), BLOB_OK);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &absent), BLOB_UNMET);
	assert_int_equal(blob_delete(t, &sp, ME, "b", "k", &what, &PLAIN, &out), BLOB_UNMET);
	old = o;
	o = world_object("k", "two");
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &one), BLOB_OK);
	assert_string_not_equal(o.version, old.version);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &one), BLOB_UNMET);
	/* What counts is the current version, whatever is to go. */
	what = (struct blob_removal){ .version = old.version, .etag = "one" };
	assert_int_equal(blob_delete(t, &sp, ME, "b", "k", &what, &PLAIN, &out), BLOB_UNMET);
	what.etag = "two";
	assert_int_equal(blob_delete(t, &sp, ME, "b", "k", &what, &PLAIN, &out), BLOB_OK);
	what.version = NULL;
	assert_int_equal(blob_delete(t, &sp, ME, "b", "k", &what, &PLAIN, &out), BLOB_OK);
	assert_int_equal(blob_delete(t, &sp, ME, "b", "k", &what, &PLAIN, &out), BLOB_UNMET);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &one), BLOB_NO_KEY);
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &absent), BLOB_OK);
}

static enum blob_result
remove_locked(struct task *t, const char *version, bool passes)
{
	const struct blob_removal what = { .version = version };
	const struct blob_remover by = { .passes_asked = passes, .passes = passes };
	struct blob_removed       out;

	return blob_delete(t, &sp, ME, "b", "k", &what, &by, &out);
}

static enum blob_result
retain(struct task *t, const char *mode, int64_t until, bool passes)
{
	const struct blob_lock l = { .mode = mode, .until = until };
	struct blob_object     o;

	return blob_retain(t, &sp, ME, "b", "k", NULL, &l, passes, &o);
}

static void
test_locks(void **unused)
{
	struct task       *t = *unused;
	struct blob_bucket b;
	struct blob_object o = world_object("k", "x"), seen;

	sp = world_space(t);
	assert_int_equal(world_bucket(t, &sp, ME, "b", true, &b), BLOB_OK);
	b = (struct blob_bucket){ .lock_mode = "GOVERNANCE", .lock_days = 2 };
	assert_int_equal(blob_set_locks(t, &sp, ME, "b", &b), BLOB_OK);
	assert_int_equal(blob_set_versioning(t, &sp, ME, "b", "Suspended"), BLOB_FIXED);
	o.modified_at = sp.now;
	assert_int_equal(blob_put(t, &sp, ME, "b", &o, &ALWAYS), BLOB_OK);
	assert_int_equal(blob_get(t, &sp, ME, "b", "k", NULL, false, &seen), BLOB_OK);
	assert_string_equal(seen.lock.mode, "GOVERNANCE");
	assert_true(seen.lock.until == sp.now + 2 * DAY);
	assert_int_equal(remove_locked(t, o.version, false), BLOB_LOCKED);
	assert_int_equal(retain(t, "GOVERNANCE", sp.now + DAY, false), BLOB_LOCKED);
	assert_int_equal(retain(t, "COMPLIANCE", sp.now + 2 * DAY, false), BLOB_LOCKED);
	assert_int_equal(retain(t, NULL, 0, false), BLOB_LOCKED);
	assert_int_equal(retain(t, "GOVERNANCE", sp.now + DAY, true), BLOB_OK);
	assert_int_equal(retain(t, "COMPLIANCE", sp.now + 3 * DAY, true), BLOB_OK);
	assert_int_equal(retain(t, "GOVERNANCE", sp.now + 4 * DAY, true), BLOB_LOCKED);
	assert_int_equal(retain(t, "COMPLIANCE", sp.now + 4 * DAY, false), BLOB_OK);
	assert_int_equal(remove_locked(t, o.version, true), BLOB_LOCKED);
	assert_int_equal(blob_hold(t, &sp, ME, "b", "k", NULL, "ON", &seen), BLOB_OK);
	sp.now += 5 * DAY;
	assert_int_equal(remove_locked(t, o.version, false), BLOB_LOCKED);
	assert_int_equal(blob_hold(t, &sp, ME, "b", "k", NULL, "OFF", &seen), BLOB_OK);
	assert_int_equal(remove_locked(t, NULL, false), BLOB_OK);
	assert_int_equal(blob_hold(t, &sp, ME, "b", "k", NULL, "ON", &seen), BLOB_MARKER);
	assert_int_equal(remove_locked(t, o.version, false), BLOB_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_model, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_conditions, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_locks, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("blob versions", tests, NULL, NULL);
}
