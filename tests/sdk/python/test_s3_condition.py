# tests/sdk/python/test_s3_condition.py - conditional reads and writes
from datetime import datetime, timedelta, timezone

import pytest

LONG_AGO = datetime.now(timezone.utc) - timedelta(days=1)
SOON = datetime.now(timezone.utc) + timedelta(days=1)


@pytest.fixture
def etag(s3, bucket):
    return s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]


@pytest.mark.parametrize("call", ["get_object", "head_object"])
def test_reads(s3, bucket, etag, refused, call):
    read = getattr(s3, call)
    when = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    read(Bucket=bucket, Key="k", IfMatch=etag)
    read(Bucket=bucket, Key="k", IfNoneMatch='"other"')
    read(Bucket=bucket, Key="k", IfModifiedSince=LONG_AGO)
    read(Bucket=bucket, Key="k", IfUnmodifiedSince=SOON)
    failed = "412" if call == "head_object" else "PreconditionFailed"
    with refused(failed, 412):
        read(Bucket=bucket, Key="k", IfMatch='"other"')
    with refused(failed, 412):
        read(Bucket=bucket, Key="k", IfUnmodifiedSince=LONG_AGO)
    with refused("304", 304):
        read(Bucket=bucket, Key="k", IfNoneMatch=etag)
    with refused("304", 304):
        read(Bucket=bucket, Key="k", IfModifiedSince=when)


def test_both_conditions(s3, bucket, etag, refused):
    """The entity tags decide over the dates: GetObject's documentation, RFC 9110, 13.2.2."""
    s3.get_object(Bucket=bucket, Key="k", IfMatch=etag, IfUnmodifiedSince=LONG_AGO)
    with refused("304", 304):
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag, IfModifiedSince=LONG_AGO)


def test_write_once(s3, bucket, etag, refused):
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"y", IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key="new", Body=b"y", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


@pytest.mark.parametrize("size", [1, 100000])
def test_write_over_what_was_read(s3, bucket, etag, refused, size):
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"y" * size, IfMatch='"other"')
    s3.put_object(Bucket=bucket, Key="k", Body=b"y" * size, IfMatch=etag)
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"z" * size, IfMatch=etag)
    with refused("NoSuchKey", 404):
        s3.put_object(Bucket=bucket, Key="nothing", Body=b"y", IfMatch=etag)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"y" * size


def begin(s3, bucket):
    """What completes an upload that has begun."""
    ids = {"Bucket": bucket, "Key": "k"}
    ids["UploadId"] = s3.create_multipart_upload(**ids)["UploadId"]
    etag = s3.upload_part(PartNumber=1, Body=b"y", **ids)["ETag"]
    return {**ids, "IfNoneMatch": "*",
            "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}}


def test_deleted_while_parts_came(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    begun = begin(s3, bucket)
    with refused("PreconditionFailed", 412):
        s3.complete_multipart_upload(**begun)
    s3.delete_object(Bucket=bucket, Key="k")
    with refused("ConditionalRequestConflict", 409):
        s3.complete_multipart_upload(**begun)
    s3.complete_multipart_upload(**begin(s3, bucket))


GOES = {
    "alone": lambda s3, ids: s3.delete_object(**ids),
    "with others": lambda s3, ids: s3.delete_objects(
        Bucket=ids["Bucket"], Delete={"Objects": [{"Key": key} for key in ("a", "k", "z")]}),
    "renamed": lambda s3, ids: s3.rename_object(
        Bucket=ids["Bucket"], Key="other", RenameSource=ids["Key"]),
}


@pytest.mark.parametrize("go", GOES.values(), ids=GOES)
@pytest.mark.parametrize("versions", [False, True])
def test_came_and_went_while_parts_came(s3, bucket, refused, go, versions):
    if versions:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    begun, ids = begin(s3, bucket), {"Bucket": bucket, "Key": "k"}
    s3.delete_object(Bucket=bucket, Key="other key")
    s3.put_object(Body=b"x", **ids)
    go(s3, ids)
    with refused("ConditionalRequestConflict", 409):
        s3.complete_multipart_upload(**begun)
    s3.put_object(Body=b"x", **ids)
    with refused("PreconditionFailed", 412):
        s3.complete_multipart_upload(**begun)
    s3.delete_object(**ids)
    s3.complete_multipart_upload(**begin(s3, bucket))


def test_others_that_go_do_not_disturb(s3, bucket):
    begun = begin(s3, bucket)
    for key in ("j", "k2", "l"):
        s3.put_object(Bucket=bucket, Key=key)
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.complete_multipart_upload(**begun)
