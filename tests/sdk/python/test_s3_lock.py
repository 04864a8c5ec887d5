# tests/sdk/python/test_s3_lock.py - object lock: retention, legal hold, on the environment's clock
import secrets
from datetime import datetime, timedelta, timezone

import pytest

from conftest import make_client

PROTECTED = "object protected by object lock"


@pytest.fixture(scope="module")
def home(api):
    """An environment of its own, whose clock stands and is moved."""
    made = api.create("aws_s3", name="locks", ports=True)
    api.ok("PUT", made.path + "/clock", {"freeze": True})
    yield made
    made.destroy()  # whatever is locked in there


@pytest.fixture
def advance(home):
    return lambda seconds: home.api.ok("PUT", home.path + "/clock", {"advance": seconds})


@pytest.fixture(scope="module")
def client(home):
    return make_client(home)


@pytest.fixture
def locked(client):
    name = "t-" + secrets.token_hex(6)
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def later(client, bucket, seconds):
    """A time of the environment: its clock stands, so a new object tells it."""
    client.put_object(Bucket=bucket, Key="clock", Body=b"", ObjectLockLegalHoldStatus="OFF")
    return client.head_object(Bucket=bucket, Key="clock")["LastModified"] + \
        timedelta(seconds=seconds)


def put(client, bucket, **more):
    return client.put_object(Bucket=bucket, Key="k", Body=b"x", **more)["VersionId"]


def default(client, bucket, **retention):
    client.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}})


def test_configuration(client, locked, refused):
    def read():
        answer = client.get_object_lock_configuration(Bucket=locked)
        return answer["ObjectLockConfiguration"]

    assert client.get_bucket_versioning(Bucket=locked)["Status"] == "Enabled"
    assert read() == {"ObjectLockEnabled": "Enabled"}
    for retention in ({"Mode": "GOVERNANCE", "Days": 1}, {"Mode": "COMPLIANCE", "Years": 2}):
        default(client, locked, **retention)
        assert read()["Rule"]["DefaultRetention"] == retention
    client.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled"})
    assert read() == {"ObjectLockEnabled": "Enabled"}
    with refused("InvalidBucketState", 409):
        client.put_bucket_versioning(Bucket=locked, VersioningConfiguration={
            "Status": "Suspended"})


@pytest.mark.parametrize("retention,code", [
    ({"Mode": "GOVERNANCE"}, "MalformedXML"),
    ({"Mode": "GOVERNANCE", "Days": 1, "Years": 1}, "MalformedXML"),
    ({"Mode": "governance", "Days": 1}, "MalformedXML"),
    ({"Mode": "GOVERNANCE", "Days": 0}, "InvalidArgument"),
    ({"Mode": "GOVERNANCE", "Years": 101}, "InvalidArgument"),
])
def test_what_no_configuration_is(client, locked, refused, retention, code):
    with refused(code, 400):
        default(client, locked, **retention)


def test_bucket_without_locks(s3, bucket, refused):
    with refused("ObjectLockConfigurationNotFoundError", 404):
        s3.get_object_lock_configuration(Bucket=bucket)
    with refused("InvalidBucketState", 409):
        default(s3, bucket, Mode="GOVERNANCE", Days=1)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    until = datetime.now(timezone.utc) + timedelta(days=1)
    retention = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
    for call in (lambda: s3.get_object_retention(Bucket=bucket, Key="k"),
                 lambda: s3.put_object_retention(Bucket=bucket, Key="k", Retention=retention),
                 lambda: s3.get_object_legal_hold(Bucket=bucket, Key="k"),
                 lambda: s3.put_object_legal_hold(Bucket=bucket, Key="k",
                                                  LegalHold={"Status": "ON"}),
                 lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"y",
                                       ObjectLockLegalHoldStatus="ON"),
                 lambda: s3.create_multipart_upload(Bucket=bucket, Key="k",
                                                    ObjectLockLegalHoldStatus="ON"),
                 lambda: s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/k",
                                        ObjectLockLegalHoldStatus="ON")):
        with refused("InvalidRequest", 400) as r:
            call()
        # Two recorded as "Object Lock Configuration", those that make objects reported otherwise.
        assert "Bucket is missing Object" in r.response["Error"]["Message"]
    with refused("InvalidArgument", 400):
        s3.delete_object(Bucket=bucket, Key="k", BypassGovernanceRetention=True)
    for bypass in (True, False):
        with refused("InvalidArgument", 400):
            s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]},
                              BypassGovernanceRetention=bypass)
    s3.head_object(Bucket=bucket, Key="k")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled"})
    s3.put_object_retention(Bucket=bucket, Key="k", VersionId="null", Retention=retention)
    with refused("AccessDenied", 403):
        s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null", BypassGovernanceRetention=True)


def test_default_retention(client, locked, advance, refused):
    default(client, locked, Mode="COMPLIANCE", Days=1)
    version = put(client, locked)
    head = client.head_object(Bucket=locked, Key="k")
    assert head["ObjectLockMode"] == "COMPLIANCE"
    kept = head["ObjectLockRetainUntilDate"] - head["LastModified"]
    assert timedelta(0) <= kept - timedelta(days=1) < timedelta(seconds=1)
    marker = client.delete_object(Bucket=locked, Key="k")
    assert marker["DeleteMarker"] is True
    for more in ({}, {"BypassGovernanceRetention": True}):
        with refused("AccessDenied", 403) as r:
            client.delete_object(Bucket=locked, Key="k", VersionId=version, **more)
        assert PROTECTED in r.response["Error"]["Message"]
    answer = client.delete_objects(Bucket=locked, Delete={"Objects": [
        {"Key": "k", "VersionId": version}, {"Key": "k", "VersionId": marker["VersionId"]}]})
    assert [e["Code"] for e in answer["Errors"]] == ["AccessDenied"]
    assert [d["VersionId"] for d in answer["Deleted"]] == [marker["VersionId"]]
    advance(24 * 3600 + 1)
    client.delete_object(Bucket=locked, Key="k", VersionId=version)
    with refused("404", 404):
        client.head_object(Bucket=locked, Key="k")


def test_governance(client, locked, refused):
    version = put(client, locked, ObjectLockMode="GOVERNANCE",
                  ObjectLockRetainUntilDate=later(client, locked, 3600))
    told = client.get_object_retention(Bucket=locked, Key="k", VersionId=version)["Retention"]
    assert told == {"Mode": "GOVERNANCE", "RetainUntilDate": later(client, locked, 3600)}

    def change(seconds, mode="GOVERNANCE", **more):
        retention = {"Mode": mode, "RetainUntilDate": later(client, locked, seconds)}
        client.put_object_retention(Bucket=locked, Key="k", Retention=retention, **more)

    change(7200)
    with refused("AccessDenied", 403):
        change(3600)
    with refused("AccessDenied", 403):
        client.put_object_retention(Bucket=locked, Key="k", Retention={})
    with refused("AccessDenied", 403):
        client.delete_object(Bucket=locked, Key="k", VersionId=version)
    change(3600, BypassGovernanceRetention=True)
    client.put_object_retention(Bucket=locked, Key="k", Retention={},
                                BypassGovernanceRetention=True)
    with refused("NoSuchObjectLockConfiguration", 404):
        client.get_object_retention(Bucket=locked, Key="k")
    change(3600)
    client.delete_object(Bucket=locked, Key="k", VersionId=version,
                         BypassGovernanceRetention=True)


def test_compliance_is_only_made_longer(client, locked, refused):
    put(client, locked, ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=later(client, locked, 3600))
    for mode, seconds in (("COMPLIANCE", 60), ("GOVERNANCE", 7200)):
        with refused("AccessDenied", 403):
            client.put_object_retention(Bucket=locked, Key="k", BypassGovernanceRetention=True,
                                        Retention={"Mode": mode, "RetainUntilDate":
                                                   later(client, locked, seconds)})
    client.put_object_retention(Bucket=locked, Key="k", Retention={
        "Mode": "COMPLIANCE", "RetainUntilDate": later(client, locked, 7200)})


def test_legal_hold(client, locked, refused):
    version = put(client, locked)
    with refused("NoSuchObjectLockConfiguration", 404):
        client.get_object_legal_hold(Bucket=locked, Key="k")
    client.put_object_legal_hold(Bucket=locked, Key="k", LegalHold={"Status": "ON"})
    assert client.head_object(Bucket=locked, Key="k")["ObjectLockLegalHoldStatus"] == "ON"
    with refused("AccessDenied", 403):
        client.delete_object(Bucket=locked, Key="k", VersionId=version,
                             BypassGovernanceRetention=True)
    client.put_object_legal_hold(Bucket=locked, Key="k", LegalHold={"Status": "OFF"})
    told = client.get_object_legal_hold(Bucket=locked, Key="k")["LegalHold"]
    assert told == {"Status": "OFF"}
    client.delete_object(Bucket=locked, Key="k", VersionId=version)
    with refused("MalformedXML", 400):
        client.put_object_legal_hold(Bucket=locked, Key="k", LegalHold={"Status": "abc"})


def test_copies_and_uploads(client, locked):
    put(client, locked, ObjectLockLegalHoldStatus="ON")
    client.copy_object(Bucket=locked, Key="c", CopySource=f"{locked}/k")
    assert "ObjectLockLegalHoldStatus" not in client.head_object(Bucket=locked, Key="c")
    until = later(client, locked, 3600)
    client.copy_object(Bucket=locked, Key="c", CopySource=f"{locked}/k",
                       ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    assert client.head_object(Bucket=locked, Key="c")["ObjectLockRetainUntilDate"] == until
    upload = client.create_multipart_upload(Bucket=locked, Key="u", ObjectLockMode="GOVERNANCE",
                                            ObjectLockRetainUntilDate=until)["UploadId"]
    part = client.upload_part(Bucket=locked, Key="u", UploadId=upload, PartNumber=1, Body=b"x")
    client.complete_multipart_upload(Bucket=locked, Key="u", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert client.head_object(Bucket=locked, Key="u")["ObjectLockMode"] == "GOVERNANCE"


def test_delete_marker(client, locked, refused):
    put(client, locked)
    marker = client.delete_object(Bucket=locked, Key="k")["VersionId"]
    with refused("MethodNotAllowed", 405):
        client.put_object_legal_hold(Bucket=locked, Key="k", VersionId=marker,
                                     LegalHold={"Status": "ON"})
    with refused("MethodNotAllowed", 405):
        client.get_object_retention(Bucket=locked, Key="k", VersionId=marker)


def test_what_no_headers_are(client, locked, refused):
    until = later(client, locked, 3600)
    for asked in ({"ObjectLockMode": "GOVERNANCE"}, {"ObjectLockRetainUntilDate": until},
                  {"ObjectLockMode": "BAD", "ObjectLockRetainUntilDate": until},
                  {"ObjectLockMode": "GOVERNANCE",
                   "ObjectLockRetainUntilDate": later(client, locked, -1)},
                  {"ObjectLockLegalHoldStatus": "abc"}):
        with refused("InvalidArgument", 400):
            put(client, locked, **asked)
    with refused("InvalidArgument", 400):
        client.put_object_retention(Bucket=locked, Key="clock", Retention={
            "Mode": "GOVERNANCE", "RetainUntilDate": later(client, locked, -1)})


def test_reset_ends_all_locks(client, home, locked):
    """The environment's owner is above what its locks keep."""
    put(client, locked, ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=later(client, locked, 3600))
    home.post("reset")
    assert client.list_buckets()["Buckets"] == []
