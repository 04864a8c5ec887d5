/* tests/unit/fcgi/services.c - what must be true of every service, whatever it is */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/call.h"
#include "fcgi/services.h"
#include "shared/base/buf.h"
#include "shared/base/text.h"
#include "tests/unit/support/api_call.h"
#include "tests/unit/support/s3_call.h"
#include "tests/unit/support/scratch.h"

static void
test_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_services; i++) {
		const struct service        *s = services[i];
		const struct general_faults *g = &s->general;

		assert_non_null(s->cloud);
		assert_non_null(s->name);
		assert_non_null(s->proto);
		for (size_t k = 0; k < i; k++)
			assert_false(strcmp(services[k]->cloud, s->cloud) == 0 &&
			    strcmp(services[k]->name, s->name) == 0);
		if (s->id == NULL)
			continue;
		/* One that is sold says everything in its own words, and asks who is calling. */
		assert_non_null(s->authenticate);
		assert_true(g->internal != NULL && g->unavailable != NULL && g->not_built != NULL);
		assert_true(g->too_large != NULL && g->incomplete != NULL && g->malformed != NULL);
		assert_true(g->no_environment != NULL && g->not_subscribed != NULL);
		assert_non_null(g->stopped);
		assert_string_equal(scratch_sql("select count(*) from core.service where id = '%s'", s->id),
		    "1");
		assert_ptr_equal(service_sold(s->id), s);
	}
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
test_operations(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_services; i++)
		for (size_t k = 0; k < services[i]->n_ops; k++) {
			const struct op *op = &services[i]->ops[k], *before = op - 1;

			/* In the order of the vendor's model, which is the alphabet's; ours has its own. */
			if (k > 0 && services[i]->id != NULL && strcmp(before->name, op->name) >= 0)
				fail_msg("%s comes after %s", op->name, before->name);
			for (size_t j = 0; op->http != NULL && j < k; j++)
				if (same(services[i]->ops[j].http, op->http) &&
				    same(services[i]->ops[j].when, op->when))
					fail_msg("%s is also %s", op->http, services[i]->ops[j].name);
			if (op->flags & OP_OPEN)
				assert_null(services[i]->id);
		}
}

/* From now on no connection may write. */
static void
read_only(bool on)
{
	scratch_sql("do $$ begin execute format('alter database %%I set"
	            " default_transaction_read_only = %s', current_database()); end $$",
	    on ? "on" : "off");
	scratch_sql("select pg_terminate_backend(pid, 5000) from pg_stat_activity"
	            " where datname = current_database() and pid <> pg_backend_pid()");
}

/* "GET /{Bucket}/{Key+}?x" as "GET" and "/bkt/key?x". */
static const char *
target_of(struct mem *m, const char *http, const char *const names[][2], char method[8])
{
	struct buf  b = buf_new(m);
	size_t      n = strcspn(http, " ");
	const char *p = http + n + 1;

	memcpy(method, http, n);
	method[n] = '\0';
	while (*p != '\0') {
		size_t i = 0;

		while (names[i][0] != NULL && !text_starts(p, names[i][0]))
			i++;
		if (names[i][0] == NULL) {
			buf_char(&b, *p++);
		} else {
			buf_text(&b, names[i][1]);
			p += strlen(names[i][0]);
		}
	}
	return b.data;
}

static bool
is_read(const struct op *op)
{
	return op->handler != NULL && (op->flags & OP_WRITE) == 0 && op->http != NULL;
}

static void
test_s3_reads_do_not_write(void **state)
{
	static const char *const names[][2] = { { "{Bucket}", "bkt" }, { "{Key+}", "key" },
		{ NULL, NULL } };
	const struct service    *s = service_sold("aws_s3");
	struct task             *t = *state;
	size_t                   n = 0;
	char                     method[8];

	s3_call_setup();
	assert_int_equal(s3_do("PUT", "/bkt/key", "body"), 200);
	read_only(true);
	assert_int_equal(s3_do("PUT", "/bkt/key", "body"), 503);
	for (size_t i = 0; i < s->n_ops; i++) {
		const struct op *op = &s->ops[i];

		if (!is_read(op))
			continue;
		n++;
		if (s3_do(method, target_of(t->mem, op->http, names, method), "") != 200)
			fail_msg("%s does not pass read-only", op->name);
	}
	read_only(false);
	s3_call_end();
	assert_true(n >= 8);
}

static void
test_api_reads_do_not_write(void **state)
{
	struct task          *t = *state;
	struct mem           *m = mem_new(1 << 20); /* a request empties the task's */
	const struct service *s = services[0];
	const char           *names[][2] = { { "{id}", NULL }, { NULL, NULL } };
	size_t                n = 0;
	char                  method[8];

	assert_string_equal(s->name, "api");
	api_new_account(t, "reader");
	names[0][1] = mem_text(m, api_text(api_ok(t, 201, "POST", "/api/v1/environments",
	    "{\"services\": [\"aws_s3\"]}"), "id"));
	read_only(true);
	for (size_t i = 0; i < s->n_ops; i++) {
		if (!is_read(&s->ops[i]) || !text_starts(s->ops[i].http, "GET "))
			continue;
		n++;
		if (api_send(t, "GET", target_of(m, s->ops[i].http,
		        (const char *const(*)[2])names, method), NULL, NULL)->status != 200)
			fail_msg("%s does not pass read-only", s->ops[i].name);
	}
	read_only(false);
	mem_free(m);
	assert_true(n >= 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_services, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_operations),
		cmocka_unit_test_setup_teardown(test_s3_reads_do_not_write, scratch_setup,
		    scratch_teardown),
		cmocka_unit_test_setup_teardown(test_api_reads_do_not_write, scratch_setup,
		    scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
