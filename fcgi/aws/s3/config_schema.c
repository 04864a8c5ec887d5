/* fcgi/aws/s3/config_schema.c - the documents of buckets: their elements, as S3 returns them */
#include "fcgi/aws/s3/config.h"

/* Source: botocore's model of S3; limits: S3 User Guide. */
#define TEXT(n, l, m) \
	{ .name = (n), .kind = FIELD_TEXT, .least = (l), .most = (m) }
#define NUMBER(n, l) \
	{ .name = (n), .kind = FIELD_NUMBER, .least = (l), .most = 1 }
#define LONG(n, l) \
	{ .name = (n), .kind = FIELD_LONG, .least = (l), .most = 1 }
#define BOOL(n, l) \
	{ .name = (n), .kind = FIELD_BOOL, .least = (l), .most = 1 }
#define TIME(n, l) \
	{ .name = (n), .kind = FIELD_TIME, .least = (l), .most = 1 }
#define WORD(n, l, m, w) \
	{ .name = (n), .kind = FIELD_WORD, .least = (l), .most = (m), .words = (w) }
#define STRUCT(n, l, m, f) \
	{ .name = (n), .kind = FIELD_STRUCT, .least = (l), .most = (m), .members = (f) }
#define END { .name = NULL }

enum { RULES = 1000 };

/* lint: wide table */
static const char *const switched[] = { "Enabled", "Disabled", NULL };
static const char *const payers[] = { "BucketOwner", "Requester", NULL };
static const char *const algorithms[] = { "AES256", "aws:kms", "aws:kms:dsse", NULL };
static const char *const blocked[] = { "NONE", "SSE-C", NULL };
/* The guide names the first three only; S3 takes all that lists have. */
static const char *const permissions[] = { "FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP", NULL };
static const char *const date_sources[] = { "EventTime", "DeliveryTime", NULL };
static const char *const schema_versions[] = { "V_1", NULL };
static const char *const csv[] = { "CSV", NULL };
static const char *const formats[] = { "CSV", "ORC", "Parquet", NULL };
static const char *const versions[] = { "All", "Current", NULL };
static const char *const frequencies[] = { "Daily", "Weekly", NULL };
static const char *const access_tiers[] = { "ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS", NULL };
static const char *const transition_classes[] = { "GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR", NULL };
static const char *const inventory_fields[] = { "Size", "LastModifiedDate", "StorageClass", "ETag", "IsMultipartUploaded", "ReplicationStatus",
	"EncryptionStatus", "ObjectLockRetainUntilDate", "ObjectLockMode", "ObjectLockLegalHoldStatus", "ObjectLockEventHoldStatus",
	"ObjectLockEventHoldDuration", "IntelligentTieringAccessTier", "BucketKeyStatus", "ChecksumAlgorithm", "ObjectAccessControlList", "ObjectOwner",
	"LifecycleExpirationDate", "IntelligentTieringReferenceDate", NULL };

static const struct field tag[] = { TEXT("Key", 1, 1), TEXT("Value", 1, 1), END };

static const struct field cors_rule[] = { TEXT("ID", 0, 1), TEXT("AllowedMethod", 1, MANY), TEXT("AllowedOrigin", 1, MANY), TEXT("AllowedHeader", 0, MANY),
	NUMBER("MaxAgeSeconds", 0), TEXT("ExposeHeader", 0, MANY), END };
static const struct field cors[] = { STRUCT("CORSRule", 1, 100, cors_rule), END };

static const struct field sse_default[] = { WORD("SSEAlgorithm", 1, 1, algorithms), TEXT("KMSMasterKeyID", 0, 1), END };
static const struct field sse_blocked[] = { WORD("EncryptionType", 0, 2, blocked), END };
static const struct field sse_rule[] = { STRUCT("ApplyServerSideEncryptionByDefault", 0, 1, sse_default), BOOL("BucketKeyEnabled", 0),
	STRUCT("BlockedEncryptionTypes", 0, 1, sse_blocked), END };
static const struct field encryption[] = { STRUCT("Rule", 1, 1, sse_rule), END };

static const struct field index_document[] = { TEXT("Suffix", 0, 1), END };
static const struct field error_document[] = { TEXT("Key", 1, 1), END };
static const struct field redirect_all[] = { TEXT("HostName", 1, 1), TEXT("Protocol", 0, 1), END };
static const struct field condition[] = { TEXT("HttpErrorCodeReturnedEquals", 0, 1), TEXT("KeyPrefixEquals", 0, 1), END };
static const struct field redirect[] = { TEXT("HostName", 0, 1), TEXT("HttpRedirectCode", 0, 1), TEXT("Protocol", 0, 1), TEXT("ReplaceKeyPrefixWith", 0, 1),
	TEXT("ReplaceKeyWith", 0, 1), END };
static const struct field routing_rule[] = { STRUCT("Condition", 0, 1, condition), STRUCT("Redirect", 1, 1, redirect), END };
static const struct field routing_rules[] = { STRUCT("RoutingRule", 1, MANY, routing_rule), END };
static const struct field website[] = { STRUCT("RedirectAllRequestsTo", 0, 1, redirect_all), STRUCT("IndexDocument", 0, 1, index_document),
	STRUCT("ErrorDocument", 0, 1, error_document), STRUCT("RoutingRules", 0, 1, routing_rules), END };

static const struct field grantee[] = { TEXT("ID", 0, 1), TEXT("DisplayName", 0, 1), TEXT("EmailAddress", 0, 1), TEXT("URI", 0, 1), END };
static const struct field grant[] = { STRUCT("Grantee", 1, 1, grantee), WORD("Permission", 1, 1, permissions), END };
static const struct field grants[] = { STRUCT("Grant", 0, 100, grant), END };
static const struct field nothing[] = { END };
static const struct field partitioned[] = { WORD("PartitionDateSource", 0, 1, date_sources), END };
static const struct field key_format[] = { STRUCT("SimplePrefix", 0, 1, nothing), STRUCT("PartitionedPrefix", 0, 1, partitioned), END };
static const struct field logging_enabled[] = { TEXT("TargetBucket", 1, 1), TEXT("TargetPrefix", 1, 1), STRUCT("TargetGrants", 0, 1, grants),
	STRUCT("TargetObjectKeyFormat", 0, 1, key_format), END };
static const struct field logging[] = { STRUCT("LoggingEnabled", 0, 1, logging_enabled), END };

static const struct field accelerate[] = { TEXT("Status", 1, 1), END };
static const struct field payment[] = { WORD("Payer", 1, 1, payers), END };
static const struct field abac[] = { WORD("Status", 1, 1, switched), END };

static const struct field filter_and[] = { TEXT("Prefix", 0, 1), STRUCT("Tag", 0, 50, tag), END };
static const struct field filter[] = { TEXT("Prefix", 0, 1), STRUCT("Tag", 0, 1, tag), STRUCT("And", 0, 1, filter_and), END };
static const struct field metrics_and[] = { TEXT("Prefix", 0, 1), STRUCT("Tag", 0, 50, tag), TEXT("AccessPointArn", 0, 1), END };
static const struct field metrics_filter[] = { TEXT("Prefix", 0, 1), STRUCT("Tag", 0, 1, tag), TEXT("AccessPointArn", 0, 1),
	STRUCT("And", 0, 1, metrics_and), END };
static const struct field metrics[] = { TEXT("Id", 1, 1), STRUCT("Filter", 0, 1, metrics_filter), END };

static const struct field analytics_bucket[] = { WORD("Format", 1, 1, csv), TEXT("BucketAccountId", 0, 1), TEXT("Bucket", 1, 1), TEXT("Prefix", 0, 1), END };
static const struct field analytics_place[] = { STRUCT("S3BucketDestination", 1, 1, analytics_bucket), END };
static const struct field data_export[] = { WORD("OutputSchemaVersion", 1, 1, schema_versions), STRUCT("Destination", 1, 1, analytics_place), END };
static const struct field class_analysis[] = { STRUCT("DataExport", 0, 1, data_export), END };
static const struct field analytics[] = { TEXT("Id", 1, 1), STRUCT("Filter", 0, 1, filter), STRUCT("StorageClassAnalysis", 1, 1, class_analysis), END };

static const struct field tier[] = { WORD("AccessTier", 1, 1, access_tiers), NUMBER("Days", 1), END };
static const struct field tiering[] = { TEXT("Id", 1, 1), STRUCT("Filter", 0, 1, filter), WORD("Status", 1, 1, switched), STRUCT("Tiering", 1, 2, tier), END };

static const struct field kms_key[] = { TEXT("KeyId", 1, 1), END };
static const struct field inventory_sse[] = { STRUCT("SSE-S3", 0, 1, nothing), STRUCT("SSE-KMS", 0, 1, kms_key), END };
static const struct field inventory_bucket[] = { WORD("Format", 1, 1, formats), TEXT("AccountId", 0, 1), TEXT("Bucket", 1, 1), TEXT("Prefix", 0, 1),
	STRUCT("Encryption", 0, 1, inventory_sse), END };
static const struct field inventory_place[] = { STRUCT("S3BucketDestination", 1, 1, inventory_bucket), END };
static const struct field inventory_filter[] = { TEXT("Prefix", 1, 1), END };
static const struct field optional_fields[] = { WORD("Field", 0, 19, inventory_fields), END };
static const struct field schedule[] = { WORD("Frequency", 1, 1, frequencies), END };
static const struct field inventory[] = { TEXT("Id", 1, 1), BOOL("IsEnabled", 1), STRUCT("Filter", 0, 1, inventory_filter),
	STRUCT("Destination", 1, 1, inventory_place), STRUCT("Schedule", 1, 1, schedule), WORD("IncludedObjectVersions", 1, 1, versions),
	STRUCT("OptionalFields", 0, 1, optional_fields), END };

static const struct field lifecycle_and[] = { TEXT("Prefix", 0, 1), STRUCT("Tag", 0, 50, tag), LONG("ObjectSizeGreaterThan", 0), LONG("ObjectSizeLessThan", 0), END };
static const struct field lifecycle_filter[] = { TEXT("Prefix", 0, 1), STRUCT("Tag", 0, 1, tag), LONG("ObjectSizeGreaterThan", 0), LONG("ObjectSizeLessThan", 0),
	STRUCT("And", 0, 1, lifecycle_and), END };
static const struct field expiration[] = { TIME("Date", 0), NUMBER("Days", 0), BOOL("ExpiredObjectDeleteMarker", 0), END };
static const struct field transition[] = { TIME("Date", 0), NUMBER("Days", 0), WORD("StorageClass", 1, 1, transition_classes), END };
static const struct field noncurrent_transition[] = { NUMBER("NoncurrentDays", 1), WORD("StorageClass", 1, 1, transition_classes),
	NUMBER("NewerNoncurrentVersions", 0), END };
static const struct field noncurrent_expiration[] = { NUMBER("NoncurrentDays", 0), NUMBER("NewerNoncurrentVersions", 0), END };
static const struct field abort_uploads[] = { NUMBER("DaysAfterInitiation", 1), END };
static const struct field lifecycle_rule[] = { TEXT("ID", 0, 1), TEXT("Prefix", 0, 1), STRUCT("Filter", 0, 1, lifecycle_filter), WORD("Status", 1, 1, switched),
	STRUCT("Transition", 0, 20, transition), STRUCT("Expiration", 0, 1, expiration),
	STRUCT("NoncurrentVersionTransition", 0, 20, noncurrent_transition), STRUCT("NoncurrentVersionExpiration", 0, 1, noncurrent_expiration),
	STRUCT("AbortIncompleteMultipartUpload", 0, 1, abort_uploads), END };
static const struct field lifecycle[] = { STRUCT("Rule", 1, RULES, lifecycle_rule), END };

static const struct field filter_rule[] = { TEXT("Name", 0, 1), TEXT("Value", 0, 1), END };
static const struct field s3_key_filter[] = { STRUCT("FilterRule", 0, 2, filter_rule), END };
static const struct field event_filter[] = { STRUCT("S3Key", 0, 1, s3_key_filter), END };
static const struct field topic[] = { TEXT("Id", 0, 1), STRUCT("Filter", 0, 1, event_filter), TEXT("Topic", 1, 1), TEXT("Event", 1, MANY), END };
static const struct field queue[] = { TEXT("Id", 0, 1), STRUCT("Filter", 0, 1, event_filter), TEXT("Queue", 1, 1), TEXT("Event", 1, MANY), END };
static const struct field function[] = { TEXT("Id", 0, 1), STRUCT("Filter", 0, 1, event_filter), TEXT("CloudFunction", 1, 1), TEXT("Event", 1, MANY), END };
static const struct field notification[] = { STRUCT("TopicConfiguration", 0, 100, topic), STRUCT("QueueConfiguration", 0, 100, queue),
	STRUCT("CloudFunctionConfiguration", 0, 100, function), STRUCT("EventBridgeConfiguration", 0, 1, nothing), END };

const struct config_kind config_kinds[] = {
	{ .name = "abac", .root = "AbacStatus", .members = abac, .check = config_check_abac, .unset = config_unset_abac },
	{ .name = "accelerate", .root = "AccelerateConfiguration", .members = accelerate, .check = config_check_accelerate },
	{ .name = "analytics", .root = "AnalyticsConfiguration", .members = analytics, .check = config_check_analytics, .missing = &S3_NO_CONFIGURATION,
	  .list = "ListBucketAnalyticsConfigurationResult" },
	{ .name = "cors", .root = "CORSConfiguration", .members = cors, .check = config_check_cors, .missing = &S3_NO_CORS, .needs_digest = true },
	{ .name = "encryption", .root = "ServerSideEncryptionConfiguration", .members = encryption, .check = config_check_encryption,
	  .unset = config_unset_encryption },
	{ .name = "intelligent-tiering", .root = "IntelligentTieringConfiguration", .members = tiering, .check = config_check_tiering,
	  .missing = &S3_NO_CONFIGURATION, .list = "ListBucketIntelligentTieringConfigurationsOutput" },
	{ .name = "inventory", .root = "InventoryConfiguration", .members = inventory, .check = config_check_inventory, .missing = &S3_NO_CONFIGURATION,
	  .list = "ListInventoryConfigurationsResult", .mismatch = &S3_ID_MISMATCH },
	{ .name = "lifecycle", .root = "LifecycleConfiguration", .members = lifecycle, .check = config_check_lifecycle, .missing = &S3_NO_LIFECYCLE,
	  .along = config_along_lifecycle, .given = config_given_lifecycle, .needs_digest = true, .is_long = true },
	{ .name = "logging", .root = "BucketLoggingStatus", .members = logging, .check = config_check_logging },
	{ .name = "metrics", .root = "MetricsConfiguration", .members = metrics, .check = config_check_metrics, .missing = &S3_NO_CONFIGURATION,
	  .list = "ListMetricsConfigurationsResult" },
	{ .name = "notification", .root = "NotificationConfiguration", .members = notification, .check = config_check_notification,
	  .along = config_along_notification },
	{ .name = "requestPayment", .root = "RequestPaymentConfiguration", .members = payment, .unset = config_unset_payment },
	{ .name = "website", .root = "WebsiteConfiguration", .members = website, .check = config_check_website, .missing = &S3_NO_WEBSITE },
};
const size_t n_config_kinds = COUNT(config_kinds);
