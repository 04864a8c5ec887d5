/* tests/unit/support/scratch.h - the world of a unit test: settings, a scratch database, a task */
#ifndef MF_SCRATCH_H
#define MF_SCRATCH_H

struct conf;
struct db;
struct task;

/*
 * `make check-unit` starts each test program with MF_DB naming an empty, migrated database of its
 * own, and with its own MF_STORE and MF_SECRET_KEY_FILE.  What a test leaves behind, only the tests
 * after it in the same program see; scratch_wipe gives them an empty database again.
 *
 *     cmocka_unit_test_setup_teardown(test_something, scratch_setup, scratch_teardown)
 *
 *     static void
 *     test_something(void **state)
 *     {
 *             struct task *t = *state;
 */
int scratch_setup(void **state);    /* *state: a fresh task attached to the database */
int scratch_teardown(void **state);

const struct conf *scratch_conf(void);
struct db         *scratch_db(void);
/* A task of its own, for tests that want two; scratch_end gives it back. */
struct task       *scratch_task(void);
void               scratch_end(struct task *t);

/* Run SQL of the test's own; the first column of its first row, or NULL. An error fails. */
const char *scratch_sql(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Every account, environment and customer row goes; prices and services stay. */
void scratch_wipe(void);

/* task_try of a function without argument: the fault it threw, NULL when none. */
const struct fault *scratch_try(struct task *t, void (*body)(struct task *t));

#endif
