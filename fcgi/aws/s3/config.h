/* fcgi/aws/s3/config.h - what S3 keeps for buckets as documents */
#ifndef MF_S3_CONFIG_H
#define MF_S3_CONFIG_H

#include "fcgi/aws/s3/document.h"
#include "fcgi/aws/s3/s3.h"

/*
 * One kind of document.  Its name is the query argument that its operations share ("cors"), and
 * the kind under which the engine keeps it (blob_config.h).
 */
struct config_kind {
	const char         *name, *root;
	const struct field *members;
	/* What a schema does not say; throws, or adds what S3 adds. NULL: nothing. */
	void              (*check)(struct call *c, struct xml *x);
	/* What becomes part of the transaction that keeps it, before that. NULL: nothing. */
	void              (*along)(struct call *c, const struct xml *x);
	const struct fault *missing;    /* what Get says where there is none; NULL: `unset` */
	void              (*unset)(struct call *c); /* Get's answer where there is none */
	void              (*given)(struct call *c, const struct xml *x); /* headers of Get's answer */
	const char         *list;       /* it has ids: the root of their list, "ListInventory..." */
	const struct fault *mismatch;   /* the document's id is another one; NULL: MalformedXML */
	bool                needs_digest; /* Content-MD5 or a checksum must come with it */
	bool                is_long;      /* of those every put reads, this one may be long */
};

extern const struct config_kind config_kinds[];
extern const size_t             n_config_kinds;

/* The kept document of a bucket, whoever asks; NULL: none.  *r: BLOB_NO_BUCKET, or it is there. */
struct xml *config_find(struct call *c, const char *bucket, const char *kind, enum blob_result *r);

/* Checks, in the files named after what they check. */
void config_check_cors(struct call *c, struct xml *x);
void config_check_website(struct call *c, struct xml *x);
void config_check_lifecycle(struct call *c, struct xml *x);
void config_check_notification(struct call *c, struct xml *x);
void config_along_lifecycle(struct call *c, const struct xml *x); /* NULL: it is deleted */
void config_along_notification(struct call *c, const struct xml *x);
void config_check_encryption(struct call *c, struct xml *x);
void config_check_logging(struct call *c, struct xml *x);
void config_check_accelerate(struct call *c, struct xml *x);
void config_check_analytics(struct call *c, struct xml *x);
void config_check_inventory(struct call *c, struct xml *x);
void config_check_metrics(struct call *c, struct xml *x);
void config_check_tiering(struct call *c, struct xml *x);
void config_check_abac(struct call *c, struct xml *x);

/* Answers where there is none. */
void config_unset_encryption(struct call *c);
void config_unset_payment(struct call *c);
void config_unset_abac(struct call *c);

/* x-amz-transition-default-minimum-object-size of a kept lifecycle. */
void config_given_lifecycle(struct call *c, const struct xml *x);

#endif
