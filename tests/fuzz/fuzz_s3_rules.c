/* tests/fuzz/fuzz_s3_rules.c - what kept documents do to requests: CORS, websites, lifecycles */
#include "tests/fuzz/fuzz.h"

#include "fcgi/aws/s3/config.h"
#include "shared/engine/blob_config.h"
#include "tests/fuzz/s3.h"

extern const struct service service_aws_s3_website;

static const char *kind, *kept;

/* In the place of shared/engine/blob_config.c: the bucket has the input's document. */
bool
blob_remembered(const char *name)
{
	return strcmp(name, "lifecycle") == 0;
}

enum blob_result
blob_config_find(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *name, const char *id, const char **document)
{
	(void)t;
	(void)sp;
	(void)who;
	(void)bucket;
	(void)id;
	*document = strcmp(name, kind) == 0 ? kept : NULL;
	return BLOB_OK;
}

enum blob_result
blob_config_put(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *name, const struct blob_config *c, int64_t most)
{
	(void)c;
	(void)most;
	return blob_config_find(t, sp, who, bucket, name, "", &kept);
}

enum blob_result
blob_config_list(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *name, const char *after, int64_t limit, struct blob_config **out, size_t *n)
{
	(void)limit;
	*out = NULL;
	*n = 0;
	return blob_config_find(t, sp, who, bucket, name, after, &kept);
}

enum blob_result
blob_config_remove(struct task *t, const struct space *sp, const char *who, const char *bucket,
    const char *name, const char *id)
{
	return blob_config_find(t, sp, who, bucket, name, id, &kept);
}

/* The body is a document, taken as if it were put. */
static void
keep(struct call *c)
{
	struct aws_call  *a = c->req->io;
	const struct xml *x = xml_parse(c->task->mem, a->body, a->left);

	for (size_t i = 0; x != NULL && i < n_config_kinds; i++) {
		const struct config_kind *k = &config_kinds[i];
		struct xml               *checked;

		if (strcmp(x->name, k->root) != 0 || k->list != NULL || strcmp(k->name, "logging") == 0)
			continue;
		checked = document_check(c, x, k->members);
		if (k->check != NULL)
			k->check(c, checked);
		kept = document_text(c, checked);
		kind = k->name;
	}
}

static void
expire(struct call *c)
{
	static const char *const tags[] = { "a", "b" };
	struct blob_object       o = { .key = "k1", .version = "", .latest = true, .size = 1000,
		.modified_at = INT64_C(1763884800) * SECOND, .tags = { tags, 2 } };

	s3_expiration_header(c, "bkt", &o);
}

static void
check_headers(const struct aws_call *a)
{
	for (const struct reply_header *h = a->call.reply.headers; h != NULL; h = h->next)
		assert(strpbrk(h->value, "\r\n") == NULL);
}

static void
ask(struct aws_call *a)
{
	struct blob_access docs = s3_docs;

	reply_start(a->task.mem, &a->call.reply);
	if (strcmp(kind, "lifecycle") == 0) {
		docs.lifecycle = kept;
		memo_put(world.memo, &a->call.space, "bkt", &docs, s3_copy_docs);
		serve_check(a, aws_call_try(a, expire), SERVE_XML);
	} else if (strcmp(kind, "website") == 0) {
		a->call.service = &service_aws_s3_website;
		serve_all(a, SERVE_OTHER);
	} else {
		serve_all(a, SERVE_XML);
	}
	check_headers(a);
}

/* A request as fuzz_s3_request.c has it; but the body is the bucket's document. */
static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct aws_call a;

	if (!s3_make(&a, t, p, n))
		return;
	kind = kept = NULL;
	a.call.route = NULL;
	if (aws_call_try(&a, keep) == NULL && kind != NULL) {
		a.left = 0;
		a.request.length = -1;
		ask(&a);
	}
	aws_call_end(&a);
}
