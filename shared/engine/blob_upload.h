/* shared/engine/blob_upload.h - objects that come in parts */
#ifndef MF_BLOB_UPLOAD_H
#define MF_BLOB_UPLOAD_H

#include "shared/engine/blob.h"

/*
 * An upload collects numbered parts, in any order, each of them sent as often as its sender likes;
 * completed, it is one object made of those the sender names, ascending.  Nothing is written anew
 * for that: the object names the upload's parts (blob_object.parts), as a copy of it does.  Bodies
 * of parts are stored as those of objects are (blob.h); what a re-sent part, an abort or a
 * completion lets go of is the collector's.
 *
 * Functions behave as in blob.h says; besides they return BLOB_NO_UPLOAD: there is none of that
 * id and key, or no more.
 */
struct blob_upload {
	const char       *id, *key;
	const char       *owner;                              /* who began it; NULL: the bucket's */
	int64_t           started_at;
	struct blob_pairs headers;                            /* not in lists */
	struct blob_pairs metadata, acl, tags;                /* blob_upload_make only */
	struct blob_lock  lock;                               /* likewise */
	const char       *storage_class;
	const char       *checksum_algorithm, *checksum_type; /* NULL: it chose none */
};

struct blob_part {
	int64_t     number, modified_at, size, start; /* start: in the object, blob_pieces only */
	const char *etag;
	const char *seal;                             /* blob_part_put only: BLOB_SEAL's value */
	const char *checksum_algorithm, *checksum;    /* what its sender chose, or NULL */
	const char *crc64nvme;                        /* needed by an upload that chose none */
	const void *bytes;                            /* as in struct blob_object */
	const char *body;
	int64_t     home;
};

/* An id for an upload: ids are in the order of their uploads. */
const char *blob_upload_id(struct task *t, const struct space *sp);

/* BLOB_OK, BLOB_NO_BUCKET, BLOB_FOREIGN, BLOB_NO_LOCKS. */
enum blob_result blob_upload_make(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_upload *u);
/* Three round trips: it waits for parts on their way in. */
enum blob_result blob_upload_abort(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *id);
/*
 * u: the upload; only its headers when the part was put.  BLOB_OTHER_CHECKSUM, BLOB_OTHER_SEAL: it
 * has another algorithm, or seal.  Another round trip when nothing was put.
 */
enum blob_result blob_part_put(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *upload, const struct blob_part *p,
    struct blob_upload *u);
/*
 * The same, with the whole body of `from` (which has no parts) as blob_get returned it from
 * from_bucket; size and etag are its own.  FAULT_CONFLICT when it changed meanwhile.
 */
enum blob_result blob_part_copy(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *upload, const struct blob_part *p,
    const char *from_bucket, const struct blob_object *from);
/* The upload, and up to `limit` parts past number `after`; key NULL: whatever it is. */
enum blob_result blob_upload_find(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *id, int64_t after, int64_t limit,
    struct blob_upload *u, struct blob_part **parts, size_t *n, bool *more);

/* A page of uploads, by key and then by time.  after_id NULL: past all of key `after`. */
struct blob_upload_entry {
	const char        *common; /* as in struct blob_entry */
	struct blob_upload upload;
};
enum blob_result blob_upload_list(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const struct blob_listing *l, const char *after_id,
    struct blob_upload_entry **out, size_t *n, bool *more);

/*
 * Completion: blob_upload_take begins a transaction in which the upload and all its parts are
 * what they are; BLOB_OK leaves it open.  Then blob_upload_complete makes object o (etag, size,
 * modified_at, checksum) of them without the parts left_out, and commits.  Its results are
 * blob_put's, and BLOB_DISTURBED: the condition holds, but for something newer than the upload.
 */
enum blob_result blob_upload_take(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *key, const char *id, struct blob_upload *u,
    struct blob_part **parts, size_t *n);
enum blob_result blob_upload_complete(struct task *t, const struct space *sp, const char *who,
    const char *bucket, const char *id, struct blob_object *o, const int64_t *left_out,
    size_t n_left_out, const struct blob_condition *when);

/* The pieces of o (which has parts) that hold some of its bytes [from, from + length). */
size_t blob_pieces(struct task *t, const struct space *sp, const struct blob_object *o,
    int64_t from, int64_t length, struct blob_part **out);
/* Part `number` of o, and how many there are; false: there is none of that number, *total is 0. */
bool blob_piece(struct task *t, const struct space *sp, const struct blob_object *o,
    int64_t number, struct blob_part *out, int64_t *total);
/*
 * Up to `limit` parts of o past number `after`: number, size, checksum.  *total: of all; of the
 * object it was made as, so a copy of one tells the same.
 */
size_t blob_parts(struct task *t, const struct space *sp, const struct blob_object *o,
    int64_t after, int64_t limit, struct blob_part **out, int64_t *total, bool *more);

#endif
