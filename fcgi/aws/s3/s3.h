/* fcgi/aws/s3/s3.h - what the files of S3's face share */
#ifndef MF_S3_H
#define MF_S3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/call.h"
#include "shared/engine/blob.h"

struct blob_renaming;
struct blob_upload;
struct xml;

#define FAULT(name, code, status, text) extern const struct fault name;
#include "fcgi/aws/s3/faults.def"
#undef FAULT

extern const struct proto s3_proto;
void s3_authenticate(struct call *c);

/*
 * Throw f with more elements in the error document: name, value, name, value, ..., NULL.  message
 * NULL: the fault's own.  A value of NULL leaves its element out.
 */
_Noreturn void s3_throw(struct call *c, const struct fault *f, const char *message, ...);

/*
 * What the query names of a bucket or an object (?acl) and the operation is not about; NULL:
 * nothing.  What S3 says of that (subresource.c).
 */
const char *s3_stray_subresource(const struct call *c, const struct op *op);
_Noreturn void s3_throw_subresource(struct call *c, const char *name);
/* "OBJECT" or "BUCKET": what the request is about, as some errors tell it. */
const char *s3_resource_type(const struct call *c);
/* The bucket and key the request names; throw when they cannot be names at all (name.c). */
const char *s3_bucket(struct call *c);
const char *s3_key(struct call *c);
void        s3_check_key(struct call *c, const char *key);
bool        s3_bucket_name_valid(const char *name);
bool        s3_region_valid(const char *region);
/* "EU" is the old name of a region, and only GetBucketLocation still says it. */
const char *s3_region_shown(const char *region);
/* Whose bucket it is, as far as is known: what the engine's `who` is. */
const char *s3_owner_of(struct call *c, const char *bucket);
const char *s3_owner(struct call *c); /* of the bucket the request names */
/* That bucket itself (bucket.c); throws when it is not there, or another's. */
struct blob_bucket s3_find_bucket(struct call *c);
/* x-amz-expected-bucket-owner or -source-expected-bucket-owner, against the bucket's owner. */
void        s3_check_expected_owner(struct call *c, const char *header, const char *bucket);
/* The region the request was signed for. */
const char *s3_region(const struct call *c);
/*
 * What an engine's answer other than BLOB_OK means; key may be NULL.  Of a key that is not there
 * who may not list the bucket hears AccessDenied.
 */
_Noreturn void s3_throw_result(struct call *c, enum blob_result r, const char *bucket,
    const char *key);
/* The account that owns something, for answers; NULL when it is not of this environment. */
const struct aws_account *s3_account(const struct call *c, const char *account_id);
void        s3_put_owner(struct call *c, const char *element, const struct aws_account *a);

/*
 * A request header; of a presigned request also the query argument of that name, which is where
 * some SDKs put x-amz-* headers they sign (header.c).
 */
const char *s3_header(const struct call *c, const char *name);
/*
 * A header without a value: lighttpd leaves it out, but that it was signed tells that it was there.
 */
bool        s3_header_empty(const struct call *c, const char *name);
/* Throw NotImplemented for a header that asks for what is not built: never silently ignored. */
void        s3_refuse_headers(struct call *c, bool is_copy);
/*
 * The headers S3 keeps with an object, and the user's own metadata, from the request. salt: as
 * encryption_pairs has it (encryption.h).
 */
struct blob_pairs s3_kept_headers(struct call *c, const char *salt);
/* Where a website leads who asks for the object, as the request says; NULL: nowhere.  Checked. */
#define S3_REDIRECT "x-amz-website-redirect-location"
const char *s3_redirect(struct call *c);
struct blob_pairs s3_user_metadata(struct call *c);
const char *s3_pair(const struct blob_pairs *p, const char *name);
const char *s3_storage_class(struct call *c);
/* x-amz-expiration of the current object, where a rule of its bucket will remove it. */
void        s3_expiration_header(struct call *c, const char *bucket, const struct blob_object *o);
bool        s3_is_archive(const char *storage_class);
/*
 * In an archive, and without a copy that can be read (restore.c); x-amz-restore and RestoreStatus
 * of one that has a copy, or will.
 */
bool        s3_archived(const struct call *c, const struct blob_object *o);
void        s3_restore_header(struct call *c, const struct blob_object *o);
void        s3_restore_status(struct call *c, const struct blob_object *o);
/* x-amz-abort-date and -rule-id of an upload that a rule of its bucket will abort. */
void        s3_abort_headers(struct call *c, const char *bucket, const struct blob_upload *u);
/* What the query asks to be answered otherwise can be: "response-..." */
void        s3_check_overrides(struct call *c);
/* Answer with them. */
void        s3_put_headers(struct call *c, const struct blob_object *o);
/* A query argument that is to be UTF-8, "" when it is not there. */
const char *s3_text_arg(struct call *c, const char *name);
/* A whole number of it, which may be below 0; `unsaid` when it is not there, or empty. */
int64_t     s3_number_arg(struct call *c, const char *name, int64_t unsaid);
/* etag without its quotes, if it has any; NULL stays NULL.  Throws when it is no text. */
const char *s3_unquoted(struct call *c, const char *etag);
/* "etag" with its quotes. */
const char *s3_quoted(struct call *c, const char *etag);

/* Checksums (checksum.c). */
struct s3_checksum {
	const char *algorithm; /* "CRC32" */
	const char *header;    /* "x-amz-checksum-crc32" */
	const char *element;   /* "ChecksumCRC32" */
	int         kind;      /* enum digest_kind */
};
const struct s3_checksum *s3_checksum_named(const char *algorithm);
/* The one that x-amz-checksum-algorithm asks for; NULL: none. Throws for one S3 does not know. */
const struct s3_checksum *s3_checksum_asked(struct call *c);
/* That of a whole comes of its parts': a CRC. */
bool s3_checksum_combines(const struct s3_checksum *k);
/* The one an x-amz-checksum-* header names, and the header's value; NULL: none. */
const struct s3_checksum *s3_checksum_header(struct call *c, const char **value);
/* What the request asks for, and its value when it is in a header; NULL: nothing. */
const struct s3_checksum *s3_checksum_wanted(struct call *c, const char **value, bool *in_trailer);
/* Throws when value cannot be one: not base64, or of another length; where: "header". */
void s3_checksum_check(struct call *c, const struct s3_checksum *k, const char *value,
    const char *where);
void s3_checksum_headers(struct call *c, const struct blob_object *o);
void s3_checksum_elements(struct call *c, const struct blob_object *o);

/*
 * The body of a PUT, read once, verified, and already in the store when it is large (body.c).  It
 * is kept over a rerun of the handler.
 */
struct s3_body {
	int64_t                   size;
	const char               *md5_hex, *checksum; /* base64 */
	const struct s3_checksum *algorithm;
	const char               *crc64nvme; /* of parts */
	bool                      chosen;    /* the algorithm is the sender's choice */
	const char               *bytes; /* small: all of it, NUL after it */
	struct store_put         *put;   /* large: in the store as `id` */
	const char               *id;
	struct cipher            *seal;  /* it is encrypted with the customer's key (encryption.h) */
	int64_t                   home;  /* whose namespace it is in: after a rerun maybe another's */
};
const struct s3_body *s3_body(struct call *c);
/* The same with crc64nvme, too: what the upload chose is not known yet. */
const struct s3_body *s3_part_body(struct call *c);
/* Begin to store it, sealed when the request brings a key; p is sealed in place. */
void s3_body_store(struct call *c, struct s3_body *body);
void s3_body_write(struct call *c, struct s3_body *body, void *p, size_t n);
/*
 * Bytes [from, from + length) of an object as a body of its own, with checksum k: read and written
 * again, once, whatever is run again (rewrite.c).
 */
const struct s3_body *s3_rewrite(struct call *c, const struct blob_object *o, int64_t from,
    int64_t length, const struct s3_checksum *k);
/*
 * The row is committed, or is not and never will be: then a stored body goes at once.  When it is
 * not known (the connection broke), the engine throws instead, and the collector finds out.
 */
void s3_settle(const struct s3_body *body, enum blob_result r);
/*
 * Throws QuotaExceeded unless `size` more may be stored, and counts it in; once, whatever runs
 * again.  s3_body does so itself.
 */
void s3_check_quota(struct call *c, int64_t size);
/* The whole body, of `most` bytes at most, read once; more throws too_large. */
const struct buf *s3_text(struct call *c, size_t most, const struct fault *too_large);
/* A document in the body: MalformedXML unless its root is `root`. NULL: the body is empty. */
struct xml *s3_xml(struct call *c, const char *root);
/* The same where x-amz-checksum-* headers speak of something else than the document. */
struct xml *s3_xml_plain(struct call *c, const char *root);
/* Throws unless Content-MD5 or a checksum comes with the body. */
void s3_need_digest(struct call *c);
/* The digest of an object's bytes, read back. */
const char *s3_digest_object(struct call *c, const struct blob_object *o,
    const struct s3_checksum *k);
/* The same in *checksum; returns the MD5 in hexadecimal. */
const char *s3_digest_both(struct call *c, const struct blob_object *o, const struct s3_checksum *k,
    const char **checksum);

/* Made of parts, as far as its readers can tell: a copy of such an object is not. */
bool s3_has_parts(const struct blob_object *o);
/*
 * The bytes [from, from + length) of an object, wherever they are (pieces.c): answered with, or
 * read by ourselves.  s3_read returns how many it read, 0 at the end.
 */
void s3_send_bytes(struct call *c, const struct blob_object *o, int64_t from, int64_t length);
struct s3_reader *s3_read_open(struct call *c, const struct blob_object *o, int64_t from,
    int64_t length);
size_t s3_read(struct s3_reader *r, void *out, size_t n);

/* Answer a read with an object: conditions, range, headers and, unless it is HEAD, its bytes. */
void s3_answer_object(struct call *c, const struct blob_object *o, bool with_bytes);

/* What x-amz-copy-source names (copy.c), and then the object there, its conditions met. */
struct s3_source {
	const char        *bucket, *key;
	const char        *version; /* as in blob_get */
	struct blob_object object;
};
struct s3_source s3_copy_source(struct call *c);
/* x-amz-copy-source is none, by its "encoding", "bucket name" or "object key". */
_Noreturn void   s3_bad_source(struct call *c, const char *what);
/* x-amz-copy-source-version-id. */
void             s3_source_version_header(struct call *c, const struct s3_source *s);
void             s3_look_at_source(struct call *c, struct s3_source *s, bool with_bytes);

/* Conditions (condition.c). */
/* Whether a read goes on; false: 304 was written. 412 is thrown. */
bool s3_read_conditions(struct call *c, const struct blob_object *o);
void s3_copy_conditions(struct call *c, const struct blob_object *source);
/* If-Match and If-None-Match of a write, as S3 takes them. */
struct blob_condition s3_write_condition(struct call *c);
_Noreturn void s3_throw_unmet(struct call *c, const struct blob_condition *when);
/*
 * Of RenameObject: the header of the source that does not hold, or NULL; and what the request wants
 * of the target, in when, since and not_since.
 */
const char *s3_rename_condition(struct call *c, const struct blob_object *source);
void        s3_rename_target(struct call *c, struct blob_renaming *what);
_Noreturn void s3_throw_unmet_target(struct call *c, const struct blob_renaming *what);

/* Handlers, in the files named after their nouns. */
void s3_create_bucket(struct call *c);
void s3_head_bucket(struct call *c);
void s3_list_buckets(struct call *c);
void s3_delete_bucket(struct call *c);
void s3_get_bucket_location(struct call *c);
void s3_put_object(struct call *c);
void s3_get_object(struct call *c);
void s3_head_object(struct call *c);
void s3_delete_object(struct call *c);
void s3_delete_objects(struct call *c);
void s3_copy_object(struct call *c);
void s3_rename_object(struct call *c);
void s3_restore_object(struct call *c);
void s3_list_objects(struct call *c);
void s3_list_objects_v2(struct call *c);
void s3_list_object_versions(struct call *c);
void s3_get_bucket_versioning(struct call *c);
void s3_put_bucket_versioning(struct call *c);
void s3_get_object_tagging(struct call *c);
void s3_put_object_tagging(struct call *c);
void s3_delete_object_tagging(struct call *c);
void s3_get_bucket_tagging(struct call *c);
void s3_put_bucket_tagging(struct call *c);
void s3_delete_bucket_tagging(struct call *c);
void s3_get_object_lock_configuration(struct call *c);
void s3_put_object_lock_configuration(struct call *c);
void s3_get_object_retention(struct call *c);
void s3_put_object_retention(struct call *c);
void s3_get_object_legal_hold(struct call *c);
void s3_put_object_legal_hold(struct call *c);
void s3_get_object_attributes(struct call *c);
void s3_create_multipart_upload(struct call *c);
void s3_upload_part(struct call *c);
void s3_upload_part_copy(struct call *c);
void s3_complete_multipart_upload(struct call *c);
void s3_abort_multipart_upload(struct call *c);
void s3_list_parts(struct call *c);
void s3_list_multipart_uploads(struct call *c);
/* Documents of buckets, every kind of them (config.h). */
void s3_put_bucket_configuration(struct call *c);
void s3_get_bucket_configuration(struct call *c);
void s3_delete_bucket_configuration(struct call *c);
void s3_list_bucket_configurations(struct call *c);
void s3_update_object_encryption(struct call *c);
void s3_get_bucket_replication(struct call *c);
void s3_delete_bucket_replication(struct call *c);
/* Who may do what (access.h). */
void s3_delete_bucket_ownership_controls(struct call *c);
void s3_delete_bucket_policy(struct call *c);
void s3_delete_public_access_block(struct call *c);
void s3_get_bucket_acl(struct call *c);
void s3_get_bucket_ownership_controls(struct call *c);
void s3_get_bucket_policy(struct call *c);
void s3_get_bucket_policy_status(struct call *c);
void s3_get_object_acl(struct call *c);
void s3_get_public_access_block(struct call *c);
void s3_put_bucket_acl(struct call *c);
void s3_put_bucket_ownership_controls(struct call *c);
void s3_put_bucket_policy(struct call *c);
void s3_put_object_acl(struct call *c);
void s3_put_public_access_block(struct call *c);

#endif
