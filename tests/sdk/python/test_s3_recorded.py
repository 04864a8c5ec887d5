# tests/sdk/python/test_s3_recorded.py - small things that AWS itself was recorded to answer
"""Source: the recorded answers of S3 in localstack's tests/aws (*.snapshot.json, 2025 and 2026)."""
import base64
import hashlib
import secrets

import botocore
import pytest

import raw
from conftest import make_client
from test_s3_post import BOUNDARY, multipart, policy, post, sigv2


def error(call):
    """What the refused call is told, without what differs each time."""
    return {name: value for name, value in call.response["Error"].items()
            if name not in ("RequestId", "HostId")}


def test_head_and_list_tell_arns(s3, bucket):
    arn = "arn:aws:s3:::" + bucket
    assert s3.head_bucket(Bucket=bucket)["BucketArn"] == arn
    assert arn in [one["BucketArn"] for one in s3.list_buckets()["Buckets"]]


def test_location_when_a_region_is_asked_for(s3, environment):
    name = "t-" + secrets.token_hex(6)
    made = s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    assert made["Location"] == environment.endpoint("port") + "/" + name
    s3.delete_bucket(Bucket=name)


def test_the_old_name_of_a_region(environment):
    s3 = make_client(environment, keys={**environment.aws, "region": "eu-west-1"})
    name = "t-" + secrets.token_hex(6)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "EU"})
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "EU"
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "eu-west-1"
    assert s3.list_buckets(Prefix=name)["Buckets"][0]["BucketRegion"] == "eu-west-1"
    s3.delete_bucket(Bucket=name)


def test_start_after_is_not_told_with_a_token(s3, bucket):
    for key in "abcd":
        s3.put_object(Bucket=bucket, Key=key)
    first = s3.list_objects_v2(Bucket=bucket, StartAfter="a", MaxKeys=1)
    assert first["StartAfter"] == "a"
    second = s3.list_objects_v2(Bucket=bucket, StartAfter="a", MaxKeys=1,
                                ContinuationToken=first["NextContinuationToken"])
    assert "StartAfter" not in second and second["Contents"][0]["Key"] == "c"


def test_every_version_is_reached_while_pages_are_deleted(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(5):
        s3.put_object(Bucket=bucket, Key="k")
    for page in s3.get_paginator("list_object_versions").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": 2}):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [
            {"Key": one["Key"], "VersionId": one["VersionId"]} for one in page["Versions"]]})
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


@pytest.mark.parametrize("sent,seen", [
    ("=?UTF-8?Q?actually-ascii?=", "actually-ascii"),
    ("=?UTF-8?B?YWJj?=", "abc"),
    ("=?UTF-8?Q?=C3=84M_S3=5F=3F?=", "=?UTF-8?Q?=C3=84M_S3=5F=3F?="),
    ("=?UTF-8?B?w4RN?=", "=?UTF-8?Q?=C3=84M?="),
    ("=?UTF-8?B?AAEC?=", "=?UTF-8?B?AAEC?="),
    ("=?UTF-8?B?77+9?=", "=?UTF-8?B?77+9?="),
    ("=?UTF-8?B?=GGG?=", "=?UTF-8?B?=GGG?="),
])
def test_metadata_in_encoded_words(s3, bucket, sent, seen):
    s3.put_object(Bucket=bucket, Key="k", Metadata={"a": sent})
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"a": seen}


def test_an_acl_over_a_delete_marker(s3, bucket, refused):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k")
    with refused("MethodNotAllowed", 405) as call:
        s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")
    assert error(call)["ResourceType"] == "DeleteMarker"
    with refused("NoSuchKey", 404):
        s3.get_object_acl(Bucket=bucket, Key="k")


def test_wrong_digest_of_a_part(s3, bucket, refused):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    other = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    with refused("BadDigest", 400) as call:
        s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x",
                       ContentMD5=other)
    assert error(call)["ExpectedDigest"] == other
    with refused("BadDigest", 400) as call:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5=other)
    assert error(call)["ExpectedDigest"] == hashlib.md5(b"other").hexdigest()
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)


def test_a_part_that_is_not_there(s3, bucket, refused):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    with refused("InvalidPartNumber", 416) as call:
        s3.get_object(Bucket=bucket, Key="k", PartNumber=7)
    assert (error(call)["PartNumberRequested"], error(call)["ActualPartCount"]) == ("7", "1")


def test_no_tag_set_is_no_tags(s3, bucket, environment, refused):
    loose = make_client(environment, parameter_validation=False)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert loose.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": None})[
        "ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=bucket)


ANALYTICS = {"Id": "a", "StorageClassAnalysis": {}}
METRICS = {"Id": "a"}
TIERING = {"Id": "a", "Status": "Enabled",
           "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
INVENTORY = {"Id": "a", "IsEnabled": True, "IncludedObjectVersions": "All",
             "Schedule": {"Frequency": "Daily"},
             "Destination": {"S3BucketDestination": {
                 "Bucket": "arn:aws:s3:::bbb", "Format": "CSV"}}}


@pytest.mark.parametrize("name,document,code", [
    ("analytics", ANALYTICS, "MalformedXML"), ("metrics", METRICS, "MalformedXML"),
    ("intelligent_tiering", TIERING, "MalformedXML"), ("inventory", INVENTORY, "IdMismatch")])
def test_documents_with_ids(s3, bucket, refused, name, document, code):
    put = getattr(s3, f"put_bucket_{name}_configuration")
    member = "".join(part.capitalize() for part in name.split("_")) + "Configuration"
    answer = put(Bucket=bucket, Id="a", **{member: document})
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused(code, 400):
        put(Bucket=bucket, Id="b", **{member: document})


def test_words_of_refused_documents(s3, bucket, refused):
    with refused("InvalidArgument", 400) as call:
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": ""}})
    assert error(call)["Message"] == "The IndexDocument Suffix is not well formed"
    with refused("InvalidArgument", 400) as call:
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [
            {"ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"}}]})
    assert error(call)["ArgumentName"] == "ApplyServerSideEncryptionByDefault"
    rule = {"ID": "a", "Status": "Enabled", "Expiration": {"Days": 1}}
    with refused("InvalidRequest", 400) as call:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
            {**rule, "Filter": {"And": {"Tags": [{"Key": "a", "Value": "1"},
                                                 {"Key": "a", "Value": "2"}]}}}]})
    assert error(call)["Message"] == "Duplicate Tag Keys are not allowed."
    with refused("InvalidArgument", 400) as call:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
            {**rule, "Filter": {}, "Expiration": {"Date": "2030-01-01T02:02:00Z"}}]})
    assert error(call)["ArgumentName"] == "Date"


def test_logs_across_regions(s3, environment, bucket, refused):
    far = make_client(environment, keys={**environment.aws, "region": "eu-west-2"})
    name = "t-" + secrets.token_hex(6)
    far.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    for source, target, told in ((bucket, name, None), (name, bucket, "eu-west-2")):
        with refused("CrossLocationLoggingProhibitted", 403) as call:
            far.put_bucket_logging(Bucket=source, BucketLoggingStatus={"LoggingEnabled": {
                "TargetBucket": target, "TargetPrefix": ""}})
        assert error(call).get("SourceBucketLocation") == told
    far.delete_bucket(Bucket=name)


def test_destinations_that_are_not_there(s3, bucket, environment, refused):
    account = environment.aws["account_id"]
    queues = [f"arn:aws:sqs:us-east-1:{account}:none-{i}" for i in (1, 2)]
    with refused("InvalidArgument", 400) as call:
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
            "QueueConfigurations": [
                {"QueueArn": queues[0], "Events": ["s3:ObjectCreated:*"]},
                {"QueueArn": queues[1], "Events": ["s3:ObjectRemoved:*"]}]})
    found = error(call)
    assert [found["ArgumentName1"], found["ArgumentName2"]] == queues
    assert found["ArgumentValue2"] == "The destination queue does not exist"


def test_a_copy_onto_itself_where_the_bucket_encrypts(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    copy = {"Bucket": bucket, "Key": "k", "CopySource": {"Bucket": bucket, "Key": "k"}}
    with refused("InvalidRequest", 400):
        s3.copy_object(**copy)
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    s3.copy_object(**copy)


def test_the_buckets_key_with_a_key_of_ones_own(s3, bucket):
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
         "BucketKeyEnabled": True}]})
    assert s3.put_object(Bucket=bucket, Key="k", ServerSideEncryption="aws:kms")["BucketKeyEnabled"]


def test_conditions_in_a_presigned_url(environment, s3, bucket):
    url = raw.presigned(environment, "PUT", f"/{bucket}/k", {"If-None-Match": "*"})
    assert [raw.exchange(url, raw.request_bytes("PUT", url, {
        "Host": environment.endpoint("port").split("/")[2], "Content-Length": "0"}, b"")).status
        for _ in range(2)] == [200, 412]


def test_an_old_url_that_lacks_a_part(environment, bucket):
    url = f"{environment.endpoint('port')}/{bucket}/k?AWSAccessKeyId=" + \
        environment.aws["access_key_id"] + "&Expires=2000000000"
    answer = raw.exchange(url, raw.request_bytes("GET", url, {
        "Host": environment.endpoint("port").split("/")[2]}, b""))
    assert (answer.status, answer.code) == (403, "AccessDenied")


def test_expiration_of_a_named_version(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 7}}]})
    version = s3.put_object(Bucket=bucket, Key="k")["VersionId"]
    assert "Expiration" in s3.head_object(Bucket=bucket, Key="k")
    assert "Expiration" not in s3.head_object(Bucket=bucket, Key="k", VersionId=version)


def test_forms(environment, s3, bucket):
    document = policy([{"bucket": bucket}, ["starts-with", "$key", ""],
                       ["starts-with", "$tagging", ""]])
    fields = [("key", "k-${filename}"), ("tagging", "<Other/>")] + sigv2(environment, document)
    plain = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n').encode()
    assert post(environment, bucket, multipart(fields, None, after=plain)).status == 204
    assert s3.get_object_tagging(Bucket=bucket, Key="k-${filename}")["TagSet"] == []
    answer = post(environment, bucket, b"a=b", headers={"Content-Type": "text/html"})
    assert (answer.status, answer.code) == (412, "PreconditionFailed")
    assert b"must be of the enclosure-type multipart/form-data" in answer.body


def test_strangers_are_not_told_owners(environment, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=f'''{{"Version": "2012-10-17", "Statement": [{{
        "Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::{bucket}"}}]}}''')
    stranger = make_client(environment, signature_version=botocore.UNSIGNED)
    assert "Owner" not in stranger.list_objects(Bucket=bucket)["Contents"][0]
    assert "Owner" in s3.list_objects(Bucket=bucket)["Contents"][0]


def test_only_initiators_have_names(s3, bucket):
    ids = {"Bucket": bucket, "Key": "k"}
    s3.put_object(**ids)
    upload = s3.create_multipart_upload(**ids)["UploadId"]
    s3.upload_part(UploadId=upload, PartNumber=1, Body=b"x", **ids)
    parts = s3.list_parts(UploadId=upload, **ids)
    listed = s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]
    acl = s3.get_object_acl(**ids)
    me = {"ID": parts["Initiator"]["ID"]}
    for said in (parts["Initiator"], listed["Initiator"]):
        assert said["DisplayName"] and said["ID"] == me["ID"]
    assert [me] * 6 == [
        parts["Owner"], listed["Owner"], acl["Owner"], s3.list_buckets()["Owner"],
        s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]["Owner"],
        s3.list_object_versions(Bucket=bucket)["Versions"][0]["Owner"]]
    assert acl["Grants"] == [{"Grantee": {**me, "Type": "CanonicalUser"},
                              "Permission": "FULL_CONTROL"}]


def test_no_marker_names_a_fold(s3, bucket):
    for key in ("a/1", "b", "c/1", "d"):
        s3.create_multipart_upload(Bucket=bucket, Key=key)

    def page(**more):
        found = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/", **more)
        assert bool(found["NextKeyMarker"]) == bool(found["NextUploadIdMarker"])
        return ([p["Prefix"] for p in found.get("CommonPrefixes", [])],
                [u["Key"] for u in found.get("Uploads", [])], found["NextKeyMarker"])

    assert page(MaxUploads=1) == (["a/"], [], "")
    assert page(MaxUploads=2) == (["a/"], ["b"], "b")
    assert page(MaxUploads=3) == (["a/", "c/"], ["b"], "b")
    assert page(MaxUploads=1, KeyMarker="a/") == ([], ["b"], "b")
    assert page(MaxUploads=1, KeyMarker="a/1") == ([], ["b"], "b")
    assert page() == (["a/", "c/"], ["b", "d"], "d")


def test_tags_of_no_object(s3, bucket, refused):
    ids = {"Bucket": bucket, "Key": "none"}
    with refused("NoSuchKey", 404) as call:
        s3.get_object_tagging(**ids)
    assert error(call)["Key"] == bucket + "/none"
    for wrong in (lambda: s3.delete_object_tagging(**ids), lambda: s3.get_object_acl(**ids),
                  lambda: s3.put_object_tagging(Tagging={"TagSet": []}, **ids)):
        with refused("NoSuchKey", 404) as call:
            wrong()
        assert error(call)["Key"] == "none"


@pytest.mark.parametrize("chosen", [None, "CRC32"])
def test_parts_under_a_customers_key(s3, bucket, chosen):
    """S3 makes up no checksum of them, as it does of an object that came whole."""
    ids = {"Bucket": bucket, "Key": "k"}
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    more = {"ChecksumAlgorithm": chosen} if chosen else {}
    upload = s3.create_multipart_upload(
        **ids, **key, **more, **({"ChecksumType": "FULL_OBJECT"} if chosen else {}))["UploadId"]
    body = b"x" * (5 << 20)
    parts = [{"PartNumber": n, "ETag": s3.upload_part(
        UploadId=upload, PartNumber=n, Body=body, **ids, **key, **more)["ETag"]} for n in (1, 2)]
    made = s3.complete_multipart_upload(UploadId=upload, MultipartUpload={"Parts": parts},
                                        **ids, **(key if chosen else {}))
    got = s3.get_object(ChecksumMode="ENABLED", **ids, **key)
    assert got["Body"].read() == body * 2
    part = s3.get_object(ChecksumMode="ENABLED", PartNumber=2, **ids, **key)
    assert part["PartsCount"] == 2 and part["Body"].read() == body
    attributes = s3.get_object_attributes(
        ObjectAttributes=["Checksum", "ObjectParts"], SSECustomerAlgorithm="AES256",
        SSECustomerKey=base64.b64encode(b"k" * 32).decode(),  # boto3 helps with it elsewhere
        SSECustomerKeyMD5=base64.b64encode(hashlib.md5(b"k" * 32).digest()).decode(), **ids)
    assert attributes["ObjectParts"]["TotalPartsCount"] == 2
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    for found in (made, got, attributes.get("Checksum", {})):
        assert [name for name in found if name.startswith("Checksum")] == (
            ["ChecksumCRC32", "ChecksumType"] if chosen else [])
    assert listed.get("ChecksumAlgorithm") == ([chosen] if chosen else None)
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource=ids,
                            CopySourceSSECustomerAlgorithm="AES256",
                            CopySourceSSECustomerKey="k" * 32)
    assert copied["CopyObjectResult"]["Checksum" + (chosen or "CRC64NVME")]


def test_when_a_retention_is_over(s3, environment, refused):
    name = "t-" + secrets.token_hex(6)
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    version = s3.put_object(Bucket=name, Key="k")["VersionId"]
    with refused("InvalidArgument", 400) as call:
        s3.put_object_retention(Bucket=name, Key="k", Retention={
            "Mode": "GOVERNANCE", "RetainUntilDate": "2020-01-01T00:00:00Z"})
    assert error(call)["ArgumentValue"] == "Tue Dec 31 16:00:00 PST 2019"
    s3.delete_object(Bucket=name, Key="k", VersionId=version)
    s3.delete_bucket(Bucket=name)


def test_functions_that_may_not_be_called(s3, bucket, refused, environment):
    arn = f"arn:aws:lambda:us-east-1:{environment.aws['account_id']}:function:f"
    with refused("InvalidArgument", 400) as call:
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]})
    assert error(call)["ArgumentName1"] == arn + ", null"
    assert error(call)["ArgumentValue1"] == f"Not authorized to invoke function [{arn}]"
