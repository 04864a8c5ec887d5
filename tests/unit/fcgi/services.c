/* tests/unit/fcgi/services.c - what must be true of every service, whatever it is */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/api/api.h"
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
			if (services[i] == &service_api && (op_scope(op) == SCOPE_UNSAID) !=
			    ((op->flags & OP_OPEN) != 0))
				fail_msg("%s names no scope, or needs none", op->name);
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

/* The id of an upload of "key", in m. */
static const char *
new_upload(struct mem *m)
{
	struct s3_answer a = s3_send("POST", "/bkt/key?uploads", "", "", 0);
	const char      *id = strstr(a.body.data, "<UploadId>");

	assert_int_equal(a.status, 200);
	assert_non_null(id);
	id += strlen("<UploadId>");
	return mem_text_n(m, id, strcspn(id, "<"));
}

static void
test_s3_reads_do_not_write(void **state)
{
	const char           *names[][2] = { { "{Bucket}", "bkt" }, { "{Key+}", "key" },
		{ "uploadId", NULL }, { "&id", "&id=one" }, { NULL, NULL } };
	const struct service *s = service_sold("aws_s3");
	struct mem           *m = mem_new(1 << 20); /* a request empties the task's */
	size_t                n = 0;
	char                  method[8];

	(void)state;
	s3_call_setup();
	assert_int_equal(s3_do("PUT", "/bkt/key", "body"), 200);
	names[2][1] = mem_fmt(m, "uploadId=%s", new_upload(m));
	s3_some_configurations();
	s3_some_locks("key");
	assert_int_equal(s3_do("PUT", "/bkt?policy", "{\"Statement\": {\"Effect\": \"Allow\","
	    "\"Principal\": {\"AWS\": \"123456789012\"}, \"Action\": \"s3:GetObject\","
	    "\"Resource\": \"arn:aws:s3:::bkt/*\"}}"), 204);
	s3_call_fresh();
	read_only(true);
	assert_int_equal(s3_do("PUT", "/bkt/key", "body"), 503);
	for (size_t i = 0; i < s->n_ops; i++) {
		const struct op *op = &s->ops[i];

		if (!is_read(op))
			continue;
		/* Nobody can have one. */
		if (strcmp(op->name, "GetBucketReplication") == 0)
			continue;
		n++;
		if (s3_send(method, target_of(m, op->http, (const char *const(*)[2])names, method),
		        "x-amz-object-attributes: ETag\n", "", 0).status != 200)
			fail_msg("%s does not pass read-only", op->name);
	}
	read_only(false);
	s3_call_end();
	mem_free(m);
	assert_true(n >= 8);
}

static void
test_api_reads_do_not_write(void **state)
{
	struct task          *t = *state;
	struct mem           *m = mem_new(1 << 20); /* a request empties the task's */
	const struct service *s = services[0];
	const char           *names[][2] = { { "operations/{id}", NULL }, { "keys/{id}", NULL },
		{ "{id}", NULL }, { NULL, NULL } };
	const char           *id;
	size_t                n = 0;
	char                  method[8];

	assert_string_equal(s->name, "api");
	api_new_account(t, "reader");
	id = mem_text(m, api_text(api_ok(t, 201, "POST", "/api/v1/environments",
	    "{\"services\": [\"aws_s3\"]}"), "id"));
	names[0][1] = mem_fmt(m, "operations/op-create-%s", id);
	names[1][1] = mem_fmt(m, "keys/%s", scratch_sql("select public_id from core.api_key limit 1"));
	names[2][1] = id;
	read_only(true);
	for (size_t i = 0; i < s->n_ops; i++) {
		/* Single sign-on asks somebody who is not here. */
		if (!is_read(&s->ops[i]) || !text_starts(s->ops[i].http, "GET ") ||
		    strcmp(s->ops[i].name, "BeginSingleSignOn") == 0)
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
