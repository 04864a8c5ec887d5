/* tests/unit/shared/store/disk.c - the store on disk, and what a crash at each step leaves */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/base/conf.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/store/store.h"

static struct task   task;
static struct store *store;
static char          root[] = "/tmp/mf-disk-test.XXXXXX";

static int
open_store(void **state)
{
	struct conf c = { 0 };
	char        error[256];

	(void)state;
	assert_non_null(mkdtemp(root));
	task_init(&task, mem_new(1 << 20));
	c.store = mem_fmt(task.mem, "disk:%s", root);
	store = store_open(&c, error, sizeof(error));
	assert_non_null(store);
	return 0;
}

static int
close_store(void **state)
{
	(void)state;
	store_remove_all(&task, store, 7);
	store_close(store);
	mem_free(task.mem);
	return rmdir(root);
}

static struct store_put *
put(const char *id, const char *text)
{
	struct store_put *p = store_create(&task, store, 7, id);

	store_write(&task, p, text, strlen(text));
	return p;
}

static const char *
get(const char *id, int64_t offset)
{
	char              *text = mem_alloc(task.mem, 100);
	struct store_get  *g = store_read(&task, store, 7, id, offset, 100);

	store_next(&task, g, text, 99);
	return text;
}

static int
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int  n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Not at the end of the request: it may read thousands. */
static void
test_what_is_read_is_closed(void **state)
{
	struct store_put *p = put("whole", "text");
	struct store_get *g;
	char              text[5] = "";
	int               before;

	(void)state;
	store_keep(&task, p);
	before = open_files();
	for (int i = 0; i < 3; i++) {
		g = store_read(&task, store, 7, "whole", 1, 3);
		assert_int_equal(store_next(&task, g, text, 2), 2);
		assert_int_equal(store_next(&task, g, text, 5), 1);
		assert_int_equal(store_next(&task, g, text, 5), 0);
	}
	assert_int_equal(open_files(), before);
	store_drop(p);
}

static void
count(void *arg, int64_t environment, const char *id)
{
	assert_int_equal(environment, 7);
	assert_string_equal(id, "abcdef");
	++*(int *)arg;
}

/* How many markers are older than the end of time. */
static int
unnamed(void)
{
	int n = 0;

	store_unnamed(&task, store, INT64_MAX, count, &n);
	return n;
}

static void
test_life(void **state)
{
	struct store_put *p = put("abcdef", "hello");

	(void)state;
	assert_int_equal(unnamed(), 1);
	store_keep(&task, p);
	assert_int_equal(unnamed(), 1);
	store_named(p);
	assert_int_equal(unnamed(), 0);
	assert_string_equal(get("abcdef", 0), "hello");
	assert_string_equal(get("abcdef", 3), "lo");
	assert_string_equal(get("abcdef", 5), "");
	assert_int_equal(access(store_path(&task, store, 7, "abcdef"), R_OK), 0);
	store_remove(&task, store, 7, "abcdef");
	store_remove(&task, store, 7, "abcdef");
	assert_int_not_equal(access(store_path(&task, store, 7, "abcdef"), F_OK), 0);
}

/* A task that ends before store_keep leaves nothing; one that ends after it leaves the marker. */
static void
test_end_of_the_task(void **state)
{
	struct store_put *p;

	(void)state;
	put("abcdef", "half");
	mem_reset(task.mem);
	assert_int_equal(unnamed(), 0);
	p = put("abcdef", "whole");
	store_keep(&task, p);
	mem_reset(task.mem);
	assert_int_equal(unnamed(), 1);
	assert_string_equal(get("abcdef", 0), "whole");
	store_unmark(&task, store, 7, "abcdef");
	assert_int_equal(unnamed(), 0);
	assert_string_equal(get("abcdef", 0), "whole");
	store_remove(&task, store, 7, "abcdef");
}

static void
test_drop(void **state)
{
	struct store_put *p;

	(void)state;
	store_drop(put("abcdef", "half"));
	assert_int_equal(unnamed(), 0);
	p = put("abcdef", "whole");
	store_keep(&task, p);
	store_drop(p);
	assert_int_equal(unnamed(), 0);
	assert_int_not_equal(access(store_path(&task, store, 7, "abcdef"), F_OK), 0);
}

static void
put_too_much(void *arg)
{
	char block[4096] = { 0 };

	for (int i = 0; i < 100; i++)
		store_write(&task, arg, block, sizeof(block));
}

/* A disk that takes no more: a clean fault, and nothing stays. */
static void
test_full(void **state)
{
	struct rlimit     limit = { 65536, 65536 };
	struct store_put *p = put("abcdef", "");

	(void)state;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 65536;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_ptr_equal(task_try(&task, put_too_much, p), &FAULT_UNAVAILABLE);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(unnamed(), 0);
}

static void
read_nothing(void *arg)
{
	(void)arg;
	store_read(&task, store, 7, "nosuchblob", 0, 1);
}

static void
test_away(void **state)
{
	struct conf c = { .store = "tape:x" };
	char        error[256];

	(void)state;
	assert_ptr_equal(task_try(&task, read_nothing, NULL), &FAULT_UNAVAILABLE);
	assert_null(store_open(&c, error, sizeof(error)));
	c.store = "disk:/proc/nowhere/at/all";
	assert_null(store_open(&c, error, sizeof(error)));
}

static void
test_remove_all(void **state)
{
	(void)state;
	for (int i = 0; i < 30; i++) {
		struct store_put *p = put(mem_fmt(task.mem, "%c%cblob", 'a' + i % 26, 'a' + i / 26), "x");

		store_keep(&task, p);
		if (i % 2 == 0)
			store_named(p);
	}
	store_remove_all(&task, store, 7);
	store_remove_all(&task, store, 7);
	assert_int_not_equal(access(mem_fmt(task.mem, "%s/7", root), F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),       cmocka_unit_test(test_end_of_the_task),
		cmocka_unit_test(test_drop),       cmocka_unit_test(test_full),
		cmocka_unit_test(test_away),       cmocka_unit_test(test_remove_all),
		cmocka_unit_test(test_what_is_read_is_closed),
	};

	return cmocka_run_group_tests_name("disk", tests, open_store, close_store);
}
