/* fcgi/aws/s3/config_check.c - what the schemas of buckets' documents do not say */
#include <string.h>

#include "fcgi/aws/s3/acl.h"
#include "fcgi/aws/s3/config.h"
#include "shared/base/text.h"
#include "shared/engine/blob_access.h"
#include "shared/wire/xml.h"

enum { ACCOUNT_DIGITS = 12 };

static const char BUCKET_ARN[] = "arn:aws:s3:::";

static _Noreturn void
malformed(struct call *c)
{
	task_throw(c->task, &S3_MALFORMED_XML, NULL);
}

void
config_check_encryption(struct call *c, struct xml *x)
{
	struct xml       *rule = xml_child(x, "Rule");
	const struct xml *by = xml_child(rule, "ApplyServerSideEncryptionByDefault");
	const struct xml *blocked = xml_child(rule, "BlockedEncryptionTypes");

	if (by == NULL && blocked == NULL)
		malformed(c);
	if (by != NULL && strcmp(xml_child_text(by, "SSEAlgorithm"), "AES256") == 0 &&
	    xml_child(by, "KMSMasterKeyID") != NULL)
		s3_throw(c, &S3_INVALID_ARGUMENT, "a KMSMasterKeyID is not applicable if the default sse "
		    "algorithm is not aws:kms or aws:kms:dsse", "ArgumentName",
		    "ApplyServerSideEncryptionByDefault", NULL);
	if (xml_child(rule, "BucketKeyEnabled") == NULL)
		document_add(c, rule, "BucketKeyEnabled", "false");
}

void
config_unset_encryption(struct call *c)
{
	enc_struct(c->out, "ServerSideEncryptionConfiguration");
	enc_struct(c->out, "Rule");
	enc_struct(c->out, "ApplyServerSideEncryptionByDefault");
	enc_text(c->out, "SSEAlgorithm", "AES256");
	enc_end(c->out);
	enc_bool(c->out, "BucketKeyEnabled", false);
	enc_end(c->out);
	enc_end(c->out);
}

void
config_unset_payment(struct call *c)
{
	enc_struct(c->out, "RequestPaymentConfiguration");
	enc_text(c->out, "Payer", "BucketOwner");
	enc_end(c->out);
}

/* Tags of buckets do not decide about access here, so nobody shall believe that they do. */
void
config_check_abac(struct call *c, struct xml *x)
{
	if (strcmp(xml_child_text(x, "Status"), "Enabled") == 0)
		task_throw(c->task, &S3_NOT_BUILT, "Access by tags is not built yet.");
}

void
config_unset_abac(struct call *c)
{
	enc_struct(c->out, "AbacStatus");
	enc_text(c->out, "Status", "Disabled");
	enc_end(c->out);
}

void
config_check_accelerate(struct call *c, struct xml *x)
{
	const char *status = xml_child_text(x, "Status");

	if (strchr(s3_bucket(c), '.') != NULL)
		s3_throw(c, &S3_INVALID_REQUEST, "S3 Transfer Acceleration is not supported for buckets "
		    "with periods (.) in their names", NULL);
	if (strcmp(status, "Enabled") != 0 && strcmp(status, "Suspended") != 0)
		task_throw(c->task, &S3_MALFORMED_XML, NULL);
}

static _Noreturn void
bad_target(struct call *c, const char *why, const char *target)
{
	s3_throw(c, &S3_INVALID_LOGGING_TARGET, why, "TargetBucket", target, NULL);
}

static void
check_grants(struct call *c, const struct xml *grants)
{
	const struct xml *g = grants != NULL ? xml_child(grants, "Grant") : NULL;

	for (; g != NULL; g = xml_again(g))
		if (xml_child(xml_child(g, "Grantee"), "EmailAddress") != NULL)
			s3_acl_refuse_email(c);
}

/* The bucket that logs would go to: of the same owner and region. */
void
config_check_logging(struct call *c, struct xml *x)
{
	const struct xml  *on = xml_child(x, "LoggingEnabled"), *format;
	struct blob_bucket from, to;
	const char        *target;
	enum blob_result   r;

	if (on == NULL)
		return;
	format = xml_child(on, "TargetObjectKeyFormat");
	if (format != NULL && (xml_child(format, "SimplePrefix") == NULL) ==
	                          (xml_child(format, "PartitionedPrefix") == NULL))
		malformed(c);
	check_grants(c, xml_child(on, "TargetGrants"));
	from = s3_find_bucket(c);
	target = xml_child_text(on, "TargetBucket");
	r = blob_bucket_find(c->task, &c->space, s3_owner(c), target, &to);
	if (r == BLOB_NO_BUCKET)
		bad_target(c, "The target bucket for logging does not exist", target);
	if (r == BLOB_FOREIGN)
		bad_target(c, "The owner for the bucket to be logged and the target bucket must be the "
		    "same.", target);
	if (strcmp(from.region, to.region) != 0)
		s3_throw(c, &S3_LOGGING_LOCATION, NULL, "TargetBucketLocation", to.region,
		    strcmp(from.region, BLOB_FIRST_REGION) != 0 ? "SourceBucketLocation" : NULL,
		    from.region, NULL);
}

/* At most one of what a filter may hold, and two or more of it inside And. */
static void
check_filter(struct call *c, const struct xml *x)
{
	const struct xml *filter = xml_child(x, "Filter"), *all;

	if (filter == NULL)
		return;
	if (filter->first == NULL || filter->first->next != NULL)
		malformed(c);
	all = xml_child(filter, "And");
	if (all != NULL && (all->first == NULL || all->first->next == NULL))
		malformed(c);
}

static void
check_destination(struct call *c, const struct xml *bucket, const char *account)
{
	const char *arn = xml_child_text(bucket, "Bucket"), *id = xml_child_text(bucket, account);

	if (!text_starts(arn, BUCKET_ARN) || !s3_bucket_name_valid(arn + strlen(BUCKET_ARN)))
		s3_throw(c, &S3_INVALID_DESTINATION, NULL, NULL);
	if (id != NULL && (strlen(id) != ACCOUNT_DIGITS || strspn(id, "0123456789") != ACCOUNT_DIGITS))
		malformed(c);
}

void
config_check_analytics(struct call *c, struct xml *x)
{
	const struct xml *out = xml_child(xml_child(x, "StorageClassAnalysis"), "DataExport");

	check_filter(c, x);
	if (out != NULL)
		check_destination(c, xml_child(xml_child(out, "Destination"), "S3BucketDestination"),
		    "BucketAccountId");
}

void
config_check_inventory(struct call *c, struct xml *x)
{
	const struct xml *bucket = xml_child(xml_child(x, "Destination"), "S3BucketDestination");
	const struct xml *sse = xml_child(bucket, "Encryption");

	check_destination(c, bucket, "AccountId");
	if (sse != NULL && (sse->first == NULL || sse->first->next != NULL))
		malformed(c);
}

void
config_check_metrics(struct call *c, struct xml *x)
{
	check_filter(c, x);
}

/* Days: from 90 or 180 to 730 (S3 User Guide, "Using S3 Intelligent-Tiering"). */
void
config_check_tiering(struct call *c, struct xml *x)
{
	const char *seen = NULL;

	check_filter(c, x);
	for (const struct xml *t = xml_child(x, "Tiering"); t != NULL; t = xml_again(t)) {
		const char *tier = xml_child_text(t, "AccessTier");
		int64_t     days, least = strcmp(tier, "ARCHIVE_ACCESS") == 0 ? 90 : 180;

		if (!document_number(t, "Days", &days) || days < least || days > 730 ||
		    (seen != NULL && strcmp(seen, tier) == 0))
			malformed(c);
		seen = tier;
	}
}
