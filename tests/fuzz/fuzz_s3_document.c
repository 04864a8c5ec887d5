/* tests/fuzz/fuzz_s3_document.c - the XML documents of S3: a letter says which, then the body */
#include "tests/fuzz/fuzz.h"

#include "fcgi/aws/s3/config.h"
#include "shared/base/text.h"
#include "tests/fuzz/s3.h"

/* By letter, from 'a' on. */
static const char *const targets[] = {
	"PUT /bkt", "PUT /bkt?versioning", "PUT /bkt?tagging", "PUT /bkt?object-lock",
	"PUT /bkt?ownershipControls", "PUT /bkt?publicAccessBlock", "PUT /bkt?acl",
	"PUT /bkt?policy", "PUT /bkt?abac", "PUT /bkt?accelerate", "PUT /bkt?analytics&id=one",
	"PUT /bkt?cors", "PUT /bkt?encryption", "PUT /bkt?intelligent-tiering&id=one",
	"PUT /bkt?inventory&id=one", "PUT /bkt?lifecycle", "PUT /bkt?logging",
	"PUT /bkt?metrics&id=one", "PUT /bkt?notification", "PUT /bkt?requestPayment",
	"PUT /bkt?website", "POST /bkt?delete",
	"POST /bkt/k?uploadId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"PUT /bkt/k?tagging", "PUT /bkt/k?retention", "PUT /bkt/k?legal-hold", "PUT /bkt/k?acl",
	"PUT /bkt/k?encryption", "POST /bkt/k?restore",
};

/* Kept and read again it is the same, and is still taken. */
static void
keep(struct call *c)
{
	for (size_t i = 0; i < n_config_kinds; i++) {
		const struct config_kind *k = &config_kinds[i];
		const struct xml         *x = xml_parse(c->task->mem, c->body->data, c->body->len);
		const char               *text, *again;

		if (!text_starts(strchr(c->req->target, '?') + 1, k->name) ||
		    x == NULL || strcmp(x->name, k->root) != 0)
			continue;
		text = document_text(c, document_check(c, x, k->members));
		x = document_parse(c, text);
		again = document_text(c, document_check(c, x, k->members));
		assert(strcmp(text, again) == 0);
	}
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct aws_call a;
	struct buf      b = buf_new(t->mem);
	size_t          which = n > 0 ? (size_t)((unsigned char)*p - 'a') : COUNT(targets);

	if (which >= COUNT(targets))
		return;
	buf_fmt(&b, "%s\n\n", targets[which]);
	buf_add(&b, p + 1, n - 1);
	assert(s3_make(&a, t, b.data, b.len));
	serve_all(&a, SERVE_XML);
	if (strchr(targets[which], '?') != NULL) {
		a.call.body = mem_one(a.task.mem, struct buf);
		*a.call.body = buf_new(a.task.mem);
		buf_add(a.call.body, p + 1, n - 1);
		serve_check(&a, aws_call_try(&a, keep), SERVE_XML);
	}
	aws_call_end(&a);
}
