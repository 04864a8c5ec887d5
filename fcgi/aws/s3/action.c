/* fcgi/aws/s3/action.c - the actions of IAM that S3's operations are */
#include "fcgi/aws/s3/action.h"

#include <string.h>
#include <strings.h>

#include "fcgi/auth/policy.h"
#include "fcgi/call.h"
#include "shared/base/text.h"

/* An operation, what it needs, and what it needs when the request names a version. */
/* lint: wide table */
static const struct {
	const char *op, *action, *of_version;
} actions[] = {
	{ "AbortMultipartUpload", "s3:AbortMultipartUpload", NULL },
	{ "CompleteMultipartUpload", "s3:PutObject", NULL },
	{ "CopyObject", "s3:PutObject", NULL },
	{ "CreateBucket", "s3:CreateBucket", NULL },
	{ "CreateBucketMetadataConfiguration", "s3:CreateBucketMetadataTableConfiguration", NULL },
	{ "CreateBucketMetadataTableConfiguration", "s3:CreateBucketMetadataTableConfiguration", NULL },
	{ "CreateMultipartUpload", "s3:PutObject", NULL },
	{ "CreateSession", "s3:CreateSession", NULL },
	{ "DeleteBucket", "s3:DeleteBucket", NULL },
	{ "DeleteBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", NULL },
	{ "DeleteBucketCors", "s3:PutBucketCORS", NULL },
	{ "DeleteBucketEncryption", "s3:PutEncryptionConfiguration", NULL },
	{ "DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", NULL },
	{ "DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration", NULL },
	{ "DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", NULL },
	{ "DeleteBucketMetadataConfiguration", "s3:DeleteBucketMetadataTableConfiguration", NULL },
	{ "DeleteBucketMetadataTableConfiguration", "s3:DeleteBucketMetadataTableConfiguration", NULL },
	{ "DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration", NULL },
	{ "DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", NULL },
	{ "DeleteBucketPolicy", "s3:DeleteBucketPolicy", NULL },
	{ "DeleteBucketReplication", "s3:PutReplicationConfiguration", NULL },
	{ "DeleteBucketTagging", "s3:PutBucketTagging", NULL },
	{ "DeleteBucketWebsite", "s3:DeleteBucketWebsite", NULL },
	{ "DeleteObject", "s3:DeleteObject", "s3:DeleteObjectVersion" },
	{ "DeleteObjectAnnotation", "s3:DeleteObjectAnnotation", "s3:DeleteObjectVersionAnnotation" },
	{ "DeleteObjectTagging", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging" },
	{ "DeleteObjects", NULL, NULL },
	{ "DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", NULL },
	{ "GetBucketAbac", "s3:GetBucketAbac", NULL },
	{ "GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", NULL },
	{ "GetBucketAcl", "s3:GetBucketAcl", NULL },
	{ "GetBucketAnalyticsConfiguration", "s3:GetAnalyticsConfiguration", NULL },
	{ "GetBucketCors", "s3:GetBucketCORS", NULL },
	{ "GetBucketEncryption", "s3:GetEncryptionConfiguration", NULL },
	{ "GetBucketIntelligentTieringConfiguration", "s3:GetIntelligentTieringConfiguration", NULL },
	{ "GetBucketInventoryConfiguration", "s3:GetInventoryConfiguration", NULL },
	{ "GetBucketLifecycle", "s3:GetLifecycleConfiguration", NULL },
	{ "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", NULL },
	{ "GetBucketLocation", "s3:GetBucketLocation", NULL },
	{ "GetBucketLogging", "s3:GetBucketLogging", NULL },
	{ "GetBucketMetadataConfiguration", "s3:GetBucketMetadataTableConfiguration", NULL },
	{ "GetBucketMetadataTableConfiguration", "s3:GetBucketMetadataTableConfiguration", NULL },
	{ "GetBucketMetricsConfiguration", "s3:GetMetricsConfiguration", NULL },
	{ "GetBucketNotification", "s3:GetBucketNotification", NULL },
	{ "GetBucketNotificationConfiguration", "s3:GetBucketNotification", NULL },
	{ "GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", NULL },
	{ "GetBucketPolicy", "s3:GetBucketPolicy", NULL },
	{ "GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", NULL },
	{ "GetBucketReplication", "s3:GetReplicationConfiguration", NULL },
	{ "GetBucketRequestPayment", "s3:GetBucketRequestPayment", NULL },
	{ "GetBucketTagging", "s3:GetBucketTagging", NULL },
	{ "GetBucketVersioning", "s3:GetBucketVersioning", NULL },
	{ "GetBucketWebsite", "s3:GetBucketWebsite", NULL },
	{ "GetObject", "s3:GetObject", "s3:GetObjectVersion" },
	{ "GetObjectAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl" },
	{ "GetObjectAnnotation", "s3:GetObjectAnnotation", "s3:GetObjectVersionAnnotation" },
	{ "GetObjectAttributes", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes" },
	{ "GetObjectLegalHold", "s3:GetObjectLegalHold", NULL },
	{ "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", NULL },
	{ "GetObjectRetention", "s3:GetObjectRetention", NULL },
	{ "GetObjectTagging", "s3:GetObjectTagging", "s3:GetObjectVersionTagging" },
	{ "GetObjectTorrent", "s3:GetObjectTorrent", "s3:GetObjectVersionTorrent" },
	{ "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", NULL },
	{ "HeadBucket", "s3:ListBucket", NULL },
	{ "HeadObject", "s3:GetObject", "s3:GetObjectVersion" },
	{ "ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration", NULL },
	{ "ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration", NULL },
	{ "ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration", NULL },
	{ "ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration", NULL },
	{ "ListBuckets", "s3:ListAllMyBuckets", NULL },
	{ "ListDirectoryBuckets", "s3:ListAllMyBuckets", NULL },
	{ "ListMultipartUploads", "s3:ListBucketMultipartUploads", NULL },
	{ "ListObjectAnnotations", "s3:ListObjectAnnotations", "s3:ListObjectVersionAnnotations" },
	{ "ListObjectVersions", "s3:ListBucketVersions", NULL },
	{ "ListObjects", "s3:ListBucket", NULL },
	{ "ListObjectsV2", "s3:ListBucket", NULL },
	{ "ListParts", "s3:ListMultipartUploadParts", NULL },
	{ "PutBucketAbac", "s3:PutBucketAbac", NULL },
	{ "PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration", NULL },
	{ "PutBucketAcl", "s3:PutBucketAcl", NULL },
	{ "PutBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", NULL },
	{ "PutBucketCors", "s3:PutBucketCORS", NULL },
	{ "PutBucketEncryption", "s3:PutEncryptionConfiguration", NULL },
	{ "PutBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", NULL },
	{ "PutBucketInventoryConfiguration", "s3:PutInventoryConfiguration", NULL },
	{ "PutBucketLifecycle", "s3:PutLifecycleConfiguration", NULL },
	{ "PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", NULL },
	{ "PutBucketLogging", "s3:PutBucketLogging", NULL },
	{ "PutBucketMetricsConfiguration", "s3:PutMetricsConfiguration", NULL },
	{ "PutBucketNotification", "s3:PutBucketNotification", NULL },
	{ "PutBucketNotificationConfiguration", "s3:PutBucketNotification", NULL },
	{ "PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", NULL },
	{ "PutBucketPolicy", "s3:PutBucketPolicy", NULL },
	{ "PutBucketReplication", "s3:PutReplicationConfiguration", NULL },
	{ "PutBucketRequestPayment", "s3:PutBucketRequestPayment", NULL },
	{ "PutBucketTagging", "s3:PutBucketTagging", NULL },
	{ "PutBucketVersioning", "s3:PutBucketVersioning", NULL },
	{ "PutBucketWebsite", "s3:PutBucketWebsite", NULL },
	{ "PutObject", "s3:PutObject", NULL },
	{ "PutObjectAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl" },
	{ "PutObjectAnnotation", "s3:PutObjectAnnotation", "s3:PutObjectVersionAnnotation" },
	{ "PutObjectLegalHold", "s3:PutObjectLegalHold", NULL },
	{ "PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", NULL },
	{ "PutObjectRetention", "s3:PutObjectRetention", NULL },
	{ "PutObjectTagging", "s3:PutObjectTagging", "s3:PutObjectVersionTagging" },
	{ "PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", NULL },
	{ "RenameObject", "s3:PutObject", NULL },
	{ "RestoreObject", "s3:RestoreObject", NULL },
	{ "SelectObjectContent", "s3:GetObject", NULL },
	{ "UpdateBucketMetadataAnnotationTableConfiguration", "s3:UpdateBucketMetadataAnnotationTableConfiguration", NULL },
	{ "UpdateBucketMetadataInventoryTableConfiguration", "s3:UpdateBucketMetadataInventoryTableConfiguration", NULL },
	{ "UpdateBucketMetadataJournalTableConfiguration", "s3:UpdateBucketMetadataJournalTableConfiguration", NULL },
	{ "UpdateObjectEncryption", "s3:UpdateObjectEncryption", NULL },
	{ "UploadPart", "s3:PutObject", NULL },
	{ "UploadPartCopy", "s3:PutObject", NULL },
	{ "WriteGetObjectResponse", NULL, NULL },
};

/* Actions without "s3:", by what they are about. */
static const char *const of_bucket[] = { "CreateBucket", "CreateBucketMetadataTableConfiguration",
	"CreateSession", "DeleteBucket", "DeleteBucketMetadataTableConfiguration",
	"DeleteBucketPolicy", "DeleteBucketWebsite", "GetAccelerateConfiguration",
	"GetAnalyticsConfiguration", "GetBucketAbac", "GetBucketAcl", "GetBucketCORS",
	"GetBucketLocation", "GetBucketLogging", "GetBucketMetadataTableConfiguration",
	"GetBucketNotification", "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls",
	"GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketPublicAccessBlock",
	"GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite",
	"GetEncryptionConfiguration", "GetIntelligentTieringConfiguration",
	"GetInventoryConfiguration", "GetLifecycleConfiguration", "GetMetricsConfiguration",
	"GetReplicationConfiguration", "ListBucket", "ListBucketMultipartUploads",
	"ListBucketVersions", "PauseReplication", "PutAccelerateConfiguration",
	"PutAnalyticsConfiguration", "PutBucketAbac", "PutBucketAcl", "PutBucketCORS",
	"PutBucketLogging", "PutBucketNotification", "PutBucketObjectLockConfiguration",
	"PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketPublicAccessBlock",
	"PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite",
	"PutEncryptionConfiguration", "PutIntelligentTieringConfiguration",
	"PutInventoryConfiguration", "PutLifecycleConfiguration", "PutMetricsConfiguration",
	"PutReplicationConfiguration", "UpdateBucketMetadataAnnotationTableConfiguration",
	"UpdateBucketMetadataInventoryTableConfiguration",
	"UpdateBucketMetadataJournalTableConfiguration" };

static const char *const of_object[] = { "AbortMultipartUpload", "BypassGovernanceRetention",
	"DeleteObject", "DeleteObjectAnnotation", "DeleteObjectTagging", "DeleteObjectVersion",
	"DeleteObjectVersionAnnotation", "DeleteObjectVersionTagging", "GetObject", "GetObjectAcl",
	"GetObjectAnnotation", "GetObjectAttributes", "GetObjectLegalHold", "GetObjectRetention",
	"GetObjectTagging", "GetObjectTorrent", "GetObjectVersion", "GetObjectVersionAcl",
	"GetObjectVersionAnnotation", "GetObjectVersionAttributes", "GetObjectVersionForReplication",
	"GetObjectVersionTagging", "GetObjectVersionTorrent", "InitiateReplication",
	"ListMultipartUploadParts", "ListObjectAnnotations", "ListObjectVersionAnnotations",
	"ObjectOwnerOverrideToBucketOwner", "PutObject", "PutObjectAcl", "PutObjectAnnotation",
	"PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging", "PutObjectVersionAcl",
	"PutObjectVersionAnnotation", "PutObjectVersionTagging", "ReplicateDelete", "ReplicateObject",
	"ReplicateTags", "RestoreObject", "UpdateObjectEncryption" };

static const char *const of_account[] = { "CreateAccessGrant", "CreateAccessGrantsInstance",
	"CreateAccessPoint", "CreateJob", "CreateMultiRegionAccessPoint", "CreateStorageLensGroup",
	"DeleteAccessPoint", "DescribeJob", "GetAccessPoint", "GetAccountPublicAccessBlock",
	"GetStorageLensConfiguration", "ListAccessPoints", "ListAllMyBuckets", "ListJobs",
	"ListMultiRegionAccessPoints", "ListStorageLensConfigurations", "ListTagsForResource",
	"PutAccountPublicAccessBlock", "PutStorageLensConfiguration", "TagResource", "UntagResource",
	"UpdateJobPriority", "UpdateJobStatus" };

bool
s3_action_known(const struct op *op)
{
	for (size_t i = 0; i < COUNT(actions); i++)
		if (strcmp(actions[i].op, op->name) == 0)
			return true;
	return false;
}

const char *
s3_action(const struct op *op, bool version)
{
	for (size_t i = 0; i < COUNT(actions); i++)
		if (strcmp(actions[i].op, op->name) == 0)
			return version && actions[i].of_version != NULL ? actions[i].of_version
			                                                : actions[i].action;
	return NULL;
}

static bool
stands_for_one(const char *pattern, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (policy_match(pattern, list[i], true))
			return true;
	return false;
}

unsigned
s3_action_levels(const char *pattern)
{
	unsigned levels = 0;

	if (strcmp(pattern, "*") == 0)
		pattern = "s3:*";
	if (strncasecmp(pattern, "s3:", 3) != 0)
		return 0;
	pattern += 3;
	if (stands_for_one(pattern, of_bucket, COUNT(of_bucket)))
		levels |= S3_LEVEL_BUCKET;
	if (stands_for_one(pattern, of_object, COUNT(of_object)))
		levels |= S3_LEVEL_OBJECT;
	if (stands_for_one(pattern, of_account, COUNT(of_account)))
		levels |= S3_LEVEL_ACCOUNT;
	return levels;
}

/* "Access control list (ACL) overview", S3 User Guide: permissions and the actions they allow. */
enum s3_permission
s3_permission_of_bucket(const char *action)
{
	static const struct {
		const char        *action;
		enum s3_permission permission;
	} rows[] = {
		{ "s3:ListBucket", S3_READ }, { "s3:ListBucketVersions", S3_READ },
		{ "s3:ListBucketMultipartUploads", S3_READ }, { "s3:PutObject", S3_WRITE },
		{ "s3:DeleteObject", S3_WRITE }, { "s3:GetBucketAcl", S3_READ_ACP },
		{ "s3:PutBucketAcl", S3_WRITE_ACP },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].action, action) == 0)
			return rows[i].permission;
	return S3_NOTHING;
}

enum s3_permission
s3_permission_of_object(const char *action)
{
	static const struct {
		const char        *action;
		enum s3_permission permission;
	} rows[] = {
		{ "s3:GetObject", S3_READ }, { "s3:GetObjectVersion", S3_READ },
		{ "s3:GetObjectAttributes", S3_READ }, { "s3:GetObjectVersionAttributes", S3_READ },
		{ "s3:GetObjectTorrent", S3_READ }, { "s3:GetObjectVersionTorrent", S3_READ },
		{ "s3:GetObjectAcl", S3_READ_ACP }, { "s3:GetObjectVersionAcl", S3_READ_ACP },
		{ "s3:PutObjectAcl", S3_WRITE_ACP }, { "s3:PutObjectVersionAcl", S3_WRITE_ACP },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].action, action) == 0)
			return rows[i].permission;
	return S3_NOTHING;
}
