# tests/sdk/python/test_s3_config.py - what S3 keeps for buckets as documents
import pytest

DESTINATION = {"S3BucketDestination": {"Bucket": "arn:aws:s3:::somewhere", "Format": "CSV"}}

# name in Get/Put/Delete, argument, document, what Get answers where there is none
SINGLE = [
    ("cors", "CORSConfiguration",
     {"CORSRules": [{"ID": "r", "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["http://a.b"],
                     "AllowedHeaders": ["*"], "ExposeHeaders": ["x-a"], "MaxAgeSeconds": 60}]},
     "NoSuchCORSConfiguration"),
    ("website", "WebsiteConfiguration",
     {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"},
      "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"},
                        "Redirect": {"ReplaceKeyPrefixWith": "b/", "HttpRedirectCode": "302"}}]},
     "NoSuchWebsiteConfiguration"),
    ("lifecycle_configuration", "LifecycleConfiguration",
     {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"And": {
         "Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}]}},
         "Expiration": {"Days": 365}, "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
         "NoncurrentVersionExpiration": {"NoncurrentDays": 5, "NewerNoncurrentVersions": 2}}]},
     "NoSuchLifecycleConfiguration"),
]


def asked(s3, verb, name, **arguments):
    answer = getattr(s3, f"{verb}_bucket_{name}")(**arguments)
    answer.pop("ResponseMetadata")
    return answer


@pytest.mark.every_front
@pytest.mark.parametrize("name,argument,document,code", SINGLE, ids=[s[0] for s in SINGLE])
def test_single(s3, bucket, refused, name, argument, document, code):
    with refused(code, 404):
        asked(s3, "get", name, Bucket=bucket)
    asked(s3, "put", name, Bucket=bucket, **{argument: document})
    answer = asked(s3, "get", name, Bucket=bucket)
    answer.pop("TransitionDefaultMinimumObjectSize", None)
    assert answer == document
    delete = getattr(s3, "delete_bucket_" + name.replace("_configuration", ""))
    assert delete(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused(code, 404):
        asked(s3, "get", name, Bucket=bucket)


def test_lifecycle_minimum_size(s3, bucket):
    rules = {"Rules": [{"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]}
    answer = s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration=rules,
        TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert answer["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    assert answer["Rules"][0]["ID"] and answer["Rules"][0]["Filter"] == {}


def test_encryption(s3, bucket):
    def rule():
        return s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]

    default = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                "BucketKeyEnabled": False}]
    kms = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms",
                                                   "KMSMasterKeyID": "alias/a"},
            "BucketKeyEnabled": True}]
    assert rule() == default
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": kms})
    assert rule() == kms
    s3.delete_bucket_encryption(Bucket=bucket)
    assert rule() == default


def test_small_ones(s3, bucket):
    assert asked(s3, "get", "accelerate_configuration", Bucket=bucket) == {}
    s3.put_bucket_accelerate_configuration(Bucket=bucket,
                                           AccelerateConfiguration={"Status": "Suspended"})
    assert asked(s3, "get", "accelerate_configuration", Bucket=bucket) == {"Status": "Suspended"}
    assert asked(s3, "get", "request_payment", Bucket=bucket) == {"Payer": "BucketOwner"}
    s3.put_bucket_request_payment(Bucket=bucket,
                                  RequestPaymentConfiguration={"Payer": "Requester"})
    assert asked(s3, "get", "request_payment", Bucket=bucket) == {"Payer": "Requester"}
    assert s3.get_bucket_abac(Bucket=bucket)["AbacStatus"] == {"Status": "Disabled"}


def test_logging(s3, bucket, refused):
    assert asked(s3, "get", "logging", Bucket=bucket) == {}
    on = {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "", "TargetGrants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": "a" * 64}, "Permission": "READ"}],
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=on)
    assert asked(s3, "get", "logging", Bucket=bucket) == on
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert asked(s3, "get", "logging", Bucket=bucket) == {}
    on["LoggingEnabled"]["TargetBucket"] = bucket + "-none"
    with refused("InvalidTargetBucketForLogging", 400):
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=on)


def test_notification(s3, bucket, refused):
    assert asked(s3, "get", "notification_configuration", Bucket=bucket) == {}
    queue = {"QueueArn": "arn:aws:sqs:us-east-1:111111111111:q", "Events": ["s3:ObjectCreated:*"],
             "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "a/"}]}}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [queue]},
        SkipDestinationValidation=True)
    answer = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"][0]
    assert answer.pop("Id")
    queue["Filter"]["Key"]["FilterRules"][0]["Name"] = "Prefix"
    assert answer == queue
    queue["Events"] = ["s3:Any"]
    with refused("InvalidArgument", 400):
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [queue]})


IDS = [
    ("analytics", "AnalyticsConfiguration", {"Id": "a", "StorageClassAnalysis": {"DataExport": {
        "OutputSchemaVersion": "V_1", "Destination": DESTINATION}},
        "Filter": {"Prefix": "p"}}),
    ("metrics", "MetricsConfiguration", {"Id": "a", "Filter": {"Tag": {"Key": "k", "Value": "v"}}}),
    ("inventory", "InventoryConfiguration", {
        "Id": "a", "IsEnabled": True, "Destination": DESTINATION, "IncludedObjectVersions": "All",
        "OptionalFields": ["Size", "ETag"], "Schedule": {"Frequency": "Weekly"}}),
    ("intelligent_tiering", "IntelligentTieringConfiguration", {
        "Id": "a", "Status": "Enabled", "Tierings": [
            {"Days": 90, "AccessTier": "ARCHIVE_ACCESS"},
            {"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"}]}),
]


@pytest.mark.parametrize("name,argument,document", IDS, ids=[i[0] for i in IDS])
def test_ids(s3, bucket, refused, name, argument, document):
    put = getattr(s3, f"put_bucket_{name}_configuration")
    get = getattr(s3, f"get_bucket_{name}_configuration")
    delete = getattr(s3, f"delete_bucket_{name}_configuration")
    with refused("NoSuchConfiguration", 404):
        get(Bucket=bucket, Id="a")
    for one in ("b", "a"):
        put(Bucket=bucket, Id=one, **{argument: dict(document, Id=one)})
    assert get(Bucket=bucket, Id="a")[argument] == document
    listed = getattr(s3, f"list_bucket_{name}_configurations")(Bucket=bucket)
    assert listed["IsTruncated"] is False
    assert [c["Id"] for c in listed[argument + "List"]] == ["a", "b"]
    assert listed[argument + "List"][0] == document
    delete(Bucket=bucket, Id="a")
    with refused("NoSuchConfiguration", 404):
        delete(Bucket=bucket, Id="a")


def test_replication_is_refused(s3, bucket, refused):
    with refused("ReplicationConfigurationNotFoundError", 404):
        s3.get_bucket_replication(Bucket=bucket)
    s3.delete_bucket_replication(Bucket=bucket)
    with refused("NotImplemented", 501):
        s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration={
            "Role": "arn:aws:iam::111111111111:role/r", "Rules": [
                {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::b"}}]})


def test_older_names(s3, bucket):
    """GetBucketLifecycle, PutBucketNotification and their kin are the same requests."""
    s3.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "one", "Prefix": "log/", "Status": "Enabled", "Expiration": {"Days": 3}}]})
    rules = s3.get_bucket_lifecycle(Bucket=bucket)["Rules"]
    assert rules == s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rules[0]["Prefix"] == "log/" and rules[0]["Expiration"] == {"Days": 3}
    s3.put_bucket_notification(Bucket=bucket, NotificationConfiguration={})
    assert "QueueConfiguration" not in s3.get_bucket_notification(Bucket=bucket)
