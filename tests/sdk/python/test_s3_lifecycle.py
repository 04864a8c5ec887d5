# tests/sdk/python/test_s3_lifecycle.py - rules act when the environment's clock is advanced
import time

import pytest

from conftest import make_client
from jobs import days_pass


@pytest.fixture(scope="module")
def home(api):
    made = api.create("aws_s3", name="lifecycle", ports=True)
    yield made
    made.destroy()


@pytest.fixture
def s3(home):
    return make_client(home)


def keys(s3, bucket, kind):
    found = s3.list_object_versions(Bucket=bucket).get(kind, [])
    return [(v["Key"], v["VersionId"]) for v in found]


def test_expiration(home, s3, bucket):
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "log/"},
         "Expiration": {"Days": 3},
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        {"ID": "cold", "Status": "Enabled", "Filter": {"ObjectSizeGreaterThan": 1},
         "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}]})
    put = s3.put_object(Bucket=bucket, Key="log/1", Body=b"x")
    assert 'rule-id="logs"' in put["Expiration"] and "00:00:00 GMT" in put["Expiration"]
    assert s3.head_object(Bucket=bucket, Key="log/1")["Expiration"] == put["Expiration"]
    s3.put_object(Bucket=bucket, Key="kept", Body=b"xx")
    assert "Expiration" not in s3.get_object(Bucket=bucket, Key="kept")
    s3.create_multipart_upload(Bucket=bucket, Key="log/u")
    days_pass(home, 2)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    s3.head_object(Bucket=bucket, Key="log/1")
    days_pass(home, 2)
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["kept"]
    days_pass(home, 30)
    assert s3.head_object(Bucket=bucket, Key="kept")["StorageClass"] == "STANDARD_IA"


def test_expiration_disturbs_uploads(home, s3, bucket, refused):
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "all", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]})
    ids = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**ids)["UploadId"]
    part = s3.upload_part(UploadId=upload, PartNumber=1, Body=b"x", **ids)["ETag"]
    s3.put_object(**ids)
    days_pass(home, 2)
    with refused("ConditionalRequestConflict", 409):
        s3.complete_multipart_upload(UploadId=upload, IfNoneMatch="*", MultipartUpload={
            "Parts": [{"PartNumber": 1, "ETag": part}]}, **ids)


def test_uploads_say_when_they_end(s3, bucket):
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": f"rule {n}", "Status": "Enabled", "Filter": {"Prefix": "u"},
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": n}} for n in (3, 2)]})
    made = s3.create_multipart_upload(Bucket=bucket, Key="u")
    assert made["AbortRuleId"] == "rule%202"
    listed = s3.list_parts(Bucket=bucket, Key="u", UploadId=made["UploadId"])
    assert listed["AbortDate"] == made["AbortDate"] and made["AbortDate"].hour == 0
    assert "AbortDate" not in s3.create_multipart_upload(Bucket=bucket, Key="v")


def test_a_thousand_long_rules(s3, bucket):
    """More than a process remembers of a bucket; they act all the same."""
    rules = [{"ID": f"{n:04}" + "i" * 200, "Status": "Enabled", "Expiration": {"Days": n + 1},
              "Filter": {"Prefix": f"{n:04}/" + "p" * 400}} for n in range(1000)]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    put = s3.put_object(Bucket=bucket, Key="0002/" + "p" * 400, Body=b"x")
    assert 'rule-id="0002' in put["Expiration"]


def test_versions(home, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 10},
         "NoncurrentVersionExpiration": {"NoncurrentDays": 2}}]})
    ids = [s3.put_object(Bucket=bucket, Key="k")["VersionId"] for _ in range(3)]
    days_pass(home, 3)
    assert keys(s3, bucket, "Versions") == [("k", ids[2])]
    days_pass(home, 8)
    assert keys(s3, bucket, "Versions") == [("k", ids[2])]
    assert len(keys(s3, bucket, "DeleteMarkers")) == 1
    days_pass(home, 3)
    assert keys(s3, bucket, "Versions") == []
    days_pass(home, 10)
    assert keys(s3, bucket, "DeleteMarkers") == []
