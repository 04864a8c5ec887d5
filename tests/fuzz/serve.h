/* tests/fuzz/serve.h - a whole request, served in process up to its first statement */
#ifndef MF_FUZZ_SERVE_H
#define MF_FUZZ_SERVE_H

#include "fcgi/memo.h"
#include "shared/base/clock.h"
#include "shared/base/conf.h"
#include "shared/store/driver.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"
#include "shared/wire/json.h"
#include "shared/wire/xml.h"
#include "tests/fuzz/no_db.h"
#include "tests/unit/support/aws_call.h"

static struct store_put *
no_create(struct task *t, struct store *s, int64_t environment, const char *id)
{
	(void)s;
	(void)environment;
	task_throw(t, &FAULT_UNAVAILABLE, "body %s has no place", id);
}

static const struct store_driver no_driver = { .kind = "none", .create = no_create };

static struct store no_store = { .driver = &no_driver };
static struct conf  conf;
static struct world world = { .conf = &conf, .store = &no_store };

/* The settings as they are when nobody sets any. */
static inline void
serve_start(void)
{
	char error[256];

	if (conf.url == NULL)
		assert(conf_read(&conf, error, sizeof(error)));
	conf.signup = true;
}

/* The next line of the input, without its end. */
static inline const char *
serve_line(struct mem *m, const char **p)
{
	size_t      len = strcspn(*p, "\n");
	const char *s = mem_text_n(m, *p, len);

	*p += len + ((*p)[len] == '\n');
	return s;
}

/*
 * A call made of "METHOD target", headers up to an empty line, and a body.  False: it is none, and
 * there is nothing to end.  The body's Content-MD5 and length come of themselves, where the headers
 * have none.  The caller is the environment's account, whatever is signed.
 */
static inline bool
serve_make(struct aws_call *a, struct task *t, const struct service *s, const char *p, size_t n)
{
	const char   *end = p + n, *line = serve_line(t->mem, &p), *space = strchr(line, ' ');
	const char   *blank = memmem(p - 1, (size_t)(end - p) + 1, "\n\n", 2);
	const char   *body = blank != NULL ? blank + 2 : end;
	size_t        head = (size_t)((blank != NULL ? blank + 1 : end) - p);
	size_t        left = (size_t)(end - body);
	unsigned char md5[DIGEST_MOST];

	serve_start();
	if (space == NULL || space[1] != '/')
		return false;
	digest_once(DIGEST_MD5, body, left, md5);
	aws_call_make(a, "s3", "secret", INT64_C(1763884800) * SECOND,
	    mem_text_n(t->mem, line, (size_t)(space - line)), space + 1, mem_fmt(t->mem,
	    "%.*s\nContent-MD5: %s\n", (int)head, p, base64_encode(t->mem, md5, 16)));
	aws_call_body(a, body, left);
	if (a->request.length < 0 && left > 0)
		a->request.length = (int64_t)left;
	a->env.lenient = true;
	a->call.service = s;
	a->call.world = &world;
	a->call.base_url = conf.url;
	a->call.space = (struct space){ .environment = 1, .generation = 1, .id = 1,
		.now = a->task.now };
	return true;
}

static inline void
serve_run(struct call *c)
{
	if (c->req->malformed)
		task_throw(c->task, c->service->general.malformed, NULL);
	c->op = c->service->proto->find(c);
	/* Where anonymous callers are refused at once, nothing signed is as good as anything. */
	if (c->service->authenticate != NULL && (c->service->stranger != NULL ||
	    request_header(c->req, "authorization") != NULL))
		c->service->authenticate(c);
	if (c->who == NULL)
		c->who = &c->env->accounts[0];
	if (c->op == NULL)
		c->service->proto->unknown(c);
	c->service->proto->decode(c);
	if (c->service->authorise != NULL)
		c->service->authorise(c);
	if (c->op->handler == NULL)
		task_throw(c->task, c->service->general.not_built, NULL);
	c->op->handler(c);
	if (c->service->proto->finish != NULL && !c->parking.wanted)
		c->service->proto->finish(c);
}

/* Documents of errors are XML, JSON, or of a kind that is not read here. */
enum serve_errors { SERVE_XML, SERVE_JSON, SERVE_OTHER };

/*
 * What came of it: an answer, the first statement, or the client's mistake, said in a document of
 * the service; never a mistake of ours.  With FUZZ_SAY in the environment it is printed.
 */
static inline void
serve_check(struct aws_call *a, const struct fault *f, enum serve_errors errors)
{
	struct call *c = &a->call;
	const char  *said = a->task.detail != NULL ? a->task.detail : "";

	if (getenv("FUZZ_SAY") != NULL)
		fprintf(stderr, "%s: %s %s\n", c->op != NULL ? c->op->name : "Unknown",
		    f != NULL ? f->name : "answered", said);
	if (f == NULL || f == &FAULT_UNAVAILABLE)
		return;
	if (f == &FAULT_MEMORY)
		f = c->service->general.too_large;
	assert(f->status < 500 || f->status == 501);
	reply_start(a->task.mem, &c->reply);
	c->service->proto->fault(c, f);
	if (c->reply.body.len == 0)
		assert(errors != SERVE_JSON);
	else if (errors == SERVE_JSON)
		assert(json_parse(a->task.mem, c->reply.body.data, c->reply.body.len) != NULL);
	else if (errors == SERVE_XML)
		assert(xml_parse(a->task.mem, c->reply.body.data, c->reply.body.len) != NULL);
}

/* Serve it. */
static inline void
serve_all(struct aws_call *a, enum serve_errors errors)
{
	reply_start(a->task.mem, &a->call.reply);
	serve_check(a, aws_call_try(a, serve_run), errors);
}

#endif
