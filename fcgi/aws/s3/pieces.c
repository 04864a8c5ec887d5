/* fcgi/aws/s3/pieces.c - the bytes of an object, wherever they are: sent, or read by ourselves */
#include <string.h>

#include "fcgi/aws/s3/encryption.h"
#include "fcgi/aws/s3/multipart.h"
#include "shared/base/log.h"
#include "shared/base/text.h"
#include "shared/store/store.h"
#include "shared/wire/base64.h"
#include "shared/wire/cipher.h"
#include "shared/wire/digest.h"

struct s3_reader {
	struct call            *c;
	const struct blob_part *list;
	size_t                  n, i;
	int64_t                 from, to; /* what is wanted of the object; from moves on */
	struct store_get       *get;      /* of list[i], when it is in the store */
	struct digest          *digest;   /* of list[i] from its start on; NULL: not verified */
	const char             *expected; /* base64 */
	size_t                  expected_size;
	bool                    sealed;
	struct cipher          *cipher;   /* of what is read of list[i] */
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
		.bytes = o->bytes, .checksum_algorithm = o->checksum_algorithm, .checksum = o->checksum };
	return 1;
}

static size_t
read_for_stream(void *arg, void *p, size_t n)
{
	return s3_read(arg, p, n);
}

/* The file of a piece, or its bytes; false: it is in a store that has no files. */
static bool
find_piece(struct call *c, const struct blob_part *p, struct reply_piece *out)
{
	if (p->body == NULL) {
		out->bytes = p->bytes;
		return true;
	}
	out->path = store_path(c->task, c->world->store, p->home, p->body);
	return out->path != NULL;
}

static void
send_streamed(struct call *c, const struct blob_object *o, int64_t from, int64_t length)
{
	reply_stream(c->task, &c->reply, read_for_stream, s3_read_open(c, o, from, length), length);
}

/* Only the last part may be small enough to be in its row, unless it is the only one. */
void
s3_send_bytes(struct call *c, const struct blob_object *o, int64_t from, int64_t length)
{
	struct blob_part   *list;
	size_t              n = length > 0 ? pieces_of(c, o, from, length, &list) : 0;
	struct reply_piece *out = mem_array(c->task->mem, struct reply_piece, n + 1);
	bool                files = false;

	if (n > 0 && encryption_sealed(o)) {
		send_streamed(c, o, from, length);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct blob_part *p = &list[i];
		int64_t start = from > p->start ? from - p->start : 0;
		int64_t end = from + length - p->start < p->size ? from + length - p->start : p->size;

		out[i] = (struct reply_piece){ .offset = start, .length = end - start };
		files = files || p->body != NULL;
		if (!find_piece(c, p, &out[i])) {
			send_streamed(c, o, from, length);
			return;
		}
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

	*r = (struct s3_reader){ .c = c, .from = from, .to = from + length,
		.sealed = encryption_sealed(o) };
	r->n = length > 0 ? pieces_of(c, o, from, length, &list) : 0;
	r->list = r->n > 0 ? list : NULL;
	return r;
}

/* What is before the bytes of a sealed body. */
static void
open_seal(struct s3_reader *r, const struct blob_part *p)
{
	struct task      *t = r->c->task;
	struct store_get *get =
	    store_read(t, r->c->world->store, p->home, p->body, 0, SEAL_NONCE);
	unsigned char     nonce[SEAL_NONCE];
	size_t            have = 0, n;

	while (have < sizeof(nonce) &&
	    (n = store_next(t, get, nonce + have, sizeof(nonce) - have)) > 0)
		have += n;
	if (have < sizeof(nonce))
		task_throw(t, &FAULT_INTERNAL, "body %s ends early", p->body);
	r->cipher = encryption_open(r->c, nonce, r->from - p->start);
}

/*
 * A stored body that is read whole is held against the checksum in its row: that of the part, or of
 * an object which has no parts.
 */
static void
open_piece(struct s3_reader *r, const struct blob_part *p, int64_t end)
{
	struct task              *t = r->c->task;
	const char               *algorithm = p->checksum_algorithm;
	const struct s3_checksum *k;

	if (r->sealed)
		open_seal(r, p);
	r->get = store_read(t, r->c->world->store, p->home, p->body,
	    r->from - p->start + (r->sealed ? SEAL_NONCE : 0), end - r->from);
	r->digest = NULL;
	r->expected = p->crc64nvme != NULL ? p->crc64nvme : p->checksum;
	if (r->expected == NULL || r->from != p->start || end != p->start + p->size)
		return;
	k = s3_checksum_named(p->crc64nvme != NULL ? "CRC64NVME" : algorithm);
	r->digest = digest_new(t->mem, (enum digest_kind)k->kind);
	r->expected_size = digest_size((enum digest_kind)k->kind);
}

/* What came is not what was stored: nobody shall take it for whole. */
static void
check_piece(struct s3_reader *r, const struct blob_part *p)
{
	struct task  *t = r->c->task;
	unsigned char out[DIGEST_MOST];

	digest_end(r->digest, out);
	if (strcmp(base64_encode(t->mem, out, r->expected_size), r->expected) != 0) {
		log_say("store", "body %s of environment %lld is not what was stored", p->body,
		    (long long)p->home);
		task_throw(t, &FAULT_UNAVAILABLE, NULL);
	}
}

static size_t
read_stored(struct s3_reader *r, const struct blob_part *p, int64_t end, void *out, size_t n)
{
	if (r->get == NULL)
		open_piece(r, p, end);
	n = store_next(r->c->task, r->get, out, n);
	if (n == 0) /* shorter than its row says */
		task_throw(r->c->task, &FAULT_INTERNAL, "body %s ends early", p->body);
	if (r->sealed)
		cipher_apply(r->cipher, out, n);
	if (r->digest != NULL) {
		digest_add(r->digest, out, n);
		if (r->from + (int64_t)n == end)
			check_piece(r, p);
	}
	return n;
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
	if (p->body == NULL)
		memcpy(out, (const char *)p->bytes + (r->from - p->start), n);
	else
		n = read_stored(r, p, end, out, n);
	r->from += (int64_t)n;
	return n;
}

bool
s3_has_parts(const struct blob_object *o)
{
	return o->parts != NULL && strchr(o->etag, '-') != NULL;
}

/* md5 may be NULL. */
static void
digest_all(struct call *c, const struct blob_object *o, struct digest *d, struct digest *md5)
{
	enum { BUFFER = 128 << 10 };
	struct s3_reader *r = s3_read_open(c, o, 0, o->size);
	char             *buffer = mem_raw(c->task->mem, BUFFER);
	size_t            n;

	while ((n = s3_read(r, buffer, BUFFER)) > 0) {
		digest_add(d, buffer, n);
		if (md5 != NULL)
			digest_add(md5, buffer, n);
	}
}

const char *
s3_digest_object(struct call *c, const struct blob_object *o, const struct s3_checksum *k)
{
	struct digest *d = digest_new(c->task->mem, (enum digest_kind)k->kind);
	unsigned char  out[DIGEST_MOST];

	digest_all(c, o, d, NULL);
	digest_end(d, out);
	return base64_encode(c->task->mem, out, digest_size((enum digest_kind)k->kind));
}

const char *
s3_digest_both(struct call *c, const struct blob_object *o, const struct s3_checksum *k,
    const char **checksum)
{
	struct digest *d = digest_new(c->task->mem, (enum digest_kind)k->kind);
	struct digest *md5 = digest_new(c->task->mem, DIGEST_MD5);
	unsigned char  out[DIGEST_MOST];

	digest_all(c, o, d, md5);
	digest_end(d, out);
	*checksum = base64_encode(c->task->mem, out, digest_size((enum digest_kind)k->kind));
	digest_end(md5, out);
	return text_hex(c->task->mem, out, digest_size(DIGEST_MD5));
}
