/* tests/unit/fcgi/board.c - counters, deaths and refusals in shared memory */
#include "fcgi/board.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "shared/base/buf.h"
#include "shared/base/mem.h"

static struct board *b;
static struct mem   *mem;

static int
setup(void **state)
{
	(void)state;
	b = calloc(1, board_size());
	mem = mem_new(16 << 20);
	return b == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	free(b);
	mem_free(mem);
	return 0;
}

static bool
printed(const char *line)
{
	struct buf out = buf_new(mem);

	board_print(b, &out);
	return strstr(out.data, line) != NULL;
}

static void
test_counts(void **state)
{
	(void)state;
	board_count(b, "aws.s3.GetObject", 200, 400);
	board_count(b, "aws.s3.GetObject", 206, 1500);
	board_count(b, "aws.s3.GetObject", 404, 99000000);
	assert_true(printed("mf_requests_total{op=\"aws.s3.GetObject\",status=\"2xx\"} 2\n"));
	assert_true(printed("mf_requests_total{op=\"aws.s3.GetObject\",status=\"4xx\"} 1\n"));
	assert_true(printed("mf_request_seconds_bucket{op=\"aws.s3.GetObject\",le=\"0.0005\"} 1\n"));
	assert_true(printed("mf_request_seconds_bucket{op=\"aws.s3.GetObject\",le=\"0.0025\"} 2\n"));
	assert_true(printed("mf_request_seconds_bucket{op=\"aws.s3.GetObject\",le=\"+Inf\"} 3\n"));
	assert_true(printed("mf_request_seconds_sum{op=\"aws.s3.GetObject\"} 99.001900\n"));
}

static void
test_more_operations_than_fit(void **state)
{
	(void)state;
	for (int i = 0; i < BOARD_OPS + 10; i++)
		board_count(b, mem_fmt(mem, "op%d", i), 200, 1);
	assert_true(printed("mf_requests_total{op=\"op0\",status=\"2xx\"} 1\n"));
	board_count(b, "op0", 200, 1);
	assert_true(printed("mf_requests_total{op=\"op0\",status=\"2xx\"} 2\n"));
}

/* Process 5 runs the operation and dies of it. */
static void
die(int64_t whose, const char *op)
{
	int64_t     who;
	bool        refused = false;
	const char *what;

	board_thread(b, 5, 7);
	assert_true(board_enter(b, whose, op));
	board_blame();
	what = board_died(b, 5, &who, &refused);
	assert_non_null(what);
	assert_string_equal(what, op);
	assert_true(who == whose);
	board_clear(b, 5);
}

static void
test_two_deaths_are_refused(void **state)
{
	(void)state;
	die(1, "aws.s3.PutObject");
	die(2, "aws.s3.PutObject");
	die(1, "aws.s3.GetObject");
	die(1, "aws.s3.PutObject");
	assert_false(board_enter(b, 1, "aws.s3.PutObject"));
	assert_true(board_enter(b, 2, "aws.s3.PutObject"));
	assert_true(board_enter(b, 1, "aws.s3.GetObject"));
}

static void
test_who_was_idle_is_not_blamed(void **state)
{
	int64_t who;
	bool    refused;

	(void)state;
	board_thread(b, 5, 7);
	assert_true(board_enter(b, 1, "op"));
	assert_null(board_died(b, 5, &who, &refused)); /* killed from outside: nobody's fault */
	board_leave();
	board_blame();
	assert_null(board_died(b, 5, &who, &refused));
}

static void
test_one_has_the_bell(void **state)
{
	(void)state;
	assert_true(board_take_bell(b, 3));
	assert_false(board_take_bell(b, 4));
	assert_true(board_take_bell(b, 3));
	board_clear(b, 3);
	assert_true(board_take_bell(b, 4));
	assert_false(board_take_bell(b, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_operations_than_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_deaths_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_was_idle_is_not_blamed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_has_the_bell, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
