/* fcgi/aws/s3/rewrite.c - some of an object's bytes as a body of its own */
#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "shared/base/conf.h"
#include "shared/base/text.h"
#include "shared/store/store.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

enum { BUFFER = 128 << 10, MD5_SIZE = 16 };

const struct s3_body *
s3_rewrite(struct call *c, const struct blob_object *o, int64_t from, int64_t length,
    const struct s3_checksum *k)
{
	struct mem       *m = c->task->mem;
	struct s3_body   *body = s3_state(c)->body;
	struct s3_reader *in;
	struct digest    *md5 = digest_new(m, DIGEST_MD5);
	struct digest    *checksum = digest_new(m, (enum digest_kind)k->kind);
	struct buf        small = buf_new(m);
	unsigned char     out[DIGEST_MOST];
	char             *buffer;
	size_t            n;

	if (body != NULL)
		return body;
	body = mem_one(m, struct s3_body);
	*body = (struct s3_body){ .size = length, .home = c->space.environment, .algorithm = k };
	in = s3_read_open(c, o, from, length);
	buffer = mem_raw(m, BUFFER);
	if (length > c->world->conf->inline_max || encryption_brought(c))
		s3_body_store(c, body);
	while ((n = s3_read(in, buffer, BUFFER)) > 0) {
		digest_add(md5, buffer, n);
		digest_add(checksum, buffer, n);
		if (body->put != NULL)
			s3_body_write(c, body, buffer, n);
		else
			buf_add(&small, buffer, n);
	}
	if (body->put != NULL)
		store_keep(c->task, body->put);
	else
		body->bytes = small.data;
	digest_end(md5, out);
	body->md5_hex = text_hex(m, out, MD5_SIZE);
	digest_end(checksum, out);
	body->checksum = base64_encode(m, out, digest_size((enum digest_kind)k->kind));
	return s3_state(c)->body = body;
}
