/* fcgi/aws/s3/pieces.c - the bytes of an object, wherever they are: sent, or read by ourselves */
#include <string.h>

#include "fcgi/aws/s3/multipart.h"
#include "shared/store/store.h"
#include "shared/wire/base64.h"
#include "shared/wire/digest.h"

struct s3_reader {
	struct call            *c;
	const struct blob_part *list;
	size_t                  n, i;
	int64_t                 from, to; /* what is wanted of the object; from moves on */
	struct store_get       *get;      /* of list[i], when it is a file */
};

/* Of what the wanted bytes [from, from + length) are made. */
static size_t
pieces_of(struct call *c, const struct blob_object *o, int64_t from, int64_t length,
    struct blob_part **out)
{
	if (o->parts != NULL)
		return blob_pieces(c->task, &c->space, o, from, length, out);
	*out = mem_one(c->task->mem, struct blob_part);
	**out = (struct blob_part){ .size = o->size, .body = o->body, .home = o->home,
		.bytes = o->bytes };
	return 1;
}

/* Only the last part may be small enough to be in its row, unless it is the only one. */
void
s3_send_bytes(struct call *c, const struct blob_object *o, int64_t from, int64_t length)
{
	struct blob_part   *list;
	size_t              n = length > 0 ? pieces_of(c, o, from, length, &list) : 0;
	struct reply_piece *out = mem_array(c->task->mem, struct reply_piece, n + 1);
	bool                files = false;

	for (size_t i = 0; i < n; i++) {
		const struct blob_part *p = &list[i];
		int64_t start = from > p->start ? from - p->start : 0;
		int64_t end = from + length - p->start < p->size ? from + length - p->start : p->size;

		out[i] = (struct reply_piece){ .offset = start, .length = end - start };
		if (p->body != NULL)
			out[i].path = store_path(c->task, c->world->store, p->home, p->body);
		else
			out[i].bytes = p->bytes;
		files = files || p->body != NULL;
	}
	for (size_t i = 0; !files && i < n; i++)
		buf_add(&c->reply.body, (const char *)out[i].bytes + out[i].offset, (size_t)out[i].length);
	if (!files)
		return;
	c->reply.pieces = out;
	c->reply.n_pieces = n;
	c->reply.whole_file = n == 1 && o->parts == NULL && length == o->size;
}

struct s3_reader *
s3_read_open(struct call *c, const struct blob_object *o, int64_t from, int64_t length)
{
	struct s3_reader *r = mem_one(c->task->mem, struct s3_reader);
	struct blob_part *list;

	*r = (struct s3_reader){ .c = c, .from = from, .to = from + length };
	r->n = length > 0 ? pieces_of(c, o, from, length, &list) : 0;
	r->list = r->n > 0 ? list : NULL;
	return r;
}

size_t
s3_read(struct s3_reader *r, void *out, size_t n)
{
	const struct blob_part *p;
	int64_t                 end;

	while (r->i < r->n && r->from >= r->list[r->i].start + r->list[r->i].size) {
		r->i++;
		r->get = NULL;
	}
	if (r->i == r->n || r->from == r->to)
		return 0;
	p = &r->list[r->i];
	end = p->start + p->size < r->to ? p->start + p->size : r->to;
	if ((int64_t)n > end - r->from)
		n = (size_t)(end - r->from);
	if (p->body == NULL) {
		memcpy(out, (const char *)p->bytes + (r->from - p->start), n);
	} else {
		if (r->get == NULL)
			r->get = store_read(r->c->task, r->c->world->store, p->home, p->body,
			    r->from - p->start);
		n = store_next(r->c->task, r->get, out, n);
		if (n == 0) /* shorter than its row says */
			task_throw(r->c->task, &FAULT_INTERNAL, "body %s ends early", p->body);
	}
	r->from += (int64_t)n;
	return n;
}

const char *
s3_digest_object(struct call *c, const struct blob_object *o, const struct s3_checksum *k)
{
	enum { BUFFER = 128 << 10 };
	struct digest    *d = digest_new(c->task->mem, (enum digest_kind)k->kind);
	struct s3_reader *r = s3_read_open(c, o, 0, o->size);
	char             *buffer = mem_raw(c->task->mem, BUFFER);
	unsigned char     out[DIGEST_MOST];
	size_t            n;

	while ((n = s3_read(r, buffer, BUFFER)) > 0)
		digest_add(d, buffer, n);
	digest_end(d, out);
	return base64_encode(c->task->mem, out, digest_size((enum digest_kind)k->kind));
}
