/* fcgi/aws/s3/version.h - versions, tags and locks as S3's requests name them */
#ifndef MF_S3_VERSION_H
#define MF_S3_VERSION_H

#include "fcgi/aws/s3/s3.h"
#include "shared/engine/blob_version.h"

/*
 * The id a request names, as the engine wants it: NULL for none, "" for "null".  Throws for what
 * can be no id (InvalidArgument, as S3, which knows its own ids when it sees them).
 */
const char *s3_version_named(struct call *c, const char *id);
const char *s3_version_arg(struct call *c); /* versionId */
bool        s3_version_valid(const char *id);
const char *s3_version_id(const char *version); /* "null" for "" */
/* x-amz-version-id, of buckets that have or had versioning. */
void s3_version_header(struct call *c, const struct blob_object *o);
/* Whether the bucket has versioning, as just seen: the next guess (blob_access.h). */
void s3_guess_versioned(struct call *c, const char *bucket, bool versioned);
/* The version of the object that the request names. Throws when it is not there, or a marker. */
void s3_find_version(struct call *c, const char *bucket, const char *key, bool with_bytes,
    struct blob_object *out);
/*
 * The same, and a delete marker is refused as one also where no version is named: who may see what
 * is not asked here, but by the caller.  missing: how the error names a key that is not there.
 */
void s3_find_unmarked(struct call *c, const char *missing, struct blob_object *out);
/* What an engine's answer other than BLOB_OK means; o as the engine left it. */
_Noreturn void s3_throw_version(struct call *c, enum blob_result r, const char *bucket,
    const char *key, const char *version, const struct blob_object *o);

/* Tags (tag.c): sorted by name; list NULL when there are none. */
enum s3_tagged { S3_TAGS_OBJECT, S3_TAGS_BUCKET, S3_TAGS_NEW_BUCKET };
struct blob_pairs s3_tags_header(struct call *c); /* x-amz-tagging */
/* The <Tag> elements in x. */
struct blob_pairs s3_tags_element(struct call *c, const struct xml *x, enum s3_tagged what);

/* What x-amz-object-lock-* ask of a new object (lock.c). */
struct blob_lock s3_lock_headers(struct call *c);
void             s3_put_lock_headers(struct call *c, const struct blob_lock *l);
/* Whether x-amz-bypass-governance-retention is there, and says so. */
bool s3_passes_governance(struct call *c, bool *asked);

#endif
