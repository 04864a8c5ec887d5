/* tests/fuzz/fuzz_s3_request.c - requests to S3: targets, headers, forms, bodies, ranges */
#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/s3.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

static struct blob_object object = {
	.key = "k", .version = "", .latest = true, .place = "1", .seq = 1,
	.modified_at = INT64_C(1763884800) * SECOND, .owner = "123456789012",
	.size = sizeof(letters) - 1, .etag = "c3fcd3d76192e4007dfb496cca67e13b", .bytes = letters,
	.storage_class = "STANDARD", .checksum_algorithm = "CRC32", .checksum_type = "FULL_OBJECT",
	.checksum = "TCdQvQ==",
};

/* Of a read: what it would answer with, were the object there. */
static void
answer(struct call *c)
{
	encryption_check_read(c);
	s3_answer_object(c, &object, strcmp(c->req->method, "GET") == 0);
	for (size_t i = 0; i < c->reply.n_pieces; i++)
		assert(c->reply.pieces[i].offset >= 0 && c->reply.pieces[i].length > 0 &&
		    c->reply.pieces[i].offset + c->reply.pieces[i].length <= object.size);
}

static void
fuzz(struct task *t, const char *p, size_t n)
{
	struct aws_call a;

	if (!s3_make(&a, t, p, n))
		return;
	serve_all(&a, SERVE_XML);
	if (a.call.op != NULL && a.call.out != NULL &&
	    (a.call.op->handler == s3_get_object || a.call.op->handler == s3_head_object)) {
		reply_start(a.task.mem, &a.call.reply);
		serve_check(&a, aws_call_try(&a, answer), SERVE_XML);
	}
	aws_call_end(&a);
}
