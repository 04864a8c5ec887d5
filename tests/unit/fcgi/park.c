/* tests/unit/fcgi/park.c - sessions that wait, on real threads and socket pairs */
#include "fcgi/park.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fcgi/board.h"
#include "fcgi/session.h"
#include "fcgi/wake.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/db/db.h"

enum { MANY = 300 };

static struct conf  conf;
static struct world world;
static struct park *park;

static int
setup(void **state)
{
	char error[256];

	(void)state;
	if (!conf_read(&conf, error, sizeof(error)))
		return 1;
	conf.test = true;
	conf.parked_max = MANY;
	world = (struct world){ .conf = &conf, .db = db_open(&conf), .wake = wake_create() };
	park = park_start(&world, 0, 0, 3);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	park_hurry(park);
	while (session_count() > 0)
		usleep(1000);
	park_stop(park);
	db_close(world.db);
	return munmap(world.wake, wake_size());
}

static void
add(struct buf *b, const char *name, const char *value)
{
	buf_char(b, (char)strlen(name));
	buf_char(b, (char)strlen(value));
	buf_text(b, name);
	buf_text(b, value);
}

static void
send_record(int fd, int type, const void *content, size_t n)
{
	unsigned char h[8] = { 1, (unsigned char)type, 0, 1, (unsigned char)(n >> 8),
		(unsigned char)n };

	assert_int_equal(write(fd, h, sizeof(h)), sizeof(h));
	assert_int_equal(write(fd, content, n), n);
}

/* Send GET target and serve it; the web server's end of the connection. */
static int
begin(const char *target)
{
	static const char begin_body[8] = { 0, 1 };
	struct mem       *m = mem_new(1 << 20);
	struct buf        params = buf_new(m);
	struct session   *s;
	int               ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	add(&params, "REQUEST_METHOD", "GET");
	add(&params, "REQUEST_URI", target);
	send_record(ends[1], 1, begin_body, sizeof(begin_body));
	send_record(ends[1], 4, params.data, params.len);
	send_record(ends[1], 4, "", 0);
	send_record(ends[1], 5, "", 0);
	mem_free(m);
	s = session_open(&world, ends[0]);
	if (session_serve(s))
		park_add(park, s);
	return ends[1];
}

/* The answer holds the word; waits for it. */
static bool
answered(int fd, const char *word)
{
	char    text[2048];
	size_t  n = 0;
	ssize_t got;

	while (n < sizeof(text) - 1 && (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
	/* Records have NUL bytes between them. */
	return memmem(text, n, word, strlen(word)) != NULL;
}

static void
test_ring(void **state)
{
	int fd[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		fd[i] = begin(i % 2 ? "/test/park?channel=odd" : "/test/park?channel=even");
	assert_int_equal(session_count(), MANY);
	wake_ring(world.wake, wake_slot("odd"));
	for (int i = 1; i < MANY; i += 2)
		assert_true(answered(fd[i], "rung"));
	/* A session ends a moment after its answer. */
	for (int i = 0; session_count() > MANY / 2 && i < 10000; i++)
		usleep(1000);
	assert_int_equal(session_count(), MANY / 2);
	wake_ring(world.wake, wake_slot("even"));
	for (int i = 0; i < MANY; i += 2)
		assert_true(answered(fd[i], "rung"));
}

static void
test_deadline(void **state)
{
	int late = begin("/test/park?channel=c&ms=60"), soon = begin("/test/park?channel=c&ms=20");

	(void)state;
	assert_true(answered(soon, "over"));
	assert_true(answered(late, "over"));
	assert_true(answered(begin("/test/park?channel=c&ms=0"), "over"));
}

static void
test_one_more_than_fits(void **state)
{
	int fd[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		fd[i] = begin("/test/park?channel=full");
	assert_true(answered(begin("/test/park?channel=full"), "hurried"));
	park_hurry(park);
	for (int i = 0; i < MANY; i++)
		assert_true(answered(fd[i], "hurried"));
	assert_true(answered(begin("/test/park?channel=full"), "hurried"));
}

static void
test_hang_up(void **state)
{
	(void)state;
	close(begin("/test/park?channel=gone"));
	wake_ring(world.wake, wake_slot("gone"));
	close(begin("/test/park?channel=away"));
	for (int i = 0; session_count() > 0 && i < 10000; i++)
		usleep(1000);
	assert_int_equal(session_count(), 0);
}

static void *
ring_often(void *arg)
{
	for (int i = 0; i < 3000; i++)
		wake_ring(world.wake, wake_slot(i % 2 ? "x" : "y"));
	return arg;
}

/* Rings, parkings and deadlines all at once; ThreadSanitizer looks on. */
static void
test_all_at_once(void **state)
{
	pthread_t ringers[2];
	int       fd[MANY];

	(void)state;
	for (int i = 0; i < 2; i++)
		pthread_create(&ringers[i], NULL, ring_often, NULL);
	for (int i = 0; i < MANY; i++)
		fd[i] = begin(i % 3 ? "/test/park?channel=x&ms=5000" : "/test/park?channel=y&ms=3");
	for (int i = 0; i < 2; i++)
		pthread_join(ringers[i], NULL);
	wake_ring(world.wake, wake_slot("x"));
	for (int i = 0; i < MANY; i++)
		assert_true(answered(fd[i], "after"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_more_than_fits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hang_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_at_once, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
