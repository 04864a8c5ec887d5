# tests/sdk/python/test_s3_lifecycle.py - rules act when the environment's clock is advanced
import secrets
import time

import pytest

import database
import jobs
from conftest import make_client


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


def later(home, days):
    """The environment's clock so many days ahead, and the collector's next run, come early."""
    home.api.ok("PUT", home.path + "/clock", {"advance": days * 86400})
    deadline = time.monotonic() + 60
    while database.ask(f"""
            select count(*) from blob.lifecycle l
              join core.environment_service s on s.space = l.space
              join core.environment e on e.id = s.environment_id
             where e.public_id = '{home.id}' and l.passed_at is distinct from date_trunc(
                   'day', now() + e.clock_offset * interval '1 microsecond', 'UTC')""") != "0":
        assert time.monotonic() < deadline  # cron's own copy may have a bucket in hand
        assert jobs.cron("mf-collect") == 0


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
    later(home, 2)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    s3.head_object(Bucket=bucket, Key="log/1")
    later(home, 2)
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["kept"]
    later(home, 30)
    assert s3.head_object(Bucket=bucket, Key="kept")["StorageClass"] == "STANDARD_IA"


def test_versions(home, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 10},
         "NoncurrentVersionExpiration": {"NoncurrentDays": 2}}]})
    ids = [s3.put_object(Bucket=bucket, Key="k")["VersionId"] for _ in range(3)]
    later(home, 3)
    assert keys(s3, bucket, "Versions") == [("k", ids[2])]
    later(home, 8)
    assert keys(s3, bucket, "Versions") == [("k", ids[2])]
    assert len(keys(s3, bucket, "DeleteMarkers")) == 1
    later(home, 3)
    assert keys(s3, bucket, "Versions") == []
    later(home, 10)
    assert keys(s3, bucket, "DeleteMarkers") == []
