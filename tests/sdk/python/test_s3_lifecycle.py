# tests/sdk/python/test_s3_lifecycle.py - rules act when the environment's clock is advanced
import secrets
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


@pytest.fixture
def bucket(s3):
    name = "cycle-" + secrets.token_hex(4)
    s3.create_bucket(Bucket=name)
    return name


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
