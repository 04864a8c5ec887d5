/* tests/unit/support/s3_call.c - requests to S3, served in process on a scratch database */
#include "tests/unit/support/s3_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "fcgi/memo.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"
#include "shared/db/db.h"
#include "shared/store/store.h"
#include "shared/wire/xml.h"
#include "tests/unit/support/blob_world.h"
#include "tests/unit/support/scratch.h"

extern const struct service service_aws_s3;

static struct aws_call    one;
static bool               made;
static struct space       space;
static struct store      *store;
static struct memo       *memo;
static unsigned           who;
static int64_t            ahead;
static struct aws_account accounts[] = {
	{ .account_id = "111111111111", .owner_id = "aaaa", .display_name = "first" },
	{ .account_id = "222222222222", .owner_id = "bbbb", .display_name = "second" },
};

struct store *
s3_call_store(void)
{
	return store;
}

void
s3_call_as(unsigned account)
{
	who = account;
}

static void
end_one(void)
{
	if (!made)
		return;
	db_detach(&one.task);
	aws_call_end(&one);
	made = false;
}

struct space
s3_call_setup(void)
{
	struct task *t = scratch_task();
	char         error[256];

	space = world_space(t);
	scratch_end(t);
	memo = memo_new();
	if (store == NULL)
		store = store_open(scratch_conf(), error, sizeof(error));
	assert_non_null(store);
	who = 0;
	ahead = 0;
	assert_int_equal(s3_do("PUT", "/bkt", ""), 200);
	return space;
}

void
s3_call_end(void)
{
	store_remove_all(&one.task, store, space.environment);
	end_one();
	store_close(store);
	store = NULL;
	memo_free(memo);
	memo = NULL;
}

void
s3_call_ahead(int64_t by)
{
	ahead = by;
}

void
s3_call_nobody(void)
{
	who = COUNT(accounts);
}

void
s3_call_fresh(void)
{
	int64_t generation;

	assert_true(text_i64(scratch_sql("select generation from core.environment where id = %lld",
	    (long long)space.environment), 1, INT64_MAX, &generation));
	space.generation = generation;
}

static void
serve(void *arg)
{
	struct call *c = arg;

	c->op = c->service->proto->find(c);
	if (c->op == NULL)
		c->service->proto->unknown(c);
	if (c->op->handler == NULL)
		task_throw(c->task, c->service->general.not_built, NULL);
	c->service->proto->decode(c);
	c->service->authorise(c);
	c->op->handler(c);
	db_commit(c->task);
}

static void
read_pieces(struct reply *r, struct buf *out)
{
	size_t sum = 0;

	for (size_t i = 0; i < r->n_pieces; i++)
		sum += (size_t)r->pieces[i].length;
	buf_reserve(out, sum);
	for (size_t i = 0; i < r->n_pieces; i++) {
		FILE *f;
		int   ch;

		if (r->pieces[i].path == NULL) {
			buf_add(out, (const char *)r->pieces[i].bytes + r->pieces[i].offset,
			    (size_t)r->pieces[i].length);
			continue;
		}
		f = fopen(r->pieces[i].path, "rb");
		assert_non_null(f);
		fseek(f, (long)r->pieces[i].offset, SEEK_SET);
		for (int64_t n = 0; n < r->pieces[i].length && (ch = fgetc(f)) != EOF; n++)
			buf_char(out, (char)ch);
		fclose(f);
	}
}

static const char *
code_of(const struct buf *body)
{
	struct xml *x = xml_parse(one.task.mem, body->data, body->len);

	return x != NULL && strcmp(x->name, "Error") == 0 ? xml_child_text(x, "Code") : NULL;
}

struct s3_answer
s3_send(const char *method, const char *target, const char *headers, const char *body, size_t n)
{
	static struct world world;
	struct call        *c = &one.call;
	struct s3_answer    a = { 0 };

	end_one();
	aws_call_make(&one, "s3", "", INT64_C(1763884800000000), method, target, headers);
	made = true;
	db_attach(&one.task, scratch_db());
	aws_call_body(&one, body, n);
	one.request.length = (int64_t)n;
	one.env.accounts = accounts;
	one.env.n_accounts = 2;
	world = (struct world){ .conf = scratch_conf(), .db = scratch_db(), .store = store,
		.memo = memo };
	c->service = &service_aws_s3;
	c->world = &world;
	c->who = who < COUNT(accounts) ? &accounts[who] : NULL;
	c->space = space;
	c->space.now = one.task.now + ahead;
	reply_start(one.task.mem, &c->reply);
	a.fault = task_try(&one.task, serve, c);
	db_release(&one.task);
	a.round_trips = one.task.round_trips;
	if (a.fault == &FAULT_UNAVAILABLE)
		a.fault = c->service->general.unavailable;
	if (a.fault != NULL) {
		reply_start(one.task.mem, &c->reply);
		c->service->proto->fault(c, a.fault);
	}
	a.reply = &c->reply;
	a.status = c->reply.status;
	a.body = c->reply.body;
	read_pieces(&c->reply, &a.body);
	a.code = a.fault != NULL ? code_of(&a.body) : NULL;
	return a;
}

const struct fault *
s3_again(const struct space *other)
{
	const struct fault *f;

	one.call.space = *other;
	reply_start(one.task.mem, &one.call.reply);
	f = task_try(&one.task, serve, &one.call);
	db_release(&one.task);
	return f;
}

int
s3_do(const char *method, const char *target, const char *body)
{
	return s3_send(method, target, "", body, strlen(body)).status;
}

const char *
s3_answer_header(const char *name)
{
	for (const struct reply_header *h = one.call.reply.headers; h != NULL; h = h->next)
		if (strcasecmp(h->name, name) == 0)
			return h->value;
	return NULL;
}
